"""How many repos the stalled rule flags, and how many of those wake up within two months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.stalled import StalledRules, upper_bound
from hypecurve.services.backtest.curves import MONTH, Curves, Matrix, earlier

_WITHIN = 56


@dataclass(frozen=True, slots=True)
class StallScore:
    """Shares of eligible repos, looked at every 28 days."""

    looked_at: int
    """Eligible: 500 stars, best 28 days of 60, 84 days seen."""
    flagged: float
    """Faded: cooling or stalled."""
    stalled: float
    """Faded, and under 20 stars in 28 days."""
    flagged_woke: float
    """Share of the flagged with a 28-day gain of >= max(20, 2 x the last two) within 56 days."""
    stalled_woke: float
    flagged_woke_third: float
    """The other measure: a 28-day gain of >= 30 % of the best within 56 days."""
    stalled_woke_third: float


def score_stalls(curves: Curves, rules: StalledRules | None = None) -> StallScore:
    """Score the stalled rule itself, apart from what was said of it before."""
    rules = rules or StalledRules()
    last, before = curves.month, earlier(curves.month, MONTH)
    best = np.fmax.accumulate(np.where(np.isfinite(last), last, -np.inf), axis=1)
    seen = np.zeros(last.shape, np.intp)
    np.cumsum(np.isfinite(curves.clean), axis=1, out=seen[:, 1:])
    looked = np.zeros(last.shape, np.bool_)
    looked[:, ::MONTH] = True
    looked &= np.isfinite(last) & np.isfinite(before) & (best >= rules.least_best)
    looked &= (curves.latest >= rules.least_stars) & (seen >= rules.least_days)
    faded = looked & (upper_bound(last) <= rules.share * best)
    faded &= before <= rules.share_before * best
    stalled = faded & (last < rules.under)
    ahead = _best_ahead(last)
    known = np.isfinite(ahead)
    woke = ahead >= np.maximum(rules.awake_gain, rules.awake_factor * np.fmax(last, before))
    third = ahead >= 0.3 * best
    return StallScore(
        looked_at=int(looked.sum()),
        flagged=_share(faded, looked),
        stalled=_share(stalled, looked),
        flagged_woke=_share(woke & faded & known, faded & known),
        stalled_woke=_share(woke & stalled & known, stalled & known),
        flagged_woke_third=_share(third & faded & known, faded & known),
        stalled_woke_third=_share(third & stalled & known, stalled & known),
    )


def _best_ahead(month: Matrix) -> Matrix:
    """The best 28-day gain that ends in the next 56 days; NaN unless the last of them is known."""
    size, days = month.shape
    ahead = np.full((size, days), np.nan)
    gains = np.where(np.isfinite(month), month, -np.inf)
    for day in range(days - _WITHIN):
        ahead[:, day] = gains[:, day + 1 : day + _WITHIN + 1].max(axis=1)
    ahead[:, : days - _WITHIN][~np.isfinite(month[:, _WITHIN:])] = np.nan
    return ahead


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
    count = int(whole.sum())
    return float(part.sum() / count) if count else float("nan")
