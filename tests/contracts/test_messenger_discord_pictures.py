"""When pictures are drawn for Discord: before anything is begun, and never at the text's cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.chart import Chart
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.subscription import Alerts, Channel, Subscription
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.delivery.sending import LEASE
from hypecurve_discord.posting.messenger import DiscordMessenger, Patience, connect
from hypecurve_discord.posting.pictures import Pictures
from standins.discord_payloads import StandInChannel
from standins.discord_platform import DiscordStandIn
from support.bots import PIXEL, Drawn, kit
from support.databases import NOW
from support.messenger_contract import PICTURED
from support.outgoing import ALERT, kept, put

S = DeliveryState
CHANNEL = Channel.parse("discord:123/456")
FORUM = Channel.parse("discord:123/459")
SECOND = timedelta(seconds=1)
QUICK = Patience(a_try=0.5)


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@dataclass
class Slow:
    """Draws nothing until it may."""

    may: asyncio.Event = field(default_factory=asyncio.Event)
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        assert chart.type, locale
        self.began.set()
        await self.may.wait()
        return PIXEL


@asynccontextmanager
async def connected(
    discord: DiscordStandIn, slow: Slow | None = None, longest: float = 10.0
) -> AsyncIterator[DiscordMessenger]:
    """Connect a messenger whose pictures are drawn so."""
    lent = replace(kit(), charts=slow or Drawn())
    async with connect(discord.env, lent, replace(QUICK, a_picture=longest)) as messenger:
        yield messenger


async def deliver(store: SqlStore, clock: SetClock, messenger: DiscordMessenger) -> list[S]:
    """Deliver what waits; how each ended."""
    ended: list[S] = []
    await deliver_pending(
        store, clock, "discord", messenger, tell=lambda one: ended.append(one.state)
    )
    return ended


@pytest.mark.parametrize("channel", [CHANNEL, FORUM], ids=["text", "forum"])
async def test_a_picture_that_is_never_drawn_keeps_no_text_back(
    store: SqlStore, channel: Channel
) -> None:
    async with DiscordStandIn() as discord, connected(discord, Slow(), 0.01) as messenger:
        discord.channels["459"] = StandInChannel("459", name="finds", type=15)
        await put(store, channel, PICTURED)
        assert await deliver(store, SetClock(NOW), messenger) == [S.SENT]
        assert len(discord.posts) == 1
        assert "attachments" not in discord.posts[0]


async def test_who_dies_over_a_drawing_has_begun_nothing(store: SqlStore) -> None:
    clock, slow = SetClock(NOW), Slow()
    async with DiscordStandIn() as discord:
        await put(store, CHANNEL, PICTURED)
        async with connected(discord, slow) as messenger:
            task = asyncio.create_task(deliver(store, clock, messenger))
            await slow.began.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        clock.at += LEASE + SECOND
        async with connected(discord) as messenger:
            assert await deliver(store, clock, messenger) == [S.SENT]
        (posted,) = discord.channels["456"].messages
        assert posted["attachments"]


async def test_a_drawing_that_outlasts_the_lease_makes_no_second_alert(store: SqlStore) -> None:
    clock, slow = SetClock(NOW), Slow()
    async with (
        DiscordStandIn() as discord,
        connected(discord, slow) as one,
        connected(discord) as other,
    ):
        async with store.write() as tx:
            always = Alerts(quiet_from=None, quiet_until=None)
            await tx.subscriptions.add(Subscription(CHANNEL, alerts=always))
            alert = replace(ALERT, picture=PICTURED.picture)
            await tx.digests.notify(CHANNEL, "rise 1", alert, NOW)
        task = asyncio.create_task(deliver(store, clock, one))
        await slow.began.wait()
        clock.at += LEASE + SECOND
        assert await deliver(store, clock, other) == [S.SENT]
        slow.may.set()
        assert await task == [S.SENDING], "the other one has it"
        assert len(discord.channels["456"].messages) == 1
        assert await kept(store, CHANNEL) == [S.SENT]


async def test_a_channel_that_took_no_files_is_tried_again_after_an_hour_or_once_it_may() -> None:
    now = 0.0
    pictures = Pictures(Drawn(), lambda: now)

    async def shows(*, may: bool | None = None) -> bool:
        return await pictures.drawn(CHANNEL, PICTURED, may=may) is not None

    pictures.refused(CHANNEL)
    assert not await shows()
    now += 3_601.0
    assert await shows()
    pictures.refused(CHANNEL)
    assert await shows(may=True), "the gateway tells of it since"
    # What it told already when it was refused is wrong.
    pictures.refused(CHANNEL, may=True)
    assert not await shows(may=True)
    assert not await shows(may=False)
    assert await shows(may=True)
    assert await shows()
