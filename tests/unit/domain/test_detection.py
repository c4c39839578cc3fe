"""What holds for every curve: the unknown never speaks, and nothing is said twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.detection import REPO_STATES, STATE, detect, fresh_states
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.states import epoch
from hypecurve.domain.windows import Windows
from support.watching import DAYS, START, rises, watch, windows_at

SURGE = [4.0] * 70 + [40.0] * 5

levels = st.tuples(st.integers(3, 30), st.sampled_from([0.0, 1, 3, 10, 40, 200, 1_000]))
"""A stretch of days at one pace."""


@st.composite
def curves(draw: st.DrawFn, holes: float = 0.0) -> list[float | None]:
    """A repo's life: stretches at their own pace, with noise, perhaps with purges and holes."""
    seed = draw(st.integers(0, 2**32 - 1))
    stretches = draw(st.lists(levels, min_size=3, max_size=9))
    noise = np.random.default_rng(seed)
    days = [float(noise.poisson(pace)) for length, pace in stretches for _ in range(length)]
    for place in draw(st.lists(st.integers(0, len(days) - 1), max_size=2)):
        days[place] -= draw(st.sampled_from([0.0, 60, 600, 20_000]))
    return [None if noise.random() < holes else day for day in days]


def keys(heard: list[tuple[int, Signal]]) -> list[tuple[SignalKind, int, int]]:
    return [(signal.kind, signal.episode, signal.step) for _, signal in heard]


def alike(one: NDArray[np.void], other: NDArray[np.void]) -> bool:
    return one.tobytes() == other.tobytes()


@settings(max_examples=20, deadline=None)
@given(curves(holes=0.05))
def test_nothing_is_said_twice(curve: list[float | None]) -> None:
    said = keys(watch(curve))
    assert len(said) == len(set(said))


@settings(max_examples=20, deadline=None)
@given(curves())
def test_steps_of_an_episode_count_up_and_are_three_days_apart(curve: list[float | None]) -> None:
    told = rises(watch(curve))
    for (day, episode, step), (later, then, after) in pairwise(told):
        assert later - day >= 3
        assert (then, after) == (episode, step + 1) or then > episode
        if then > episode:
            assert later - day >= 14


@settings(max_examples=20, deadline=None)
@given(curves(holes=0.1))
def test_a_rise_needs_a_known_week_and_two_known_ones_before_it(curve: list[float | None]) -> None:
    for day, signal in watch(curve):
        if signal.kind is SignalKind.RISING:
            last_weeks = curve[max(0, day - 21) : day]
            assert len(last_weeks) == 21
            assert None not in last_weeks
            assert min(gain or 0.0 for gain in last_weeks) > -400, "one percent of the stars"


@settings(max_examples=20, deadline=None)
@given(curves(), st.integers(30, 150))
def test_a_purge_is_no_signal_and_silences_the_week_after(
    curve: list[float | None], place: int
) -> None:
    place = min(place, len(curve) - 1)
    curve[place] = -30_000.0
    days = {day for day, _ in watch(curve[: place + 8], from_day=max(1, place - 20))}
    # The purge lies on day place + 1 of the watch; it leaves the last 7 days with day place + 8.
    assert not days & set(range(place + 1, place + 8))


@settings(max_examples=20, deadline=None)
@given(curves(holes=0.05))
def test_every_signal_carries_its_evidence(curve: list[float | None]) -> None:
    for _, signal in watch(curve):
        evidence = signal.evidence
        if signal.kind is SignalKind.RISING:
            assert evidence.gain_7d is not None
            assert evidence.usual_7d is not None
            assert evidence.gain_7d > evidence.usual_7d
        else:
            assert evidence.gain_28d is not None
            assert evidence.best_28d is not None
        assert np.isfinite(signal.score)
        assert len(evidence.weeks) == 8


@settings(max_examples=12, deadline=None)
@given(curves(holes=0.02), st.integers(60, 140))
def test_judging_the_same_instant_again_says_and_changes_nothing(
    curve: list[float | None], day: int
) -> None:
    states = fresh_states(1)
    for end in range(max(1, day - 30), day + 1):
        windows = windows_at(START + timedelta(days=end), curve[:end])
        found = detect(windows, states)
        again = detect(windows, found.states)
        assert not again.signals
        assert alike(again.states, found.states)
        states = found.states


@settings(max_examples=12, deadline=None)
@given(curves(holes=0.02))
def test_the_same_input_gives_the_same_answer(curve: list[float | None]) -> None:
    assert watch(curve) == watch(curve)


@settings(max_examples=12, deadline=None)
@given(curves(), st.integers(40, 90))
def test_more_history_makes_no_past_episode_speak_again(
    curve: list[float | None], known_from: int
) -> None:
    """Watched with a short memory up to a day, then with all of the past."""
    states = fresh_states(1)
    spoken: list[tuple[int, Signal]] = []
    turn = min(len(curve), known_from + 50)
    for day in range(known_from + 1, turn + 1):
        found = detect(windows_at(START + timedelta(days=day), curve[known_from:day]), states)
        states = found.states
        spoken += [(day, signal) for signal in found.signals]
    backfilled = watch(curve, from_day=turn, states=states)
    said = keys(spoken) + keys(backfilled)
    assert len(said) == len(set(said))
    told = rises(spoken)
    again = [entry for entry in rises(backfilled) if entry[0] == turn]
    if told and again and told[-1][1] == again[0][1] - 1:
        # A new episode on the very day of the backfill: the old one must be over, by what is
        # known now, for its two weeks at least.
        assert turn - told[-1][0] >= 14


def test_an_episode_told_with_a_short_memory_goes_on_when_the_past_is_known() -> None:
    # Two quiet weeks, a surge that becomes the new normal, a memory that begins with the surge's
    # own baseline: without the past the surge ends for it, with the past it is still the same.
    states = fresh_states(1)
    states["rise_episode"], states["rise_step"] = 1, 1
    states["rise_spoken_at"] = epoch(START + timedelta(days=60))
    states["rise_over_at"] = epoch(START + timedelta(days=61))
    states["rise_judged_at"] = epoch(START + timedelta(days=79))
    states["rise_gain_3d"] = 90.0
    curve = [4.0] * 56 + [30.0] * 24
    at = START + timedelta(days=80)
    assert watch(curve, from_day=80, states=fresh_states(1)) == []
    found = detect(windows_at(at, curve), states)
    assert not found.signals
    assert found.states["rise_episode"][0] == 1
    assert REPO_STATES[int(found.repo_state[0])] is RepoState.RISING


def quarter_days(stretches: list[tuple[int, float]]) -> list[float]:
    """A curve of stars per 6 hours."""
    return [pace / 4 for length, pace in stretches for _ in range(4 * length)]


def told_every(hours: int, quarters: list[float]) -> list[tuple[datetime, int, int]]:
    """Detect every so many hours on windows that end then."""
    states, told = fresh_states(1), []
    sums = np.concatenate([[0.0], np.cumsum(quarters)])
    for end in range(4, len(quarters) + 1, hours // 6):
        grid = sums[end % 4 : end + 1 : 4]
        at = START + timedelta(hours=6 * end)
        found = detect(windows_at(at, [float(gain) for gain in np.diff(grid)]), states)
        states = found.states
        told += [(at, s.episode, s.step) for s in found.signals if s.kind is not SignalKind.STALLED]
    return told


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(20, 40), st.sampled_from([4.0, 40.0, 300.0])), min_size=2, max_size=4
    )
)
def test_six_hourly_calls_tell_the_same_episodes_as_daily_ones_within_a_day(
    stretches: list[tuple[int, float]],
) -> None:
    quarters = quarter_days([(40, 4.0), *stretches])
    often = [entry for entry in told_every(6, quarters) if entry[2] == 1]
    daily = [entry for entry in told_every(24, quarters) if entry[2] == 1]
    assert [episode for _, episode, _ in often] == [episode for _, episode, _ in daily]
    for (at, *_), (then, *_) in zip(often, daily, strict=True):
        assert abs(at - then) <= timedelta(days=1)


def test_who_may_not_speak_says_nothing_and_remembers_nothing() -> None:
    at = START + timedelta(days=75)
    for windows in (windows_at(at, SURGE, eligible=False), windows_at(at, SURGE, gone=True)):
        found = detect(windows, fresh_states(1))
        assert not found.signals
        assert alike(found.states, fresh_states(1))
    assert detect(windows_at(at, SURGE), fresh_states(1)).signals


def test_the_states_that_were_given_stay_as_they_were() -> None:
    states = fresh_states(1)
    detect(windows_at(START + timedelta(days=75), SURGE), states)
    assert alike(states, fresh_states(1))


def test_each_repo_is_judged_by_its_own_curve_only() -> None:
    at = START + timedelta(days=75)
    size = 9_000
    row = windows_at(at, SURGE)
    gains = np.full((size, DAYS), 4.0, np.float32)
    gains[[0, 8_191, 8_192, size - 1]] = row.gains[0]
    windows = Windows(
        at=at,
        repo_ids=np.arange(size) + 100,
        stars=np.full(size, 40_000.0),
        gains=gains,
        created_at=np.full(size, np.datetime64("NaT"), "datetime64[s]"),
        pushed_at=np.full(size, np.datetime64("NaT"), "datetime64[s]"),
        archived=np.zeros(size, np.bool_),
        gone=np.zeros(size, np.bool_),
        eligible=np.ones(size, np.bool_),
    )
    found = detect(windows, fresh_states(size))
    assert [signal.repo_id for signal in found.signals] == [100, 8_291, 8_292, size + 99]
    assert found.usual_week[1] == pytest.approx(28)
    rising = [REPO_STATES[int(code)] is RepoState.RISING for code in found.repo_state]
    assert sum(rising) == 4


def test_a_rise_nobody_could_judge_for_long_is_neither_claimed_nor_in_the_way_of_the_next() -> None:
    surge = [4.0] * 21 + [24.0] * 7
    curve = [*surge, *[None] * 60, *surge]
    assert [(episode, step) for _, episode, step in rises(watch(curve))] == [(1, 1), (2, 1)]
    states = fresh_states(1)
    for day in range(1, 60):
        found = detect(windows_at(START + timedelta(days=day), curve[:day]), states)
        states = found.states
        if day == len(surge):
            assert REPO_STATES[int(found.repo_state[0])] is RepoState.RISING
    assert REPO_STATES[int(found.repo_state[0])] is RepoState.ACTIVE


def test_the_usual_pace_of_a_repo_without_history_is_unknown() -> None:
    found = detect(windows_at(START, [5.0] * 20), fresh_states(1))
    assert np.isnan(found.usual_week[0])


def test_states_of_another_number_of_repos_are_refused() -> None:
    with pytest.raises(ValueError, match="states for 1 repos"):
        detect(windows_at(START, [5.0]), fresh_states(2))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        epoch(datetime(2025, 1, 1))  # noqa: DTZ001  (that is the point)
    assert epoch(datetime(1970, 1, 2, tzinfo=UTC)) == 86_400


def test_states_are_plain_numbers_a_column_each() -> None:
    assert STATE.names is not None
    assert all(STATE[name].kind in "if" and not STATE[name].shape for name in STATE.names)
    assert not fresh_states(3).view(np.uint8).any()
