"""A delivery goes only where it may: the table, and any walk over it."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hypecurve.domain.delivery import FINAL, LEGAL, DeliveryState, IllegalMove, moved

S = DeliveryState


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("after", S)
def test_a_move_is_made_or_refused_as_the_table_says(
    before: DeliveryState, after: DeliveryState
) -> None:
    if after in LEGAL[before]:
        assert moved(before, after) is after
    else:
        with pytest.raises(IllegalMove, match=f"from {before} to {after}"):
            moved(before, after)


def test_what_is_sent_expired_or_dropped_stays_so() -> None:
    assert {S.SENT, S.EXPIRED, S.DROPPED} == FINAL


def test_every_state_is_in_the_table_and_reached_from_pending() -> None:
    assert set(LEGAL) == set(S)
    reached, edge = {S.PENDING}, {S.PENDING}
    while edge:
        edge = {after for before in edge for after in LEGAL[before]} - reached
        reached |= edge
    assert reached == set(S)


def test_every_state_can_come_to_an_end() -> None:
    ends = set(FINAL)
    while more := {state for state in S if LEGAL[state] & ends} - ends:
        ends |= more
    assert ends == set(S)


class Walk(RuleBasedStateMachine):
    """Anybody asks for any move at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.state = S.PENDING
        self.calls = 0
        self.by_operator = 0
        self.refused_last = False

    @rule(after=st.sampled_from(S))
    def ask(self, after: DeliveryState) -> None:
        before = self.state
        try:
            self.state = moved(before, after)
        except IllegalMove:
            self.refused_last = True
            assert self.state is before
            return
        self.refused_last = False
        self.calls += self.state is S.SENDING
        self.by_operator += before in {S.UNKNOWN, S.DEAD} and self.state is S.PENDING

    @precondition(lambda self: self.state in FINAL)
    @rule(after=st.sampled_from(S))
    def ask_at_the_end(self, after: DeliveryState) -> None:
        with pytest.raises(IllegalMove):
            moved(self.state, after)

    @invariant()
    def nothing_is_sent_without_a_call(self) -> None:
        if self.state in {S.SENT, S.UNKNOWN, S.DEAD}:
            assert self.calls > 0


TestWalk = Walk.TestCase
