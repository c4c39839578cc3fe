"""The ports: what the core needs of the world, as small protocols.

Errors every implementation raises: `SourceError` and its children for GitHub, `SendError` and its
children for a messenger (see `hypecurve.domain.errors`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.message import Message
from hypecurve.domain.repo import Repo, RepoName
from hypecurve.domain.stars import PastStars
from hypecurve.domain.subscription import Channel


class Clock(Protocol):
    """Tells the time; always aware UTC."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to search GitHub for: words (`llm`) or a topic."""

    text: str
    is_topic: bool = False

    def __str__(self) -> str:
        """How people write it: `llm`, `topic:mcp`."""
        return f"topic:{self.text}" if self.is_topic else self.text


@dataclass(frozen=True, slots=True)
class Gone:
    """A repo that did not answer for good: `why` is "not found", "blocked" or "refused"."""

    node_id: str
    why: str


@dataclass(frozen=True, slots=True)
class SweepBatch:
    """What one request of a sweep brought; `failed` node ids are unknown, not gone."""

    repos: tuple[Repo, ...]
    gone: tuple[Gone, ...] = ()
    failed: tuple[str, ...] = ()


class GitHubSource(Protocol):
    """GitHub, as far as a tracker needs it."""

    def search(self, term: Term, min_stars: int) -> AsyncIterator[Sequence[Repo]]:
        """Yield pages that together hold every public repo of the term with that many stars.

        A repo may come twice. Ends without an error only when the search was complete.
        """
        ...

    def sweep(self, node_ids: Sequence[str]) -> AsyncIterator[SweepBatch]:
        """Yield the present facts of each of the repos, every node id in exactly one batch."""
        ...

    async def past_stars(self, name: RepoName, weeks: int) -> PastStars | None:
        """Return GitHub's own star history of some weeks; None where it has none to give."""
        ...

    async def repo(self, name: RepoName) -> Repo:
        """Return one repo by name, following renames; SourceGone where it is not there."""
        ...


class Messenger(Protocol):
    """Posts messages to the channels of one platform."""

    def steps(self, message: Message) -> tuple[StepKind, ...]:
        """Return the calls that sending this message takes, in order."""
        ...

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Make one call and return the platform's id of what was posted.

        `key` names this very sending (at most 20 characters, the same at every try) for platforms
        that drop repeats; `ref` is the id of the delivery's first post, "" for the first itself.
        Raises a SendError that says whether it was posted.
        """
        ...


class Desk(Protocol):
    """Answers what people ask in a chat."""

    async def answer(self, asker: Asker, text: str) -> Answer:
        """Answer one command, written as after `/hype`. Never raises what a person can mend."""
        ...


@dataclass(frozen=True, slots=True)
class BotSetting:
    """An environment variable of a bot's; `secret` ones are never shown."""

    name: str
    help: str
    secret: bool = False
    required: bool = True


class Bot(Protocol):
    """What a bot package announces through the entry-point group `hypecurve.bots`.

    `env` holds the bot's own settings only, by the names it announced.
    """

    @property
    def name(self) -> str:
        """The platform's name as it stands in channels: "slack"."""
        ...

    @property
    def settings(self) -> Sequence[BotSetting]:
        """The settings it reads."""
        ...

    def render(self, message: Message) -> Sequence[Mapping[str, Any]]:
        """Return the JSON bodies of the posts this message becomes, the first post first."""
        ...

    def layout(self, message: Message) -> Iterator[str]:
        """Yield lines of text that show in a terminal how the platform lays the message out."""
        ...

    def connect(self, env: Mapping[str, str]) -> AbstractAsyncContextManager[Messenger]:
        """Open what posting needs; BadSetting where a setting cannot be used."""
        ...

    async def serve(self, env: Mapping[str, str], desk: Desk, stop: asyncio.Event) -> None:
        """Answer commands until `stop` is set; BadSetting where a setting cannot be used."""
        ...
