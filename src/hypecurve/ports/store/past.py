"""GitHub's own star history of the repos, as it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.pasts import PackedPasts
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.ports.store.catalogue import Found


@dataclass(frozen=True, slots=True)
class Filled:
    """How far the filling in of the past has come, in repos."""

    asked: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1; nothing to ask is nothing done."""
        return self.asked / self.total if self.total else 0.0


class PastLog(Protocol):
    """GitHub's own history: stars retained today, never subtracted from counts we saw."""

    async def save(self, past: Mapping[RepoId, PastStars | None], at: datetime) -> None:
        """Keep histories; None is kept too, as "asked, has none"."""
        ...

    async def failed(self, ids: Sequence[RepoId], at: datetime) -> None:
        """Note whose history was asked in vain: it is asked again, after all others."""
        ...

    async def asked(self, since: datetime) -> int:
        """Return how many repos were asked for their history after an instant."""
        ...

    async def of(self, ids: Sequence[RepoId] | None = None) -> dict[RepoId, PastStars]:
        """Return the histories that are there."""
        ...

    def packed(self, ids: Sequence[RepoId]) -> AsyncIterator[PackedPasts]:
        """Return the same packed, some thousand repos at a time: all of them may be too many."""
        ...

    async def filled(self, found: Found) -> Filled:
        """Return of how many of the matching repos the past was asked."""
        ...

    async def missing(
        self, limit: int, first: Collection[str] = frozenset()
    ) -> list[CatalogueEntry]:
        """Return repos nobody has asked the history of: those of the categories `first` first.

        Among equals newcomers, then by size; who was asked in vain comes after them, and who is
        not about AI last.
        """
        ...
