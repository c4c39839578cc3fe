"""What happens to made-up repos beside their stars."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.repo import RepoName


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which a repo does not answer. `why`: "deleted", "private", "dmca" or "tos"."""

    since: datetime
    until: datetime | None
    why: str


@dataclass(slots=True)
class Life:
    """What happens to one repo beside its stars; all lists oldest first."""

    names: list[tuple[datetime, RepoName]] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    archived_at: datetime | None = None
    licences: list[tuple[datetime, str | None]] = field(default_factory=list)
    last_push: datetime | None = None
    """After this its owner pushed no more."""


UNEVENTFUL = Life()


@dataclass(frozen=True, slots=True)
class Spurt:
    """Stars that come within hours and stay; `since` and `until` in days from the world's start."""

    since: float
    until: float
    stars: int

    def given(self, where: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many have come by each of these positions."""
        share = np.clip((where - self.since) / (self.until - self.since), 0, 1)
        given: NDArray[np.int64] = np.floor(self.stars * share).astype(np.int64)
        return given


@dataclass(frozen=True, slots=True)
class Wave:
    """Stars that a purge takes away again: `total[d]` at the start of day d, gone from `until`."""

    total: NDArray[np.int64]
    until: float
    """In days from the world's start."""
