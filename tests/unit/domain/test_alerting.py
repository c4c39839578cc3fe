"""Which news does not wait, and in which hours it does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.domain.alerting import in_quiet_hours, is_surge, strongest
from hypecurve.domain.repo import RepoId
from hypecurve.domain.schedule import day_begins
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Alerts
from support.catalogue import a_signal

PARIS = ZoneInfo("Europe/Paris")
ZONES = sorted(name for name in available_timezones() if name != "localtime")
NIGHT = Alerts(3, time(22), time(8))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
INSTANTS = st.datetimes(
    datetime(1975, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2037, 12, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("multiple", "usual", "step", "surges"),
    [
        (3.0, 50.0, 1, True),
        (2.9, 50.0, 1, False),
        (9.0, 4.0, 1, False),  # nine times next to nothing
        (1.6, 50.0, 2, True),
        (None, None, 1, False),
        (None, None, 3, True),
    ],
)
def test_a_surge_is_three_times_the_pace_or_still_accelerating(
    multiple: float | None, usual: float | None, step: int, *, surges: bool
) -> None:
    signal = a_signal(1, step=step, multiple=multiple, usual_7d=usual)
    assert is_surge(signal) is surges


def test_nothing_else_is_a_surge() -> None:
    others = set(SignalKind) - {SignalKind.RISING}
    assert not any(
        is_surge(a_signal(1, kind, step=2, multiple=9.0, usual_7d=50)) for kind in others
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=0).astimezone(UTC)


@pytest.mark.parametrize(
    ("begin", "end", "at", "quiet"),
    [
        ("22:00", "08:00", "2026-11-22T21:59", False),
        ("22:00", "08:00", "2026-11-22T22:00", True),
        ("22:00", "08:00", "2026-11-23T00:00", True),
        ("22:00", "08:00", "2026-11-23T07:59", True),
        ("22:00", "08:00", "2026-11-23T08:00", False),
        ("12:00", "14:00", "2026-11-23T13:59", True),
        ("12:00", "14:00", "2026-11-23T14:00", False),
        ("09:00", "09:00", "2026-11-23T09:00", False),
        # The night in which the clocks go forward, and the one in which they go back.
        ("22:00", "03:30", "2026-03-29T03:15", True),
        ("22:00", "03:30", "2026-03-29T03:45", False),
        ("22:00", "02:30", "2026-10-25T02:15", True),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(
    begin: str, end: str, at: str, *, quiet: bool
) -> None:
    alerts = Alerts(3, time.fromisoformat(begin), time.fromisoformat(end))
    assert in_quiet_hours(alerts, PARIS, _at(at)) is quiet


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    first = _at("2026-10-25T02:15")
    for instant in (first, first + timedelta(hours=1)):
        assert in_quiet_hours(Alerts(3, time(2), time(2, 30)), PARIS, instant)


def test_without_hours_no_time_is_quiet() -> None:
    for alerts in (Alerts(3, None, None), Alerts(3, time(22), None), Alerts(3, None, time(8))):
        assert not in_quiet_hours(alerts, PARIS, _at("2026-11-22T23:00"))


@settings(max_examples=60, deadline=None)
@given(begin=TIMES, end=TIMES, zone=st.sampled_from(ZONES), at=INSTANTS)
def test_the_hours_and_those_turned_round_make_a_day(
    begin: time, end: time, zone: str, at: datetime
) -> None:
    there = ZoneInfo(zone)
    quiet = [
        in_quiet_hours(Alerts(3, first, last), there, at)
        for first, last in ((begin, end), (end, begin))
    ]
    assert sum(quiet) == (begin != end)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), at=INSTANTS)
def test_a_day_begins_on_its_own_date_and_not_after_any_of_it(zone: str, at: datetime) -> None:
    there = ZoneInfo(zone)
    begin = day_begins(at, there)
    assert begin <= at
    assert begin.astimezone(there).date() == at.astimezone(there).date()
    before = (begin - timedelta(seconds=1)).astimezone(there).date()
    # Where the clocks go back over midnight a date is left and entered again.
    assert before <= begin.astimezone(there).date()


def test_followed_repos_come_first_then_the_strongest() -> None:
    signals = [
        a_signal(1, multiple=4.0, usual_7d=50),
        a_signal(2, multiple=9.0, usual_7d=50),
        a_signal(3, SignalKind.ARCHIVED),
        a_signal(4, multiple=4.0, usual_7d=50, score=3.0),
    ]
    assert [each.repo_id for each in strongest(signals, {RepoId(3)})] == [3, 2, 4, 1]
    assert NIGHT.a_day == 3
