"""How stars come to made-up repos: the shapes seen in life, as daily gains.

Shares and paces follow what recorded histories look like in general (bursts that fade within
weeks, weekday rhythm, day-to-day scatter well beyond Poisson); no figure is any real repo's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

_CHUNK = 4_000  # repos at a time: bounds the memory of the rates
_WEEKDAYS = np.array([1.08, 1.12, 1.12, 1.08, 1.0, 0.78, 0.82], dtype=np.float32)
_SHARES = (0.36, 0.26, 0.13, 0.11, 0.09, 0.05)
_SCATTER = 5.0  # shape of the gamma that multiplies each day's rate
_LEAST, _MOST = 380, 180_000
_BAR = 500
_STAY_BELOW = 0.3
_MOSTLY = 0.9
_TAIL = 0.85  # Pareto exponent of the totals


class Shape(IntEnum):
    """The course a repo takes."""

    STEADY = 0
    BURSTS = 1
    SLEEPER = 2
    TRICKLE = 3
    NEWBORN = 4
    GROWING = 5


@dataclass(frozen=True, slots=True)
class Curves:
    """Stars as they were given: `total[i, d]` at the start of day d; row i is repo i.

    `born` is the day of creation on the same axis (negative: before the first day).
    """

    total: NDArray[np.int32]
    born: NDArray[np.float64]
    shape: NDArray[np.int8]


def make_curves(
    rng: np.random.Generator, count: int, start: datetime, days: int, today: int
) -> Curves:
    """Draw curves of `days` days from `start` (aware UTC); `today` is the day that is now."""
    shape = rng.choice(len(Shape), size=count, p=_SHARES).astype(np.int8)
    aim = np.minimum(_LEAST * (1 - rng.random(count)) ** (-1 / _TAIL), _MOST)
    # The bulk of the catalogue is over the bar; what is under it is mostly on its way.
    lifted = (aim < _BAR) & (rng.random(count) > _STAY_BELOW)
    aim = np.where(lifted, aim + _BAR - _LEAST + 10, aim)
    born = -rng.gamma(2.0, 300.0, size=count)
    newborn = shape == Shape.NEWBORN
    born[newborn] = rng.uniform(today - 330, today - 12, size=int(newborn.sum()))
    aim = np.where(newborn, np.minimum(aim, 20_000), aim)
    total = np.zeros((count, days + 1), dtype=np.int32)
    day = np.arange(days, dtype=np.float32)
    rhythm = _WEEKDAYS[(np.arange(days) + start.weekday()) % 7]
    for low in range(0, count, _CHUNK):
        rows = slice(low, min(count, low + _CHUNK))
        rates = _rates(rng, shape[rows], aim[rows], born[rows], day, today) * rhythm
        # Nobody is given more in these months than it has in the end.
        given = rates[:, :today].sum(axis=1, keepdims=True)
        rates *= np.minimum(1, _MOSTLY * aim[rows, None] / np.maximum(given, 1)).astype(np.float32)
        noise = rng.standard_gamma(_SCATTER, size=rates.shape, dtype=np.float32) / _SCATTER
        gains = rng.poisson(rates * noise)
        gains[day + 1 <= born[rows, None]] = 0
        np.cumsum(gains, axis=1, out=total[rows, 1:], dtype=np.int32)
        before = np.where(newborn[rows], 0, np.maximum(0, aim[rows] - total[rows, today]))
        total[rows] += before.astype(np.int32)[:, None]
    return Curves(total, born, shape)


def between(
    total: NDArray[np.int32] | NDArray[np.int64], where: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Read totals between the starts of two days: gains are spread evenly, in whole stars."""
    day = np.minimum(where.astype(np.int64), len(total) - 2)
    before = total[day].astype(np.int64)
    gained = np.floor((total[day + 1] - before) * (where - day))
    between: NDArray[np.int64] = before + gained.astype(np.int64)
    return between


def _rates(
    rng: np.random.Generator,
    shape: NDArray[np.int8],
    aim: NDArray[np.float64],
    born: NDArray[np.float64],
    day: NDArray[np.float32],
    today: int,
) -> NDArray[np.float32]:
    """Expected stars a day, one row a repo."""
    count = len(shape)
    weekly = np.exp(rng.normal(-4.7, 0.8, size=count))
    pace = (aim * np.minimum(weekly, 0.04) / 7).astype(np.float32)
    factor = np.choose(shape, [1.0, 0.35, 0.02, 0.08, 0.2, 0.6]).astype(np.float32)
    rates = np.repeat((pace * factor)[:, None], len(day), axis=1)
    growing = shape == Shape.GROWING
    rates[growing] *= 0.4 + 1.6 * (day / today) ** 2
    for shapes, share, bursts in (
        ((Shape.BURSTS,), (0.02, 0.2), 3),
        ((Shape.SLEEPER,), (0.2, 0.6), 1),
        ((Shape.NEWBORN,), (0.8, 0.9), 1),
    ):
        rows = np.flatnonzero(np.isin(shape, shapes))
        for _ in range(bursts):
            when = rng.uniform(-40, len(day), size=len(rows))
            if Shape.SLEEPER in shapes:
                when = rng.uniform(-30, today - 120, size=len(rows))
            if Shape.NEWBORN in shapes:
                when = born[rows]
            _add_burst(rng, rates, rows, when, aim[rows] * rng.uniform(*share, size=len(rows)), day)
    return rates


def _add_burst(
    rng: np.random.Generator,
    rates: NDArray[np.float32],
    rows: NDArray[np.intp],
    when: NDArray[np.float64],
    stars: NDArray[np.float64],
    day: NDArray[np.float32],
) -> None:
    """Add a wave that rises in two days and fades over one to three weeks."""
    fade = rng.uniform(5, 20, size=len(rows))
    age = day - when[:, None].astype(np.float32)
    wave = np.exp(-np.maximum(age, 0) / fade[:, None].astype(np.float32))
    wave *= np.clip(age + 1, 0, 2) / 2
    rates[rows] += wave * (stars / fade)[:, None].astype(np.float32)
