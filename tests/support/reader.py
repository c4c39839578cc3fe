"""Somebody who follows repos in a channel and reads every digest: what did they get to hear?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Sweep
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.tracker.cycle import run_cycle
from hypecurve.standin.identity import FIRST_ID
from hypecurve.standin.world import World
from hypecurve.wording.plain import plain
from support.github import UNTIL, Setting, connected
from support.tracking import taxonomy
from support.whole import EVERY, TRACKING

HERE = Channel.parse("slack:T123/C456")
BEGIN = UNTIL - timedelta(days=2)
"""When the reader subscribes, behind the baseline."""
EVENT = BEGIN + timedelta(hours=15)
"""When things happen, in the middle between two sweeps."""


@dataclass
class Reader:
    """A tracker over the made-up GitHub, and a channel that hears of it every morning at 09:00."""

    store: SqlStore
    github: Setting
    heard: list[str] = field(default_factory=list)
    """Digests, as plain text, oldest first."""
    lines: list[str] = field(default_factory=list)
    """What the cycles told the operator."""

    @property
    def world(self) -> World:
        """What GitHub shows."""
        return self.github.world

    async def follow(self, *repos: int) -> None:
        """Follow repos of the world in the channel."""
        desk = ServiceDesk(self.store, self.github.clock, taxonomy())
        for index in repos:
            name = self.world.name_at(index, self.github.clock.now())
            await desk.carry_out(Asker(HERE, "U1"), f"follow {name}")

    async def cycle(self) -> None:
        """Run one cycle now."""
        github, clock = self.github.github, self.github.clock
        await run_cycle(self.store, github, clock, taxonomy(), TRACKING, self.lines.append)

    async def read(self) -> None:
        """Compose what is due and read what the outbox holds."""
        now = self.github.clock.now()
        await compose_due(self.store, self.github.clock, taxonomy())
        async with self.store.write() as tx:
            for item in await tx.outbox.claim("slack", now, timedelta(minutes=1), 99):
                assert item.message is not None
                self.heard.append(plain(item.message))
                await tx.outbox.settle(item.delivery.id, DeliveryState.SENT, at=now)

    async def until(self, end: datetime) -> None:
        """Let time pass up to an instant: a cycle every six hours, and a look at the digests."""
        while self.github.clock.at + EVERY <= end:
            self.github.clock.at += EVERY
            await self.cycle()
            await self.read()

    async def days(self, number: int) -> None:
        """Let some days pass."""
        await self.until(self.github.clock.at + timedelta(days=number))

    def told(self, *words: str) -> list[str]:
        """The lines of all digests that hold all of these words."""
        lines = [line for text in self.heard for line in text.splitlines()]
        return [line for line in lines if all(word in line for word in words)]

    async def kinds(self, index: int) -> list[SignalKind]:
        """What was ever said of a repo, oldest first."""
        async with self.store.read() as tx:
            found = await tx.signals.during(None, None, RepoId(FIRST_ID + index))
        return [signal.kind for _, signal in found]

    async def spoke(self, index: int) -> list[SignalKind]:
        """What was ever announced of a repo to those who do not follow it."""
        return [kind for kind in await self.kinds(index) if kind in SUBSCRIBABLE]

    async def announced(self) -> int:
        """How many signals that channels subscribe to there are in all."""
        async with self.store.read() as tx:
            found = await tx.signals.during(None, None)
        return sum(signal.kind in SUBSCRIBABLE for _, signal in found)

    async def sweep(self) -> Sweep:
        """The last sweep, believed or not."""
        async with self.store.read() as tx:
            found = await tx.stars.latest(whatever_health=True)
        assert found is not None
        return found

    async def worth(self) -> Health:
        """What the last sweep was worth."""
        return (await self.sweep()).health


@asynccontextmanager
async def reading(store: SqlStore, world: World, *follows: int) -> AsyncIterator[Reader]:
    """See the baseline of a world at BEGIN, subscribe to everything, follow some repos."""
    async with connected(world, at=BEGIN) as github:
        reader = Reader(store, github)
        await reader.cycle()
        desk = ServiceDesk(store, github.clock, taxonomy())
        await desk.carry_out(Asker(HERE, "U1"), "subscribe all at 09:00 Europe/Paris")
        await reader.follow(*follows)
        yield reader
