"""What really happened, told in hindsight: surges, and which alarms were hits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.pace import WEEK
from hypecurve.services.backtest.curves import MONTH, Curves, earlier, later

_TIMES_MEDIAN = 3.0
_LEAST_WEEK = 30.0
_TIMES_WEEK_BEFORE = 1.5
_STILL = 2.0
_HIT_TIMES = 1.5
_HIT_MORE = 5.0


def surges_of(curves: Curves) -> NDArray[np.intp]:
    """Return the real surges as (S, 2) of repo and day: one for a repo and 28 days.

    A surge is a week of at least 3 x the median of the 8 before it, 30 stars, and 1.5 x the week
    before, whose next week still brings 2 x that median. Its day is the first of that week on
    which the repo gained at twice its usual pace (the column at which that gain is known).
    """
    week, median = curves.clean_week, curves.median
    real = (
        (week >= _TIMES_MEDIAN * median)
        & (week >= _LEAST_WEEK)
        & (week >= _TIMES_WEEK_BEFORE * earlier(week, WEEK))
        & (later(week, WEEK) >= _STILL * median)
    )
    found: list[tuple[int, int]] = []
    last = (-1, 0)
    for row, end in np.argwhere(real):
        days = curves.gains[row, end - WEEK : end]
        quick = np.flatnonzero(days >= _STILL * median[row, end] / WEEK)
        day = int(end - WEEK + quick[0] + 1) if quick.size else 0
        if quick.size and not (row == last[0] and day - last[1] < MONTH):
            last = (int(row), day)
            found.append(last)
    return np.array(found, np.intp).reshape(-1, 2)


def hits_of(curves: Curves) -> NDArray[np.float64]:
    """Return (N, T): 1 where an alarm would be a hit, 0 where not, NaN where nobody can say.

    A hit: the mean of the next 4 weeks is at least 1.5 x the usual pace, and 5 stars above it.
    """
    after = curves.month_after / (MONTH / WEEK)
    hit = (after >= _HIT_TIMES * curves.usual) & (after >= curves.usual + _HIT_MORE)
    known = np.isfinite(after) & np.isfinite(curves.usual)
    return np.where(known, hit, np.nan)
