"""What a sweep is worth as a whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hypecurve.domain.health import LEAST_PACE, Health, health, keeps_pace

NOTHING = np.empty(0)
GAINS = st.lists(st.floats(-50, 1e5) | st.just(float("nan")), min_size=0, max_size=80)


def _of(gain: float, usual: float, repos: int = 100) -> Health:
    return health(repos, repos, np.full(repos, gain), np.full(repos, usual))


def _drawn(
    rng: np.random.Generator, repos: int, pace: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gains of repos in 6 hours, at this share of what they gained in 2 weeks before.

    Bursts as in life: the count varies as much again as its mean says.
    """
    means = np.exp(rng.normal(np.log(0.2), 1.5, repos))

    def slot(share: float) -> NDArray[np.float64]:
        return rng.poisson(means * share * rng.gamma(1, 1, repos)).astype(np.float64)

    usual = (slot(1) + slot(1)) / 2
    return slot(pace), usual


@pytest.mark.parametrize(
    ("expected", "seen", "worth"),
    [
        (100, 100, Health.GOOD),
        (100, 90, Health.GOOD),
        (100, 89, Health.PARTIAL),
        (18_000, 10_800, Health.PARTIAL),
        (18_000, 0, Health.PARTIAL),
        (1, 1, Health.GOOD),
        (0, 0, Health.GOOD),
    ],
)
def test_a_sweep_that_saw_under_90_percent_is_partial(
    expected: int, seen: int, worth: Health
) -> None:
    assert health(expected, seen, NOTHING, NOTHING) is worth


@given(expected=st.integers(1, 10_000).map(lambda tens: 10 * tens))
def test_90_percent_to_the_repo_is_enough(expected: int) -> None:
    seen = 9 * expected // 10
    assert health(expected, seen, NOTHING, NOTHING) is Health.GOOD
    assert health(expected, seen - 1, NOTHING, NOTHING) is Health.PARTIAL


@pytest.mark.parametrize(
    ("gain", "usual", "worth"),
    [
        (0, 4, Health.STILL),
        (1, 4, Health.STILL),
        (2, 4, Health.GOOD),
        (2, 5, Health.GOOD),
        (400, 4, Health.GOOD),
        (0, 0.5, Health.GOOD),
        (0, float("nan"), Health.GOOD),
        (float("nan"), 4, Health.GOOD),
    ],
)
def test_under_40_percent_of_the_usual_pace_is_a_standstill(
    gain: float, usual: float, worth: Health
) -> None:
    assert _of(gain, usual) is worth


def test_a_handful_of_repos_tells_no_standstill() -> None:
    assert _of(0.5, 2, 29) is Health.GOOD
    assert _of(0.5, 2, 30) is Health.STILL


@pytest.mark.parametrize(
    ("gains", "usual", "worth"),
    [
        ([0], [51], Health.STILL),
        ([0] * 28, [7] * 28, Health.STILL),
        ([0] * 28, [1] * 28, Health.GOOD),
        ([0] * 100, [0.6] * 100, Health.STILL),
        ([1] + [0] * 27, [7] * 28, Health.GOOD),
        ([-1] + [0] * 27, [7] * 28, Health.GOOD),
        ([5] + [0] * 28, [np.nan] + [7] * 28, Health.GOOD),
        ([np.nan] + [0] * 28, [7] * 29, Health.STILL),
        ([np.nan] * 28, [7] * 28, Health.GOOD),
    ],
)
def test_where_nothing_at_all_came_of_many_stars_a_few_repos_are_enough(
    gains: list[float], usual: list[float], worth: Health
) -> None:
    assert health(len(gains), len(gains), np.array(gains), np.array(usual)) is worth


@pytest.mark.parametrize(
    ("gain", "usual", "keeps"),
    [
        (4, 4, True),
        (1.7, 4, True),
        (1.5, 4, False),
        (9.9, 4, True),
        (11, 4, False),
        (0, 0, False),
        (0.4, 0.5, False),
        (0.5, 0.6, True),
        (float("nan"), 4, False),
        (4, float("nan"), False),
    ],
)
def test_counts_that_keep_their_pace_are_neither_still_nor_leaping_nor_too_few(
    gain: float, usual: float, *, keeps: bool
) -> None:
    assert keeps_pace(np.full(100, gain), np.full(100, usual)) is keeps


def test_what_stands_still_is_so_in_a_partial_sweep_too() -> None:
    gains = np.full(100, np.nan)
    gains[:60] = 0
    assert health(100, 60, gains, np.full(100, 4.0)) is Health.STILL


def test_a_purge_or_one_that_takes_off_is_no_standstill_and_hides_none() -> None:
    gains, usual = np.full(100, 4.0), np.full(100, 4.0)
    gains[0] = -20_000
    assert health(100, 100, gains, usual) is Health.GOOD
    gains = np.zeros(100)
    gains[0] = -20_000
    assert health(100, 100, gains, usual) is Health.STILL


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("pace", [0.7, 1.0])
def test_a_quiet_night_of_thousands_of_small_repos_is_believed(seed: int, pace: float) -> None:
    gains, usual = _drawn(np.random.default_rng(seed), 18_000, pace)
    asked = usual >= 1
    # The median alone would not: those who had luck in the weeks before have less now.
    assert np.median(gains[asked] / usual[asked]) < LEAST_PACE
    assert health(18_000, 18_000, gains, usual) is Health.GOOD


def test_a_purge_in_a_quiet_night_is_no_standstill() -> None:
    gains, usual = _drawn(np.random.default_rng(1), 18_000, 1.0)
    gains[0] = -20_000
    assert health(18_000, 18_000, gains, usual) is Health.GOOD


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("pace", [0.0, 0.15])
def test_a_standstill_of_thousands_of_repos_is_seen(seed: int, pace: float) -> None:
    gains, usual = _drawn(np.random.default_rng(seed), 18_000, pace)
    assert health(18_000, 18_000, gains, usual) is Health.STILL


@given(gains=GAINS, usual=GAINS, data=st.data())
def test_whatever_is_known_there_is_an_answer_and_no_order_in_it(
    gains: list[float], usual: list[float], data: st.DataObject
) -> None:
    size = min(len(gains), len(usual))
    order = data.draw(st.permutations(range(size)))
    first, second = np.array(gains[:size]), np.array(usual[:size])
    found = health(size, size, first, second)
    assert found is health(size, size, first[list(order)], second[list(order)])
    assert found is not Health.PARTIAL
