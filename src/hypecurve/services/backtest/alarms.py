"""The real detection, run over recorded curves day by day with nothing but what was known then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.detection import Rules, detect, fresh_states
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.windows import DAYS, windows_from_counts
from hypecurve.services.backtest.curves import Curves


@dataclass(frozen=True, slots=True, eq=False)
class Alarms:
    """What was said: (N, T) each; `rising` holds the step of the episode, 0 for silence."""

    rising: NDArray[np.uint8]
    stalled: NDArray[np.bool_]
    awake: NDArray[np.bool_]


def alarms_of(
    curves: Curves, rules: Rules | None = None, progress: Callable[[int], None] | None = None
) -> Alarms:
    """Run `detect` at every column but the first; `progress` hears of each column done."""
    size, days = curves.counts.shape
    before = np.full((size, DAYS), np.nan)
    counts = np.concatenate([before, np.asarray(curves.counts, np.float64)], axis=1)
    alarms = Alarms(
        np.zeros((size, days), np.uint8),
        np.zeros((size, days), np.bool_),
        np.zeros((size, days), np.bool_),
    )
    states = fresh_states(size)
    for day in range(1, days):
        # Who was not counted that day can neither speak nor change: most are not, on most days.
        rows = np.flatnonzero(curves.counts[:, day] >= 0)
        windows = windows_from_counts(
            curves.at(day),
            rows,
            counts[rows, day : day + DAYS + 1],
            pushed_at=None if curves.pushed_at is None else curves.pushed_at[rows, day],
        )
        found = detect(windows, states[rows], rules)
        states[rows] = found.states
        for signal in found.signals:
            match signal.kind:
                case SignalKind.RISING:
                    alarms.rising[signal.repo_id, day] = min(signal.step, 255)
                case SignalKind.STALLED:
                    alarms.stalled[signal.repo_id, day] = True
                case SignalKind.AWAKE:
                    alarms.awake[signal.repo_id, day] = True
                case _:
                    pass
        if progress is not None:
            progress(day)
    return alarms
