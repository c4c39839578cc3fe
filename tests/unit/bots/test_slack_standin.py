"""The stand-in Slack refuses what Slack refuses: a test that passes on it means something."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from standins.slack import Fault, SlackChannel, SlackStandIn
from standins.slack_chaos import CHANNEL
from standins.slack_process import slack_process

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


async def test_each_team_has_a_token_and_channels_of_its_own(slack: SlackStandIn) -> None:
    slack.workspace("T2").channels["C1"] = SlackChannel("C1", "two")
    token = slack.workspace("T2").token
    assert (await call(slack, "auth.test", token))["team_id"] == "T2"
    assert (await call(slack, "chat.postMessage", token, channel="C1", text="t"))["ok"]
    assert await post(slack, channel="C1") == "channel_not_found"


async def test_a_user_is_written_to_in_their_own_conversation(slack: SlackStandIn) -> None:
    assert await post(slack, channel="U1") == "ok"
    assert len(slack.channels["DU1"].messages) == 1
    assert await post(slack, channel="U999") == "channel_not_found"


async def test_a_channel_that_gets_too_much_is_limited(slack: SlackStandIn) -> None:
    slack.ledger.gap = 60
    assert [await post(slack), await post(slack)] == ["ok", "ratelimited"]
    assert await post(slack, channel="U1") == "ok"
    assert (slack.ledger.limited, len(slack.ledger.accepted)) == (1, 2)


async def test_what_came_twice_is_counted(slack: SlackStandIn) -> None:
    for text in ("x", "y", "x"):
        await post(slack, section(text))
    await post(slack, section("x"), channel="U1")
    assert [each.channel for each in slack.ledger.doubles()] == ["C456"]
    assert 0 < slack.ledger.least_gap() < 10


async def test_an_answer_that_was_lost_is_in_the_ledger_all_the_same(slack: SlackStandIn) -> None:
    slack.fail(Fault.DROPPED_AFTER)
    with pytest.raises(aiohttp.ClientError):
        await post(slack)
    slack.fail(Fault.DROPPED_BEFORE)
    with pytest.raises(aiohttp.ClientError):
        await post(slack)
    assert len(slack.ledger.accepted) == 1


async def ends(slack: SlackStandIn, seed: int, posts: int) -> list[str]:
    """Post so often with a fault at every call, and return how each ended."""
    slack.faults(1.0, random.Random(seed), hang=0.0)  # noqa: S311  # no secret
    found = []
    for _ in range(posts):
        try:
            found.append(await post(slack, section("x")))
        except (aiohttp.ClientError, ValueError) as error:
            found.append(type(error).__name__)
    return found


async def test_by_lot_everything_goes_wrong_and_the_same_seed_draws_the_same() -> None:
    found = []
    for _ in range(2):
        async with SlackStandIn() as slack:
            found.append((await ends(slack, 7, 150), dict(slack.chaos.drawn)))
            taken = len(slack.ledger.accepted)
    assert found[0] == found[1]
    codes, drawn = found[0]
    assert {"ratelimited", "invalid_blocks", "fatal_error", *CHANNEL} <= set(codes)
    assert {"hang", "dropped", "nonsense", "500", "503"} <= set(drawn)
    assert 0 < taken < 150


async def test_a_channel_that_refuses_by_lot_heals_again(slack: SlackStandIn) -> None:
    slack.channels["C456"].refusing, slack.channels["C456"].refusals = "no_permission", 2
    assert [await post(slack) for _ in range(3)] == ["no_permission", "no_permission", "ok"]
    slack.channels["C456"].refusing = "is_archived"
    assert [await post(slack) for _ in range(2)] == ["is_archived"] * 2
    slack.heal()
    assert await post(slack) == "ok"


async def test_as_a_process_it_tells_where_it_is_and_what_it_took() -> None:
    async with slack_process(teams=2, gap=1.0) as slack, aiohttp.ClientSession() as session:
        for token in slack.tokens.values():
            headers = {"Authorization": f"Bearer {token}"}
            body = {"channel": "C1", "text": "t"}
            url = f"{slack.api_url}chat.postMessage"
            async with session.post(url, json=body, headers=headers) as answer:
                assert (await answer.json())["ok"]
        report = await slack.ask("faults 0.5 7 1.0")
    assert (report["accepted"], report["doubles"], report["limited"]) == (2, 0, 0)
    assert report["least_gap"] is None
