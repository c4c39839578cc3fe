"""Alarms, precision, surges seen and delay, a lane each, with bootstrap intervals over repos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.pace import LANES, lanes_of
from hypecurve.domain.signal import Lane
from hypecurve.services.backtest.curves import Curves
from hypecurve.services.backtest.truth import hits_of, surges_of

EARLY = 3
"""Days before a surge's day from which a signal counts as seeing it, with delay 0."""
LATE = 7
_RESAMPLES = 500
_QUANTILES = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % bootstrap interval; NaN where there is nothing to count."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LaneScore:
    """What one lane says and sees; `lane` None is all of them."""

    lane: Lane | None
    alarms: int
    alarms_per_1000: Figure
    """Alarms per 1,000 repos a day, over repo-days whose lift was known."""
    precision: Figure
    surges: int
    seen: Figure
    """Share of the real surges with a signal from 3 days before to 7 days after their day."""
    delay: Figure
    """Median days from a surge's day to the first signal, of those seen."""


@dataclass(frozen=True, slots=True)
class Score:
    """The whole, the lanes from the smallest up, and how much it rests on."""

    repos: int
    repo_days: int
    """Days of a repo whose lift was known."""
    escalations: int
    total: LaneScore
    lanes: tuple[LaneScore, ...]


def score(
    curves: Curves, rising: NDArray[np.uint8], *, resamples: int = _RESAMPLES, seed: int = 0
) -> Score:
    """Score rising alarms: (N, T) steps, 0 for silence, as `alarms_of` gives them."""
    known = np.isfinite(curves.week) & np.isfinite(curves.usual)
    lane = lanes_of(curves.usual)
    surges = surges_of(curves)
    hits = hits_of(curves)
    delays = _delays(rising > 0, surges)
    generator = np.random.default_rng(seed)
    size = len(rising)
    weights = generator.multinomial(size, np.full(size, 1 / size), resamples) if size else None

    def of(place: int | None) -> LaneScore:
        where = known if place is None else known & (lane == place)
        alarms = (rising > 0) & where
        mine = np.ones(len(surges), np.bool_)
        if place is not None:
            mine = lane[surges[:, 0], surges[:, 1]] == place
        at, late = surges[mine, 0], delays[mine]
        caught = np.isfinite(late)
        judged = alarms & np.isfinite(hits)
        per_1000 = _ratio(alarms.sum(axis=1), where.sum(axis=1), weights)
        return LaneScore(
            lane=None if place is None else LANES[place],
            alarms=int(alarms.sum()),
            alarms_per_1000=Figure(per_1000.value * 1e3, per_1000.low * 1e3, per_1000.high * 1e3),
            precision=_ratio((judged & (hits > 0)).sum(axis=1), judged.sum(axis=1), weights),
            surges=len(at),
            seen=_ratio(
                np.bincount(at[caught], minlength=size), np.bincount(at, minlength=size), weights
            ),
            delay=_median(late[caught], at[caught], weights),
        )

    return Score(
        repos=size,
        repo_days=int(known.sum()),
        escalations=int(((rising > 1) & known).sum()),
        total=of(None),
        lanes=tuple(of(place) for place in range(len(LANES))),
    )


def _delays(alarms: NDArray[np.bool_], surges: NDArray[np.intp]) -> NDArray[np.float64]:
    """Days from each surge to its first signal, NaN where none came in time."""
    delays = np.full(len(surges), np.nan)
    for place, (row, day) in enumerate(surges):
        start = max(0, day - EARLY)
        spoken = np.flatnonzero(alarms[row, start : day + LATE + 1])
        if spoken.size:
            delays[place] = max(0, start + spoken[0] - day)
    return delays


def _ratio(
    part: NDArray[np.intp], whole: NDArray[np.intp], weights: NDArray[np.int64] | None
) -> Figure:
    """Return the ratio of two sums over repos; both are counts a repo."""
    if weights is None or not whole.sum():
        return Figure(np.nan, np.nan, np.nan)
    parts, wholes = weights @ part, weights @ whole
    ratios = parts[wholes > 0] / wholes[wholes > 0]
    low, high = np.quantile(ratios, _QUANTILES) if ratios.size else (np.nan, np.nan)
    return Figure(float(part.sum() / whole.sum()), float(low), float(high))


def _median(
    values: NDArray[np.float64], rows: NDArray[np.intp], weights: NDArray[np.int64] | None
) -> Figure:
    if weights is None or not values.size:
        return Figure(np.nan, np.nan, np.nan)
    drawn = [np.repeat(values, times) for times in weights[:, rows]]
    medians = [float(np.median(sample)) for sample in drawn if sample.size]
    low, high = np.quantile(medians, _QUANTILES) if medians else (np.nan, np.nan)
    return Figure(float(np.median(values)), float(low), float(high))
