"""When a platform is left alone, and how it is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hypecurve.domain.breaker import (
    BUDGET,
    FIRST_WAIT,
    LONGEST_WAIT,
    TROUBLES,
    WINDOW,
    Breaker,
)

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NEW = Breaker("discord")


def _after(troubles: int, now: datetime = NOW, luck: float = 1.0) -> Breaker:
    found = NEW
    for _ in range(troubles):
        found = found.failed(now, "no answer", luck)
    return found


def test_it_opens_after_troubles_in_a_row_and_not_before() -> None:
    assert not _after(TROUBLES - 1).is_open(NOW)
    opened = _after(TROUBLES)
    assert opened.is_open(NOW)
    assert opened.open_until == NOW + FIRST_WAIT
    assert opened.reason == "no answer"


def test_something_that_arrives_begins_the_row_anew() -> None:
    found = _after(TROUBLES - 1).succeeded(NOW)
    assert found == NEW
    assert not found.failed(NOW, "no answer", 1.0).is_open(NOW)


def test_when_its_time_is_over_one_at_a_time_tries_and_one_that_arrives_closes_it() -> None:
    opened = _after(TROUBLES)
    later = NOW + FIRST_WAIT
    assert not opened.is_half_open(NOW)
    assert opened.is_half_open(later)
    assert opened.succeeded(later) == NEW


def test_each_trouble_when_half_open_doubles_the_wait_up_to_the_longest() -> None:
    found, now, waits = _after(TROUBLES), NOW, []
    for _ in range(8):
        assert found.open_until is not None
        waits.append(found.open_until - now)
        now = found.open_until
        found = found.failed(now, "no answer", 1.0)
    doubled = [min(FIRST_WAIT * 2**each, LONGEST_WAIT) for each in range(8)]
    assert waits == doubled


@pytest.mark.parametrize("luck", [0.0, 1.0])
def test_what_was_begun_before_it_opened_makes_the_wait_neither_longer_nor_shorter(
    luck: float,
) -> None:
    opened = _after(TROUBLES)
    later = NOW + SECOND
    found = opened
    for _ in range(50):
        found = found.failed(later, "no answer", luck)
    assert (found.open_until, found.openings) == (opened.open_until, 1)
    assert found.succeeded(later).open_until == opened.open_until
    assert found.succeeded(later).is_open(later)


def test_by_a_clock_that_was_set_back_an_hour_it_is_tried_again_and_not_an_hour_later() -> None:
    opened = _after(TROUBLES)
    back = NOW - timedelta(hours=1)
    assert not opened.is_open(back)
    assert opened.is_half_open(back)
    assert opened.succeeded(back) == NEW
    again = opened.failed(back, "no answer", 1.0)
    assert again.is_open(back)
    assert again.is_half_open(back + LONGEST_WAIT)
    assert opened.is_open(NOW - timedelta(seconds=20)), "the clocks of two machines differ"


def test_a_refusal_opens_it_at_once_and_the_longer_wait_counts() -> None:
    found = NEW.opened(NOW, 10 * WINDOW, "barred").opened(NOW, WINDOW, "barred again")
    assert found.open_until == NOW + 10 * WINDOW
    assert found.openings == 1


def test_a_spent_budget_opens_it_until_its_window_is_over() -> None:
    found = NEW.spent(BUDGET - 1, NOW)
    assert not found.is_open(NOW)
    late = NOW + WINDOW - SECOND
    found = found.spent(1, late)
    assert found.open_until == NOW + WINDOW
    assert found.reason == "500 invalid answers within ten minutes."
    assert not found.spent(0, NOW + WINDOW).is_open(NOW + WINDOW)


def test_a_window_that_is_over_counts_from_none_and_so_does_one_that_lies_ahead() -> None:
    counted = NEW.spent(BUDGET - 1, NOW)
    assert counted.spent(1, NOW + WINDOW).invalid == 1
    assert counted.spent(1, NOW - SECOND).invalid == 1


class Moves(RuleBasedStateMachine):
    """Anything happens at any time, also a clock that is set back."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.breaker = NEW
        self.in_a_row = 0

    @rule(seconds=st.integers(-3600, 3600))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule()
    def something_arrives(self) -> None:
        self.breaker = self.breaker.succeeded(self.now)
        self.in_a_row = 0

    @rule(luck=st.floats(0, 1))
    def something_fails(self, luck: float) -> None:
        before = self.breaker
        self.breaker = before.failed(self.now, "no answer", luck)
        self.in_a_row += 1
        is_enough = self.in_a_row >= TROUBLES or before.is_half_open(self.now)
        assert self.breaker.is_open(self.now) == (is_enough or before.is_open(self.now))

    @rule(minutes=st.integers(10, 60))
    def we_are_refused(self, minutes: int) -> None:
        self.breaker = self.breaker.opened(self.now, timedelta(minutes=minutes), "barred")
        assert self.breaker.is_open(self.now)

    @rule(count=st.integers(0, 300))
    def answers_are_invalid(self, count: int) -> None:
        self.breaker = self.breaker.spent(count, self.now)
        if self.breaker.invalid >= BUDGET:
            assert self.breaker.is_open(self.now)

    @invariant()
    def it_is_open_half_open_or_closed(self) -> None:
        is_open, is_half = self.breaker.is_open(self.now), self.breaker.is_half_open(self.now)
        assert not (is_open and is_half)
        assert (is_open or is_half) == (self.breaker.openings > 0)


TestMoves = Moves.TestCase
