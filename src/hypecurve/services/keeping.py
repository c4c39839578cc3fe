"""Keeping: what is kept no longer than it is good for goes, some at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Clock
from hypecurve.ports.store import Forgotten, Store

TENANTS = timedelta(days=30)
"""So long a tenant that removed the app may come back and find everything as it was."""
TEXTS = timedelta(days=90)
"""So long what was delivered can be shown again; picks are kept as long."""
_AHEAD = timedelta(days=1)
"""A clock that runs further ahead of the last sweep is not believed: what goes is gone."""
_MOST_TEXTS = 200
_MOST_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Tidied:
    """What went."""

    texts: int = 0
    picks: int = 0
    tenants: tuple[Tenant, ...] = ()
    repos: int = 0
    """Of accounts that had been barred before."""


async def tidy(store: Store, clock: Clock, stop: asyncio.Event | None = None) -> Tidied:
    """Delete what is not kept any longer, in short transactions; return what went.

    Texts of digests and notices settled 90 days ago (the rows stay), picks as old, tenants that
    removed the app 30 days ago, and repos that came to a barred account. What is deleted is
    told by the clock, but no more than a day beyond the last sweep, whose time was held against
    GitHub's. Calling it again, or from two services, deletes nothing that is not due. After `stop`
    no further transaction begins.
    """
    work = _Work(store, clock, stop or asyncio.Event())
    now = await work.certain_now()
    gone = Tidied()
    if now is not None:
        gone = Tidied(
            texts=await work.texts(now),
            picks=await work.picks(now),
            tenants=await work.tenants(now),
            repos=await work.barred(now),
        )
    if not work.stop.is_set():
        await store.wipe()  # Also of what was deleted since at somebody's word.
    return gone


@dataclass(frozen=True, slots=True)
class _Work:
    store: Store
    clock: Clock
    stop: asyncio.Event

    async def certain_now(self) -> datetime | None:
        """An instant that has surely come; None where nothing tells one."""
        async with self.store.read() as tx:
            last = await tx.stars.latest(whatever_health=True)
        return None if last is None else min(self.clock.now(), last.at + _AHEAD)

    async def texts(self, now: datetime) -> int:
        total = 0
        while not self.stop.is_set():
            async with self.store.write() as tx:
                gone = await tx.forgetting.texts(now - TEXTS, _MOST_TEXTS, now)
            if not gone:
                break
            total += gone
        return total

    async def picks(self, now: datetime) -> int:
        if self.stop.is_set():
            return 0
        async with self.store.write() as tx:
            return await tx.forgetting.picks(now - TEXTS)

    async def tenants(self, now: datetime) -> tuple[Tenant, ...]:
        gone: list[Tenant] = []
        while not self.stop.is_set():
            async with self.store.write() as tx:
                purged = await tx.forgetting.suspended(now - TENANTS, _MOST_CHANNELS, now)
            if purged is None:
                break
            gone += [purged.tenant] if purged.over else []
        return tuple(gone)

    async def barred(self, now: datetime) -> int:
        if self.stop.is_set():
            return 0
        async with self.store.write() as tx:
            done: Forgotten = await tx.forgetting.barred(now)
        return done.repos
