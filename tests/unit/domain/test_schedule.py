"""When a digest is due, in every zone there is, across every change of the clocks."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hypecurve.domain.errors import BadTime
from hypecurve.domain.schedule import (
    due_by,
    last_due,
    nearest_due,
    next_due,
    parse_instant,
    parse_span,
    parse_time,
    parse_zone,
)
from hypecurve.domain.subscription import ALL_DAYS, WORKDAYS, Schedule

ZONES = sorted(name for name in available_timezones() if name != "localtime")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

SCHEDULES = st.builds(
    Schedule,
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
)
INSTANTS = st.datetimes(
    datetime(1975, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2037, 12, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _in_gap(local: datetime, zone: ZoneInfo) -> bool:
    return _wall(local.replace(tzinfo=zone).astimezone(UTC), zone) != local


def _due_at(day: date, schedule: Schedule, due: datetime, zone: ZoneInfo) -> bool:
    """Whether `due` is the instant of this day's wall-clock time."""
    local = datetime.combine(day, schedule.at)
    if _in_gap(local, zone):
        # The first instant after the gap: a second before, the clock had not reached it.
        return _wall(due - SECOND, zone) < local < _wall(due, zone)
    return due == local.replace(tzinfo=zone, fold=0).astimezone(UTC)


@settings(max_examples=150, deadline=None)
@given(schedule=SCHEDULES, after=INSTANTS)
@example(Schedule(time(2, 30), "America/New_York"), datetime(2026, 3, 8, tzinfo=UTC)).via(
    "a gap of an hour"
)
@example(Schedule(time(1, 30), "America/New_York"), datetime(2026, 11, 1, tzinfo=UTC)).via(
    "an hour that comes twice"
)
@example(Schedule(time(9), "Pacific/Apia", frozenset({4})), datetime(2011, 12, 29, tzinfo=UTC)).via(
    "a day that never was"
)
@example(Schedule(time(2, 15), "Australia/Lord_Howe"), datetime(2026, 10, 3, tzinfo=UTC)).via(
    "a gap of half an hour"
)
@example(Schedule(time(0), "America/Sao_Paulo"), datetime(2018, 11, 3, 12, tzinfo=UTC)).via(
    "a midnight that never was"
)
def test_the_next_due_is_the_first_right_time_on_an_allowed_day(
    schedule: Schedule, after: datetime
) -> None:
    zone = ZoneInfo(schedule.zone)
    due = next_due(schedule, after)
    assert due.tzinfo is UTC
    assert due > after
    assert due - after <= 8 * DAY + timedelta(hours=3)
    days = [
        due.astimezone(zone).date() + DAY * back
        for back in range(-1, 1)
        if _due_at(due.astimezone(zone).date() + DAY * back, schedule, due, zone)
    ]
    assert any(day.weekday() in schedule.weekdays for day in days)
    # Nothing was passed over: no allowed day between has an earlier instant after `after`.
    day = after.astimezone(zone).date()
    while day < due.astimezone(zone).date() - DAY:
        local = datetime.combine(day, schedule.at)
        if day.weekday() in schedule.weekdays and not _in_gap(local, zone):
            assert not after < local.replace(tzinfo=zone, fold=0).astimezone(UTC) < due
        day += DAY


@settings(max_examples=60, deadline=None)
@given(schedule=SCHEDULES, after=INSTANTS)
def test_due_times_follow_each_other_and_none_is_due_twice(
    schedule: Schedule, after: datetime
) -> None:
    first = next_due(schedule, after)
    assert next_due(schedule, first - SECOND) == first
    assert next_due(schedule, first) > first


def _dues(schedule: Schedule, after: datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        after = next_due(schedule, after)
        found.append(after.strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        # Spring in New York: 02:30 is not there on 8 March 2026, the gap ends at 03:00 EDT.
        ("America/New_York", time(2, 30), "2026-03-07", ["03-07 07:30", "03-08 07:00"]),
        ("America/New_York", time(2, 30), "2026-03-08T08", ["03-09 06:30"]),
        # Autumn: 01:30 comes twice on 1 November, the first is EDT.
        ("America/New_York", time(1, 30), "2026-11-01", ["11-01 05:30", "11-02 06:30"]),
        # Nine o'clock stays nine o'clock.
        ("Europe/Paris", time(9), "2026-03-28", ["03-28 08:00", "03-29 07:00"]),
        ("Europe/Paris", time(9), "2026-10-24", ["10-24 07:00", "10-25 08:00"]),
        # Samoa went over the date line: 30 December 2011 never was.
        (
            "Pacific/Apia",
            time(9),
            "2011-12-28T20",
            ["12-29 19:00", "12-30 10:00", "12-30 19:00"],
        ),
        # Lord Howe moves its clocks by half an hour: 02:15 is not there on 4 October 2026.
        ("Australia/Lord_Howe", time(2, 15), "2026-10-03", ["10-03 15:30", "10-04 15:15"]),
        ("Australia/Lord_Howe", time(1, 45), "2026-04-04", ["04-04 14:45", "04-05 15:15"]),
        # No daylight saving, and an odd offset.
        ("Asia/Kathmandu", time(7, 30), "2026-11-22", ["11-22 01:45", "11-23 01:45"]),
        ("Asia/Tokyo", time(0), "2026-11-22", ["11-22 15:00", "11-23 15:00"]),
    ],
)
def test_known_changes_of_the_clocks(zone: str, at: time, after: str, expected: list[str]) -> None:
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert _dues(Schedule(at, zone), start, len(expected)) == expected


def test_the_due_time_itself_is_past() -> None:
    nine = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert next_due(Schedule(time(9)), nine) == nine + DAY
    assert next_due(Schedule(time(9)), nine - timedelta(microseconds=1)) == nine


def test_workdays_leave_the_weekend_out() -> None:
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert next_due(Schedule(time(9), weekdays=WORKDAYS), friday) == friday + 3 * DAY
    assert next_due(Schedule(time(9), weekdays=frozenset({4})), friday) == friday + 7 * DAY
    assert next_due(Schedule(time(9), weekdays=ALL_DAYS), friday) == friday + DAY


def test_the_weekday_is_the_channels_own() -> None:
    # Monday 08:00 in Auckland is still Sunday in UTC.
    due = next_due(
        Schedule(time(8), "Pacific/Auckland", frozenset({0})), datetime(2026, 11, 20, tzinfo=UTC)
    )
    assert due == datetime(2026, 11, 22, 19, tzinfo=UTC)


def test_a_schedule_without_a_day_is_refused() -> None:
    with pytest.raises(BadTime, match="weekday"):
        next_due(Schedule(weekdays=frozenset()), datetime(2026, 11, 22, tzinfo=UTC))


@given(st.text(max_size=20) | st.from_regex(r"\d{1,5}\s?[smhdSMHD]", fullmatch=True))
def test_a_span_is_longer_than_nothing_or_refused(text: str) -> None:
    with suppress(BadTime):
        assert parse_span(text) > timedelta()


def test_spans_are_read_as_people_write_them() -> None:
    assert parse_span("6h") == parse_span(" 6 H ") == timedelta(hours=6)
    assert parse_span("90s") == timedelta(seconds=90)
    assert parse_span("30m") == timedelta(minutes=30)
    assert parse_span("2d") == 2 * DAY


@pytest.mark.parametrize("text", ["0h", "-1h", "6", "h", "1.5h", "6h30m", "99999d", "6 weeks"])
def test_other_spans_are_refused(text: str) -> None:
    with pytest.raises(BadTime):
        parse_span(text)


@given(st.times())
def test_every_minute_of_the_day_can_be_written(at: time) -> None:
    minute = at.replace(second=0, microsecond=0)
    assert parse_time(minute.strftime("%H:%M")) == minute
    assert parse_time(f"{minute.hour}:{minute:%M} ") == minute
    assert parse_time(f"{minute.hour}") == minute.replace(minute=0)


@pytest.mark.parametrize("text", ["", "24", "24:00", "09:60", "9:5", "09:00:00", "9am", "-1:00"])
def test_other_times_of_day_are_refused(text: str) -> None:
    with pytest.raises(BadTime, match="09:00"):
        parse_time(text)


@pytest.mark.parametrize("name", ZONES[::40])
def test_zones_are_found_by_name(name: str) -> None:
    assert parse_zone(f" {name} ").key == name


@pytest.mark.parametrize(
    "text", ["", "Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "Europe", "\0", "x" * 999]
)
def test_what_is_no_zone_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadTime, match="Europe/Paris") as caught:
        parse_zone(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2025-06-30", None, "2025-06-30T23:59:59+00:00"),
        ("2025-06-30", "Europe/Paris", "2025-06-30T21:59:59+00:00"),
        ("20250630", None, "2025-06-30T23:59:59+00:00"),
        ("2025-06-30T09:00", None, "2025-06-30T09:00:00+00:00"),
        ("2025-06-30T09:00", "Asia/Tokyo", "2025-06-30T00:00:00+00:00"),
        ("2025-06-30 09:00+02:00", "Asia/Tokyo", "2025-06-30T07:00:00+00:00"),
        (" 2025-06-30T09:00Z ", None, "2025-06-30T09:00:00+00:00"),
    ],
)
def test_instants_are_read_in_the_zone_they_are_meant_in(
    text: str, zone: str | None, expected: str
) -> None:
    found = parse_instant(text, None if zone is None else ZoneInfo(zone))
    assert found.isoformat() == expected


@given(st.text(max_size=30) | st.datetimes().map(str) | st.dates().map(str))
@example("0001-01-01T00:00+10:00")
@example("9999-12-31T23:59-10:00")
def test_whatever_is_typed_is_an_instant_or_one_line(text: str) -> None:
    with suppress(BadTime):
        assert parse_instant(text, ZoneInfo("Asia/Tokyo")).tzinfo is UTC


@pytest.mark.parametrize("text", ["", "yesterday", "2025-02-30", "9999-12-31T23:59-10:00"])
def test_what_is_no_instant_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadTime, match="write 2025-06-30"):
        parse_instant(text)


@settings(max_examples=60, deadline=None)
@given(schedule=SCHEDULES, at=INSTANTS)
@example(Schedule(time(9), "Pacific/Apia", frozenset({4})), datetime(2011, 12, 31, tzinfo=UTC)).via(
    "behind a day that never was"
)
def test_the_last_due_time_is_the_one_before_the_next(schedule: Schedule, at: datetime) -> None:
    last = due_by(schedule, at)
    assert last <= at
    assert next_due(schedule, last) > at
    assert next_due(schedule, last - SECOND) == last


def test_in_every_zone_each_day_is_due_once() -> None:
    """At an hour at which clocks are changed, over the changes of 2026."""
    for zone in ZONES:
        there, schedule = ZoneInfo(zone), Schedule(time(2, 30), zone)
        for begin in (datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)):
            due = [next_due(schedule, begin)]
            while len(due) < 25:
                due.append(next_due(schedule, due[-1]))
            days = [each.astimezone(there).date() for each in due]
            assert [day - days[0] for day in days] == [DAY * place for place in range(25)]


@settings(max_examples=40, deadline=None)
@given(schedule=SCHEDULES, first=INSTANTS, days=st.integers(0, 40))
def test_the_last_due_time_up_to_now_is_found_as_if_walked_to(
    schedule: Schedule, first: datetime, days: int
) -> None:
    begin = next_due(schedule, first)
    now = begin + days * DAY
    walked = begin
    while (following := next_due(schedule, walked)) <= now:
        walked = following
    assert last_due(schedule, begin, now) == walked


@settings(max_examples=40, deadline=None)
@given(schedule=SCHEDULES, at=INSTANTS, moved=st.integers(-180, 180))
def test_a_due_time_of_older_rules_finds_its_way_back(
    schedule: Schedule, at: datetime, moved: int
) -> None:
    due = next_due(schedule, at)
    near = nearest_due(schedule, due + timedelta(minutes=moved))
    others = (due_by(schedule, due - SECOND), due, next_due(schedule, due))
    assert near in others
    if min(due - others[0], others[2] - due) > timedelta(minutes=361):
        assert near == due


def test_a_subscription_asleep_for_years_is_not_walked_through_day_by_day() -> None:
    schedule = Schedule(time(9), "Europe/Paris")
    first = datetime(1990, 1, 1, 8, tzinfo=UTC)
    for year in range(2000, 2030):
        now = datetime(year, 6, 1, 12, tzinfo=UTC)
        assert last_due(schedule, first, now) == now.replace(hour=7)
