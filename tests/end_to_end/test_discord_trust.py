"""What people may do in Discord, and who sees it: discord.py's client over a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.domain.message import Action, Control
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.services.answers.subscribe import subscriptions_of
from standins.discord_exchange import Exchange
from standins.discord_payloads import StandInChannel
from standins.discord_people import Somebody
from standins.discord_platform import READING, DiscordStandIn
from standins.discord_rules import BUTTON
from support.bots import host
from support.catalogue import a_repo, listed
from support.databases import NOW
from support.discord_posted import posted
from support.discord_running import Nothing, running
from support.sample_day import sample_taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
VIEW = 1 << 10
IN_THREADS = 1 << 38
FORUM, POST, THREAD = "800", "801", "770"
SHARE = Control(Action.SHARE, "Share", "share repo acme/repo-1")


@dataclass
class It:
    discord: DiscordStandIn
    desk: ServiceDesk
    store: SqlStore

    async def has(self, channel: str = "discord:123/456") -> list[Subscription]:
        """What a channel hears."""
        return list(await subscriptions_of(self.store, Channel.parse(channel)))

    async def do(self, text: str, who: Somebody) -> Exchange:
        """Press a button that asks some command, made up or not."""
        pressed = {"component_type": BUTTON, "custom_id": f"hype:do:{text}"}
        return await self.discord.use(posted(SHARE), pressed, who)


@pytest.fixture
async def it(store: SqlStore) -> AsyncIterator[It]:
    await listed(store, [a_repo(1), a_repo(2, 900)])
    desk = ServiceDesk(store, SetClock(NOW), sample_taxonomy())
    async with DiscordStandIn() as discord:
        discord.channels[FORUM] = StandInChannel(FORUM, name="forum", type=15)
        discord.channels[POST] = StandInChannel(POST, name="post", type=11, parent=FORUM)
        discord.channels[THREAD] = StandInChannel(THREAD, name="thread", type=11, parent="456")
        forms = ServiceForms(desk)
        async with running(discord, host(desk, Nothing(), forms=forms)):
            yield It(discord, desk, store)


SPELLED = (
    *("Subscribe all", "/subscribe all", "hype subscribe all", "subscribe,all", "SUBSCRIBE all"),
    *("set filter min 3", "SET filter min 3", "set  filter min 3", "/hype /set filter min 3"),
)


async def test_who_is_barred_changes_nothing_however_it_is_spelled(it: It) -> None:
    await it.discord.command("subscribe", categories="agents")
    before = await it.has()
    assert before
    for text in SPELLED:
        asked = await it.do(text, Somebody(permissions=READING))
        assert "/hype-tune" in asked.text.replace("\\", ""), text
        chosen = {"component_type": 3, "custom_id": "hype:pick:0", "values": [text]}
        asked = await it.discord.use(posted(), chosen, Somebody(permissions=READING))
        assert "/hype-tune" in asked.text.replace("\\", ""), text
    assert await it.has() == before
