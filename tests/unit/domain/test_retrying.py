"""What an error means for a delivery, and how long it waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.delivery import LEGAL, DeliveryState
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendSought,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.retrying import (
    LEFT_ALONE,
    LONGEST_WAIT,
    Verdict,
    growing,
    judge,
    left_alone,
    until_probe,
)

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
S = DeliveryState
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("error", "attempts", "luck", "verdict"),
    [
        (SendLimited("", retry_after=30), 1, 0.0, (S.PENDING, 30, False)),
        (SendLimited("", retry_after=30), 99, 1.0, (S.PENDING, 35, False)),
        (SendLimited(""), 1, 0.0, (S.PENDING, 1, False)),
        (SendLimited("", retry_after=float("nan")), 1, 0.0, (S.PENDING, 1, False)),
        (SendLimited("", retry_after=float("inf")), 1, 0.0, (S.PENDING, 1, False)),
        (SendLimited("", retry_after=-9), 1, 0.0, (S.PENDING, 1, False)),
        (PlatformRefused(""), 1, 0.0, (S.PENDING, 600, False)),
        (PlatformRefused("", retry_after=9), 1, 0.0, (S.PENDING, 600, False)),
        (PlatformRefused("", retry_after=900), 1, 0.0, (S.PENDING, 900, False)),
        (SendUnclear(""), 1, 0.5, (S.UNKNOWN, None, True)),
        (ChannelRefused(""), 1, 0.5, (S.HELD, None, True)),
        (TenantRefused(""), 3, 0.5, (S.DROPPED, None, True)),
        (MessageRefused(""), 1, 0.5, (S.DEAD, None, True)),
        (SendFailed(""), 1, 1.0, (S.PENDING, 30, True)),
        (SendFailed(""), 1, 0.0, (S.PENDING, 1, True)),
        (SendFailed(""), 3, 1.0, (S.PENDING, 120, True)),
        (SendFailed(""), 7, 0.5, (S.PENDING, 960, True)),
        (SendFailed(""), 8, 1.0, (S.PENDING, 3600, True)),
        (SendFailed(""), 10**9, 1.0, (S.PENDING, 3600, True)),
        (SendSought(""), 1, 0.0, (S.PENDING, 60, True)),
        (SendSought(""), 8, 1.0, (S.PENDING, 3600, True)),
        (SendError("what nobody knows"), 1, 0.5, (S.DEAD, None, True)),
    ],
)
def test_judge_says_what_each_error_means(
    error: SendError, attempts: int, luck: float, verdict: tuple[DeliveryState, int | None, bool]
) -> None:
    state, seconds, counted = verdict
    at = None if seconds is None else NOW + seconds * SECOND
    assert judge(error, attempts, NOW, luck) == Verdict(state, at, counted)


@given(
    kind=st.sampled_from(
        [
            *(SendLimited, PlatformRefused, SendUnclear, ChannelRefused, TenantRefused),
            *(MessageRefused, SendFailed, SendError),
        ]
    ),
    told=st.none() | st.floats(),
    attempts=st.integers(1, 10**6),
    luck=st.floats(0, 1),
)
def test_every_error_leads_from_sending_to_a_legal_state_and_what_waits_waits_ahead(
    kind: type[SendError], told: float | None, attempts: int, luck: float
) -> None:
    verdict = judge(kind("why", retry_after=told), attempts, NOW, luck)
    assert verdict.state in LEGAL[S.SENDING]
    assert (verdict.next_try_at is not None) == (verdict.state is S.PENDING)
    if verdict.next_try_at is not None:
        assert verdict.next_try_at > NOW
    if kind is SendFailed and verdict.next_try_at is not None:
        assert verdict.next_try_at <= NOW + LONGEST_WAIT


def test_a_place_that_refuses_is_tried_after_an_hour_then_twice_as_long_up_to_a_day() -> None:
    hours = [until_probe(refusals) / HOUR for refusals in (1, 2, 3, 4, 5, 6, 7, 10**9)]
    assert hours == [1, 2, 4, 8, 16, 24, 24, 24]


def test_a_wait_of_no_time_at_all_is_the_first() -> None:
    assert growing(0, SECOND, HOUR) == growing(1, SECOND, HOUR) == SECOND


def test_a_platform_is_left_alone_for_as_long_as_it_says_but_no_less_than_ten_minutes() -> None:
    assert left_alone(PlatformRefused("", retry_after=3600)) == HOUR
    assert left_alone(PlatformRefused("", retry_after=1)) == LEFT_ALONE
    assert left_alone(PlatformRefused("")) == LEFT_ALONE
