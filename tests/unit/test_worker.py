"""When the service looks at GitHub."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.worker import update_due

HOUR = timedelta(hours=1)
DAY = datetime(2026, 11, 22, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + hours * HOUR


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
def test_a_cycle_comes_every_six_hours_by_the_clock(last: float, first_due: float) -> None:
    assert not update_due(at(last), at(first_due) - timedelta(seconds=1), 6 * HOUR)
    assert update_due(at(last), at(first_due), 6 * HOUR)
    assert update_due(at(last), at(first_due + 30), 6 * HOUR)


def test_the_first_cycle_comes_at_once() -> None:
    assert update_due(None, at(1.5), 6 * HOUR)


@given(
    starts=st.lists(st.floats(0, 30), min_size=1, max_size=6),
    every=st.sampled_from([1, 3, 6, 24]),
)
def test_restarts_and_second_services_bring_no_more_cycles(starts: list[float], every: int) -> None:
    span = every * HOUR
    last, cycles = None, []
    for tick in range(60 * 36):
        now = DAY + timedelta(minutes=tick)
        # Any number of services ask at any time: it is the last sweep that answers.
        asked = tick % 7 == 0 or any(abs(start * 60 - tick) < 1 for start in starts)
        if asked and update_due(last, now, span):
            last = now
            cycles.append(now)
    gaps = [after - before for before, after in pairwise(cycles)]
    assert all(span / 2 <= gap < 2 * span for gap in gaps), "half a span to one and a half"
    assert all(span - timedelta(minutes=7) <= gap for gap in gaps[1:])
