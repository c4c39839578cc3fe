"""What every store does with pauses, suspensions and breakers: `ports.store.Reach`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.breaker import Breaker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.subscription import Subscription, Tenant
from hypecurve.ports.store import Pause, Suspension
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL
from support.databases import NOW
from support.telling import (
    HELLO,
    SECOND,
    claim,
    freeze,
    known,
    notify,
    place,
    send,
    settle,
    states,
    step,
)

S = DeliveryState
PAUSE = Pause(NOW, "is_archived", "The channel is archived: unarchive it.", NOW + DAY)
GONE = Suspension(Tenant("slack", "T1"), NOW, "The app was removed.", NOW + DAY, 2)
HOUR = timedelta(hours=1)


async def test_a_pause_holds_what_is_pending_until_the_channel_takes_it_again(
    store: SqlStore,
) -> None:
    await freeze(store)
    await send(store, S.DEAD)
    await freeze(store, NOW + SECOND)
    await notify(store)
    await freeze(store, channel=OTHER_CHANNEL)
    (item,) = await claim(store, NOW + SECOND)
    async with store.write() as tx:
        await tx.reach.pause(CHANNEL, PAUSE)
    assert await states(store) == [S.DEAD, S.SENDING, S.HELD, S.PENDING]
    await settle(store, item, S.HELD)
    again = replace(PAUSE, probe_at=NOW + 2 * DAY, refusals=2)
    async with store.write() as tx:
        await tx.reach.pause(CHANNEL, again)
        listener = await tx.subscriptions.listener(CHANNEL)
        assert listener is not None
        assert listener.pause == again
        assert await tx.reach.paused() == {CHANNEL: again}
        assert await tx.reach.resume(CHANNEL)
        assert not await tx.reach.resume(CHANNEL)
        assert await tx.reach.paused() == {}
        found = await tx.subscriptions.listener(CHANNEL)
        assert found is not None
        assert found.pause is None
    assert await states(store) == [S.DEAD, S.PENDING, S.PENDING, S.PENDING]
    async with store.read() as tx:
        assert {each.settled_at for each in await tx.outbox.recent(states=[S.PENDING])} == {None}
    (first,) = await claim(store, NOW + SECOND)
    assert first.delivery.id == item.delivery.id


async def test_paused_channels_are_asked_for_by_tenant(store: SqlStore) -> None:
    async with store.write() as tx:
        for channel in (place(1), place(2), place(1, "T2")):
            await tx.reach.pause(channel, PAUSE)
        assert set(await tx.reach.paused()) == {place(1), place(2), place(1, "T2")}
        assert set(await tx.reach.paused(Tenant("slack", "T1"))) == {place(1), place(2)}
        assert await tx.reach.paused(Tenant("discord", "T1")) == {}
        assert not await tx.reach.resume(place(9))


async def test_a_suspension_drops_what_is_queued_and_leaves_the_rest(store: SqlStore) -> None:
    kept = Subscription(place(1), next_due=NOW)
    async with store.write() as tx:
        kept = await tx.subscriptions.add(kept)
    for number in range(3):
        await freeze(store, NOW + SECOND * number, channel=place(1))
    await freeze(store, channel=place(1, "T2"))
    sent, other = await claim(store)
    await settle(store, sent, S.SENT)
    (under_way,) = await claim(store, NOW + SECOND)
    await notify(store, channel=place(2))
    async with store.write() as tx:
        await tx.reach.pause(place(2), PAUSE)
        await tx.reach.suspend(GONE)
        later = replace(GONE, probe_at=NOW + 2 * DAY, refusals=3, removed=True)
        await tx.reach.suspend(later)
        assert await tx.reach.suspended() == [later]
        assert await tx.reach.suspended(["slack", "discord"]) == [later]
        assert await tx.reach.suspended(["discord"]) == []
        assert await tx.reach.suspended([]) == []
        listener = await tx.subscriptions.listener(place(1))
        assert listener is not None
        assert listener.subscriptions == (kept,)
        assert await tx.subscriptions.due(NOW, 9) == []
        dropped = await tx.outbox.recent(states=[S.DROPPED])
    assert [item.delivery.reason for item in dropped] == [GONE.reason] * 2
    assert [item.settled_at for item in dropped] == [NOW] * 2
    assert await states(store) == [S.SENT, S.SENDING, S.DROPPED, S.SENDING, S.DROPPED]
    await settle(store, under_way, S.DROPPED)
    await settle(store, other, S.SENT)
    async with store.write() as tx:
        assert await tx.reach.restore(GONE.tenant)
        assert not await tx.reach.restore(GONE.tenant)
        assert await tx.reach.suspended() == []
        assert await tx.subscriptions.due(NOW, 9) == [listener.id]


@pytest.mark.parametrize("end", [S.PENDING, S.HELD])
@pytest.mark.parametrize("posted", [False, True])
async def test_what_was_under_way_to_a_tenant_that_is_gone_does_not_wait_for_its_return(
    store: SqlStore, end: DeliveryState, *, posted: bool
) -> None:
    await freeze(store, channel=place(1))
    await freeze(store, channel=place(1, "T2"))
    its, others = await claim(store)
    if posted:
        await step(store, its.delivery, S.SENT)
    async with store.write() as tx:
        await tx.reach.suspend(GONE)
    for each in (its, others):
        await settle(store, each, end, at=NOW + SECOND)
    assert await states(store) == [S.SENT if posted else S.DROPPED, end]
    async with store.write() as tx:
        sending = await tx.outbox.find(its.delivery.id)
        assert await tx.reach.restore(GONE.tenant)
    assert sending is not None
    assert sending.settled_at == NOW + SECOND
    assert sending.delivery.reason == (f"now {end}" if posted else GONE.reason)
    async with store.write() as tx:
        await tx.outbox.wake("slack", NOW + DAY, NOW + 2 * DAY)
    assert [each.channel for each in await claim(store, NOW + DAY)] == [place(1, "T2")]


async def test_a_breaker_is_as_new_until_it_is_kept(store: SqlStore) -> None:
    full = Breaker("slack:T1", 5, 2, NOW + HOUR, "internal_error", 7, NOW, NOW)
    async with store.write() as tx:
        assert await tx.reach.breaker("slack:T1") == Breaker("slack:T1")
        assert await tx.reach.breakers() == {}
        await tx.reach.keep([full, Breaker("slack"), Breaker("discord", 1)])
        assert await tx.reach.breaker("slack:T1") == full
    async with store.read() as tx:
        assert await tx.reach.breakers() == {"discord": Breaker("discord", 1), "slack:T1": full}
        assert await tx.reach.breakers("slack") == {"slack:T1": full}
        assert await tx.reach.breakers("sla") == {}
    async with store.write() as tx:
        await tx.reach.keep([Breaker("slack:T1")])
        assert set(await tx.reach.breakers()) == {"discord"}


async def test_what_several_count_at_once_in_a_breaker_adds_up(store: SqlStore) -> None:
    async def count() -> None:
        for _ in range(5):
            async with store.write() as tx:
                found = await tx.reach.breaker("discord")
                await tx.reach.keep([replace(found, invalid=found.invalid + 1)])

    await asyncio.gather(*(count() for _ in range(3)))
    async with store.read() as tx:
        assert (await tx.reach.breakers())["discord"].invalid == 15


PLACES = [place(number) for number in range(6)]


async def _compose(store: SqlStore, keys: list[int]) -> None:
    for number in range(4):
        async with store.write() as tx:
            await tx.subscriptions.lock(keys)
            await tx.digests.expire(keys, NOW + SECOND * number)


async def _pause(store: SqlStore, order: int) -> None:
    for _ in range(3):
        async with store.write() as tx:
            for channel in PLACES[::order]:
                await tx.reach.pause(channel, PAUSE)
            for channel in PLACES[::-order]:
                await tx.reach.resume(channel)


async def _send(store: SqlStore) -> None:
    for _ in range(4):
        for item in await claim(store):
            await settle(store, item, S.PENDING)


async def _change(store: SqlStore) -> None:
    for channel in PLACES[::-1]:
        async with store.write() as tx:
            await tx.subscriptions.hold(channel)
            await tx.digests.notify(PLACES[0], f"changed {channel}", HELLO, NOW)


async def test_those_who_hold_channels_at_once_all_come_to_their_end(store: SqlStore) -> None:
    keys = await known(store, *PLACES)
    for channel in PLACES:
        await freeze(store, channel=channel)
    await asyncio.gather(
        _compose(store, keys), _pause(store, 1), _pause(store, -1), _send(store), _change(store)
    )
    assert set(await states(store)) <= {S.PENDING, S.EXPIRED}
