"""The rules for GitHub's own history, one repo at a time: what many at once are held against."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.stars import PastStars

_SECONDS = 86_400
_MONTH = 28


def daily_past(
    past: PastStars, at: datetime, first_snapshot_at: datetime | None, days: int
) -> NDArray[np.float32]:
    """One history on the grid of 24 hours that ends at `at`: (days,), NaN unknown."""
    unknown = np.full(days, np.nan, np.float32)
    start = _midnight(past.first_day)
    end = min(_epoch(past.fetched_at), start + len(past.days) * _SECONDS)
    edges = np.append(np.arange(start, end, _SECONDS), end).astype(np.float64)
    if end <= start:
        return unknown
    given = np.concatenate([[0.0], np.cumsum(past.days[: len(edges) - 1], dtype=np.float64)])
    grid = _epoch(at) + (np.arange(days + 1, dtype=np.float64) - days) * _SECONDS
    sums = np.interp(grid, edges, given)
    gains = np.where((grid[:-1] >= start) & (grid[1:] <= end), np.diff(sums), np.nan)
    seam = np.flatnonzero((grid[:-1] >= start) & (grid[:-1] < end) & (grid[1:] > end))
    for place in seam:  # one at most
        opens, closes = grid[place], grid[place + 1]
        if first_snapshot_at is None or _epoch(first_snapshot_at) > opens:
            since = max(float(start), end - _SECONDS)
            pace = (given[-1] - np.interp(since, edges, given)) / (end - since)
            gains[place] = given[-1] - sums[place] + pace * (closes - end)
    return gains.astype(np.float32)


def best_month(past: PastStars) -> int:
    """The most stars of any 28 whole days, 0 where the history is shorter."""
    days = np.asarray(past.days, np.int64)
    if len(days) < _MONTH:
        return 0
    sums = np.cumsum(np.concatenate([[0], days]))
    return int((sums[_MONTH:] - sums[:-_MONTH]).max())


def _epoch(at: datetime) -> float:
    return at.astimezone(UTC).timestamp()


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
