"""Recorded counts as matrices of (repos, days), and what hindsight knows of every day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.gains import gains_of, is_purge
from hypecurve.domain.pace import BASELINE_WEEKS, WEEK, usual_of

MONTH = 28
_ROWS = 128
"""Repos whose baselines are worked out at a time: 8 weeks for each of their days are in memory."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curves:
    """Daily counts of N repos over T days.

    `counts`: (N, T), NaN or negative unknown; column t was seen at `start` + t days (aware UTC).
    `pushed_at`: (N, T) datetime64, NaT unknown; None where nothing is known of pushes.

    Derived matrices are (N, T), the value at t being that of the window which ends at t.
    """

    counts: NDArray[Any]
    start: datetime
    pushed_at: NDArray[np.datetime64] | None = None

    def at(self, day: int) -> datetime:
        """The instant of a column."""
        return self.start + timedelta(days=day)

    @classmethod
    def of(cls, observed: Iterable[tuple[str, date, int]]) -> Curves:
        """Lay out (repo, day, stars) on a grid, repos by name; the last word counts.

        Day-level rules need day-level counts: what was observed once a week stays unknown.
        """
        seen = {(repo, day): stars for repo, day, stars in observed}
        rows = {repo: row for row, repo in enumerate(sorted({repo for repo, _ in seen}))}
        days = {day for _, day in seen}
        first = min(days, default=date(1970, 1, 1))
        width = (max(days, default=first) - first).days + 1
        counts = np.full((len(rows), width), np.nan)
        for (repo, day), stars in seen.items():
            counts[rows[repo], (day - first).days] = stars
        return cls(counts, datetime(first.year, first.month, first.day, tzinfo=UTC))

    @cached_property
    def gains(self) -> Matrix:
        """(N, T-1) stars gained from column t to t + 1; short holes shared out, in hindsight."""
        return gains_of(self.counts)

    @cached_property
    def purges(self) -> NDArray[np.bool_]:
        """(N, T-1) days whose fall is a purge."""
        return is_purge(self.gains, self.latest[:, :-1])

    @cached_property
    def latest(self) -> Matrix:
        """The last count known by each day, NaN before the first."""
        known = self.counts >= 0
        place = np.maximum.accumulate(np.where(known, np.arange(known.shape[1]), 0), axis=1)
        found = np.take_along_axis(np.asarray(self.counts, np.float64), place, axis=1)
        return np.where(found >= 0, found, np.nan)

    @cached_property
    def clean(self) -> Matrix:
        """The gains without purges: what baselines are made of."""
        return np.where(self.purges, np.nan, self.gains)

    @cached_property
    def week(self) -> Matrix:
        """Stars gained in 7 days, purges left in: they do come after alarms."""
        return sums(self.gains, WEEK)

    @cached_property
    def clean_week(self) -> Matrix:
        """Stars gained in 7 days, unknown where a purge lies in them."""
        return sums(self.clean, WEEK)

    @cached_property
    def month(self) -> Matrix:
        """Stars gained in 28 days, unknown where a purge lies in them."""
        return sums(self.clean, MONTH)

    @cached_property
    def month_after(self) -> Matrix:
        """Stars gained in the 28 days after, purges left in."""
        return later(sums(self.gains, MONTH), MONTH)

    @cached_property
    def usual(self) -> Matrix:
        """The usual pace a week, before the last 7 days."""
        return self._pace[0]

    @cached_property
    def median(self) -> Matrix:
        """The median of the 8 completed weeks before the last 7 days, NaN unless all are known."""
        return self._pace[1]

    @cached_property
    def _pace(self) -> tuple[Matrix, Matrix]:
        size, days = self.clean_week.shape
        usual, median = np.full((size, days), np.nan), np.full((size, days), np.nan)
        for start in range(0, size, _ROWS):
            part = self.clean_week[start : start + _ROWS]
            weeks = np.stack([earlier(part, WEEK * (k + 1)) for k in range(BASELINE_WEEKS)], axis=2)
            flat = weeks.reshape(-1, BASELINE_WEEKS)
            usual[start : start + _ROWS] = usual_of(flat).reshape(part.shape)
            median[start : start + _ROWS] = np.median(weeks, axis=2)
        return usual, median


def sums(gains: Matrix, days: int) -> Matrix:
    """Sum (N, T-1) daily gains over the `days` before each of T columns, NaN unless all known."""
    size, width = gains.shape
    known = np.isfinite(gains)
    total, seen = np.zeros((size, width + 1)), np.zeros((size, width + 1))
    np.cumsum(np.where(known, gains, 0.0), axis=1, out=total[:, 1:])
    np.cumsum(known, axis=1, out=seen[:, 1:])
    result = np.full((size, width + 1), np.nan)
    whole = seen[:, days:] - seen[:, :-days] == days
    result[:, days:] = np.where(whole, total[:, days:] - total[:, :-days], np.nan)
    return result


def earlier(matrix: Matrix, days: int) -> Matrix:
    """Return the value of `days` before at every column."""
    moved = np.full(matrix.shape, np.nan)
    moved[:, days:] = matrix[:, : max(0, matrix.shape[1] - days)]
    return moved


def later(matrix: Matrix, days: int) -> Matrix:
    """Return the value of `days` after at every column."""
    moved = np.full(matrix.shape, np.nan)
    moved[:, : max(0, matrix.shape[1] - days)] = matrix[:, days:]
    return moved
