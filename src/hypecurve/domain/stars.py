"""Star counts over time: what we saw, what GitHub tells of the time before us, and growth.

Two kinds of numbers that are never subtracted from each other (shared rule of the design):
a *snapshot* is a count we saw at an instant; a *star day* says how many of the stars that a repo
still has today were given on that day.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple


class StarSnapshot(NamedTuple):
    """A star count seen by us at an instant (aware UTC): a tuple, as a year has 1,500 of them."""

    at: datetime
    stars: int


@dataclass(frozen=True, slots=True)
class PastStars:
    """GitHub's own star history of one repo: retained stars given per day, oldest day first.

    `days[i]` belongs to `first_day + i`; the last day is only complete up to `fetched_at`.
    """

    first_day: date
    days: tuple[int, ...]
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class StarHistory:
    """The counts we saw of one repo, oldest first, one for each sweep that saw it.

    `interval` is the usual time between sweeps; a count stays known for 1.5 intervals.
    """

    snapshots: tuple[StarSnapshot, ...]
    interval: timedelta

    def as_of(self, at: datetime) -> int | None:
        """The count known at an instant; None where nobody looked within 1.5 intervals before."""
        place = bisect_right(self.snapshots, at, key=lambda snapshot: snapshot.at)
        if place == 0:
            return None
        latest = self.snapshots[place - 1]
        return latest.stars if at - latest.at <= 1.5 * self.interval else None

    def near(self, at: datetime) -> int | None:
        """The count of the sweep nearest to an instant, at most half an interval away.

        The far end of a window uses this: sweeps jitter by seconds, and reading only backwards
        would stretch every second window by a whole interval.
        """
        place = bisect_right(self.snapshots, at, key=lambda snapshot: snapshot.at)
        close = self.snapshots[max(0, place - 1) : place + 1]
        best = min(close, key=lambda snapshot: abs(snapshot.at - at), default=None)
        if best is None or abs(best.at - at) > self.interval / 2:
            return None
        return best.stars

    def growth(self, at: datetime, window: timedelta) -> int | None:
        """Stars gained over the window that ends at an instant; None if either end is unknown."""
        after, before = self.as_of(at), self.near(at - window)
        return None if after is None or before is None else after - before
