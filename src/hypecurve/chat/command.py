"""What a person can ask for: one frozen value a command; `str()` gives a text that reads back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from hypecurve.chat.finding import (
    AskPlace,
    Compare,
    Misplaced,
    PickRepo,
    Search,
    ShowCurve,
    ShowLanguage,
    ShowRisers,
    Speak,
)
from hypecurve.chat.tuning import Filter, Show, ShowPing, Status, Tuning
from hypecurve.chat.words import quoted
from hypecurve.domain.paging import on_page
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind

ListKind = Literal["new", "rising", "stalled", "top"]
Window = Literal["24h", "7d", "30d"]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Empty `categories`: all. What was not said of the schedule or the filter is None."""

    categories: frozenset[str] = frozenset()
    kinds: frozenset[SignalKind] = frozenset(SUBSCRIBABLE)
    at: time | None = None
    zone: str | None = None
    weekdays: frozenset[int] | None = None
    filter: Filter = field(default_factory=Filter)

    def __str__(self) -> str:
        """`subscribe agents rising at 09:00 Europe/Paris mon tue`."""
        kinds = (kind for kind in SUBSCRIBABLE if kind in self.kinds)
        return " ".join(
            [
                "subscribe",
                *_categories(self.categories),
                *kinds,
                *self.filter.words(),
                *_when(self),
            ],
        )


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Empty `categories`: all."""

    categories: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """`unsubscribe agents`."""
        return " ".join(["unsubscribe", *_categories(self.categories)])


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What this channel hears."""

    def __str__(self) -> str:
        """`subscriptions`."""
        return "subscriptions"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When this channel's digest comes; at least one is not None, None stays as it was."""

    at: time | None = None
    zone: str | None = None
    weekdays: frozenset[int] | None = None

    def __str__(self) -> str:
        """`schedule at 09:00 Europe/Paris mon tue`."""
        return " ".join(["schedule", *_when(self)])


@dataclass(frozen=True, slots=True)
class ListNow:
    """A list of the present; `category` is a category's or a layer's slug, None all."""

    kind: ListKind
    category: str | None = None
    window: Window = "7d"
    page: int = 1

    def __str__(self) -> str:
        """`rising agents 7d page 2`."""
        whole = " ".join(filter(None, [self.kind, self.category, self.window]))
        return on_page(whole, self.page)


@dataclass(frozen=True, slots=True)
class ShowRepo:
    """A repo's card, by name or, from our own controls, by id: exactly one is not None."""

    name: RepoName | None = None
    id: RepoId | None = None

    def __str__(self) -> str:
        """`repo acme/flashkv` or `repo 123`."""
        return f"repo {self.name or self.id}"


@dataclass(frozen=True, slots=True)
class Why:
    """Why a repo was announced, or was not."""

    name: RepoName

    def __str__(self) -> str:
        """`why acme/flashkv`."""
        return f"why {self.name}"


@dataclass(frozen=True, slots=True)
class Categories:
    """The categories by layer."""

    def __str__(self) -> str:
        """`categories`."""
        return "categories"


@dataclass(frozen=True, slots=True)
class Follow:
    """Hear about one repo."""

    name: RepoName

    def __str__(self) -> str:
        """`follow acme/flashkv`."""
        return f"follow {self.name}"


@dataclass(frozen=True, slots=True)
class Unfollow:
    """No longer."""

    name: RepoName

    def __str__(self) -> str:
        """`unfollow acme/flashkv`."""
        return f"unfollow {self.name}"


@dataclass(frozen=True, slots=True)
class Submit:
    """See a repo in the catalogue; `category` is a category's slug, None where none was said."""

    name: RepoName
    category: str | None = None

    def __str__(self) -> str:
        """`submit acme/flashkv "inference"`."""
        return " ".join(["submit", str(self.name), *([f'"{self.category}"'] * bool(self.category))])


@dataclass(frozen=True, slots=True)
class Preview:
    """The digest as it would be sent now."""

    def __str__(self) -> str:
        """`preview`."""
        return "preview"


@dataclass(frozen=True, slots=True)
class Help:
    """All commands, one, or a group: `topic` is a command's name, or the group's word."""

    topic: str | None = None

    def __str__(self) -> str:
        """`help subscribe`."""
        return " ".join(filter(None, ["help", self.topic]))


Question = (
    Subscriptions
    | Status
    | Show
    | ListNow
    | ShowRepo
    | Why
    | Categories
    | Preview
    | Help
    | Search
    | Compare
    | ShowCurve
    | ShowRisers
    | ShowLanguage
    | ShowPing
    | AskPlace
)
"""What only tells."""


@dataclass(frozen=True, slots=True)
class Share:
    """Let everybody in the channel see an answer."""

    question: Question

    def __str__(self) -> str:
        """`share repo acme/flashkv`."""
        return f"share {self.question}"


@dataclass(frozen=True, slots=True)
class Loosely:
    """A command in which a repo is named without its owner, or by a part of its name.

    `before` and `after`: the rest of the command's text. Once it is known which repo is meant, the
    text with its name is the command.
    """

    before: str
    part: str
    after: str = ""

    def __str__(self) -> str:
        """`why "flashkv"`."""
        return self.naming(quoted(self.part))

    def naming(self, name: str) -> str:
        """Return the text of the command with a repo's name in it."""
        return f"{self.before}{name}{self.after}"


Change = Subscribe | Unsubscribe | Schedule | Tuning | Follow | Unfollow | PickRepo | Speak
"""What changes a channel."""
Whole = Change | Submit | Misplaced | Share | Question
Command = Whole | Loosely


def _categories(slugs: frozenset[str]) -> list[str]:
    # Quoted: a slug may be a word of the grammar, or two of them one category's name.
    return [f'"{slug}"' for slug in sorted(slugs)] or ["all"]


def _when(command: Subscribe | Schedule) -> list[str]:
    return [
        *(["at", f"{command.at:%H:%M}"] if command.at else []),
        *([command.zone] if command.zone else []),
        *(DAYS[day] for day in sorted(command.weekdays or ())),
    ]
