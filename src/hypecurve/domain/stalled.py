"""Stalled, and awake again: silence measured against the repo's own best days.

The rule "stalled", with y28 the stars of the last 28 days, p28 those of the 28 before, and best
the repo's own best 28 days ever:

    faded       upper bound of y28 <= 15 % of best, p28 <= 25 % of best, best >= 60,
                at least 500 stars, at least 84 days known
    stalled     faded and y28 < 20; a faded repo that gains more is cooling
    maintained  stalled by its stars, but pushed to within 90 days: quiet, and not told
    awake       a stalled one with y28 >= 20 and >= 2 x the quietest level since it stalled,
                of which 10 came in the last 7 days

A repo that stalls again within 84 days is taken note of in silence, and so is its waking: some
are nudged over the bar and back every other month. "No star in 24 hours" is no sign of death:
58 % of such repos gain in the next week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.pace import WEEK
from hypecurve.domain.states import DAY, Quiet

STALLED_RULE = "stalled/1"
AWAKE_RULE = "awake/1"
MONTH = 28
_SLACK = 2
"""Days between two calls, or newly known in between, that are the ordinary course."""
_Z95 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class StalledRules:
    """The thresholds; shares are of the repo's own best 28 days."""

    share: float = 0.15
    share_before: float = 0.25
    least_best: float = 60.0
    least_stars: float = 500.0
    least_days: int = 84
    under: float = 20.0
    """Stars in 28 days below which a faded repo is stalled, not cooling."""
    maintained_days: int = 90
    awake_gain: float = 20.0
    awake_factor: float = 2.0
    awake_week: float = 10.0
    rest_days: int = 84
    fresh_days: int = 7
    lost_days: int = 84
    """Silence not confirmed for longer is not claimed any more."""


@dataclass(frozen=True, slots=True, eq=False)
class Fallen:
    """What one call found, a value a repo; stars, unknown is NaN in `gain_28d`, 0 in `best_28d`."""

    gain_28d: NDArray[np.float64]
    best_28d: NDArray[np.float64]
    faded: NDArray[np.bool_]
    stalls: NDArray[np.bool_]
    wakes: NDArray[np.bool_]


def judge_stalled(  # noqa: PLR0913  (the columns of a window, and what is remembered)
    gains: NDArray[Any],
    stars: NDArray[np.float64],
    pushed_at: NDArray[np.datetime64],
    archived: NDArray[np.bool_],
    states: NDArray[np.void],
    at: int,
    *,
    may_speak: NDArray[np.bool_],
    rules: StalledRules,
) -> Fallen:
    """Judge n repos at `at` (epoch seconds) and carry their `states` on in place.

    `gains`: (n, D), NaN unknown, purges too. A repo that had fallen silent more than a week
    before it was first judged is taken note of without a word.
    """
    known_days = np.count_nonzero(np.isfinite(gains), axis=1)
    last, before = _months(gains, 0)
    best = _best_ever(gains, last, known_days, states, at)
    states["best_28d"][may_speak] = best[may_speak]
    states["known_days"][may_speak] = known_days[may_speak]
    states["looked_at"][may_speak] = at
    faded = _faded(last, before, stars, best, known_days, rules)
    judged = may_speak & np.isfinite(last) & np.isfinite(before)
    wakes = _wake(gains, last, before, states, judged, rules)
    silent = judged & faded & (last < rules.under)
    lapses = _lapses(pushed_at, rules)
    phase = states["quiet_phase"]
    phase[judged & (phase == Quiet.MAINTAINED) & ~silent] = Quiet.LIVELY
    phase[silent & (phase != Quiet.STALLED) & (lapses > at)] = Quiet.MAINTAINED
    stalls = silent & (phase != Quiet.STALLED) & (lapses <= at)
    old = np.zeros(len(stars), np.bool_)
    rows = np.flatnonzero(stalls)
    if rows.size:
        old[rows] = _old(gains[rows], stars[rows], best[rows], states[rows], at, rules)
        old[rows] &= lapses[rows] <= _limit(states[rows], at, rules)
    rested = at >= states["quiet_told_at"] + rules.rest_days * DAY
    told = stalls & ~old & rested & ~archived
    heard = wakes & (states["quiet_muted"] == 0) & ~archived
    phase[stalls] = Quiet.STALLED
    states["quiet_episode"][stalls] += 1
    states["quiet_level"][stalls] = np.maximum(last, before)[stalls]
    states["quiet_muted"][stalls] = ~(rested | old)[stalls]
    states["quiet_told_at"][told] = at
    states["quiet_judged_at"][judged] = at
    return Fallen(last, best, faded, told, heard)


def _wake(
    gains: NDArray[Any],
    last: NDArray[np.float64],
    before: NDArray[np.float64],
    states: NDArray[np.void],
    judged: NDArray[np.bool_],
    rules: StalledRules,
) -> NDArray[np.bool_]:
    """Return which stalled ones woke up; they are lively, the rest keep their quietest level."""
    stalled = judged & (states["quiet_phase"] == Quiet.STALLED)
    level = np.minimum(states["quiet_level"], np.maximum(last, before))
    states["quiet_level"][stalled] = level[stalled]
    wakes: NDArray[np.bool_] = (
        stalled
        & (last >= rules.awake_gain)
        & (last >= rules.awake_factor * level)
        & (gains[:, -WEEK:].sum(axis=1, dtype=np.float64) >= rules.awake_week)
    )
    states["quiet_phase"][wakes] = Quiet.LIVELY
    return wakes


def _lapses(pushed_at: NDArray[np.datetime64], rules: StalledRules) -> NDArray[np.int64]:
    """When (epoch seconds) a last push stops meaning that somebody cares; 0 where unknown."""
    pushed = pushed_at.astype("datetime64[s]").astype(np.int64)
    lapses: NDArray[np.int64] = np.where(
        np.isnat(pushed_at), 0, pushed + rules.maintained_days * DAY
    )
    return lapses


def upper_bound(count: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 95 % upper bound of the mean behind a count (gamma of count + 1).

    By Wilson and Hilferty's approximation, within 1 % of the true quantile from a count of 0 on.
    """
    shape = np.maximum(count, 0.0) + 1.0
    bound: NDArray[np.float64] = (
        shape * (1.0 - 1.0 / (9.0 * shape) + _Z95 / (3.0 * np.sqrt(shape))) ** 3
    )
    return bound


def best_of(gains: NDArray[Any]) -> NDArray[np.float64]:
    """Return the most stars of any 28 known days in a row of (n, D) gains, 0 where none are."""
    size, days = gains.shape
    if days < MONTH:
        return np.zeros(size)
    known = np.isfinite(gains)
    sums = np.zeros((size, days + 1))
    np.cumsum(np.where(known, gains, 0.0), axis=1, dtype=np.float64, out=sums[:, 1:])
    months = sums[:, MONTH:] - sums[:, :-MONTH]
    holed = np.flatnonzero(~known.all(axis=1))
    if holed.size:
        seen = np.zeros((holed.size, days + 1), np.int32)
        np.cumsum(known[holed], axis=1, out=seen[:, 1:])
        whole = seen[:, MONTH:] - seen[:, :-MONTH] == MONTH
        months[holed] = np.where(whole, months[holed], 0.0)
    best: NDArray[np.float64] = np.maximum(months.max(axis=1), 0.0)
    return best


def _best_ever(
    gains: NDArray[Any],
    last: NDArray[np.float64],
    known_days: NDArray[np.intp],
    states: NDArray[np.void],
    at: int,
) -> NDArray[np.float64]:
    """The best 28 days ever: remembered, just ended, or somewhere in what is newly known."""
    best: NDArray[np.float64] = np.fmax(states["best_28d"], last)
    elapsed = (at - states["looked_at"]) / DAY
    # One more day became known in a day: nothing but the last 28 days is new. Else look at all.
    rows = np.flatnonzero((elapsed > _SLACK) | (known_days > states["known_days"] + _SLACK))
    if rows.size:
        best[rows] = np.maximum(best[rows], best_of(gains[rows]))
    return best


def _months(gains: NDArray[Any], back: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The last 28 days' gain and that of the 28 before, as of `back` days ago."""
    end = gains.shape[1] - back
    if end < 2 * MONTH:
        unknown = np.full(len(gains), np.nan)
        return unknown, unknown
    last = gains[:, end - MONTH : end].sum(axis=1, dtype=np.float64)
    before = gains[:, end - 2 * MONTH : end - MONTH].sum(axis=1, dtype=np.float64)
    return last, before


def _faded(
    last: NDArray[np.float64],
    before: NDArray[np.float64],
    stars: NDArray[np.float64],
    best: NDArray[np.float64],
    known_days: NDArray[np.intp],
    rules: StalledRules,
) -> NDArray[np.bool_]:
    faded: NDArray[np.bool_] = (
        (upper_bound(last) <= rules.share * best)
        & (before <= rules.share_before * best)
        & (best >= rules.least_best)
        & (stars >= rules.least_stars)
        & (known_days >= rules.least_days)
    )
    return faded


def _limit(states: NDArray[np.void], at: int, rules: StalledRules) -> NDArray[np.int64]:
    """What had happened by then (epoch seconds) is no news: we judged since, or it is a week."""
    fresh_since = at - rules.fresh_days * DAY
    judged = states["quiet_judged_at"]
    limit: NDArray[np.int64] = np.where(judged > 0, np.minimum(judged, fresh_since), fresh_since)
    return limit


def _old(
    gains: NDArray[Any],
    stars: NDArray[np.float64],
    best: NDArray[np.float64],
    states: NDArray[np.void],
    at: int,
    rules: StalledRules,
) -> NDArray[np.bool_]:
    """Who had stalled by the limit already, by what is known now."""
    back = np.minimum((at - _limit(states, at, rules)) // DAY, gains.shape[1])
    old = np.zeros(len(gains), np.bool_)
    for days in np.unique(back):
        last, before = _months(gains, int(days))
        known_days = np.count_nonzero(np.isfinite(gains[:, : gains.shape[1] - days]), axis=1)
        faded = _faded(last, before, stars, best, known_days, rules)
        old |= (back == days) & faded & (last < rules.under)
    return old
