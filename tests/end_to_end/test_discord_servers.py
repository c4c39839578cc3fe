"""What becomes of servers and channels in Discord, as the bot tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio

from hypecurve.ports import DELETED
from hypecurve_discord.address import addressed
from hypecurve_discord.library import discord as library
from hypecurve_discord.serving.client import HypeClient
from hypecurve_discord.together import Together
from standins.discord_payloads import StandInChannel
from standins.discord_places import SEND_IN_THREADS
from standins.discord_platform import READING, DiscordStandIn
from support.bots import host
from support.discord_running import SmallDesk
from support.discord_told import Told

pytestmark = pytest.mark.asyncio(loop_scope="module")
VIEW, SEND = 1 << 10, 1 << 11
SERVER = "130"
FIRST = "discord:123/456"
"""A channel of the server that the bot was in before."""


@dataclass
class It:
    discord: DiscordStandIn
    told: Told
    client: HypeClient

    @asynccontextmanager
    async def telling(self, *wanted: str) -> AsyncIterator[DiscordStandIn]:
        """Let something happen, of which just this is told; `#7` is channel 7 of the server."""
        yield self.discord
        await self.told.until(*(each.replace("#", f"discord:{SERVER}/") for each in wanted))

    @asynccontextmanager
    async def server(self) -> AsyncIterator[None]:
        """Be in a server with two channels, in one of which we are greeted."""
        self.discord.channels |= {n: text(n, SERVER, int(n)) for n in ("1", "2")}
        async with self.telling(f"here discord:{SERVER}", "joined #1 in en"):
            await self.discord.invite(SERVER, READING)
        yield
        async with self.telling(f"gone discord:{SERVER}"):
            await self.discord.remove(SERVER)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot() -> AsyncIterator[It]:
    told = Told()
    async with DiscordStandIn() as discord:
        with addressed(discord.env):
            client = HypeClient(host(SmallDesk(), told), Together(), settle=0.01)
            listening = asyncio.create_task(client.run_on(discord.token, discord.gateway_url))
            # Until it has settled a server that is new is taken for one that we are in: whether
            # it was greeted before is known elsewhere.
            met = f"met {FIRST} in en, there since 2026-01-01"
            await told.until("changed discord:123", "here discord:123", met)
            await client.wait_until_ready()
            yield It(discord, told, client)
            await client.leave()
            await listening


@pytest.fixture
def it(bot: It) -> It:
    return bot


def text(number: str, guild: str, position: int = 0, denied: int = 0) -> StandInChannel:
    """A text channel of a server, in which some leave is taken from all."""
    overwrites = [{"id": guild, "type": 0, "allow": "0", "deny": str(denied)}]
    made = StandInChannel(number, guild, f"c{number}", overwrites=overwrites)
    made.position = position
    return made


async def test_a_new_server_is_greeted_where_it_greets_people_itself_in_its_language(
    it: It,
) -> None:
    it.discord.channels |= {n: text(n, "124", int(n)) for n in ("1241", "1242")}
    async with it.telling("here discord:124", "joined discord:124/1242 in ru") as discord:
        await discord.invite("124", READING, system_channel_id="1242", preferred_locale="ru")
    async with it.telling("gone discord:124") as discord:
        await discord.remove("124")


async def test_else_in_the_first_channel_that_it_may_write_in_and_nowhere_if_there_is_none(
    it: It,
) -> None:
    it.discord.channels |= {
        "1251": text("1251", "125", 9),
        "1252": text("1252", "125", 1, VIEW),
        "1253": text("1253", "125", 2, SEND),
        "1254": text("1254", "125", 3),
    }
    async with it.telling("here discord:125", "joined discord:125/1254 in en") as discord:
        await discord.invite("125", READING, system_channel_id="1252", preferred_locale="en-GB")
    it.discord.channels["1261"] = text("1261", "126", 1, SEND)
    async with it.telling("here discord:126") as discord:
        await discord.invite("126", READING)
    async with it.telling("gone discord:125", "gone discord:126") as discord:
        await discord.remove("125")
        await discord.remove("126")


async def test_nobody_is_greeted_where_servers_announce_or_keep_their_rules(it: It) -> None:
    news = text("1281", "128", 0)
    news.type = 5
    it.discord.channels |= {"1281": news, "1282": text("1282", "128", 1)}
    it.discord.channels |= {"1283": text("1283", "128", 2)}
    own = {"system_channel_id": "1281", "rules_channel_id": "1282"}
    async with it.telling("here discord:128", "joined discord:128/1283 in en") as discord:
        await discord.invite("128", READING, **own)
    async with it.telling("gone discord:128") as discord:
        await discord.remove("128")


async def test_an_outage_of_a_server_tells_nobody_and_greets_nobody(it: It) -> None:
    async with it.server(), it.telling("changed discord:130") as discord:
        await discord.lose(SERVER)
        await discord.find(SERVER)
        await discord.change_role(SERVER, SEND)


async def test_channels_are_closed_by_what_keeps_us_out_and_opened_again(it: It) -> None:
    async with it.server():
        async with it.telling("closed #2: 50001") as discord:
            await discord.forbid("2", VIEW)
        async with it.telling("closed #2: 50013") as discord:
            await discord.forbid("2", SEND)
        async with it.telling("changed discord:130") as discord:
            await discord.rename_channel("2", "other")
            await discord.change_role(SERVER, SEND)
        async with it.telling("open #2") as discord:
            await discord.permit("2", READING)


async def test_a_forum_takes_leave_to_open_posts_and_leave_to_write_in_them(it: It) -> None:
    it.discord.channels["1291"] = text("1291", "129")
    it.discord.channels["1291"].type = 15
    async with it.telling("here discord:129") as discord:
        await discord.invite("129", READING | SEND_IN_THREADS)
    for taken in (SEND, SEND_IN_THREADS):
        async with it.telling("closed discord:129/1291: 50013") as discord:
            await discord.forbid("1291", taken)
    async with it.telling("gone discord:129") as discord:
        await discord.remove("129")


async def test_deleted_channels_and_threads_are_gone_for_good_and_locked_ones_wait(
    it: It,
) -> None:
    async with it.server():
        closed = f"closed #77: {DELETED}"
        async with it.telling("closed #77: 160005", "open #77", closed) as discord:
            await discord.change_thread("77", archived=False, locked=True, parent="1")
            await discord.change_thread("77", archived=True, parent="1")
            await discord.change_thread("77", archived=False, parent="1")
            await discord.delete_thread("77", parent="1")
        async with it.telling(f"closed #2: {DELETED}") as discord:
            await discord.delete_channel("2")


async def test_roles_and_time_outs_of_ours_may_change_every_channel(it: It) -> None:
    async with it.server(), it.telling(*["changed discord:130"] * 2) as discord:
        await discord.change_role(SERVER, SEND)
        await discord.change_role(SERVER, SEND, name="other")
        await discord.change_member(SERVER, muted_until="2126-01-01T00:00:00+00:00")


async def test_a_role_that_is_gone_forbids_nothing_any_more(it: It) -> None:
    muted = "1301"
    async with it.server():
        async with it.telling("changed discord:130", "closed #2: 50013") as discord:
            await discord.give_role(SERVER, muted, READING)
            await discord.forbid("2", SEND, to=muted)
        async with it.telling("changed discord:130") as discord:
            await discord.delete_role(SERVER, "1302")
            await discord.delete_role(SERVER, muted)
        assert it.client.permissions_in(2) == READING


async def test_it_listens_to_nothing_that_it_does_not_need_and_pings_nobody() -> None:
    client = HypeClient(host(SmallDesk(), Told()), Together())
    assert isinstance(client, library.AutoShardedClient)
    assert client.intents == library.Intents(guilds=True)
    assert str(client.allowed_mentions) == str(library.AllowedMentions.none())
    kept = client._connection
    assert kept.member_cache_flags == library.MemberCacheFlags.none()
    assert (kept.max_messages, kept._chunk_guilds) == (None, False)
