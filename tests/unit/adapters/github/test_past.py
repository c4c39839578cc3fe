"""Weeks of star history are joined into days, and what is not known is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypecurve.adapters.github.past import join

NOW = datetime(2026, 11, 25, 6, 12, tzinfo=UTC)  # a Wednesday
SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def test_days_to_come_are_dropped() -> None:
    past = join({SUNDAY: (1, 2, 3, 4, 0, 0, 0), SUNDAY - WEEK: (7,) * 7}, 10, NOW)
    assert past is not None
    assert past.first_day == date(2026, 11, 15)
    assert past.days == (*(7,) * 7, 1, 2, 3, 4)
    assert past.fetched_at == NOW


def test_no_week_at_all_is_no_history() -> None:
    assert join({}, 10, NOW) is None


def test_only_weeks_to_come_are_no_history() -> None:
    assert join({SUNDAY + WEEK: (0,) * 7}, 10, NOW) is None


def test_what_lies_before_a_gap_is_unknown() -> None:
    past = join({SUNDAY: (1,) * 7, SUNDAY - WEEK: (2,) * 7, SUNDAY - 3 * WEEK: (9,) * 7}, 10, NOW)
    assert past is not None
    assert past.first_day == date(2026, 11, 15)
    assert 9 not in past.days


def test_a_history_that_ends_early_is_not_stretched_to_today() -> None:
    past = join({SUNDAY - 2 * WEEK: (3,) * 7}, 10, NOW)
    assert past is not None
    assert past.days == (3,) * 7


def test_no_more_weeks_come_than_were_asked_for() -> None:
    past = join({SUNDAY - each * WEEK: (each,) * 7 for each in range(30)}, 3, NOW)
    assert past is not None
    assert past.first_day == date(2026, 11, 8)


def test_days_that_do_not_begin_at_midnight_go_to_the_day_they_mostly_lie_in() -> None:
    pacific: dict[datetime, tuple[int, ...]] = {SUNDAY + timedelta(hours=8): (1,) * 7}
    assert join(pacific, 1, NOW) == join({SUNDAY: (1,) * 7}, 1, NOW)
    tokyo: dict[datetime, tuple[int, ...]] = {SUNDAY - timedelta(hours=9): (1,) * 7}
    assert join(tokyo, 1, NOW) == join({SUNDAY: (1,) * 7}, 1, NOW)
