"""Everything a backtest tells, worked out in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from hypecurve.domain.detection import Rules
from hypecurve.services.backtest.alarms import alarms_of
from hypecurve.services.backtest.curves import Curves
from hypecurve.services.backtest.injection import InjectionScore, score_injected
from hypecurve.services.backtest.score import Score, score
from hypecurve.services.backtest.stalls import StallScore, score_stalls

FACTORS = (2.0, 3.0, 5.0)
"""The injected surges, in usual paces."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures, and the size of what they rest on; a figure nobody can tell is NaN."""

    repos: int
    first: date
    last: date
    days: int
    points: int
    """Counts that were observed."""
    rising: Score
    stalled: StallScore
    injected: tuple[InjectionScore, ...]
    """A lane each, from the smallest up, for each of FACTORS in turn."""


def report_of(
    curves: Curves,
    rules: Rules | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Run and score the detection; `progress` hears (done, total) as the days go by.

    The days are run once as they were and once for each of the injected surges.
    """
    size, days = curves.counts.shape
    rounds, total = 0, (days - 1) * (1 + len(FACTORS))

    def day_done(day: int) -> None:
        if progress is not None:
            progress(rounds * (days - 1) + day, total)

    rising = alarms_of(curves, rules, day_done).rising
    scored = score(curves, rising)
    stalled = score_stalls(curves, rules.stalled if rules else None)
    injected: list[InjectionScore] = []
    for factor in FACTORS:
        rounds += 1
        injected += score_injected(curves, rising, factor, rules, progress=day_done)
    return Report(
        repos=size,
        first=curves.start.date(),
        last=curves.at(days - 1).date(),
        days=days,
        points=int(np.count_nonzero(curves.counts >= 0)),
        rising=scored,
        stalled=stalled,
        injected=tuple(injected),
    )
