"""What Slack's answers mean for a delivery."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve_slack.refusals import refusal, trouble

TABLE: list[tuple[type[SendError], list[str]]] = [
    (SendLimited, ["ratelimited", "rate_limited", "message_limit_exceeded"]),
    (
        ChannelRefused,
        [
            *("not_in_channel", "channel_not_found", "is_archived", "restricted_action"),
            *("restricted_action_read_only_channel", "restricted_action_thread_locked"),
            *("no_permission", "ekm_access_denied", "missing_scope"),
        ],
    ),
    (TenantRefused, ["token_revoked", "account_inactive", "invalid_auth", "token_expired"]),
    (MessageRefused, ["invalid_blocks", "msg_blocks_too_long", "msg_too_long", "no_text"]),
    (SendUnclear, ["fatal_error", "internal_error", "service_unavailable"]),
    (SendFailed, ["request_timeout", "a_code_nobody_has_seen_yet"]),
]


@pytest.mark.parametrize(
    ("error", "code"), [(error, code) for error, codes in TABLE for code in codes]
)
def test_each_code_has_its_meaning_and_is_kept(error: type[SendError], code: str) -> None:
    found = refusal(code)
    assert type(found) is error
    assert found.code == code


def test_a_429_is_a_rate_limit_whatever_it_says() -> None:
    found = refusal("", status=429, retry_after=12)
    assert isinstance(found, SendLimited)
    assert found.retry_after == 12


def test_a_rate_limit_without_a_time_still_waits() -> None:
    assert (refusal("ratelimited").retry_after or 0) >= 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_broken_server_leaves_it_open(status: int) -> None:
    assert isinstance(refusal("", status=status), SendUnclear)


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_a_refusal_of_something_in_between_posted_nothing(status: int) -> None:
    assert isinstance(refusal("", status=status), SendFailed)


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        aiohttp.ServerTimeoutError(),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError(),
        ConnectionResetError(),
        SlackApiError("a body that is no JSON", response={}),  # type: ignore[no-untyped-call]  # slack_sdk's
    ],
    ids=lambda error: type(error).__name__,
)
def test_silence_after_the_request_leaves_it_open(error: Exception) -> None:
    assert isinstance(trouble(error), SendUnclear)


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ConnectionTimeoutError(),
        aiohttp.InvalidURL("x"),
        aiohttp.ClientHttpProxyError(None, (), status=502),  # type: ignore[arg-type]  # unread
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_connection_that_never_was_posted_nothing(error: Exception) -> None:
    assert isinstance(trouble(error), SendFailed)
