"""GitHub's own star history of many repos at once: packed days, laid on the grid of the windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars

_SECONDS = 86_400
_MONTH = 28


@dataclass(frozen=True, slots=True, eq=False)
class PackedPasts:
    """The histories of N repos (`PastStars`), without a Python number for each of their days.

    `repo_ids`: (N,). `first_days`: (N,) datetime64[D]. `fetched_at`: (N,) datetime64[us] in UTC.
    `days`: all days of all repos, one repo after the other; repo i's begin at `starts[i]` and end
    before `starts[i + 1]`.
    """

    repo_ids: NDArray[np.int64]
    first_days: NDArray[np.datetime64]
    fetched_at: NDArray[np.datetime64]
    starts: NDArray[np.int64]
    days: NDArray[np.int32]

    @property
    def size(self) -> int:
        """How many repos these are."""
        return len(self.repo_ids)


def pack(ids: Sequence[RepoId], pasts: Sequence[PastStars]) -> PackedPasts:
    """Pack histories that are there one by one."""
    lengths = [len(past.days) for past in pasts]
    fetched = [past.fetched_at.astimezone(UTC).replace(tzinfo=None) for past in pasts]
    return PackedPasts(
        repo_ids=np.array(ids, np.int64),
        first_days=np.array([past.first_day for past in pasts], "datetime64[D]"),
        fetched_at=np.array(fetched, "datetime64[us]"),
        starts=np.cumsum([0, *lengths], dtype=np.int64),
        days=np.array([day for past in pasts for day in past.days], np.int32),
    )


def daily_gains(
    pasts: PackedPasts, at: datetime, first_snapshot_at: ArrayLike, days: int
) -> NDArray[np.float32]:
    """Lay histories on the grid of 24 hours that ends at `at`: (N, days) stars.

    GitHub counts by UTC days (documented as "not guaranteed"); a window that overlaps two of them
    takes from each by its hours. Unknown (NaN) are windows that begin before a history's first
    day, and those that end after it was fetched. Only the window in which it was fetched is
    completed, at the pace of its last 24 hours, unless we were counting when that window began
    (`first_snapshot_at`: (N,) datetime64 in UTC; NaT: we never counted): there the counts know
    better. So the seam between the history and our counts costs no day, and no count is
    subtracted from a history.
    """
    ends = _Ends(pasts)
    stamp = at.astimezone(UTC).timestamp()
    grid = stamp + (np.arange(days + 1, dtype=np.float64) - days) * _SECONDS
    # All of them are cut at the same hour of GitHub's day: a window is the rest of one, and the
    # beginning of the next.
    first, hour = divmod(float(grid[0]), _SECONDS)
    part = hour / _SECONDS
    told = _on_grid(pasts, ends, int(first), days + 1)
    gains = (1 - part) * told[:, :-1] + part * told[:, 1:]
    _stretch_last(gains, told, ends, int(first), part)
    start, end = ends.start[:, None], ends.end[:, None]
    opens, closes = grid[None, :-1], grid[None, 1:]
    gains[(opens < start) | (closes > end)] = np.nan
    _complete(gains, pasts, ends, grid, first_snapshot_at)
    return gains.astype(np.float32)


def best_months(pasts: PackedPasts) -> NDArray[np.int64]:
    """Return the most stars of any 28 whole days of each history, 0 where it is shorter: (N,).

    It seeds `best_28d` of the detection's state: the best 28 days ever may lie before the window.
    """
    best = np.zeros(pasts.size, np.int64)
    lengths = np.diff(pasts.starts)
    rows = np.flatnonzero(lengths >= _MONTH)
    if not rows.size:
        return best
    sums = np.concatenate([[0], np.cumsum(pasts.days, dtype=np.int64)])
    months = sums[_MONTH:] - sums[:-_MONTH]
    # Those that begin in one history and end in the next are nobody's.
    place = np.arange(len(months)) + _MONTH
    owner = np.repeat(np.arange(pasts.size), lengths)[: len(months)]
    months[place > pasts.starts[owner + 1]] = 0
    best[rows] = np.maximum.reduceat(months, pasts.starts[rows])
    return best


class _Ends:
    """Where histories begin and end. Times in epoch seconds."""

    def __init__(self, pasts: PackedPasts) -> None:
        self.first = pasts.first_days.astype(np.int64)
        """Days since 1970."""
        self.start = self.first * float(_SECONDS)
        fetched = pasts.fetched_at.astype("datetime64[us]").astype(np.int64) / 1e6
        self.end = np.minimum(fetched, self.start + np.diff(pasts.starts) * _SECONDS)
        self.known = np.maximum(np.ceil((self.end - self.start) / _SECONDS), 0).astype(np.int64)
        """Days that had begun when it was fetched."""
        self.share = (self.end - self.start) / _SECONDS - (self.known - 1)
        """So much of the last of them was over; nothing where none had begun."""


def _on_grid(pasts: PackedPasts, ends: _Ends, first: int, width: int) -> NDArray[np.float64]:
    """The days from `first` (since 1970) on, for each repo; 0 where its history has none."""
    of = (first - ends.first)[:, None] + np.arange(width)
    inside = (of >= 0) & (of < ends.known[:, None])
    places = (pasts.starts[:-1, None] + of)[inside]
    told = np.zeros((pasts.size, width))
    told[inside] = pasts.days[places]
    return told


def _stretch_last(
    gains: NDArray[np.float64], told: NDArray[np.float64], ends: _Ends, first: int, part: float
) -> None:
    """The last day's stars came before the fetch, not over the whole of the day; in place."""
    last = ends.first + ends.known - 1 - first
    rows = np.flatnonzero((ends.known > 0) & (last >= 1) & (last <= gains.shape[1]))
    column = last[rows]
    share = np.minimum(part / ends.share[rows], 1.0)
    gains[rows, column - 1] += (share - part) * told[rows, column]


def _complete(
    gains: NDArray[np.float64],
    pasts: PackedPasts,
    ends: _Ends,
    grid: NDArray[np.float64],
    first_snapshot_at: ArrayLike,
) -> None:
    """Fill in place the one window in which each history was fetched; see `daily_gains`."""
    place = np.searchsorted(grid, ends.end, side="left") - 1
    rows = np.flatnonzero((place >= 0) & (place < gains.shape[1]) & (ends.known > 0))
    opens = grid[place[rows]]
    counted = np.asarray(first_snapshot_at, "datetime64[us]")[rows]
    first_count = np.where(np.isnat(counted), np.inf, counted.astype(np.int64) / 1e6)
    free = (opens >= ends.start[rows]) & (first_count > opens)
    rows, opens = rows[free], opens[free]
    if not rows.size:
        return
    last, before = _last_two(pasts, ends, rows)
    share, end = ends.share[rows], ends.end[rows]
    # From the window's opening to the fetch, in days: reaching into the day before, or not.
    open_days = (end - opens) / _SECONDS
    so_far = np.where(
        open_days > share, last + before * (open_days - share), last * open_days / share
    )
    # A history of less than 24 hours is all there is to tell the pace.
    pace = np.where(ends.known[rows] > 1, last + before * (1 - share), last / share)
    gains[rows, place[rows]] = so_far + pace * (1 - open_days)


def _last_two(
    pasts: PackedPasts, ends: _Ends, rows: NDArray[np.intp]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The stars of the last known day and of the day before it, 0 where there is none."""
    last = pasts.starts[rows] + ends.known[rows] - 1
    before = np.where(ends.known[rows] > 1, pasts.days[last - 1], 0)
    return pasts.days[last].astype(np.float64), before.astype(np.float64)
