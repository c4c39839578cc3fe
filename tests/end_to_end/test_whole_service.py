"""The service as it is run: a process that talks to GitHub, Slack and Discord on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hypecurve.adapters.sql.store import World, open_store
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World as MadeUpWorld
from standins.discord_platform import DiscordStandIn
from standins.slack import Fault as SlackFault
from standins.slack import SlackStandIn
from support.processes import Ran, Service, run_here, started, until, update_here
from support.whole import DISCORD, SLACK, slack_env

CHANNELS = (SLACK, DISCORD)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the service finds around it."""

    github: StandIn
    slack: SlackStandIn
    discord: DiscordStandIn
    database: str
    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database,
            "GITHUB_API_URL": self.github.url,
            "GITHUB_TOKEN": TOKEN,
            "HYPECURVE_LOG_FORMAT": "json",
            **slack_env(self.slack),
            **self.discord.env,
        }

    async def run(self, *arguments: str) -> Ran:
        return await run_here(*arguments, folder=self.folder, settings=self.settings)

    @asynccontextmanager
    async def service(self, *parts: str, **settings: str) -> AsyncIterator[Service]:
        given = self.settings | settings
        async with started("run", *parts, folder=self.folder, settings=given) as service:
            yield service

    async def let_it_be_due(self) -> None:
        """Move every subscription's next digest from a minute ahead to a minute ago."""
        now = datetime.now(UTC)
        world = World("live", self.github.url.removeprefix("http://"))
        hours = timedelta(hours=6)
        async with open_store(self.database, world, now=now, interval=hours) as store:
            async with store.read() as tx:
                listeners = await tx.subscriptions.listeners()
            async with store.write() as tx:
                for listener in listeners:
                    for item in listener.subscriptions:
                        moved = replace(item, next_due=now - timedelta(minutes=1))
                        await tx.subscriptions.change(moved)

    async def both_posted(self, *, within: float = 30) -> None:
        """Wait until something stands in both channels."""
        posts = self.slack.channels["C456"].messages, self.discord.channels["456"].messages
        await until(lambda: all(posts), within=within)


@pytest.fixture
async def around(empty_database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    """The three platforms, with a world whose story ends now."""
    now = datetime.now(UTC)
    world = MadeUpWorld.make(7, 120, until=now)
    async with (
        StandIn(world, now=lambda: datetime.now(UTC)) as github,
        SlackStandIn() as slack,
        DiscordStandIn() as discord,
    ):
        yield Surroundings(github, slack, discord, empty_database, tmp_path)


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_digests_arrive_and_commands_are_answered_by_two_services_as_by_one(
    around: Surroundings,
) -> None:
    at = f"{datetime.now(UTC) + timedelta(hours=1):%H:%M}"
    for channel in CHANNELS:
        ran = await around.run("subscribe", str(channel), "all", "--at", at)
        assert (ran.status, len(ran.lines)) == (0, 1), ran.err
        assert "nothing is posted now" in ran.err
        assert at in ran.out
    told = await update_here(folder=around.folder, settings=around.settings)
    assert any("saw " in line for line in told)
    await around.let_it_be_due()

    async with around.service() as one, around.service() as other:
        for service in (one, other):
            await service.says("service started")
        await around.both_posted()
        # One of them answers, the other stands by: a command is carried out once.
        await around.slack.connected(1)
        async with asyncio.timeout(30):
            await around.discord.gateway.sessions(identified=1)
        await answered_in_slack(around.slack)
        await answered_in_discord(around.discord)
        for service in (one, other):
            assert await service.stop() == 0
            assert "service stopped" in service.lines[-1], service.log
            assert service.out == ""

    log = f"{one.log}\n{other.log}"
    assert log.count('"state": "sent"') == 2
    for secret in (TOKEN, around.slack.token, around.slack.app_token, around.discord.token):
        assert secret not in log
    assert "ticket-" not in log
    for line in log.splitlines():
        assert json.loads(line)["level"] in {"info", "warning"}, line
    posts = [m for m in around.slack.channels["C456"].messages if "Rising" in m.shown]
    assert len([m for m in posts if not m.thread_ts]) == 1
    assert len(around.discord.channels["456"].messages) == 1
    status = await around.run("status")
    assert "nobody" in status.out
    assert status.out.count(": sent") == 2


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_is_being_sent_at_the_end_is_sent(around: Surroundings) -> None:
    await around.run("subscribe", str(SLACK), "all")
    await update_here(folder=around.folder, settings=around.settings)
    await around.let_it_be_due()
    around.slack.fail(SlackFault.slow(1.0))
    async with around.service("deliver") as service:
        await until(lambda: "chat.postMessage" in dict(around.slack.calls))
        assert await service.stop() == 0
        assert "Traceback" not in service.log
    status = await around.run("status")
    assert "delivery 1: sent" in status.out
    assert len([m for m in around.slack.channels["C456"].messages if not m.thread_ts]) == 1


@pytest.mark.parametrize(("backend", "number"), [("sqlite", 2), ("postgresql", 4)])
async def test_several_services_look_once(around: Surroundings, number: int) -> None:
    few = {"HYPECURVE_SEARCH_TERMS": "llm", "HYPECURVE_BACKFILL_PER_HOUR": "10"}
    async with AsyncExitStack() as stack:
        services = [
            await stack.enter_async_context(around.service("tracker", **few)) for _ in range(number)
        ]
        await until(lambda: any(service.said("cycle ended") for service in services))
        status = await around.run("status", "--check")
        assert status.status == 0
        assert "tracker" in status.out
        for service in services:
            assert await service.stop() == 0
    assert sum(service.said("discovered ") for service in services) == 1
    assert (await around.run("status", "--check")).status == 1


async def answered_in_slack(slack: SlackStandIn) -> None:
    """Ask for a card, a subscription and a preview, as people do."""
    (card,) = await slack.command("/hype repo acme/flashkv")
    assert "KV-cache" in card.shown
    assert card.private
    (welcome,) = await slack.command("/hype subscribe agents at 09:00", channel="C457")
    assert "Watching" in welcome.shown
    assert not welcome.private
    (preview, *_) = await slack.command("/hype preview", channel="C457")
    assert preview.private
    (slip,) = await slack.command("/hype subscribe agnts")
    assert "agents" in slip.shown


async def answered_in_discord(discord: DiscordStandIn) -> None:
    card = await discord.command("repo", repo="acme/flashkv")
    assert "KV" in card.text
    welcome = await discord.command("subscribe", channel="457", categories="agents", at="09:00")
    await welcome.until(lambda asked: bool(asked.public))
    assert "Watching" in welcome.text
    preview = await discord.command("preview", channel="457")
    assert preview.private


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_it_ends_in_time_though_github_does_not_answer(around: Surroundings) -> None:
    around.github.faults.add(Fault(FaultKind.STALLED, times=None))
    async with around.service("tracker") as service:
        await until(lambda: around.github.spent.requests > 0)
        assert await service.stop() == 0
        assert "service stopped" in service.lines[-1], service.log
        assert "Traceback" not in service.log


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_failed_cycle_is_a_line_and_the_service_goes_on(around: Surroundings) -> None:
    around.github.faults.add(Fault(FaultKind.EXPIRED, times=None))
    async with around.service("tracker", "slack") as service:
        await service.says("cycle failed")
        await service.says("cycle ended")
        await around.slack.connected()
        (answer,) = await around.slack.command("/hype top")
        assert answer.shown
        assert await service.stop() == 0
    assert all(json.loads(line) for line in service.lines)
    assert "Traceback" not in service.log


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DISCORD_TOKEN"])
async def test_a_token_that_is_refused_ends_it_with_one_line(
    around: Surroundings, name: str
) -> None:
    wrong = around.settings[name] + "x"
    part = name.partition("_")[0].lower()
    async with around.service(part, **{name: wrong}) as service:
        assert await service.ended() == 2
    assert service.lines[-1].startswith("hypecurve: ")
    assert name in service.lines[-1]
    assert wrong not in service.log
    assert "Traceback" not in service.log


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("part", ["slack", "deliver"])
async def test_a_setting_that_is_no_token_is_told_before_anything_runs(
    around: Surroundings, part: str
) -> None:
    async with around.service(part, SLACK_BOT_TOKEN="x") as service:
        assert await service.ended() == 2
    (line,) = service.lines
    assert line.startswith("hypecurve: SLACK_BOT_TOKEN is not a bot token")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_delivering_without_any_token_is_warned_of(around: Surroundings) -> None:
    async with around.service("deliver", SLACK_BOT_TOKEN="", DISCORD_TOKEN="") as service:
        await service.says("nothing is delivered")
        assert await service.stop() == 0
    (line,) = [line for line in service.lines if "nothing is delivered" in line]
    assert json.loads(line)["level"] == "warning"
