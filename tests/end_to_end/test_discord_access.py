"""Who may change what a channel hears, as a Discord server's admins set it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from hypecurve.domain.asking import Answer, Asker
from hypecurve_discord import rights
from standins.discord_payloads import APPLICATION, StandInChannel
from standins.discord_people import Somebody
from standins.discord_platform import READING, DiscordStandIn
from support.bots import SuggestsNothing, host
from support.discord_running import Nothing, line, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANAGER = READING | rights.MANAGE_CHANNELS
ADMIN = READING | rights.ADMINISTRATOR
TUNE, ROLE, THREAD, FAR = "31", "77", "770", "990"
EVERYONE, OF_ROLE, OF_USER, OF_CHANNEL = "123", 1, 2, 3
PATH = "GET /api/v10/applications/100/guilds/123/commands/permissions"
PAUSE = {"custom_id": "hype:do:pause", "component_type": 2}


class AskedOf(SuggestsNothing):
    """Says whether who asks is barred."""

    async def answer(self, asker: Asker, text: str) -> Answer:
        return Answer(line(f"{text}: {asker.barred or 'gladly'}"))


@dataclass
class It:
    discord: DiscordStandIn
    message: dict[str, Any]

    async def may(
        self,
        permissions: int = READING,
        *roles: str,
        channel: str = "456",
        user: str = "42",
    ) -> bool:
        """Whether somebody may change what a channel hears."""
        who = Somebody(channel, user, permissions=permissions, roles=roles)
        asked = await self.discord.use(self.message | {"channel_id": channel}, PAUSE, who)
        said = asked.text.replace("\\", "")
        # Who may not is told who can help.
        assert ("gladly" in said) is not ("Server Settings > Integrations" in said)
        return "gladly" in said

    def asked(self) -> int:
        """How often Discord was asked what the admins set."""
        return self.discord.requests.count(PATH)

    async def set(self, *said: tuple[str, int, bool], command: str = TUNE) -> None:
        """Admins set it for /hype-tune, or for another one."""
        told = [{"id": each, "type": kind, "permission": word} for each, kind, word in said]
        await self.discord.set_access("123", told, command=command)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot() -> AsyncIterator[It]:
    async with DiscordStandIn() as discord:
        discord.commands = [{"id": "30", "name": "hype"}, {"id": TUNE, "name": "hype-tune"}]
        discord.commands = [{**each, "type": 1, "description": "-"} for each in discord.commands]
        discord.channels[THREAD] = StandInChannel(THREAD, name="a thread", type=11)
        discord.channels[FAR] = StandInChannel(FAR, guild="999", name="far")
        async with running(discord, host(AskedOf(), Nothing())):
            first = await discord.command("repo", repo="acme/flashkv")
            yield It(discord, first.private[0].message)


@pytest_asyncio.fixture(loop_scope="module")
async def it(bot: It) -> AsyncIterator[It]:
    yield bot
    bot.discord.access_told = True
    bot.discord.access.clear()
    await bot.set()


async def test_without_a_word_of_the_admins_it_takes_manage_channels(it: It) -> None:
    assert not await it.may()
    assert await it.may(MANAGER)
    assert await it.may(ADMIN)


async def test_the_admins_words_are_read_once_and_again_when_they_change(it: It) -> None:
    await it.set()
    before = it.asked()
    assert not await it.may(READING, ROLE)
    await it.may()
    assert it.asked() == before + 1
    await it.set((ROLE, OF_ROLE, True), (EVERYONE, OF_ROLE, False))
    assert await it.may(READING, ROLE)
    assert not await it.may(MANAGER)
    assert await it.may(ADMIN)
    assert it.asked() == before + 2
    await it.set(("42", OF_USER, True))
    assert await it.may()
    assert not await it.may(user="43")


async def test_a_thread_goes_by_its_channel_and_another_command_by_itself(it: It) -> None:
    await it.set(("456", OF_CHANNEL, False))
    assert not await it.may(MANAGER)
    assert not await it.may(MANAGER, channel=THREAD)
    assert await it.may(MANAGER, channel="457")
    await it.set()
    await it.set(("456", OF_CHANNEL, False), (EVERYONE, OF_ROLE, False), command="30")
    assert await it.may(MANAGER)
    await it.set((EVERYONE, OF_ROLE, False), command=APPLICATION)
    assert not await it.may(MANAGER)


async def test_where_discord_tells_nothing_manage_channels_decides(it: It) -> None:
    it.discord.access_told = False
    await it.set(("42", OF_USER, True))
    before = it.asked()
    assert not await it.may()
    assert await it.may(MANAGER)
    assert it.asked() == before + 1, "a refusal counts towards a ban"


async def test_whom_discord_lets_use_the_command_may_until_the_admins_say_otherwise(
    it: It,
) -> None:
    assert not await it.may(user="44")
    await it.discord.call("hype-tune", Somebody(user="44", permissions=READING))
    assert await it.may(user="44")
    assert not await it.may(user="44", channel="457")
    assert not await it.may(user="45")
    await it.set(("44", OF_USER, False))
    assert not await it.may(user="44")


async def test_an_app_of_ones_own_opens_no_door(it: It) -> None:
    """Discord does not hold it to what a server's admins set."""
    own = Somebody(user="47", permissions=READING, installed="person")
    await it.discord.call("hype-tune", own)
    assert not await it.may(user="47")
    asked = await it.discord.use(it.message, PAUSE, own)
    assert "Server Settings" in asked.text


async def test_what_was_seen_goes_for_the_roles_that_somebody_had_then(it: It) -> None:
    await it.discord.call("hype-tune", Somebody(user="46", permissions=READING, roles=(ROLE,)))
    assert await it.may(READING, ROLE, user="46")
    assert not await it.may(READING, user="46")
    assert not await it.may(READING, ROLE, "78", user="46")


async def test_where_the_bot_is_not_what_changes_is_ones_own_and_nobody_is_asked(it: It) -> None:
    assert await it.may(channel=FAR)
    assert not [asked for asked in it.discord.requests if "/guilds/999" in asked]
