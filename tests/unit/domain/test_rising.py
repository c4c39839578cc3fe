"""Fast-rising: when it speaks, when it speaks again, and when it keeps quiet."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hypecurve.domain.detection import Rules
from hypecurve.domain.pace import lift, pace_of, usual_of
from hypecurve.domain.rising import RisingRules
from hypecurve.domain.signal import Lane, SignalKind
from support.watching import rises, watch

USUAL = [4.0] * 70
"""28 a week for ten weeks."""


def column(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([value], np.float64)


def test_the_usual_pace_is_half_a_decaying_mean_and_half_a_median() -> None:
    weeks = np.array([[80.0, 10, 10, 10, 10, 10, 10, 10]])  # newest first
    weights = 0.75 ** np.arange(8)
    ewma = (weeks[0] * weights).sum() / weights.sum()
    assert usual_of(weeks)[0] == pytest.approx(0.5 * ewma + 0.5 * 10)


def test_the_usual_pace_goes_back_to_the_first_hole_only() -> None:
    weeks = np.array([[10.0, 20, np.nan, 5000, 5000, 5000, 5000, 5000]])
    assert usual_of(weeks)[0] == pytest.approx(0.5 * (10 + 0.75 * 20) / 1.75 + 0.5 * 15)


def test_the_usual_pace_ends_before_the_window() -> None:
    gains = np.array([[1.0] * 56 + [100.0] * 7])
    assert pace_of(gains).usual_7d[0] == pytest.approx(7)


def test_the_lift_is_the_formula_of_the_rule() -> None:
    bound = math.log(102 / 30) - 1.28 * math.sqrt(1 / 101 + 1 / (4 * 28 + 1) + 0.12)
    assert math.log(lift(column(100), column(28), column(28))[0]) == pytest.approx(bound)


def test_a_fivefold_week_speaks_once_while_it_lasts() -> None:
    heard = watch(USUAL + [20.0] * 20)
    assert rises(heard) == [(73, 1, 1)]


def test_the_evidence_explains_the_signal() -> None:
    ((_, signal),) = watch(USUAL + [20.0] * 7, from_day=77)
    evidence = signal.evidence
    assert signal.kind is SignalKind.RISING
    assert signal.lane is Lane.SMALL
    assert signal.rule == "p1-escalating/1"
    assert signal.score > 1.5
    assert (evidence.gain_7d, evidence.gain_3d, evidence.usual_7d) == (140, 60, 28.0)
    assert evidence.multiple == 5.0
    assert evidence.weeks == (28, 28, 28, 28, 28, 28, 28, 140)
    assert (evidence.gain_28d, evidence.best_28d) == (224, 224)
    assert evidence.stars == 40_000


def test_the_usual_pace_says_nothing() -> None:
    assert not watch([4.0] * 120)


def test_a_doubling_says_nothing() -> None:
    assert not rises(watch(USUAL + [8.0] * 30))


def test_a_burst_that_faded_before_it_could_be_told_says_nothing() -> None:
    # Four times the usual week, but the last two days are back at the usual pace.
    faded = [*USUAL, 90.0, 4, 4, 4, 4, 4, 4]
    assert not rises(watch(faded, from_day=77))
    assert rises(watch([*USUAL, 4.0, 4, 4, 4, 4, 4, 90], from_day=77))


def test_two_completed_weeks_are_needed_before_any_lift_is_claimed() -> None:
    young = [2.0] * 13 + [40.0] * 7
    assert not watch(young)
    assert rises(watch([2.0] * 14 + [40.0] * 7))


def test_a_repo_without_a_single_known_day_says_nothing() -> None:
    assert not watch([None] * 120)


def test_a_hole_in_the_last_week_says_nothing() -> None:
    assert not watch([*USUAL, 40.0, 40, 40, None, 40, 40, 40], from_day=77)


def test_a_surge_that_grows_speaks_again_as_the_next_step_of_its_episode() -> None:
    # A usual 28 a week, then thousands: the cooldown must not silence the biggest news.
    heard = watch(USUAL + [15.0] * 6 + [400.0] * 10)
    told = rises(heard)
    assert told[0] == (74, 1, 1)
    assert {episode for _, episode, _ in told} == {1}
    assert [step for _, _, step in told] == list(range(1, len(told) + 1))
    assert len(told) > 1


def test_steps_of_one_episode_are_at_least_three_days_apart() -> None:
    doubling = [4.0 * 1.6**day for day in range(14)]
    days = [day for day, _, _ in rises(watch(USUAL + doubling))]
    assert len(days) > 2
    assert min(np.diff(days)) >= 3


def test_an_echo_while_cooling_down_is_quiet_and_a_greater_wave_is_not() -> None:
    over = [4.0] * 10
    echo = watch(USUAL + [20.0] * 10 + over + [20.0] * 4)
    wave = watch(USUAL + [20.0] * 10 + over + [60.0] * 4)
    assert rises(echo) == [(73, 1, 1)]
    assert [step for _, _, step in rises(wave)] == [1, 2]


def test_after_two_quiet_weeks_a_new_surge_is_a_new_episode() -> None:
    told = rises(watch(USUAL + [20.0] * 7 + [4.0] * 45 + [24.0] * 7))
    assert [(episode, step) for _, episode, step in told] == [(1, 1), (2, 1)]


def test_small_repos_have_floors_of_their_own() -> None:
    trickle = [0.0, 0, 1, 0, 0, 0, 0] * 10
    assert rises(watch([*trickle, 2.0, 3, 3, 4]))
    assert not rises(watch([*trickle, 1.0, 2, 2, 2]))
    high = Rules(rising=RisingRules(floors=(20, 20, 20, 20)))
    assert not rises(watch([*trickle, 2.0, 3, 3, 4], rules=high))


def test_twice_next_to_nothing_is_no_escalation() -> None:
    trickle = [0.0, 0, 1, 0, 0, 0, 0] * 10
    small, larger = [*trickle, 3.0, 2, 2, 3, 6, 6, 6], [*trickle, 3.0, 2, 2, 3, 6, 7, 8]
    assert [step for _, _, step in rises(watch(small))] == [1]
    assert [step for _, _, step in rises(watch(larger))] == [1, 2]


def test_a_rise_that_is_fading_already_waits() -> None:
    fading = [*USUAL, 4.0, 4, 4, 4, 60, 40, 20]
    assert not rises(watch(fading, from_day=77))
    assert rises(watch([*fading[:-1], 40.0], from_day=77))


def test_in_the_smallest_lane_a_fading_week_says_nothing() -> None:
    trickle = [0.0, 0, 1, 0, 0, 0, 0] * 10
    assert not rises(watch([*trickle, 2.0, 2, 2, 1, 0, 1, 1]))
    assert rises(watch([*trickle, 2.0, 2, 1, 1, 0, 1, 2]))


def test_an_unsteady_count_does_not_escalate() -> None:
    # A net fall in the week: too small a share for a purge, too large for a rise.
    unsteady = [*USUAL, 20.0, 20, 20, 4, 4, -300, 45, 45, 45]
    steady = [*USUAL, 20.0, 20, 20, 4, 4, 4, 45, 45, 45]
    assert [step for _, _, step in rises(watch(unsteady))] == [1]
    assert [step for _, _, step in rises(watch(steady))] == [1, 2]


def test_a_purge_says_nothing_for_the_week_after_and_lets_the_baseline_start_anew() -> None:
    curve = [*USUAL, -2_000.0, *[400.0] * 27]
    told = rises(watch(curve, from_day=71))
    assert not told
    later = rises(watch([*USUAL, -2_000.0, *[4.0] * 14, *[30.0] * 7]))
    assert later, "two completed weeks after the purge there is a pace again"
    assert later[0][0] >= 71 + 14 + 4


def test_stars_given_back_after_a_purge_are_no_surge() -> None:
    curve = [*USUAL, -2_000.0, *[4.0] * 30, 2_000.0, *[4.0] * 14]
    assert not rises(watch(curve))


def test_what_a_backfill_shows_of_the_past_is_not_told() -> None:
    began_long_ago = USUAL + [30.0] * 12
    assert not rises(watch(began_long_ago, from_day=len(began_long_ago)))


def test_what_began_within_the_week_is_told_when_the_past_becomes_known() -> None:
    began_lately = USUAL + [30.0] * 6
    assert rises(watch(began_lately, from_day=len(began_lately)))


def test_a_rise_taken_note_of_in_silence_speaks_when_it_escalates() -> None:
    curve = USUAL + [30.0] * 12 + [90.0] * 3
    assert [step for _, _, step in rises(watch(curve, from_day=82))] == [2]
