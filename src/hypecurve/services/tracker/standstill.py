"""What a sweep is worth as a whole, held against the sweeps before it, before it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.health import Health, health, keeps_pace
from hypecurve.ports.store import Packed, Sweep, Transaction

_WEEK = timedelta(weeks=1)
_WEEKS = 4
_LEAST_WEEKS = 2
"""So many weeks make a habit; before, the usual pace of the whole week stands for the slot's."""
_A_SLOT = 0.75
"""Of the usual time between sweeps; shorter stretches fall between the sweeps of other weeks."""


async def worth(
    tx: Transaction,
    now: NDArray[np.float64],
    expected: int,
    at: datetime,
    interval: timedelta,
) -> Health:
    """Judge a sweep by how far it moves on from what was last believed.

    `now`: its counts by slot, NaN unknown. `expected`: how many repos should have answered;
    `interval`: the usual time between sweeps.

    A standstill that nothing makes up for would be one for ever, held against the counts before
    it. So a sweep is believed too that goes on at the usual pace from one before it, of whatever
    health, that is old enough to tell.
    """
    seen, unknown = int(np.isfinite(now).sum()), np.full(len(now), np.nan)
    believed = await tx.stars.latest()
    if believed is None:
        return health(expected, seen, unknown, unknown)
    gains = await _gains(tx, now, believed)
    usual = await _usual(tx, at, at - believed.at, interval, len(now))
    found = health(expected, seen, gains, usual)
    if found is Health.STILL and await _goes_on(tx, now, at, interval, believed):
        return health(expected, seen, unknown, unknown)
    return found


async def _goes_on(
    tx: Transaction, now: NDArray[np.float64], at: datetime, interval: timedelta, believed: Sweep
) -> bool:
    """Whether the counts move as usual since a sweep after the last that is believed."""
    before = await tx.stars.latest(at - interval * _A_SLOT, whatever_health=True)
    if before is None or before.number <= believed.number:
        return False
    pace = await tx.catalogue.usual_weeks(len(now)) * ((at - before.at) / _WEEK)
    return keeps_pace(await _gains(tx, now, before), pace)


async def _gains(tx: Transaction, now: NDArray[np.float64], since: Sweep) -> NDArray[np.float64]:
    """By slot: stars since a sweep; NaN unknown."""
    return now - _wide(await tx.stars.counts_of(since.number), len(now))


async def _usual(
    tx: Transaction, at: datetime, passed: timedelta, interval: timedelta, slots: int
) -> NDArray[np.float64]:
    """By slot: what such hours of a week usually bring; NaN unknown."""
    pace = await tx.catalogue.usual_weeks(slots) * (passed / _WEEK)
    habit = await _habit(tx, at, passed, interval, slots)
    return np.where(np.isfinite(habit), habit, pace)


async def _habit(
    tx: Transaction, at: datetime, passed: timedelta, interval: timedelta, slots: int
) -> NDArray[np.float64]:
    """Stars that the weeks before brought in the same hours of the week; NaN unknown."""
    if passed < interval * _A_SLOT:
        return np.full(slots, np.nan)
    instants = [
        end - back
        for end in (at - _WEEK * week for week in range(1, _WEEKS + 1))
        for back in (timedelta(0), passed)
    ]
    columns, _ = await tx.stars.columns(instants, interval / 2)
    weeks = [
        _wide(after, slots) - _wide(before, slots)
        for after, before in zip(columns[::2], columns[1::2], strict=True)
    ]
    known = np.sum([np.isfinite(week) for week in weeks], axis=0)
    total = np.sum([np.nan_to_num(week) for week in weeks], axis=0)
    habit: NDArray[np.float64] = np.where(
        known >= _LEAST_WEEKS, total / np.maximum(known, 1), np.nan
    )
    return habit


def _wide(column: Packed | None, slots: int) -> NDArray[np.float64]:
    """A packed column as so many numbers; NaN unknown."""
    wide = np.full(slots, np.nan)
    if column is not None:
        part = column[:slots]
        wide[: len(part)] = np.where(part < 0, np.nan, part)
    return wide
