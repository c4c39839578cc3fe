"""The stand-in Slack refuses what Slack refuses: a test that passes on it means something."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from standins.slack import Fault, SlackStandIn

TEXT = {"type": "plain_text", "text": "x"}


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as slack:
        yield slack


async def call(slack: SlackStandIn, method: str, token: str = "", **body: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    headers = {"Authorization": f"Bearer {token or slack.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}{method}", json=body, headers=headers) as response,
    ):
        return dict(await response.json())


async def post(slack: SlackStandIn, *blocks: object, channel: str = "C456") -> str:
    answer = await call(slack, "chat.postMessage", channel=channel, text="t", blocks=list(blocks))
    return str(answer.get("error", "ok"))


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**more: object) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": TEXT, **more}


def select(count: int) -> dict[str, Any]:
    options = [{"text": TEXT, "value": str(n)} for n in range(count)]
    return {"type": "static_select", "action_id": "s", "placeholder": TEXT, "options": options}


def acts(*elements: object) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x")] * 51,
        [section("x" * 3001)],
        [section("")],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "context", "elements": [TEXT] * 11}],
        [acts(*[button(action_id=str(n)) for n in range(26)])],
        [acts(button(), button())],
        [acts(button(value="x" * 2001))],
        [acts(button(text={"type": "plain_text", "text": "x" * 76}))],
        [acts(button(action_id="x" * 256))],
        [acts(select(0))],
        [acts(select(101))],
        [{"type": "rich_text", "elements": []}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]}],
        [{"type": "nonsense"}],
    ],
)
async def test_blocks_beyond_a_limit_are_refused(slack: SlackStandIn, blocks: list[object]) -> None:
    assert await post(slack, *blocks) == "invalid_blocks"
    assert slack.channels["C456"].messages == []


async def test_a_message_of_too_many_characters_is_refused(slack: SlackStandIn) -> None:
    assert await post(slack, *[section("x" * 2900)] * 5) == "msg_blocks_too_long"
    assert await post(slack, *[section("x" * 2900)] * 4) == "ok"


async def test_channels_are_refused_for_what_they_are(slack: SlackStandIn) -> None:
    assert await post(slack, channel="C000") == "channel_not_found"
    assert await post(slack, channel="C789") == "is_archived"
    assert await post(slack, channel="C999") == "not_in_channel"


async def test_only_its_own_tokens_are_known(slack: SlackStandIn) -> None:
    assert (await call(slack, "auth.test", "xoxb-other"))["error"] == "invalid_auth"
    assert (await call(slack, "apps.connections.open"))["error"] == "invalid_auth"
    opened = await call(slack, "apps.connections.open", slack.app_token)
    assert opened["url"].startswith("ws://")


async def test_a_fault_lasts_as_long_as_it_was_told(slack: SlackStandIn) -> None:
    slack.fail(Fault.refused("fatal_error"), times=2)
    found = [await post(slack) for _ in range(3)]
    assert found == ["fatal_error", "fatal_error", "ok"]


async def test_what_would_ping_is_seen(slack: SlackStandIn) -> None:
    await post(slack, section("<!channel> and <@U1>, <!date^1^{date}|x>, <https://a|b>"))
    assert slack.channels["C456"].messages[0].pings == ["<!channel>", "<@U1>"]
    assert slack.channels["C456"].messages[0].shown == "!channel and @U1, x, b"
