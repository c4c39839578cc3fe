"""Commands about repos, beside those in `command`: find, compare, draw, pick, put elsewhere.

And the language of a channel. `str()` of each reads back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hypecurve.chat.words import quoted
from hypecurve.domain.paging import on_page
from hypecurve.domain.repo import RepoName


@dataclass(frozen=True, slots=True)
class Search:
    """Repos that hold every word of a text."""

    text: str
    page: int = 1

    def __str__(self) -> str:
        """`search "vector database" page 2`."""
        return on_page(f"search {quoted(self.text)}", self.page)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two to five repos side by side; one alone: with which others it may be."""

    names: tuple[RepoName, ...]
    by: Literal["date", "age"] = "date"

    def __str__(self) -> str:
        """`compare acme/flashkv nori/voicebox age`."""
        return " ".join(["compare", *map(str, self.names), *(["age"] * (self.by == "age"))])


@dataclass(frozen=True, slots=True)
class ShowCurve:
    """A repo's star curve, as a picture; asked by our own controls."""

    name: RepoName

    def __str__(self) -> str:
        """`curve acme/flashkv`."""
        return f"curve {self.name}"


@dataclass(frozen=True, slots=True)
class ShowRisers:
    """What rises now, as a picture; asked by our own controls. `category`: a slug, None all."""

    category: str | None = None

    def __str__(self) -> str:
        """`chart "agents"`."""
        return " ".join(["chart", *([f'"{self.category}"'] * bool(self.category))])


@dataclass(frozen=True, slots=True)
class ShowLanguage:
    """Which language this channel is spoken to in."""

    def __str__(self) -> str:
        """`language`."""
        return "language"


@dataclass(frozen=True, slots=True)
class AskPlace:
    """Where else a repo may belong; asked by our own controls."""

    name: RepoName

    def __str__(self) -> str:
        """`place acme/flashkv`."""
        return f"place {self.name}"


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Somebody says that a repo belongs elsewhere; `category`: a slug."""

    name: RepoName
    category: str

    def __str__(self) -> str:
        """`place acme/flashkv "inference"`."""
        return f'place {self.name} "{self.category}"'


@dataclass(frozen=True, slots=True)
class PickRepo:
    """Show a repo in this channel's next digest, with a word why."""

    name: RepoName
    why: str

    def __str__(self) -> str:
        """`pick acme/flashkv "halves what serving costs us"`."""
        return f"pick {self.name} {quoted(self.why)}"


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak this language in this channel from now on; `locale` as Babel names it."""

    locale: str

    def __str__(self) -> str:
        """`language zh_CN`."""
        return f"language {self.locale}"
