"""Star counts over time, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars, StarHistory
from hypecurve.ports.store.catalogue import Found

Packed = NDArray[np.int32]
"""Star counts by slot; -1 where the repo was not seen."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One look at every watched repo."""

    number: int
    at: datetime
    expected: int
    seen: int


class StarLog(Protocol):
    """Star counts over time."""

    async def record(
        self, at: datetime, seen: Mapping[RepoId, int], missed: Sequence[RepoId] = ()
    ) -> Sweep:
        """Write one sweep: changed counts, who was missed, and the packed column.

        Who was asked for and did not answer is `missed`; who is in neither was not watched.
        Sweeps come in the order of time; BadData where `at` is not after the last one.
        """
        ...

    async def latest(self, at: datetime | None = None) -> Sweep | None:
        """Return the last sweep, or the last one at or before an instant."""
        ...

    async def columns(
        self, instants: Sequence[datetime], within: timedelta
    ) -> tuple[list[Packed | None], int]:
        """Return, for each instant, the packed counts of the sweep nearest to it.

        None where no sweep lies `within`; the second value is the number of slots.
        """
        ...

    async def history(self, repo_id: RepoId, since: datetime, until: datetime) -> StarHistory:
        """Return one repo's counts, a snapshot for each sweep that saw it."""
        ...

    async def save_past(self, past: Mapping[RepoId, PastStars | None], at: datetime) -> None:
        """Keep GitHub's own history; None is kept too, as "asked, has none"."""
        ...

    async def past_failed(self, ids: Sequence[RepoId], at: datetime) -> None:
        """Note whose history was asked in vain: it is asked again, after all others."""
        ...

    async def asked_past(self, since: datetime) -> int:
        """Return how many repos were asked for their history after an instant."""
        ...

    async def past(self, ids: Sequence[RepoId] | None = None) -> dict[RepoId, PastStars]:
        """Return the histories that are there."""
        ...

    async def share_with_past(self, found: Found) -> float:
        """Return the share of the matching repos whose past was asked, 0 to 1."""
        ...

    async def without_past(self, limit: int) -> list[CatalogueEntry]:
        """Return repos nobody has asked the history of: newcomers first, then by size.

        Who was asked in vain comes after them, and who is not about AI last.
        """
        ...
