"""Fast-rising: well above its own usual pace, surely so, and still so in the last two days.

The rule "p1-escalating", with y the stars gained in 7 days and b the usual pace a week:

    speaks      exp(LB) >= 1.5 (pace.lift), y - b >= the lane's floor, last 2 days >= 2 x usual,
                and not fading: the last day >= .8 of the mean of the last three;
                under 5 a week those 2 days also hold their share of the week's gain
    over        y < 1.3 b + 3; then quiet for 14 days, escalation apart
    escalates   while up or cooling down, 3 days after the last word or later, when the 3-day gain
                is >= 2 x the one spoken of then, and y > b: the next step of the same episode

A new episode is news only if its rise began since the repo was last judged or within a week: what
a backfill shows of the past is taken note of in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.pace import BASELINE_WEEKS, WEEK, Pace, lanes_of, lift, pace_of
from hypecurve.domain.states import DAY, Rise

RULE = "p1-escalating/1"
_MEAN_DAYS = 3


@dataclass(frozen=True, slots=True)
class RisingRules:
    """The thresholds; days are days whatever the number of calls in them."""

    lift: float = 1.5
    floors: tuple[float, float, float, float] = (8.0, 15.0, 20.0, 20.0)
    """Least excess over the usual pace in 7 days, a lane each."""
    still: float = 2.0
    """The last two days' gain, in usual paces."""
    unfading: float = 0.8
    """Least share of the last three days' mean that the last day holds. On recorded histories it
    lifts the precision from .60 to .63 and costs .01 of the surges seen."""
    still_shares: tuple[float, float, float, float] = (2 / 7, 0.0, 0.0, 0.0)
    """Least share of the week's gain that falls into its last two days, a lane each: where the
    usual pace is next to nothing, twice of it says little."""
    over_factor: float = 1.3
    over_plus: float = 3.0
    quiet_days: int = 14
    escalation: float = 2.0
    escalation_days: int = 3
    escalation_floor: float = 20.0
    """Least 3-day gain that escalates: twice next to nothing is no news."""
    fresh_days: int = 7
    lost_days: int = 28
    """A rise not judged for longer (no counts, a purge) is taken as over since then."""


@dataclass(frozen=True, slots=True, eq=False)
class Risen:
    """What one call found, a value a repo; `speaks`: its state changed in a way worth telling."""

    pace: Pace
    lift: NDArray[np.float64]
    lane: NDArray[np.intp]
    speaks: NDArray[np.bool_]


def judge_rising(
    gains: NDArray[Any],
    states: NDArray[np.void],
    at: int,
    may_speak: NDArray[np.bool_],
    rules: RisingRules,
) -> Risen:
    """Judge n repos at `at` (epoch seconds) and carry their `states` on in place.

    `gains`: (n, D), NaN unknown, purges too. Repos that may not speak keep their state.
    """
    pace = pace_of(gains)
    bound = lift(pace.gain_7d, pace.usual_7d, pace.usual_7d)
    lane = lanes_of(pace.usual_7d)
    judged = may_speak & np.isfinite(bound)
    over = judged & _over(pace, rules)
    _end(states, judged, over, at, rules)
    rested = (states["rise_phase"] == Rise.COOLING_DOWN) & (
        at >= states["rise_over_at"] + rules.quiet_days * DAY
    )
    states["rise_phase"][judged & rested] = Rise.IDLE

    idle = states["rise_phase"] == Rise.IDLE
    begins = judged & idle & _above(pace, bound, rules)
    told_before = _sort_out_old(gains, states, at, begins, rules)
    escalates = (
        judged
        & ~idle
        & (at >= states["rise_spoken_at"] + rules.escalation_days * DAY)
        & (pace.gain_3d >= rules.escalation * states["rise_gain_3d"])
        & (pace.gain_3d >= rules.escalation_floor)
        & (pace.gain_7d > pace.usual_7d)
    )
    states["rise_episode"][begins] += 1
    states["rise_step"][begins] = 1
    states["rise_step"][escalates] += 1
    spoken = begins | escalates
    states["rise_phase"][spoken] = Rise.UP
    states["rise_spoken_at"][spoken] = at
    states["rise_gain_3d"][spoken] = pace.gain_3d[spoken]
    states["rise_judged_at"][judged] = at
    return Risen(pace, bound, lane, spoken & ~told_before)


def _end(
    states: NDArray[np.void],
    judged: NDArray[np.bool_],
    over: NDArray[np.bool_],
    at: int,
    rules: RisingRules,
) -> None:
    """Let rises end: those that are over now, and those that nobody could judge for long."""
    up = states["rise_phase"] == Rise.UP
    lost = up & judged & (at > states["rise_judged_at"] + rules.lost_days * DAY)
    states["rise_phase"][lost] = Rise.COOLING_DOWN
    states["rise_over_at"][lost] = states["rise_judged_at"][lost]
    ends = up & over & ~lost
    states["rise_phase"][ends] = Rise.COOLING_DOWN
    states["rise_over_at"][ends] = at


def _above(pace: Pace, bound: NDArray[np.float64], rules: RisingRules) -> NDArray[np.bool_]:
    """P1, by repo; NaN compares false, so the unknown is never above."""
    lanes = lanes_of(pace.usual_7d)
    floors = np.asarray(rules.floors)[lanes]
    shares = np.asarray(rules.still_shares)[lanes]
    above: NDArray[np.bool_] = (
        (bound >= rules.lift)
        & (pace.gain_7d - pace.usual_7d >= floors)
        & (pace.gain_2d >= rules.still * pace.usual_7d * 2 / WEEK)
        & (pace.gain_2d >= shares * pace.gain_7d)
        & (pace.gain_1d >= rules.unfading * pace.gain_3d / _MEAN_DAYS)
    )
    return above


def _over(pace: Pace, rules: RisingRules) -> NDArray[np.bool_]:
    over: NDArray[np.bool_] = pace.gain_7d < rules.over_factor * pace.usual_7d + rules.over_plus
    return over


def _sort_out_old(
    gains: NDArray[Any],
    states: NDArray[np.void],
    at: int,
    begins: NDArray[np.bool_],
    rules: RisingRules,
) -> NDArray[np.bool_]:
    """Return who of `begins` is old news; who only goes on with a told episode leaves `begins`.

    Asks the windows, with all that is known now, since when each has been up without a break.
    """
    old = np.zeros(len(begins), np.bool_)
    rows = np.flatnonzero(begins)
    if not rows.size:
        return old
    onset = _onset(gains[rows], at, rules)
    found = states[rows]
    goes_on = (found["rise_spoken_at"] > 0) & (onset <= found["rise_spoken_at"])
    begins[rows[goes_on]] = False
    states["rise_phase"][rows[goes_on]] = Rise.UP
    # It could not speak while it was cooling down: that time does not make it old.
    waited = np.where(found["rise_over_at"] > 0, found["rise_over_at"] + rules.quiet_days * DAY, 0)
    fresh_since = at - rules.fresh_days * DAY
    judged = found["rise_judged_at"]
    limit = np.where(judged > 0, np.minimum(judged, fresh_since), fresh_since)
    old[rows] = ~goes_on & (np.maximum(onset, waited) <= limit)
    return old


def _onset(gains: NDArray[Any], at: int, rules: RisingRules) -> NDArray[np.int64]:
    """When (epoch seconds) each repo was first above in the run of days that ends now."""
    onset = np.full(len(gains), at, np.int64)
    running = np.arange(len(gains))
    deepest = gains.shape[1] - WEEK * (BASELINE_WEEKS + 1)
    for back in range(1, deepest + 1):
        pace = pace_of(gains[running, : gains.shape[1] - back])
        bound = lift(pace.gain_7d, pace.usual_7d, pace.usual_7d)
        above = _above(pace, bound, rules)
        onset[running[above]] = at - back * DAY
        going = np.isfinite(bound) & ~_over(pace, rules)
        running = running[going]
        if not running.size:
            break
    return onset
