"""GitHub, as far as a tracker needs it. Implementations raise `SourceError` and its children."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.stars import PastStars


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to search GitHub for: words (`llm`) or a topic."""

    text: str
    is_topic: bool = False

    def __str__(self) -> str:
        """How people write it: `llm`, `topic:mcp`."""
        return f"topic:{self.text}" if self.is_topic else self.text


@dataclass(frozen=True, slots=True)
class Lately:
    """Narrows a search to what was pushed to, or created, at or after an instant; None: any."""

    pushed: datetime | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What one request of a search brought.

    `rest`: what is left of the search behind this page, "" at its end. It is the source's own
    shorthand, to be kept and handed back to `search`, which goes on there.
    """

    repos: tuple[Repo, ...]
    rest: str = ""


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


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a budget (core, search, graphql), of how much, and when it is whole again."""

    left: int
    of: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How GitHub sees us. None is: GitHub did not say."""

    allowances: Mapping[str, Allowance] = field(default_factory=dict)
    """By budget; empty where the server limits nobody."""
    scopes: tuple[str, ...] | None = None
    """The token's rights; () for one without any, None for a kind of token that has none."""
    expires_at: datetime | None = None
    """When the token ends."""
    skew: timedelta | None = None
    """GitHub's clock minus ours, to the second."""


class GitHubSource(Protocol):
    """GitHub, as far as a tracker needs it."""

    def search(
        self, term: Term, min_stars: int, *, lately: Lately | None = None, rest: str = ""
    ) -> AsyncIterator[SearchPage]:
        """Yield pages that together hold every public repo of the term with that many stars.

        `rest`: go on where an earlier search was cut off; what cannot be read begins anew.
        A repo may come twice. Ends without an error only when the search was complete.
        """
        ...

    def sweep(self, node_ids: Sequence[str]) -> AsyncIterator[SweepBatch]:
        """Yield the present facts of each of the repos, every node id in exactly one batch."""
        ...

    async def past_stars(self, repo_id: RepoId, weeks: int) -> PastStars | None:
        """Return GitHub's own star history of some weeks; None where it has none to give.

        By id, as a name may have passed to another repo since. SourceRefused is of this repo alone
        where `standing` answers.
        """
        ...

    async def repo(self, which: RepoName | RepoId) -> Repo:
        """Return one repo by name, following renames, or by id; SourceGone says why it is not."""
        ...

    async def standing(self) -> Standing:
        """Return how GitHub sees us; costs no point. SourceRefused where it takes no token."""
        ...
