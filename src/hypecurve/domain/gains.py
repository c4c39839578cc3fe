"""From counts to gains: differences, short holes shared out, purges kept in one piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_HOLE = 6
"""Days between two known counts over which the gain is shared out evenly."""
PURGE_STARS = 50
PURGE_SHARE = 0.01
"""A fall of at least as many stars and as large a share within a day is no change of heart."""
RETURN_WITHIN = 0.2
"""A rise within a day that gives back what a purge took, give or take this share of it."""


def is_purge(gain: NDArray[Any], before: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell falls that are purges: at least 50 stars and 1 % of the count before (NaN: no share)."""
    share = np.where(np.isfinite(before), before * PURGE_SHARE, 0.0)
    fallen: NDArray[np.bool_] = -gain >= np.maximum(PURGE_STARS, share)
    return fallen


def gains_of(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Return what is gained between neighbours of (n, D+1) counts: (n, D), NaN unknown.

    Negative and NaN counts are unknown. Between two known counts at most 6 days apart the gain is
    shared out evenly. A purge over a hole stands on the hole's last day and the others stay
    unknown, so that sharing it out does not hide it.
    """
    known = counts >= 0  # NaN compares false
    values = np.where(known, counts, np.nan).astype(np.float64, copy=False)
    gains: NDArray[np.float64] = np.diff(values, axis=1)
    # Only holes inside a row can be filled: what lies before the first or after the last cannot.
    width = known.shape[1]
    first, last = known.argmax(axis=1), width - known[:, ::-1].argmax(axis=1)
    count = np.count_nonzero(known, axis=1)
    holed = np.flatnonzero((count > 0) & (count < last - first))
    if holed.size:
        _share_out(gains, values, known, holed)
    return gains


def _share_out(
    gains: NDArray[np.float64],
    values: NDArray[np.float64],
    known: NDArray[np.bool_],
    holed: NDArray[np.intp],
) -> None:
    """Fill the holes of these rows in place. Only the holes are touched: most days are known."""
    row, place = np.nonzero(known[holed])
    span = np.diff(place)
    hole = np.flatnonzero((np.diff(row) == 0) & (span > 1) & (span <= LONGEST_HOLE))
    row, first, span = holed[row[hole]], place[hole], span[hole]
    before = values[row, first]
    rise = values[row, first + span] - before
    purged = is_purge(rise, before)
    share = np.where(purged, np.nan, rise / span)
    for day in range(LONGEST_HOLE):
        reaches = span > day
        gains[row[reaches], first[reaches] + day] = share[reaches]
    gains[row[purged], (first + span - 1)[purged]] = rise[purged]


def without_corrections(gains: NDArray[Any], stars: NDArray[np.float64]) -> NDArray[Any]:
    """Return (n, D) gains in which purges, and what gives their stars back, are unknown.

    A purge (`is_purge`) is a correction of the count; so is a later rise within a day of about
    the same size. Unknown days do the rest: the baseline starts anew behind them, and nothing
    is said for the 7 days in which they lie in the window.
    """
    rows = np.flatnonzero((gains <= -PURGE_STARS).any(axis=1))
    return gains if not rows.size else _masked(gains.copy(), rows, stars)


def _masked(
    gains: NDArray[Any], rows: NDArray[np.intp], stars: NDArray[np.float64]
) -> NDArray[Any]:
    part = gains[rows].astype(np.float64)
    back = np.cumsum(np.nan_to_num(part[:, ::-1]), axis=1)[:, ::-1]
    before = stars[rows, None] - back
    purges = is_purge(part, before)
    for row, day in np.argwhere(purges):
        fall = -part[row, day]
        later = part[row, day + 1 :]
        returns = np.abs(later - fall) <= RETURN_WITHIN * fall
        purges[row, day + 1 :] |= returns
    gains[rows] = np.where(purges, np.nan, gains[rows])
    return gains
