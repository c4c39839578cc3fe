"""The Slack messenger keeps the messenger's contract, and some promises of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import pytest
from structlog.testing import capture_logs

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    BadSetting,
    ChannelRefused,
    MessageRefused,
    SendFailed,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Messenger
from hypecurve_slack import bot
from hypecurve_slack.posting.messenger import connect
from hypecurve_slack.posting.pacing import Pacer
from standins.slack import Fault, SlackStandIn
from support.bots import kit
from support.messenger_contract import (
    BRIEF,
    LONG,
    RETRY_AFTER,
    Failure,
    MessengerContract,
    Posted,
    send,
)

_FAULTS = {
    Failure.LIMITED: (Fault.limited(RETRY_AFTER), None),
    Failure.MESSAGE_REFUSED: (Fault.refused("invalid_blocks"), 1),
    Failure.DROPPED_AFTER: (Fault.DROPPED_AFTER, 1),
    Failure.OUTAGE: (Fault.BROKEN, None),
}


@dataclass
class Rig:
    slack: SlackStandIn
    messenger: Messenger
    channel: Channel = Channel.parse("slack:T123/C456")  # noqa: RUF009  # frozen
    missing: Channel = Channel.parse("slack:T123/C000")  # noqa: RUF009  # frozen
    person: Channel = Channel.parse("slack:T123/@U1")  # noqa: RUF009  # frozen
    foreign: Tenant = Tenant("slack", "T999")  # noqa: RUF009  # frozen
    token: str = SlackStandIn.token

    def posted(self) -> list[Posted]:
        return self._in("C456")

    def told(self) -> list[Posted]:
        return self._in("DU1")

    def _in(self, channel: str) -> list[Posted]:
        place = self.slack.channels.get(channel)
        return [
            Posted(message.ts, message.shown, message.thread_ts)
            for message in (place.messages if place else ())
        ]

    async def fail(self, how: Failure) -> None:
        if how is Failure.OUTAGE:
            # Whose the token is was asked long before.
            await self.messenger.probe(self.channel.tenant)
        self.slack.heal()
        self.slack.channels["C456"].archived = how is Failure.CHANNEL_CLOSED
        if how is Failure.UNREACHABLE:
            await self.slack.close()
        elif how is Failure.REVOKED:
            self.slack.workspace("T123").gone = "token_revoked"
        elif how in _FAULTS:
            fault, times = _FAULTS[how]
            self.slack.fail(fault, times=times, method="*" if times is None else "chat.postMessage")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    # At no pace: what it is has tests of its own, and these would wait for it.
    async with SlackStandIn() as slack, connect(env(slack), kit(), pacer=Pacer(0)) as messenger:
        yield Rig(slack, messenger)


def env(slack: SlackStandIn) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url}


class TestSlackMessenger(MessengerContract):
    """The promises of every messenger."""


async def test_a_post_carries_blocks_a_fallback_and_unfurls_nothing(rig: Rig) -> None:
    await send(rig, LONG)
    posts = [body for method, body in rig.slack.calls if method == "chat.postMessage"]
    assert len(posts) == 2
    for body in posts:
        assert body["blocks"]
        assert body["unfurl_links"] is False
        assert body["unfurl_media"] is False
        assert body["mrkdwn"] is False
    assert posts[0]["text"].splitlines()[0] == LONG.notification
    assert posts[1]["thread_ts"] == rig.slack.channels["C456"].messages[0].ts


async def test_a_refused_form_is_logged_as_our_fault(rig: Rig) -> None:
    await rig.fail(Failure.MESSAGE_REFUSED)
    with capture_logs() as logs:
        await send(rig, BRIEF)
    assert [(log["log_level"], log["code"]) for log in logs] == [("error", "invalid_blocks")]
    assert not rig.slack.channels["C456"].messages[0].blocks


async def test_a_message_refused_in_its_plain_form_too_is_given_up(rig: Rig) -> None:
    rig.slack.fail(Fault.refused("msg_too_long"), times=None)
    with pytest.raises(MessageRefused):
        await send(rig, BRIEF)
    assert [method for method, _ in rig.slack.calls].count("chat.postMessage") == 2


async def test_a_digest_for_another_workspace_is_never_posted(rig: Rig) -> None:
    foreign = Channel.parse("slack:T999/C456")
    with pytest.raises(TenantRefused):
        await rig.messenger.post(foreign, BRIEF, StepKind.POST, key="d1", ref="")
    assert not rig.posted()


@pytest.mark.parametrize("place", ["C789", "C999"])
async def test_a_channel_closed_to_us_says_what_to_do(rig: Rig, place: str) -> None:
    with pytest.raises(ChannelRefused) as caught:
        await rig.messenger.post(
            replace(rig.channel, id=place), BRIEF, StepKind.POST, key="d1", ref=""
        )
    assert caught.value.code in {"is_archived", "not_in_channel"}


async def test_not_knowing_who_we_are_leaves_nothing_unclear(rig: Rig) -> None:
    rig.slack.fail(Fault.BROKEN, method="auth.test")
    with pytest.raises(SendFailed):
        await send(rig, BRIEF)
    assert await send(rig, BRIEF)
    assert len(rig.posted()) == 1


async def test_a_slack_that_went_away_since_surely_took_nothing(rig: Rig) -> None:
    await send(rig, BRIEF)
    await rig.fail(Failure.UNREACHABLE)
    with pytest.raises(SendFailed):
        await send(rig, BRIEF)


async def test_a_call_dropped_before_slack_took_it_is_unclear_all_the_same(rig: Rig) -> None:
    rig.slack.fail(Fault.DROPPED_BEFORE)
    with pytest.raises(SendUnclear):
        await send(rig, BRIEF)
    assert not rig.posted()


@pytest.mark.parametrize(
    "fault",
    [Fault.refused("fatal_error"), Fault.refused("internal_error"), Fault.NONSENSE],
    ids=["fatal_error", "internal_error", "nonsense"],
)
async def test_a_failure_inside_slack_is_unclear(rig: Rig, fault: Fault) -> None:
    rig.slack.fail(fault)
    with pytest.raises(SendUnclear) as caught:
        await send(rig, BRIEF)
    assert caught.value.code


async def test_an_answer_that_takes_too_long_is_unclear(rig: Rig) -> None:
    rig.slack.fail(Fault.slow(0.5))
    impatient = connect(
        env(rig.slack), kit(), pacer=Pacer(0), patience=aiohttp.ClientTimeout(total=0.2)
    )
    async with impatient as rig.messenger:
        with pytest.raises(SendUnclear):
            await send(rig, BRIEF)


async def test_a_wrong_token_is_the_tenants_fault() -> None:
    async with SlackStandIn() as slack:
        wrong = env(slack) | {"SLACK_BOT_TOKEN": "xoxb-wrong"}
        async with bot.connect(wrong, kit(_never)) as messenger:
            with pytest.raises(TenantRefused):
                await messenger.post(
                    Channel.parse("slack:T123/C456"), BRIEF, StepKind.POST, key="d1", ref=""
                )


def _never() -> None:
    pytest.fail("Slack bars nobody: there is nothing to count")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"SLACK_BOT_TOKEN": "hunter2"},
        {"SLACK_BOT_TOKEN": "xoxb-a\nb"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-1"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "slack.com"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "http://[::1"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "http://a:b"},
    ],
)
async def test_a_setting_that_cannot_be_used_is_named_and_not_shown(wrong: dict[str, str]) -> None:
    with pytest.raises(BadSetting) as caught:
        async with bot.connect(wrong, kit(_never)):
            pass
    assert "SLACK_" in str(caught.value)
    assert "hunter2" not in str(caught.value)
