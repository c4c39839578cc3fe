"""The conditions one by one say the same as the rules that speak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hypecurve.domain.reasons import NEEDED_DAYS, Short, quiet_reasons, rise_reasons
from hypecurve.domain.rising import RisingRules, judge_rising
from hypecurve.domain.stalled import StalledRules, judge_stalled
from hypecurve.domain.states import Quiet, Rise, epoch, fresh_states

AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
DAYS = 120
NEVER = fresh_states(1)[0]
DAY = timedelta(days=1)


def curve(usual: float, *last: float, unknown: int = 0) -> NDArray[np.float32]:
    """Gains of so many days at the usual pace, `unknown` days before them, and the last ones."""
    days = np.full(DAYS, usual, np.float32)
    days[: unknown or 0] = np.nan
    if last:
        days[-len(last) :] = last
    return days


@st.composite
def curves(draw: st.DrawFn) -> NDArray[np.float32]:
    usual = draw(st.floats(0, 100))
    last = draw(st.lists(st.floats(-20, 600), max_size=14))
    return curve(usual, *last, unknown=draw(st.sampled_from([0, 0, 0, 80, 100, 110])))


@settings(deadline=None, max_examples=300)
@given(curves())
def test_a_repo_that_lacks_nothing_is_one_that_the_rule_speaks_of(
    gains: NDArray[np.float32],
) -> None:
    states = fresh_states(1)
    judge_rising(gains[None, :], states, epoch(AT), np.array([True]), RisingRules())
    reasons = rise_reasons(gains, NEVER, AT)
    assert (reasons.short == ()) == (states["rise_phase"][0] == Rise.UP)


@settings(deadline=None)
@given(st.floats(0, 2_000), st.floats(-3, 3))
def test_what_it_speaks_from_is_the_least_gain_that_is_enough(usual: float, off: float) -> None:
    least = rise_reasons(curve(usual / 7), NEVER, AT).speaks_from
    assert least is not None
    reasons = rise_reasons(curve(usual / 7, *[(least + off) / 7] * 7), NEVER, AT)
    if abs(off) > 0.01 and off > -1 + 0.01:
        enough = not {Short.LIFT, Short.FLOOR} & {*reasons.short}
        assert enough or off < 0
    elif off < -1:
        assert {Short.LIFT, Short.FLOOR} & {*reasons.short}


@pytest.mark.parametrize(
    ("gains", "short"),
    [
        (curve(6), {Short.LIFT, Short.FLOOR, Short.STILL}),
        (curve(6, *[9] * 7), {Short.LIFT, Short.STILL}),
        (curve(1, *[4] * 7), set()),
        (curve(1 / 7, *[8.5 / 7] * 7), {Short.FLOOR}),
        (curve(6, *[60] * 5, 5, 5), {Short.STILL, Short.UNFADING}),
        (curve(6, *[60] * 6, 30), {Short.UNFADING}),
        (curve(6, *[60] * 7), set()),
        (curve(6, *[60] * 6, np.nan), {Short.UNKNOWN}),
        (curve(6, *[60] * 7, unknown=DAYS - 20), {Short.UNKNOWN}),
        (curve(6, *[60] * 7, unknown=DAYS - 21), set()),
    ],
    ids=[
        *("as usual", "little above", "small", "too few", "over", "fading", "rising"),
        *("a hole", "20 days", "21 days"),
    ],
)
def test_what_a_repo_lacks_is_named(gains: NDArray[np.float32], short: set[Short]) -> None:
    assert {*rise_reasons(gains, NEVER, AT).short} == short


def test_the_day_its_pace_is_known_is_counted_from_the_last_gap() -> None:
    holed = curve(6, *[np.nan, 6, 6, 6, 6])
    reasons = rise_reasons(holed, NEVER, AT)
    assert (reasons.known_days, reasons.known_at) == (4, AT + (NEEDED_DAYS - 4) * DAY)
    whole = rise_reasons(curve(6), NEVER, AT)
    assert (whole.known_days, whole.known_at) == (DAYS, AT)


def test_a_rise_says_when_it_ends_and_when_it_speaks_again() -> None:
    states = fresh_states(1)
    judge_rising(curve(6, *[60] * 7)[None, :], states, epoch(AT), np.array([True]), RisingRules())
    later = AT + DAY
    up = rise_reasons(curve(6, *[60] * 7), states[0], later)
    assert (up.phase, up.episode, up.step, up.spoken_at) == (Rise.UP, 1, 1, AT)
    assert (up.again_from, up.again_3d) == (AT + 3 * DAY, 360)
    assert (up.ends_below, up.rests_until) == (58, None)
    over = AT + 9 * DAY
    judge_rising(curve(6)[None, :], states, epoch(over), np.array([True]), RisingRules())
    cooling = rise_reasons(curve(6), states[0], over)
    assert (cooling.phase, cooling.rests_until) == (Rise.COOLING_DOWN, over + 14 * DAY)
    idle = rise_reasons(curve(6), NEVER, AT)
    assert (idle.spoken_at, idle.again_from, idle.again_3d, idle.rests_until) == (None,) * 4


@settings(deadline=None)
@given(best=st.integers(3, 90), now=st.sampled_from([0.0, 0.3, 2.0]), pushed=st.booleans())
def test_the_bars_of_silence_are_those_of_the_rule(best: int, now: float, *, pushed: bool) -> None:
    gains = curve(now)
    gains[:28] = best
    states = fresh_states(1)
    push = AT - DAY if pushed else AT - 400 * DAY
    fallen = judge_stalled(
        gains[None, :],
        np.array([5_000.0]),
        np.array([np.datetime64(push.replace(tzinfo=None), "s")]),
        np.array([False]),
        states,
        epoch(AT),
        may_speak=np.array([True]),
        rules=StalledRules(),
    )
    known = quiet_reasons(gains, 0, push, states[0])
    assert known.best_28d == round(fallen.best_28d[0])
    assert None not in {known.bound, known.most, known.most_before}
    below = (known.bound or 0) <= (known.most or 0)
    before = (known.before_28d or 0) <= (known.most_before or 0)
    enough = (known.best_28d or 0) >= 60
    assert bool(fallen.faded[0]) == (below and before and enough)
    assert (known.phase is Quiet.MAINTAINED) == (
        bool(fallen.faded[0]) and pushed and (known.gain_28d or 0) < known.under
    )


def test_the_best_month_may_lie_in_what_github_told_of_the_past() -> None:
    assert quiet_reasons(curve(1), 900, None, NEVER).best_28d == 900
    assert quiet_reasons(curve(1, unknown=DAYS), 0, None, NEVER).best_28d is None
    short = quiet_reasons(curve(1)[:20], 0, None, NEVER)
    assert (short.gain_28d, short.before_28d, short.bound) == (None, None, None)


def test_a_stalled_one_says_what_wakes_it() -> None:
    states = fresh_states(1)
    states["quiet_phase"], states["quiet_level"], states["quiet_episode"] = Quiet.STALLED, 14, 3
    states["quiet_muted"] = 1
    known = quiet_reasons(curve(0), 0, AT, states[0])
    assert (known.wakes_from, known.wakes_week, known.episode, known.muted) == (28, 10, 3, True)
    assert known.cares_until == AT + 90 * DAY
    assert quiet_reasons(curve(0), 0, None, NEVER).wakes_from is None
