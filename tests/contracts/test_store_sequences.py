"""Whatever happens in whatever order: one under way in a channel, and no signal lost or doubled."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState, IllegalMove
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Frozen, Outcome, Pause, Suspension
from support.catalogue import DAY
from support.databases import NOW
from support.telling import HELLO, LEASE, WEEK, known, signals, step

S = DeliveryState
_ENDS = st.sampled_from([S.SENT, S.PENDING, S.UNKNOWN, S.HELD, S.DEAD, S.DROPPED, S.EXPIRED])
_WHERE = st.integers(0, 1)
_MOVES = st.one_of(
    st.tuples(st.just("compose"), _WHERE),
    st.tuples(st.just("alert"), _WHERE),
    st.tuples(st.just("claim")),
    st.tuples(st.just("begin")),
    st.tuples(st.just("settle"), _ENDS),
    st.tuples(st.just("pause"), _WHERE),
    st.tuples(st.just("resume"), _WHERE),
    st.tuples(st.sampled_from(["wake", "suspend", "restore", "retry", "give_up"])),
)
_numbers = itertools.count()


@dataclass
class World:
    """Two channels on a platform of their own, and what is known to have happened there."""

    store: SqlStore
    news: Sequence[int]
    now: datetime = NOW
    tenant: Tenant = field(default_factory=lambda: Tenant(f"p{next(_numbers)}", "T1"))
    keys: list[int] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    """Deliveries that were ever claimed; whoever claimed one may come late."""
    told: dict[tuple[int, int], int] = field(default_factory=dict)
    """The delivery that last took a (channel, signal)."""

    @property
    def places(self) -> list[Channel]:
        """The two channels."""
        return [Channel(self.tenant, "C1"), Channel(self.tenant, "C2")]

    async def move(self, name: str, *what: int | DeliveryState) -> None:
        """Let one thing happen, a little later; what cannot be is refused and changes nothing."""
        self.now += LEASE * 0.6
        try:
            await getattr(self, name)(*what)
        except IllegalMove:
            return

    async def _unheard(self, where: int, count: int) -> list[int]:
        async with self.store.read() as tx:
            found = await tx.digests.told([self.keys[where]], 0, NOW - WEEK)
        told = found[self.keys[where]].signal_ids
        return [key for key in self.news if key not in told][:count]

    async def compose(self, where: int) -> None:
        """As a digest that is due."""
        async with self.store.write() as tx:
            await tx.digests.expire([self.keys[where]], self.now)
        ids = await self._unheard(where, 2)
        item = Frozen(self.keys[where], self.now, (0, 1), Outcome.TOLD, ids, HELLO)
        async with self.store.write() as tx:
            await tx.digests.freeze([item], self.now)
            last = await tx.outbox.recent(self.places[where], 1)
        self.told |= {(where, key): last[0].delivery.id for key in ids}

    async def alert(self, where: int) -> None:
        """As an alert."""
        ids = await self._unheard(where, 1)
        async with self.store.write() as tx:
            key = await tx.digests.notify(
                self.places[where], f"alert {self.now}", HELLO, self.now, signal_ids=ids
            )
        self.told |= {(where, each): key or 0 for each in ids}

    async def claim(self) -> None:
        async with self.store.write() as tx:
            claimed = await tx.outbox.claim(self.tenant.platform, self.now, LEASE, 9)
        self.taken += [item.delivery.id for item in claimed]

    async def begin(self) -> None:
        if self.taken:
            await step(self.store, self.taken[-1], S.SENDING)

    async def settle(self, state: DeliveryState) -> None:
        for key in self.taken[-2:]:
            async with self.store.write() as tx:
                await tx.outbox.settle(key, state, at=self.now)

    async def pause(self, where: int) -> None:
        async with self.store.write() as tx:
            await tx.reach.pause(self.places[where], Pause(NOW, "code", "why", self.now))

    async def resume(self, where: int) -> None:
        async with self.store.write() as tx:
            await tx.reach.resume(self.places[where])

    async def wake(self) -> None:
        async with self.store.write() as tx:
            await tx.outbox.wake(self.tenant.platform, self.now, self.now + DAY)

    async def suspend(self) -> None:
        async with self.store.write() as tx:
            await tx.reach.suspend(Suspension(self.tenant, self.now, "gone", self.now))

    async def restore(self) -> None:
        async with self.store.write() as tx:
            await tx.reach.restore(self.tenant)

    async def retry(self) -> None:
        for key in self.taken[-1:]:
            async with self.store.write() as tx:
                await tx.outbox.retry(key, self.now)

    async def give_up(self) -> None:
        async with self.store.write() as tx:
            await tx.outbox.give_up(self.tenant.platform, self.now, self.now - DAY / 24)

    async def check(self) -> None:
        """Hold what must be true at any time."""
        async with self.store.read() as tx:
            found = await tx.digests.told(self.keys, 0, NOW - WEEK)
            for where, (key, place) in enumerate(zip(self.keys, self.places, strict=True)):
                mine = await tx.outbox.recent(place, 999)
                ends = {item.delivery.id: item.delivery.state for item in mine}
                assert list(ends.values()).count(S.SENDING) <= 1
                told, back = found[key].signal_ids, found[key].released.signal_ids
                assert not told & back
                assert told | back == {each for at, each in self.told if at == where}
                for (at, each), delivery_id in self.told.items():
                    if at == where and each in back:
                        assert ends[delivery_id] in {S.EXPIRED, S.DROPPED}


@pytest.mark.parametrize("backend", ["sqlite"])
@settings(
    max_examples=12,
    deadline=None,
    # Every example has a platform of its own: they do not meet in the database they share.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(_MOVES, min_size=6, max_size=16))
async def test_no_order_of_things_loses_or_doubles_a_signal_or_sends_two_at_once(
    store: SqlStore, moves: list[tuple[Any, ...]]
) -> None:
    world = World(store, await signals(store, 6))
    world.keys = await known(store, *world.places)
    for name, *what in moves:
        await world.move(name, *what)
        await world.check()
