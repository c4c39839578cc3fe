"""The gateway in trouble: moved, cut, silent or away; many shards, rate limits, a slow database."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.message import Choice
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Suggestible
from hypecurve_discord.serving.client import serve
from standins.discord_exchange import Exchange
from standins.discord_payloads import StandInChannel
from standins.discord_platform import READING, DiscordStandIn, limited
from support.bots import host, kit
from support.discord_running import SLOW, SmallDesk
from support.discord_told import Told as Listener

ANSWERS, CALLBACKS = "/api/v10/webhooks", "/api/v10/interactions"
AT_ONCE = 1.0
"""Seconds: a first answer that waits for nothing, on a machine that is busy."""


@dataclass
class Told(Listener):
    """Hears of servers in any order, and how many answers lead to a ban."""

    invalid: int = 0

    async def tenant_met(self, channel: Channel, locale: str, since: datetime) -> None:
        del channel, locale, since

    def count(self) -> None:
        self.invalid += 1

    async def until(self, *wanted: str) -> None:
        """Wait until these, in any order and nothing else, were told since the last look."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.events) >= len(wanted))
        assert sorted(self.taken()) == sorted(wanted)


@dataclass
class It:
    discord: DiscordStandIn
    desk: SmallDesk = field(default_factory=SmallDesk)
    told: Told = field(default_factory=Told)

    @asynccontextmanager
    async def serving(self, *, between: float = 0.0, silence: float = 60.0) -> AsyncIterator[None]:
        """Run the bot until the end of the block; then it ends within 5 seconds."""
        stop = asyncio.Event()
        given = host(self.desk, self.told, kit(self.told.count))
        listening = serve(
            self.discord.env, given, stop, settle=0.01, between=between, silence=silence
        )
        serving = asyncio.create_task(listening)
        try:
            async with asyncio.timeout(5):
                await self.discord.gateway.sessions(identified=1)
            yield
        finally:
            stop.set()
            async with asyncio.timeout(5):
                await serving

    async def begun(self, *, identified: int = 0, resumed: int = 0) -> None:
        """Wait until so many sessions were begun and resumed."""
        async with asyncio.timeout(5):
            await self.discord.gateway.sessions(identified=identified, resumed=resumed)

    async def works(self, channel: str = "456") -> None:
        """It answers what is asked now."""
        assert "KV-cache" in (await self.discord.command("repo", channel=channel, repo="a/b")).text


def here(*guilds: str) -> list[str]:
    """What is told of servers as they are found in a session that begins."""
    return [f"{what} discord:{guild}" for guild in guilds for what in ("here", "changed")]


@pytest.fixture
async def it() -> AsyncIterator[It]:
    async with DiscordStandIn() as discord:
        yield It(discord)


async def test_what_happens_between_two_connections_of_a_session_is_told_on_resuming(
    it: It,
) -> None:
    gateway = it.discord.gateway
    async with it.serving():
        await it.told.until(*here("123"))
        for times, breaking in enumerate(
            (gateway.reconnect(), gateway.invalidate(resumable=True), gateway.drop()), start=1
        ):
            gateway.here.clear()
            await breaking
            asked = await it.discord.tell("repo", repo="acme/flashkv")
            await it.discord.permit("456", READING + times)
            assert not asked.is_answered
            gateway.here.set()
            await it.begun(resumed=times)
            await it.told.until("open discord:123/456")
            assert "KV-cache" in (await asked.until(lambda a: a.is_answered)).text
    assert gateway.identified == 1


async def test_a_session_that_cannot_be_resumed_is_begun_anew_and_tells_only_what_is_new(
    it: It,
) -> None:
    gateway = it.discord.gateway
    it.discord.guilds.add("124")
    async with it.serving():
        await it.told.until(*here("123", "124"))
        await gateway.invalidate(resumable=False)
        await it.begun(identified=2)
        # What refused us before may be open now.
        await it.told.until("changed discord:123", "changed discord:124")
        await it.works()
        gateway.here.clear()
        await gateway.invalidate(resumable=False)
        it.discord.guilds ^= {"124", "125"}  # removed from one and invited to another meanwhile
        gateway.here.set()
        await it.told.until("gone discord:124", *here("125"), "changed discord:123")
        await it.works()
    assert (gateway.identified, gateway.resumed) == (3, 0)


async def test_a_connection_on_which_heartbeats_stay_unanswered_is_begun_again(it: It) -> None:
    it.discord.gateway.interval = 0.1
    async with it.serving(silence=0.7):
        await it.discord.gateway.mute()
        asked = await asyncio.gather(*(it.discord.tell("repo", repo="a/b") for _ in range(2)))
        await it.begun(resumed=1)
        for each in asked:
            assert "KV-cache" in (await each.until(lambda a: a.is_answered)).text
    assert it.discord.gateway.heartbeats


async def test_each_shard_has_its_servers_and_the_commands_of_all_are_answered(it: It) -> None:
    gateway, servers = it.discord.gateway, ["123", str((1 << 22) + 5), str((2 << 22) + 7)]
    gateway.shards = len(servers)
    for number, guild in enumerate(servers[1:], start=1):
        it.discord.channels[f"90{number}"] = StandInChannel(f"90{number}", guild=guild)
        it.discord.guilds.add(guild)
    async with it.serving():
        await it.begun(identified=3)
        await it.told.until(*here(*servers))
        await asyncio.gather(*(it.works(channel) for channel in ("456", "901", "902", "789")))
        await gateway.reconnect(shard=1)
        await asyncio.gather(it.works("456"), it.works("901"))
        await it.begun(resumed=1)
        await it.discord.remove(servers[2])
        await it.told.until(f"gone discord:{servers[2]}")
    assert {str(asker.channel.tenant.id) for asker, _ in it.desk.asked} == {*servers, "@42"}
    assert (gateway.identified, gateway.resumed) == (3, 1)


async def test_the_first_shard_answers_while_the_next_waits_for_its_turn(it: It) -> None:
    it.discord.gateway.shards = 2
    async with it.serving(between=3600.0):
        await it.works()
    assert it.discord.gateway.identified == 1
    async with it.serving(between=0.2):
        await it.begun(identified=3)
    _, first, second = it.discord.gateway.began
    assert second - first > 0.19


async def test_an_outage_of_a_server_tells_nobody_and_its_removal_does(it: It) -> None:
    async with it.serving():
        await it.told.until(*here("123"))
        for _ in range(2):
            await it.discord.lose("123")
            await it.discord.find("123")
        await it.works()
        await it.discord.lose("123")
        await it.discord.remove("123")
        await it.told.until("gone discord:123")


async def test_rate_limits_delay_an_answer_and_a_ban_costs_no_more_than_what_it_meets(
    it: It,
) -> None:
    astray = it.discord.astray
    # What it compares as it begins is delayed, and then left.
    astray["/api/v10/applications"] = deque([limited(0.05), limited(9, via=False)])
    async with it.serving():
        for path in (CALLBACKS, ANSWERS):
            astray[path] = deque([limited(0.05)])
            await it.works()
        for path in (CALLBACKS, ANSWERS):
            astray[path] = deque([limited(9, via=False)])
            lost = await it.discord.tell("repo", repo="acme/lost")
            await it.works()
            assert not lost.is_answered
            assert (lost.acknowledged_after is None) == (path == CALLBACKS)
    assert it.told.invalid == 6


@dataclass(slots=True)
class Held(SmallDesk):
    """A desk whose database does not answer until it is told to."""

    async def answer(self, asker: Asker, text: str) -> Answer:
        await self.hold.wait()
        return await SmallDesk.answer(self, asker, text)

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        await self.hold.wait()
        return await SmallDesk.suggest(self, asker, kind, typed)

    async def spoken_to(self, asker: Asker) -> Asker:
        await self.hold.wait()
        return await SmallDesk.spoken_to(self, asker)


async def test_while_the_database_is_slow_the_first_answer_comes_at_once(it: It) -> None:
    async with it.serving():
        listed = (await it.discord.command("rising", window="7d")).private[0].message
    it.desk = held = Held()
    async with it.serving():
        asked = [await it.discord.tell(name) for name in ("rising", "status", "subscriptions")]
        pressing = [
            asyncio.create_task(it.discord.press(listed, label)) for label in ("Next", "Share")
        ]
        for each in asked:
            await each.until(lambda a: a.acknowledged_after is not None)
        await acknowledged(it.discord, 6)
        assert not any(each.is_answered for each in asked)
        held.hold.set()
        for each in (*asked, *await asyncio.gather(*pressing)):
            await each.until(lambda a: a.is_answered)
            assert each.acknowledged_after is not None
            assert each.acknowledged_after < AT_ONCE


async def acknowledged(discord: DiscordStandIn, number: int) -> None:
    """Wait until so many interactions have their first answer."""
    for asked in list(discord.exchanges.values())[:number]:
        await asked.until(lambda a: a.acknowledged_after is not None)


async def test_who_waits_for_an_answer_gets_it_while_the_gateway_is_away(it: It) -> None:
    gateway = it.discord.gateway
    async with it.serving():
        await it.told.until(*here("123"))
        waiting: list[Exchange] = [
            await it.discord.tell("repo", repo=SLOW.removeprefix("repo ")) for _ in range(3)
        ]
        async with asyncio.timeout(5):
            await it.desk.waited_for(3)
        gateway.refusals = 1
        await gateway.go()
        it.desk.hold.set()
        for asked in waiting:
            assert (await asked.until(lambda a: a.is_answered)).text == "at last"
        gateway.here.set()
        await it.begun(identified=2)
        await it.told.until("changed discord:123")
        await it.works()
