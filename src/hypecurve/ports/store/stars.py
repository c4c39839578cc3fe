"""Star counts over time, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import StarHistory

Packed = NDArray[np.int32]
"""Star counts by slot; -1 where the repo was not seen."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One look at every watched repo."""

    number: int
    at: datetime
    expected: int
    seen: int
    health: Health = Health.GOOD


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

    async def mark(self, number: int, health: Health) -> None:
        """Say what a sweep is worth; one that is STILL is believed by nothing that reads counts."""
        ...

    async def latest(
        self, at: datetime | None = None, *, whatever_health: bool = False
    ) -> Sweep | None:
        """Return the last believed sweep, or the last such at or before an instant.

        `whatever_health`: those whose counts are not believed too.
        """
        ...

    async def recent(self, limit: int) -> list[Sweep]:
        """Return the last sweeps, whatever their health, newest first."""
        ...

    async def last_known(self) -> Packed:
        """Return the last count of each repo, by slot, however long ago; -1 where there is none."""
        ...

    async def counts_of(self, number: int) -> Packed:
        """Return the packed counts of one sweep, whatever it is worth."""
        ...

    async def columns(
        self, instants: Sequence[datetime], within: timedelta
    ) -> tuple[list[Packed | None], int]:
        """Return, for each instant, the packed counts of the sweep nearest to it.

        None where no believed sweep lies `within`; the second value is the number of slots.
        """
        ...

    async def history(self, repo_id: RepoId, since: datetime, until: datetime) -> StarHistory:
        """Return one repo's counts, a snapshot for each believed sweep that saw it."""
        ...
