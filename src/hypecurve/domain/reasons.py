"""The conditions of the rules, one by one, for one repo: what it has of them and what it lacks.

The rules themselves stand in `rising` and `stalled`; here is only said how far a repo is from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.pace import LANES, LEAST_WEEKS, WEEK, lanes_of, lift, pace_of
from hypecurve.domain.rising import RisingRules
from hypecurve.domain.signal import Lane
from hypecurve.domain.stalled import MONTH, StalledRules, best_of, upper_bound
from hypecurve.domain.states import Quiet, Rise

NEEDED_DAYS = WEEK * (1 + LEAST_WEEKS)
"""Unbroken days without which no pace is claimed: the window and two completed weeks before it."""
_MEAN_DAYS = 3
_MOST = 1 << 40


class Short(StrEnum):
    """What a repo lacks of being announced as rising."""

    UNKNOWN = "unknown"
    """Its gain or its usual pace."""
    LIFT = "lift"
    """Surely so many times its usual pace."""
    FLOOR = "floor"
    """So many stars above it."""
    STILL = "still"
    """As fast still in the last two days."""
    UNFADING = "unfading"
    """As much in the last day as in the two before it."""


@dataclass(frozen=True, slots=True)
class RiseReasons:
    """Where a repo stands in its rising. Stars; None is unknown, or never was."""

    gain_1d: int | None
    gain_2d: int | None
    gain_3d: int | None
    gain_7d: int | None
    usual_7d: float | None
    bound: float | None
    """Surely so many times the usual pace: the lower bound of the lift."""
    least_bound: float
    lane: Lane | None
    floor: float | None
    """Least excess over the usual pace in 7 days."""
    least_2d: int | None
    least_1d: int | None
    short: tuple[Short, ...]
    """Empty: it is above all of them."""
    speaks_from: int | None
    """The least gain of 7 days that is enough for the bound and the floor."""
    known_days: int
    """Unbroken, up to the present."""
    known_at: datetime
    """When the pace is known, if every day from now on is."""
    phase: Rise
    episode: int
    step: int
    spoken_at: datetime | None
    ends_below: int | None
    """Gain of 7 days under which a rise is over."""
    rests_until: datetime | None
    """Of one that cools down: until then only an escalation speaks."""
    again_from: datetime | None
    """The earliest time of an escalation, and the gain of 3 days that is one."""
    again_3d: int | None


@dataclass(frozen=True, slots=True)
class QuietReasons:
    """Where a repo stands in its silence. Stars; None is unknown, or never was."""

    gain_28d: int | None
    before_28d: int | None
    best_28d: int | None
    bound: float | None
    """The upper bound of the gain of 28 days: surely no more than so many."""
    most: float | None
    """What that bound, and the 28 days before, may be at most."""
    most_before: float | None
    under: int
    """Gain of 28 days from which a faded repo is not stalled."""
    phase: Quiet
    episode: int
    muted: bool
    """It stalled again so soon after the last time that nothing is said."""
    cares_until: datetime | None
    """So long the last push says that somebody cares."""
    wakes_from: int | None
    """Gain of 28 days that wakes a stalled one."""
    wakes_week: int


def rise_reasons(
    gains: NDArray[Any], state: np.void, at: datetime, rules: RisingRules | None = None
) -> RiseReasons:
    """Say how far one repo is from being announced as rising.

    `gains`: (D,), NaN unknown, without corrections. `state`: its record of STATE. `at`: aware UTC.
    """
    rules = rules or RisingRules()
    pace = pace_of(gains[None, :])
    day, two, three, week, usual = (
        float(each[0])
        for each in (pace.gain_1d, pace.gain_2d, pace.gain_3d, pace.gain_7d, pace.usual_7d)
    )
    bound = float(lift(pace.gain_7d, pace.usual_7d, pace.usual_7d)[0])
    known = bool(np.isfinite(bound))
    lane = int(lanes_of(pace.usual_7d)[0]) if known else 0
    least_2d = max(rules.still * usual * 2 / WEEK, rules.still_shares[lane] * week)
    least_1d = rules.unfading * three / _MEAN_DAYS
    # A comparison with NaN is false, so that the unknown has none of these.
    held = {
        Short.UNKNOWN: known,
        Short.LIFT: bound >= rules.lift,
        Short.FLOOR: week - usual >= rules.floors[lane],
        Short.STILL: two >= least_2d,
        Short.UNFADING: day >= least_1d,
    }
    missing = (Short.UNKNOWN,) if not known else tuple(s for s, has in held.items() if not has)
    phase = Rise(int(state["rise_phase"]))
    rests = phase is Rise.COOLING_DOWN
    spoken_at = _time(state["rise_spoken_at"])
    active = phase is not Rise.IDLE and spoken_at is not None
    again = max(rules.escalation * float(state["rise_gain_3d"]), rules.escalation_floor)
    known_days = _unbroken(gains)
    return RiseReasons(
        gain_1d=_whole(day),
        gain_2d=_whole(two),
        gain_3d=_whole(three),
        gain_7d=_whole(week),
        usual_7d=usual if np.isfinite(usual) else None,
        bound=bound if known else None,
        least_bound=rules.lift,
        lane=LANES[lane] if known else None,
        floor=rules.floors[lane] if known else None,
        least_2d=_at_least(least_2d),
        least_1d=_at_least(least_1d),
        short=missing,
        speaks_from=_speaks_from(usual, rules) if np.isfinite(usual) else None,
        known_days=known_days,
        known_at=at + timedelta(days=max(0, NEEDED_DAYS - known_days)),
        phase=phase,
        episode=int(state["rise_episode"]),
        step=int(state["rise_step"]),
        spoken_at=spoken_at,
        ends_below=_at_least(rules.over_factor * usual + rules.over_plus),
        rests_until=_after(state["rise_over_at"], rules.quiet_days) if rests else None,
        again_from=_after(state["rise_spoken_at"], rules.escalation_days) if active else None,
        again_3d=_at_least(again) if active else None,
    )


def quiet_reasons(
    gains: NDArray[Any],
    best_ever: float,
    pushed_at: datetime | None,
    state: np.void,
    rules: StalledRules | None = None,
) -> QuietReasons:
    """Say how far one repo is from being called stalled, or awake.

    `gains`: as for `rise_reasons`; `best_ever`: the best 28 days that are known of the time before.
    """
    rules = rules or StalledRules()
    days = len(gains)
    last = float(gains[max(0, days - MONTH) :].sum()) if days >= MONTH else np.nan
    before = float(gains[days - 2 * MONTH : days - MONTH].sum()) if days >= 2 * MONTH else np.nan
    best = max(float(state["best_28d"]), best_ever, float(best_of(gains[None, :])[0]))
    best = float(np.fmax(best, last))
    phase = Quiet(int(state["quiet_phase"]))
    wakes = max(rules.awake_gain, rules.awake_factor * float(state["quiet_level"]))
    cares = None if pushed_at is None else pushed_at + timedelta(days=rules.maintained_days)
    return QuietReasons(
        gain_28d=_whole(last),
        before_28d=_whole(before),
        best_28d=round(best) if best > 0 else None,
        bound=float(upper_bound(np.array([last]))[0]) if np.isfinite(last) else None,
        most=rules.share * best if best > 0 else None,
        most_before=rules.share_before * best if best > 0 else None,
        under=round(rules.under),
        phase=phase,
        episode=int(state["quiet_episode"]),
        muted=phase is Quiet.STALLED and bool(state["quiet_muted"]),
        cares_until=cares,
        wakes_from=_at_least(wakes) if phase is Quiet.STALLED else None,
        wakes_week=round(rules.awake_week),
    )


def _speaks_from(usual: float, rules: RisingRules) -> int:
    """The least whole gain of 7 days that passes both the bound and the floor."""
    floor = rules.floors[int(lanes_of(np.array([usual]))[0])]
    low, high = int(np.ceil(usual + floor)), _MOST
    paces = np.array([usual])
    # The bound grows with the gain: the least is found by halving.
    while low < high:
        middle = (low + high) // 2
        if lift(np.array([float(middle)]), paces, paces)[0] >= rules.lift:
            high = middle
        else:
            low = middle + 1
    return low


def _unbroken(gains: NDArray[Any]) -> int:
    """How many days up to the last one are known without a break."""
    unknown = np.flatnonzero(~np.isfinite(gains))
    return len(gains) - 1 - int(unknown[-1]) if unknown.size else len(gains)


def _whole(value: float) -> int | None:
    return round(value) if np.isfinite(value) else None


def _at_least(value: float) -> int | None:
    """The least whole number that is no less, but for what is lost in the last digits."""
    return int(np.ceil(value - 1e-6)) if np.isfinite(value) else None


def _time(seconds: np.integer[Any]) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else None


def _after(seconds: np.integer[Any], days: int) -> datetime | None:
    since = _time(seconds)
    return None if since is None else since + timedelta(days=days)
