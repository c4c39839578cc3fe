"""Growth over a window is right or absent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.stars import StarHistory, StarSnapshot

AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _history(*snapshots: tuple[float, int]) -> StarHistory:
    """(hours before AT, stars), oldest first."""
    return StarHistory(
        tuple(StarSnapshot(AT - HOUR * hours, stars) for hours, stars in snapshots), SIX_HOURS
    )


@pytest.mark.parametrize(
    ("hours_ago", "known"), [(0, 5), (6, 5), (9, 5), (9.01, None), (48, None), (-0.01, None)]
)
def test_a_count_is_known_for_one_and_a_half_intervals_after_it_was_seen(
    hours_ago: float, known: int | None
) -> None:
    assert _history((hours_ago, 5)).as_of(AT) == known


@pytest.mark.parametrize(
    ("hours_ago", "near"), [(0, 5), (3, 5), (-3, 5), (3.01, None), (-3.01, None)]
)
def test_the_far_end_takes_a_sweep_half_an_interval_away_at_most(
    hours_ago: float, near: int | None
) -> None:
    assert _history((hours_ago, 5)).near(AT) == near


def test_the_latest_of_several_counts_is_the_known_one() -> None:
    history = _history((8, 1), (5, 2), (0, 3), (-1, 4))
    assert history.as_of(AT) == 3
    assert history.as_of(AT - HOUR) == 2
    assert history.near(AT - 4 * HOUR) == 2
    assert history.near(AT - 7 * HOUR) == 1


def test_of_two_counts_as_near_the_earlier_is_taken() -> None:
    assert _history((4, 1), (2, 2)).near(AT - 3 * HOUR) == 1


def test_growth_is_the_difference_of_both_ends() -> None:
    history = _history((24.02, 100), (6, 130), (0, 90))
    assert history.growth(AT, DAY) == -10
    assert history.growth(AT, 7 * DAY) is None
    assert history.growth(AT + DAY, DAY) is None


def test_growth_without_change_is_zero_and_without_counts_unknown() -> None:
    assert _history((24, 100), (0, 100)).growth(AT, DAY) == 0
    assert _history().growth(AT, DAY) is None
    assert _history((0, 100)).growth(AT, DAY) is None


@given(
    hours=st.lists(st.floats(-50, 50), max_size=12, unique=True).map(lambda h: sorted(h)[::-1]),
    asked=st.floats(-60, 60),
)
def test_whatever_was_seen_only_counts_within_reach_are_told(
    hours: list[float], asked: float
) -> None:
    history = _history(*((each, place) for place, each in enumerate(hours)))
    at = AT - HOUR * asked
    times = [snapshot.at for snapshot in history.snapshots]
    before = [place for place, seen in enumerate(times) if seen <= at]
    known = before[-1] if before and at - times[before[-1]] <= 1.5 * SIX_HOURS else None
    assert history.as_of(at) == known
    distances = [abs(seen - at) for seen in times]
    least = min(distances, default=None)
    near = history.near(at)
    if least is None or least > SIX_HOURS / 2:
        assert near is None
    else:
        assert near is not None
        assert distances[near] == least
