"""GitHub's own history of many repos on the grid of the windows, beside the same one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hypecurve.domain.pasts import PackedPasts, best_months, daily_gains, pack
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from support.pasts import best_month, daily_past

NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
MIDNIGHT = datetime(2025, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def packed(*pasts: PastStars) -> PackedPasts:
    return pack([RepoId(number) for number in range(len(pasts))], pasts)


def counted(*first: datetime | None) -> NDArray[np.datetime64]:
    return np.array([each and each.replace(tzinfo=None) for each in first], "datetime64[us]")


def told(
    past: PastStars, at: datetime, first_snapshot_at: datetime | None, days: int
) -> list[float | None]:
    (gains,) = daily_gains(packed(past), at, counted(first_snapshot_at), days)
    return [None if np.isnan(gain) else round(float(gain), 2) for gain in gains]


def past_of(*days: int, fetched: datetime = MIDNIGHT) -> PastStars:
    """A history whose days end at midnight of 10 March."""
    return PastStars(date(2025, 3, 10) - timedelta(days=len(days)), days, fetched)


def test_history_on_a_grid_of_utc_days_is_taken_as_it_is() -> None:
    assert told(past_of(3, 5, 8), MIDNIGHT, None, 4) == [None, 3, 5, 8]


def test_a_window_across_two_utc_days_takes_from_each_by_its_hours() -> None:
    at = MIDNIGHT - timedelta(hours=6)
    assert told(past_of(4, 8, 12), at, MIDNIGHT, 2) == [7, 11]


def test_the_day_of_the_fetch_is_completed_at_its_own_pace() -> None:
    # 12 hours of 10 March are known: 6 stars; the 24 hours before the fetch brought 4 + 6.
    past = PastStars(date(2025, 3, 8), (8, 8, 6), NOON)
    at = NOON + timedelta(hours=12)
    assert told(past, at, NOON, 2) == [8, 11]


def test_the_stars_of_the_day_of_the_fetch_came_before_the_fetch() -> None:
    past = PastStars(date(2025, 3, 8), (8, 8, 6), NOON)
    assert told(past, MIDNIGHT + timedelta(hours=6), None, 2) == [8, 6 + 3]


def test_after_the_fetch_history_knows_nothing() -> None:
    at = NOON + timedelta(hours=36)
    past = PastStars(date(2025, 3, 8), (8, 8, 6), NOON)
    assert told(past, at, NOON, 3) == [8, 11, None]


def test_where_we_counted_already_the_day_of_the_fetch_is_left_to_the_counts() -> None:
    past = PastStars(date(2025, 3, 8), (8, 8, 6), NOON)
    at = NOON + timedelta(hours=12)
    assert told(past, at, NOON - timedelta(days=5), 2) == [8, None]


def test_an_empty_history_knows_nothing() -> None:
    assert told(past_of(), NOON, None, 2) == [None, None]
    early = PastStars(date(2025, 3, 10), (5,), MIDNIGHT - timedelta(hours=1))
    assert told(early, NOON, None, 2) == [None, None]


def test_the_best_month_of_a_history_is_its_best_28_days() -> None:
    assert best_months(packed(past_of(*[1] * 30, *[10] * 28, *[2] * 9))) == [280]
    assert best_months(packed(past_of(*[100] * 27))) == [0], "28 days are not known"


@st.composite
def pasts(draw: st.DrawFn) -> tuple[PastStars, datetime | None]:
    """A history that ends some time about 10 March, and when we began to count."""
    days = draw(st.lists(st.integers(0, 500), max_size=60))
    fetched = MIDNIGHT + timedelta(seconds=draw(st.integers(-40 * 86_400, 2 * 86_400)))
    first = (fetched - timedelta(days=len(days) + draw(st.integers(-2, 2)))).date()
    counts = draw(st.none() | st.integers(-50 * 86_400, 86_400))
    return PastStars(first, tuple(days), fetched), (
        None if counts is None else MIDNIGHT + timedelta(seconds=counts)
    )


@given(
    st.lists(pasts(), min_size=1, max_size=6),
    st.just(0) | st.integers(-86_400, 86_400),
    st.integers(1, 50),
)
def test_many_histories_at_once_say_what_each_of_them_says(
    known: list[tuple[PastStars, datetime | None]], seconds: int, width: int
) -> None:
    at = MIDNIGHT + timedelta(seconds=seconds)
    all_pasts = packed(*(past for past, _ in known))
    gains = daily_gains(all_pasts, at, counted(*(first for _, first in known)), width)
    alone = [daily_past(past, at, first, width) for past, first in known]
    np.testing.assert_allclose(gains, alone, rtol=1e-4, atol=1e-2)
    assert best_months(all_pasts).tolist() == [best_month(past) for past, _ in known]


def test_no_history_at_all_is_no_gain_at_all() -> None:
    assert daily_gains(packed(), NOON, counted(), 4).shape == (0, 4)
    assert best_months(packed()).tolist() == []


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=60),
    st.integers(0, 23),
    st.integers(1, 70),
)
def test_history_is_spread_without_gain_or_loss(days: list[int], hours: int, width: int) -> None:
    past = past_of(*days)
    at = MIDNIGHT - timedelta(hours=hours)
    (gains,) = daily_gains(packed(past), at, counted(None), width)
    known = np.isfinite(gains)
    assert gains[known].sum() <= sum(days) * 1.0001 + 1e-6
    assert (gains[known] >= 0).all()
    if not hours:
        assert known.sum() == min(width, len(days))
