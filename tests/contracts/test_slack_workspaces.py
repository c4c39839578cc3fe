"""One messenger posts to many workspaces: each with its own token, fast, and never twice."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import SendUnclear, TenantRefused
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve_slack.posting import messenger as module
from hypecurve_slack.posting.messenger import SlackMessenger, connect
from hypecurve_slack.posting.pacing import Pacer
from hypecurve_slack.rendering.blocks import render
from hypecurve_slack.rendering.markup import Json
from standins.slack import Fault, SlackStandIn
from support.bots import kit
from support.messenger_contract import BRIEF, LONG
from support.slack_tokens import KnownTokens


@asynccontextmanager
async def connected(
    slack: SlackStandIn, teams: dict[str, str], pacer: Pacer | None = None
) -> AsyncIterator[SlackMessenger]:
    env = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url}
    async with connect(env, kit(), tokens=KnownTokens(teams), pacer=pacer or Pacer(0)) as messenger:
        yield messenger


def channel(team: str, place: str = "C1") -> Channel:
    return Channel(Tenant("slack", team), place)


async def post(messenger: SlackMessenger, place: Channel, message: Message = BRIEF) -> str:
    return await messenger.post(place, message, StepKind.POST, key="d1", ref="")


async def test_each_workspace_is_posted_to_with_its_own_token() -> None:
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(30)
        async with connected(slack, teams) as messenger:
            await asyncio.gather(*(post(messenger, channel(team)) for team in teams))
        assert sorted(each.team for each in slack.ledger.accepted) == sorted(teams)


async def test_a_workspace_without_a_token_is_refused_and_the_others_are_not() -> None:
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(2)
        async with connected(slack, teams) as messenger:
            with pytest.raises(TenantRefused):
                await post(messenger, channel("T999"))
            slack.workspace("T000001").gone = "account_inactive"
            with pytest.raises(TenantRefused):
                await messenger.probe(Tenant("slack", "T000001"))
            await messenger.probe(Tenant("slack", "T000002"))
            assert await post(messenger, channel("T000002"))


async def test_a_token_of_another_workspace_is_found_by_a_probe() -> None:
    async with SlackStandIn() as slack, connected(slack, {"T2": slack.token}) as messenger:
        with pytest.raises(TenantRefused, match="slack:T123"):
            await messenger.probe(Tenant("slack", "T2"))


async def test_slack_never_gets_two_messages_of_a_channel_within_the_pace() -> None:
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(3)
        slack.ledger.gap = 0.05
        async with connected(slack, teams, Pacer(0.05)) as messenger:
            posts = [post(messenger, channel(team)) for team in teams for _ in range(4)]
            await asyncio.gather(*posts)
        assert len(slack.ledger.accepted) == 12
        assert slack.ledger.limited == 0
        assert 0.05 <= slack.ledger.least_gap() < math.inf


async def test_a_message_is_rendered_once_for_all_its_steps_and_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rendered: list[Message] = []

    def counted(message: Message, picture: str) -> Sequence[Json]:
        rendered.append(message)
        return render(message, picture)

    monkeypatch.setattr(module, "render", counted)
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(3)
        async with connected(slack, teams) as messenger:
            for team in teams:
                steps = await messenger.steps(channel(team), LONG)
                for step in steps:
                    await messenger.post(channel(team), LONG, step, key="d", ref="1.1")
    assert len(slack.ledger.accepted) == 6
    assert len(rendered) == 1


async def test_a_burst_goes_over_kept_connections() -> None:
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(1)
        async with connected(slack, teams) as messenger:
            for number in range(5):
                await post(messenger, channel("T000001", f"C{number}"))
        assert len(slack.connections) == 1


async def test_a_proxy_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(1)
        monkeypatch.setenv("http_proxy", slack.api_url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "http://slack.example/api/"}
        async with connect(env, kit(), tokens=KnownTokens(teams)) as messenger:
            await post(messenger, channel("T000001"))
        assert len(slack.ledger.accepted) == 1


async def test_a_proxy_is_left_where_it_shall_not_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(1)
        async with connected(slack, teams) as messenger:
            assert await post(messenger, channel("T000001"))


async def test_one_workspace_that_hangs_keeps_no_other_waiting() -> None:
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(2)
        async with connected(slack, teams) as messenger:
            slack.fail(Fault.slow(0.3))
            posts = {asyncio.create_task(post(messenger, channel(team))) for team in teams}
            done, late = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
            assert (len(done), len(late)) == (1, 1)
            await asyncio.gather(*late)


async def test_what_was_dropped_is_never_posted_twice() -> None:
    async with SlackStandIn(brief=True) as slack:
        teams = slack.workspaces(20)
        async with connected(slack, teams) as messenger:
            slack.fail(Fault.DROPPED_AFTER, times=10)
            posts = [post(messenger, channel(team)) for team in teams]
            ends = await asyncio.gather(*posts, return_exceptions=True)
        assert [type(end) for end in ends].count(SendUnclear) == 10
        assert (len(slack.ledger.accepted), slack.ledger.doubles()) == (20, [])
