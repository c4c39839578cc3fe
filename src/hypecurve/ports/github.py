"""GitHub, as far as a tracker needs it. Implementations raise `SourceError` and its children."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hypecurve.domain.repo import Repo, RepoName
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
