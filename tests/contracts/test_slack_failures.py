"""Each answer of Slack's failure table, by the real client: what error comes, what was posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from structlog.testing import capture_logs

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.subscription import Channel
from hypecurve_slack.posting.messenger import SlackMessenger, connect
from hypecurve_slack.posting.pacing import Pacer
from standins.slack import Fault, SlackStandIn
from support.bots import kit
from support.messenger_contract import BRIEF, LONG

CHANNEL = Channel.parse("slack:T123/C456")
CHANNELS_FAULT = (
    *("not_in_channel", "channel_not_found", "is_archived", "restricted_action"),
    *("restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
    *("restricted_action_thread_locked", "no_permission", "ekm_access_denied"),
    *("messages_tab_disabled", "user_disabled", "cannot_dm_bot"),
)
TENANTS_FAULT = (
    *("token_revoked", "account_inactive", "invalid_auth", "token_expired", "not_authed"),
    "team_access_not_granted",
)
FORMS_FAULT = ("invalid_blocks", "msg_blocks_too_long", "msg_too_long")
BROKEN = [
    Fault.refused("fatal_error"),
    Fault.refused("internal_error"),
    Fault(status=500),
    Fault(status=502),
    Fault(status=503),
    Fault.NONSENSE,
    Fault.DROPPED_BEFORE,
]


@dataclass
class Slack:
    server: SlackStandIn
    messenger: SlackMessenger

    async def post(self) -> str:
        return await self.messenger.post(CHANNEL, BRIEF, StepKind.POST, key="d1", ref="")

    async def refused(self, fault: Fault, error: type[SendError], times: int | None = 1) -> str:
        """Post into a fault, expect exactly this error, and return its code."""
        self.server.fail(fault, times=times)
        with pytest.raises(error) as caught:
            await self.post()
        assert type(caught.value) is error
        assert self.server.token not in str(caught.value)
        return caught.value.code

    @property
    def calls(self) -> int:
        return [method for method, _ in self.server.calls].count("chat.postMessage")

    @property
    def standing(self) -> int:
        return len(self.server.channels["C456"].messages)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with SlackStandIn() as server:
        env = {"SLACK_BOT_TOKEN": server.token, "SLACK_API_URL": server.api_url}
        patience = aiohttp.ClientTimeout(total=0.3)
        async with connect(env, kit(), pacer=Pacer(0), patience=patience) as messenger:
            yield Slack(server, messenger)


@pytest.mark.parametrize("code", CHANNELS_FAULT)
async def test_what_the_channel_refuses_pauses_the_channel(slack: Slack, code: str) -> None:
    assert await slack.refused(Fault.refused(code), ChannelRefused) == code
    assert (slack.calls, slack.standing) == (1, 0)


@pytest.mark.parametrize("code", TENANTS_FAULT)
async def test_a_token_that_is_not_taken_suspends_the_workspace(slack: Slack, code: str) -> None:
    assert await slack.refused(Fault.refused(code), TenantRefused) == code
    assert (slack.calls, slack.standing) == (1, 0)


@pytest.mark.parametrize("code", FORMS_FAULT)
async def test_a_form_that_is_refused_goes_out_plain_once(slack: Slack, code: str) -> None:
    slack.server.fail(Fault.refused(code))
    with capture_logs() as logs:
        await slack.post()
    assert (slack.calls, slack.standing) == (2, 1)
    assert not slack.server.channels["C456"].messages[0].blocks
    assert [(log["log_level"], log["code"]) for log in logs] == [("error", code)]


@pytest.mark.parametrize("code", FORMS_FAULT)
async def test_a_plain_form_that_is_refused_too_is_never_the_channels_fault(
    slack: Slack, code: str
) -> None:
    assert await slack.refused(Fault.refused(code), MessageRefused, times=None) == code
    assert (slack.calls, slack.standing) == (2, 0)


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
async def test_a_rate_limit_without_a_status_waits_all_the_same(slack: Slack, code: str) -> None:
    slack.server.fail(Fault.refused(code))
    with pytest.raises(SendLimited) as caught:
        await slack.post()
    assert caught.value.retry_after == 30
    assert (slack.calls, slack.standing) == (1, 0)


async def test_a_429_waits_as_it_is_told(slack: Slack) -> None:
    slack.server.fail(Fault.limited(12))
    with pytest.raises(SendLimited) as caught:
        await slack.post()
    assert caught.value.retry_after == 12
    assert (slack.calls, slack.standing) == (1, 0)


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.code or str(fault.status))
async def test_a_slack_that_breaks_is_called_once_and_leaves_it_open(
    slack: Slack, fault: Fault
) -> None:
    assert await slack.refused(fault, SendUnclear)
    assert (slack.calls, slack.standing) == (1, 0)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(code="fatal_error", takes=True),
        Fault(status=503, takes=True),
        Fault(takes=True, nonsense=True),
        Fault.DROPPED_AFTER,
        Fault.slow(0.6),
    ],
    ids=["fatal_error", "503", "nonsense", "dropped", "time-out"],
)
async def test_what_was_taken_without_a_word_stands_there_once(slack: Slack, fault: Fault) -> None:
    await slack.refused(fault, SendUnclear)
    assert (slack.calls, slack.standing) == (1, 1)


async def test_a_connection_kept_and_cut_is_not_used_for_a_second_try(slack: Slack) -> None:
    await slack.post()
    await slack.refused(Fault.DROPPED_AFTER, SendUnclear)
    assert (slack.calls, slack.standing) == (2, 2)


async def test_a_code_nobody_knows_was_surely_not_posted(slack: Slack) -> None:
    await slack.refused(Fault.refused("a_new_word"), SendFailed)
    assert (slack.calls, slack.standing) == (1, 0)


async def test_a_slack_that_is_not_there_took_nothing(slack: Slack) -> None:
    await slack.post()
    await slack.server.close()
    with pytest.raises(SendFailed):
        await slack.post()


async def test_a_channel_without_threads_gets_the_rest_below(slack: Slack) -> None:
    first = await slack.messenger.post(CHANNEL, LONG, StepKind.POST, key="d1", ref="")
    slack.server.fail(Fault.refused("restricted_action_non_threadable_channel"))
    await slack.messenger.post(CHANNEL, LONG, StepKind.THREAD, key="d1.1", ref=first)
    below = slack.server.channels["C456"].messages[1]
    assert below.thread_ts == ""
    assert "kite/toolproxy" in below.shown


async def test_a_reply_to_a_post_that_was_deleted_is_given_up(slack: Slack) -> None:
    slack.server.fail(Fault.refused("thread_not_found"))
    with pytest.raises(MessageRefused):
        await slack.messenger.post(CHANNEL, LONG, StepKind.THREAD, key="d1.1", ref="1.1")
    assert (slack.calls, slack.standing) == (1, 0)
