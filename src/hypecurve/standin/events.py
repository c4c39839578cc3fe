"""What happens to made-up repos beside their ordinary stars."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.repo import RepoName

_T = TypeVar("_T")
_DAYS_BOUGHT = 10


class Changes(list[tuple[datetime, _T]]):
    """What something is from which instant on, oldest first."""

    def note(self, at: datetime, value: _T) -> None:
        """Let it be another from an instant on; of two at one instant the later noted holds."""
        insort(self, (at, value), key=lambda each: each[0])

    def latest(self, at: datetime, before: _T) -> _T:
        """What it is at an instant; `before` any change `before`."""
        place = bisect_right(self, at, key=lambda each: each[0])
        return self[place - 1][1] if place else before


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which something holds: `since` belongs to it, `until` does not; None: for good."""

    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether it holds at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Absence(Span):
    """A time in which a repo does not answer. `why`: "deleted", "private", "dmca" or "tos"."""

    why: str = "deleted"


@dataclass(frozen=True, slots=True)
class Fork:
    """A repo is a fork of the repo `of`, until it is detached; None: for good."""

    of: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Renoding:
    """A node id takes its new form; whether the old one `resolves` from then on."""

    since: datetime
    resolves: bool


@dataclass(slots=True)
class Misreading:
    """A wrong count, told so many times at or after an instant."""

    since: datetime
    stars: int
    left: int


@dataclass(slots=True)
class Life:
    """What happens to one repo beside its stars."""

    names: Changes[RepoName] = field(default_factory=Changes)
    organisation: Changes[bool] = field(default_factory=Changes)
    """Whether its owner is one."""
    descriptions: Changes[str] = field(default_factory=Changes)
    licences: Changes[str | None] = field(default_factory=Changes)
    absences: list[Absence] = field(default_factory=list)
    archived: list[Span] = field(default_factory=list)
    fork: Fork | None = None
    renoding: Renoding | None = None
    told_created: datetime | None = None
    """When it says that it was created, where that is not true."""
    last_push: datetime | None = None
    """After this its owner pushed no more."""

    def fork_of(self, at: datetime) -> int | None:
        """The repo that it is a fork of at an instant."""
        fork = self.fork
        return fork.of if fork and (fork.until is None or at < fork.until) else None


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
    """Stars that come over ten days, go all at once at `until`, and may be back from `back` on.

    All in days from the world's start.
    """

    first: int
    stars: int
    until: float
    back: float = np.inf

    def there(self, where: float) -> bool:
        """Say whether those that have come are counted."""
        return where < self.until or where >= self.back

    def given(self, where: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many have come by each of these positions, taken away or not."""
        day = np.floor(where)
        before, after = self._by(day), self._by(day + 1)
        return before + np.floor((after - before) * (where - day)).astype(np.int64)

    def _by(self, day: NDArray[np.float64]) -> NDArray[np.int64]:
        come = np.clip(day - self.first, 0, _DAYS_BOUGHT).astype(np.int64)
        by: NDArray[np.int64] = come * self.stars // _DAYS_BOUGHT
        return by
