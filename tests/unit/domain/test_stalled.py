"""Stalled, apart from all that only looks like it, and awake again."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.detection import REPO_STATES, detect, fresh_states
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.stalled import best_of, upper_bound
from support.watching import START, rises, turns, watch, windows_at

HYPE = [20.0] * 40
FADES = [10.0] * 5 + [3.0] * 10 + [1.0] * 10
SILENCE = [0.0, 0, 0, 1, 0, 0, 0] * 12
STALLS = HYPE + FADES + SILENCE
STALLED, AWAKE = SignalKind.STALLED, SignalKind.AWAKE


def state_of(
    gains: list[float],
    *,
    stars: float = 40_000.0,
    pushed: datetime | None = None,
    archived: bool = False,
    gone: bool = False,
) -> RepoState:
    at = START + timedelta(days=len(gains))
    windows = windows_at(
        at, gains, stars=stars, pushed=pushed, archived=archived, gone=gone, eligible=not gone
    )
    return REPO_STATES[int(detect(windows, fresh_states(1)).repo_state[0])]


# The 95 % quantiles of gamma distributions of shape count + 1, from a table.
@pytest.mark.parametrize(
    ("count", "quantile"), [(0, 2.996), (1, 4.744), (5, 10.513), (19, 27.879), (100, 118.079)]
)
def test_the_upper_bound_is_the_gamma_quantile_within_a_percent(
    count: int, quantile: float
) -> None:
    assert upper_bound(np.array([count], np.float64))[0] == pytest.approx(quantile, rel=0.01)


def test_the_best_month_needs_28_known_days_in_a_row() -> None:
    nan = float("nan")
    rows = np.array([[1.0] * 20 + [9.0] * 28, [50.0] * 27 + [nan] + [1.0] * 20, [nan] * 48])
    assert best_of(rows).tolist() == [252.0, 0.0, 0.0]


def test_a_repo_that_falls_silent_is_told_of_once() -> None:
    assert [kind for _, kind in turns(watch(STALLS))] == [STALLED]


def test_the_evidence_shows_silence_and_what_was() -> None:
    pushed = START - timedelta(days=30)
    ((_, signal),) = watch(STALLS, pushed=pushed)
    assert signal.kind is STALLED
    assert signal.lane is None
    assert signal.rule == "stalled/1"
    assert signal.evidence.best_28d == 560
    assert signal.evidence.gain_28d is not None
    assert signal.evidence.gain_28d < 20
    assert signal.evidence.last_push == pushed


def test_a_small_repo_is_never_called_stalled() -> None:
    assert state_of(STALLS, stars=450.0) is RepoState.ACTIVE


def test_a_repo_that_never_had_a_good_month_is_never_called_stalled() -> None:
    assert not watch([1.0] * 50 + [0.0] * 70)


def test_fewer_than_84_known_days_are_too_few_to_tell() -> None:
    assert not watch(HYPE[:26] + [0.0] * 57)


def test_an_unknown_day_in_the_last_month_says_nothing() -> None:
    assert not turns(watch([*STALLS[:-5], None, *STALLS[-4:]], from_day=len(STALLS)))


def test_a_repo_that_still_gains_hundreds_is_cooling_not_stalled() -> None:
    cooling = [300.0] * 40 + [50.0] * 10 + [8.0] * 70
    assert not turns(watch(cooling))
    assert state_of(cooling) is RepoState.COOLING


def test_a_repo_somebody_works_on_is_quiet_but_maintained() -> None:
    pushed = START + timedelta(days=len(STALLS) - 3)
    assert state_of(STALLS, pushed=pushed) is RepoState.MAINTAINED
    assert not turns(watch(STALLS, pushed=pushed))


def test_a_maintained_repo_stalls_when_nobody_pushes_any_more() -> None:
    pushed = START + timedelta(days=len(STALLS) - 95)
    told = turns(watch(STALLS, pushed=pushed))
    assert told == [(len(STALLS) - 5, STALLED)]


def test_archived_and_gone_are_said_as_such_and_never_as_stalled() -> None:
    assert state_of(STALLS, archived=True) is RepoState.ARCHIVED
    assert state_of(STALLS, gone=True) is RepoState.GONE
    assert not turns(watch(STALLS, archived=True))


def test_a_purge_is_no_stall() -> None:
    curve = [20.0] * 80 + [-2_000.0] + [20.0] * 39
    assert not turns(watch(curve))


def test_a_stall_that_began_before_we_watched_is_taken_note_of_in_silence() -> None:
    assert not turns(watch(STALLS, from_day=len(STALLS) - 20))
    assert state_of(STALLS) is RepoState.STALLED


def test_a_stalled_repo_that_comes_back_woke_up() -> None:
    heard = watch([*STALLS, 2.0, 3, 5, 7, 9, 9, 9, 9])
    assert [kind for _, kind in turns(heard)] == [STALLED, AWAKE]
    woke = heard[-1][1] if heard[-1][1].kind is AWAKE else heard[-2][1]
    assert woke.rule == "awake/1"
    assert woke.episode == 1
    assert woke.evidence.gain_28d is not None
    assert woke.evidence.gain_28d >= 20


def test_one_that_was_stalled_before_we_watched_is_told_when_it_wakes() -> None:
    curve = [*STALLS, 2.0, 3, 5, 7, 9, 9, 9, 9]
    assert [kind for _, kind in turns(watch(curve, from_day=len(STALLS)))] == [AWAKE]


def test_a_handful_of_stars_does_not_wake_a_repo() -> None:
    assert [kind for _, kind in turns(watch(STALLS + [1.0, 0, 0] * 10))] == [STALLED]


def test_a_slow_thaw_is_no_awakening() -> None:
    thaw = STALLS + [1.0, 1, 1, 1, 1, 0, 0] * 8
    assert [kind for _, kind in turns(watch(thaw))] == [STALLED]
    assert state_of(thaw) is not RepoState.STALLED


def test_a_repo_nudged_over_the_bar_and_back_is_told_of_once() -> None:
    nudged = STALLS[:120] + [4.0] * 7 + [0.0] * 40
    kinds = [kind for _, kind in turns(watch(nudged))]
    assert kinds == [STALLED, AWAKE]


def test_a_stalled_repo_that_surges_is_rising_as_well() -> None:
    heard = watch(STALLS + [30.0] * 7)
    assert AWAKE in {kind for _, kind in turns(heard)}
    assert rises(heard)


def test_the_best_month_is_remembered_when_it_has_left_the_windows() -> None:
    states = fresh_states(1)
    states["best_28d"] = 5_000.0
    fading = [6.0] * 64 + [0.0] * 56
    assert [kind for _, kind in turns(watch(fading, states=states))] == [STALLED]
