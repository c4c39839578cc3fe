"""A signal: a change of a repo's state, frozen with the evidence it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hypecurve.domain.repo import RepoId

LEAST_PACE = 5
"""Stars a week; a multiple of less than that says nothing."""


class SignalKind(StrEnum):
    """What changed. Channels subscribe to the first four; the rest speak of followed repos."""

    NEW = "new"
    RISING = "rising"
    STALLED = "stalled"
    AWAKE = "awake"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    RENAMED = "renamed"
    MOVED = "moved"
    """To another owner, whatever it is called there."""
    NAME_TAKEN = "name taken"
    """The name it once had belongs to another repo now."""
    RELICENSED = "relicensed"
    DETACHED = "detached"
    """No fork any more."""
    GONE = "gone"
    RETURNED = "returned"
    CORRECTED = "corrected"
    """Its count was put right at one stroke: a purge, or the return of what a purge took."""
    MILESTONE = "milestone"


SUBSCRIBABLE = (SignalKind.NEW, SignalKind.RISING, SignalKind.STALLED, SignalKind.AWAKE)


class Lane(StrEnum):
    """Repos compete with others of their usual pace: < 5, 5-30, 30-200, 200+ stars a week."""

    TRICKLE = "trickle"
    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was known when the signal was given; figures count stars unless they say else.

    None is unknown, or does not apply to this kind.
    """

    stars: int | None = None
    gain_3d: int | None = None
    gain_7d: int | None = None
    usual_7d: float | None = None
    """The repo's usual pace, stars a week, before the window."""
    multiple: float | None = None
    """gain_7d / usual_7d; None where the usual pace is unknown."""
    gain_28d: int | None = None
    best_28d: int | None = None
    """The repo's own best 28 days ever."""
    weeks: tuple[int | None, ...] = ()
    """Gains of the last 8 weeks, oldest first, the last one ends at the signal."""
    age_days: int | None = None
    last_push: datetime | None = None
    before: str | None = None
    """The old name or licence; the count before a correction."""
    after: str | None = None
    """The new one; for a milestone the number of stars passed, for a repo that is gone why."""

    @property
    def shown_multiple(self) -> float | None:
        """The multiple of the usual pace, where that pace is known and at least 5 a week."""
        hidden = self.usual_7d is None or self.usual_7d < LEAST_PACE
        return None if hidden else self.multiple


@dataclass(frozen=True, slots=True)
class Signal:
    """Unique by (repo, kind, episode, step). Escalation is the next step of the same episode."""

    repo_id: RepoId
    kind: SignalKind
    at: datetime
    episode: int
    step: int
    score: float
    """Ranks signals of one kind; for RISING the lower bound of the lift, exp(LB7)."""
    lane: Lane | None
    rule: str
    """Name and version of the rule, like "p1-escalating/1"."""
    evidence: Evidence = field(default_factory=Evidence)
