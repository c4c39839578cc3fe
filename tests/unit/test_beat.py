"""When the service looks at GitHub."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.beat import beat_of, update_due
from hypecurve.domain.health import Health
from hypecurve.ports.store import Sweep

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = datetime(2026, 11, 22, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + hours * HOUR


def swept(when: datetime, health: Health = Health.GOOD) -> Sweep:
    return Sweep(1, when, 100, 100, health)


@pytest.mark.parametrize(
    ("last", "first_due"),
    [
        (0.05, 6),
        (5.9, 12),  # a first sweep just before the hour
        (6.1, 12),
        (2.9, 6),
        (-20, -12),  # it was down for a day
    ],
)
@pytest.mark.parametrize("beat", [0 * MINUTE, 7 * MINUTE])
def test_a_cycle_comes_every_six_hours_by_the_clock(
    last: float, first_due: float, beat: timedelta
) -> None:
    seen, due = swept(at(last) + beat), at(first_due) + beat
    assert not update_due(seen, due - SECOND, 6 * HOUR, beat)
    assert update_due(seen, due, 6 * HOUR, beat)
    assert update_due(seen, due + 30 * HOUR, 6 * HOUR, beat)


def test_a_sweep_in_the_future_makes_a_cycle_due_which_says_so() -> None:
    assert update_due(swept(at(9_000)), at(6), 6 * HOUR)
    assert not update_due(swept(at(6) + 9 * MINUTE), at(6), 6 * HOUR), "two clocks differ"


def test_the_first_cycle_comes_at_once() -> None:
    assert update_due(None, at(1.5), 6 * HOUR, 7 * MINUTE)


@pytest.mark.parametrize("health", [Health.PARTIAL, Health.STILL])
def test_after_a_sweep_that_cannot_be_trusted_another_comes_in_45_minutes(health: Health) -> None:
    bad = swept(at(6.1), health)
    assert not update_due(bad, at(6.1) + 45 * MINUTE - SECOND, 6 * HOUR)
    assert update_due(bad, at(6.1) + 45 * MINUTE, 6 * HOUR)


def test_a_bad_hour_is_looked_at_again_until_it_is_over() -> None:
    last, looks = swept(at(6), Health.PARTIAL), []
    for minute in range(1, 12 * 60):
        now = at(6) + minute * MINUTE
        if update_due(last, now, 6 * HOUR):
            looks.append(minute)
            last = swept(now, Health.STILL if now < at(8) else Health.GOOD)
    # 06:45, 07:30, 08:15 is good; then by the clock again.
    assert looks == [45, 90, 135, 360]


@given(
    starts=st.lists(st.floats(0, 30), min_size=1, max_size=6),
    every=st.sampled_from([1, 3, 6, 24]),
    made=st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_restarts_and_second_services_bring_no_more_cycles(
    starts: list[float], every: int, made: datetime
) -> None:
    span, beat = every * HOUR, beat_of(made)
    last, cycles = None, []
    for tick in range(60 * 36):
        now = DAY + timedelta(minutes=tick)
        # Any number of services ask at any time: it is the last sweep that answers.
        asked = tick % 7 == 0 or any(abs(start * 60 - tick) < 1 for start in starts)
        if asked and update_due(last, now, span, beat):
            last = swept(now)
            cycles.append(now)
    gaps = [after - before for before, after in pairwise(cycles)]
    assert all(span / 2 <= gap < 2 * span for gap in gaps), "half a span to one and a half"
    assert all(span - timedelta(minutes=7) <= gap for gap in gaps[1:])


@given(st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_an_installation_keeps_its_place_within_ten_minutes(made: datetime) -> None:
    assert timedelta(0) <= beat_of(made) < 10 * MINUTE
    assert beat_of(made) == beat_of(made + 7 * HOUR), "the hour plays no part"


def test_installations_do_not_all_begin_at_the_same_minute() -> None:
    made = [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=37 * n * n) for n in range(200)]
    minutes = {beat_of(each) // MINUTE for each in made}
    assert minutes == set(range(10))
