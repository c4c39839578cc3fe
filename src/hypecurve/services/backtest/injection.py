"""Surges of a known size, put into quiet stretches of real curves: how many are seen in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.detection import Rules
from hypecurve.domain.pace import LANES, WEEK, lanes_of
from hypecurve.domain.signal import Lane
from hypecurve.services.backtest.alarms import alarms_of
from hypecurve.services.backtest.curves import Curves

LASTS = 14
"""Days an injected surge goes on."""
_CALM = 30
"""Days without a signal before it begins."""


@dataclass(frozen=True, slots=True)
class InjectionScore:
    """Share of the injected surges with a signal within 7 and 14 days."""

    lane: Lane
    factor: float
    injected: int
    in_7_days: float
    in_14_days: float


def score_injected(
    curves: Curves,
    rising: NDArray[np.uint8],
    factor: float,
    rules: Rules | None = None,
    *,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> tuple[InjectionScore, ...]:
    """Raise one stretch of 14 days of each repo to `factor` x its usual pace and look who is seen.

    `rising`: the alarms without injections; a stretch has none in the 30 days before and the 14
    in it. What is added is Poisson noise around (factor - 1) x the usual pace. `progress` hears of
    each column done.
    """
    generator = np.random.default_rng(seed)
    rows, days = _stretches(curves, rising, generator)
    counts = np.array(curves.counts, np.float64)
    usual = curves.usual[rows, days]
    for row, day, pace in zip(rows, days, usual, strict=True):
        extra = np.cumsum(generator.poisson((factor - 1) * pace / WEEK, LASTS))
        counts[row, day + 1 : day + LASTS + 1] += extra
        counts[row, day + LASTS + 1 :] += extra[-1]
    alarms = alarms_of(Curves(counts, curves.start), rules, progress).rising
    lane = lanes_of(usual)
    seen = np.array(
        [
            [alarms[r, d + 1 : d + days_ + 1].any() for days_ in (WEEK, LASTS)]
            for r, d in zip(rows, days, strict=True)
        ],
        np.bool_,
    ).reshape(-1, 2)
    return tuple(
        InjectionScore(
            lane=LANES[place],
            factor=factor,
            injected=int((lane == place).sum()),
            in_7_days=_mean(seen[lane == place, 0]),
            in_14_days=_mean(seen[lane == place, 1]),
        )
        for place in range(len(LANES))
    )


def _stretches(
    curves: Curves, rising: NDArray[np.uint8], generator: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pick one calm day a repo, with a known pace, counts on all 14 days and no signal around."""
    width = curves.counts.shape[1]
    known = np.isfinite(curves.usual) & np.isfinite(curves.week)
    rows: list[int] = []
    days: list[int] = []
    for row in range(len(rising)):
        run = np.cumsum(np.concatenate([[0], known[row]]))
        spoken = np.cumsum(np.concatenate([[0], rising[row] > 0]))
        day = np.arange(_CALM, width - LASTS - 1)
        whole = run[day + LASTS + 1] - run[day] == LASTS + 1
        calm = spoken[day + LASTS + 1] == spoken[day - _CALM]
        choices = day[whole & calm]
        if choices.size:
            rows.append(row)
            days.append(int(generator.choice(choices)))
    return np.array(rows, np.intp), np.array(days, np.intp)


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if values.size else float("nan")
