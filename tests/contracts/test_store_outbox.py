"""What every store does with digests and deliveries: `ports.store.Outbox`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import Delivery, DeliveryState, IllegalMove, Step, StepKind
from hypecurve.domain.errors import NotFound
from hypecurve.domain.message import (
    Message,
    MessageKind,
)
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.ports.store import Listener
from support.catalogue import CHANNEL, OTHER_CHANNEL, a_repo, a_signal, keep, speak
from support.databases import NOW

S = DeliveryState
HELLO = Message(MessageKind.DIGEST, "hello")
LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


async def _listener(store: SqlStore, channel: Channel = CHANNEL) -> Listener:
    async with store.write() as tx:
        found = await tx.subscriptions.listener(channel)
        if found is None:
            await tx.subscriptions.add(Subscription(channel))
            found = await tx.subscriptions.listener(channel)
    assert found is not None
    return found


async def _put(
    store: SqlStore,
    due_at: datetime = NOW,
    signal_ids: Sequence[int] = (),
    message: Message | None = HELLO,
    channel: Channel = CHANNEL,
) -> int | None:
    listener = await _listener(store, channel)
    async with store.write() as tx:
        return await tx.outbox.put(
            listener, due_at, (0, 1), due_at, signal_ids=signal_ids, message=message
        )


async def _claim(
    store: SqlStore,
    now: datetime = NOW,
    platforms: Sequence[str] = ("slack", "discord"),
    limit: int = 99,
) -> list[Delivery]:
    async with store.write() as tx:
        return await tx.outbox.claim(platforms, now, LEASE, limit)


async def _settle(
    store: SqlStore,
    delivery: Delivery,
    state: DeliveryState,
    next_try_at: datetime | None = None,
    *,
    counted: bool = True,
) -> None:
    async with store.write() as tx:
        await tx.outbox.settle(
            delivery.id,
            state,
            at=NOW,
            reason=f"now {state}",
            next_try_at=next_try_at,
            counted=counted,
        )


async def _recent(store: SqlStore, channel: Channel | None = None) -> list[Delivery]:
    async with store.read() as tx:
        return await tx.outbox.recent(channel)


async def _signals(store: SqlStore, count: int) -> list[int]:
    await keep(store, [a_repo(number) for number in range(1, count + 1)])
    cycle = await speak(store, [a_signal(number) for number in range(1, count + 1)])
    async with store.read() as tx:
        return [signal_id for signal_id, _ in await tx.signals.between(cycle - 1, cycle)]


async def _reported(store: SqlStore, ids: Sequence[int], channel: Channel = CHANNEL) -> set[int]:
    listener = await _listener(store, channel)
    async with store.read() as tx:
        return set(await tx.outbox.reported(listener.id, ids))


async def test_a_digest_becomes_one_pending_delivery(store: SqlStore) -> None:
    digest_id = await _put(store)
    (delivery,) = await _recent(store)
    assert delivery.digest_id == digest_id
    assert (delivery.state, delivery.attempts) == (S.PENDING, 0)
    assert (delivery.next_try_at, delivery.steps, delivery.reason) == (NOW, (), "")
    async with store.read() as tx:
        assert await tx.outbox.content(delivery) == (CHANNEL, HELLO)


async def test_a_channel_has_one_digest_for_each_due_time(store: SqlStore) -> None:
    ids = await _signals(store, 2)
    assert await _put(store, signal_ids=ids[:1]) is not None
    assert await _put(store, signal_ids=ids) is None
    assert await _put(store, NOW + SECOND, message=None) is not None
    assert await _put(store, NOW + SECOND) is None
    assert await _put(store, channel=OTHER_CHANNEL) is not None
    assert len(await _recent(store, CHANNEL)) == 1
    assert await _reported(store, ids) == {ids[0]}


async def test_a_quiet_day_is_remembered_and_sends_nothing(store: SqlStore) -> None:
    assert await _put(store, message=None) is not None
    assert await _recent(store) == []
    assert await _claim(store) == []


async def test_a_signal_is_a_member_of_one_digest_of_a_channel(store: SqlStore) -> None:
    ids = await _signals(store, 1_200)
    await _put(store, signal_ids=ids[:2])
    await _put(store, NOW + SECOND, signal_ids=ids[1:3])
    await _put(store, channel=OTHER_CHANNEL, signal_ids=ids[2:])
    assert await _reported(store, ids) == set(ids[:3])
    assert await _reported(store, ids, OTHER_CHANNEL) == set(ids[2:])
    assert await _reported(store, []) == set()


async def test_claimed_deliveries_are_taken_and_carry_their_content(store: SqlStore) -> None:
    await _put(store)
    await _put(store, channel=OTHER_CHANNEL)
    claimed = await _claim(store)
    assert [delivery.state for delivery in claimed] == [S.SENDING, S.SENDING]
    assert await _claim(store) == []
    async with store.read() as tx:
        channels = [(await tx.outbox.content(delivery))[0] for delivery in claimed]
    assert channels == [CHANNEL, OTHER_CHANNEL]


async def test_only_the_platforms_asked_for_and_no_more_than_asked(store: SqlStore) -> None:
    for place in range(3):
        await _put(store, channel=Channel.parse(f"slack:T1/C{place}"))
    await _put(store, channel=OTHER_CHANNEL)
    assert len(await _claim(store, platforms=["slack"], limit=2)) == 2
    assert len(await _claim(store, platforms=["slack"], limit=2)) == 1
    assert await _claim(store, platforms=["slack"]) == []
    assert await _claim(store, platforms=[]) == []
    assert len(await _claim(store)) == 1


async def test_a_channel_gets_its_deliveries_one_by_one_in_order(store: SqlStore) -> None:
    digests = [await _put(store, NOW + SECOND * number) for number in range(3)]
    sent = []
    for _ in digests:
        (delivery,) = await _claim(store, NOW + LEASE / 2)
        sent.append(delivery.digest_id)
        await _settle(store, delivery, S.SENT)
    assert sent == digests


async def test_a_delivery_that_waits_for_its_next_try_holds_back_the_later_ones(
    store: SqlStore,
) -> None:
    first, second = await _put(store), await _put(store, NOW + SECOND)
    (delivery,) = await _claim(store)
    await _settle(store, delivery, S.PENDING, NOW + 10 * SECOND)
    assert await _claim(store, NOW + 9 * SECOND) == []
    (again,) = await _claim(store, NOW + 10 * SECOND)
    assert (again.digest_id, again.attempts, again.reason) == (first, 1, "now pending")
    await _settle(store, again, S.DEAD)
    (other,) = await _claim(store, NOW + 10 * SECOND)
    assert other.digest_id == second


async def test_what_is_no_attempt_is_not_counted(store: SqlStore) -> None:
    await _put(store)
    (delivery,) = await _claim(store)
    await _settle(store, delivery, S.PENDING, NOW, counted=False)
    assert (await _recent(store))[0].attempts == 0


async def test_a_dead_senders_delivery_is_taken_over_with_its_steps(store: SqlStore) -> None:
    await _put(store)
    (delivery,) = await _claim(store)
    done = Step(StepKind.POST, S.SENT, "1700.01", NOW, NOW + SECOND)
    begun = Step(StepKind.THREAD, S.SENDING, intent_at=NOW + SECOND)
    async with store.write() as tx:
        await tx.outbox.step(delivery.id, 0, Step(StepKind.POST, S.SENDING, intent_at=NOW))
        await tx.outbox.step(delivery.id, 0, done)
        await tx.outbox.step(delivery.id, 1, begun)
    assert await _claim(store, NOW + LEASE) == []
    (taken,) = await _claim(store, NOW + LEASE + SECOND)
    assert (taken.id, taken.steps) == (delivery.id, (done, begun))
    assert await _claim(store, NOW + LEASE + 2 * SECOND) == []


async def test_two_senders_never_claim_the_same(store: SqlStore) -> None:
    for place in range(6):
        channel = Channel.parse(f"slack:T1/C{place}")
        await _put(store, channel=channel)
        await _put(store, NOW + SECOND, channel=channel)
    claims = await asyncio.gather(*(_claim(store, limit=4) for _ in range(4)))
    taken = [delivery.channel_id for claim in claims for delivery in claim]
    assert len(taken) == len(set(taken))
    rest = await _claim(store)
    assert len(taken) + len(rest) == 6


@pytest.mark.parametrize("after", [S.SENT, S.UNKNOWN, S.DEAD, S.HELD])
async def test_a_settled_delivery_is_not_claimed_again(
    store: SqlStore, after: DeliveryState
) -> None:
    await _put(store)
    (delivery,) = await _claim(store)
    await _settle(store, delivery, after)
    assert await _claim(store, NOW + 99 * LEASE) == []
    (settled,) = await _recent(store)
    assert (settled.state, settled.attempts, settled.reason) == (after, 1, f"now {after}")


async def test_an_illegal_move_is_refused_and_changes_nothing(store: SqlStore) -> None:
    await _put(store)
    (pending,) = await _recent(store)
    with pytest.raises(IllegalMove):
        await _settle(store, pending, S.SENT)
    (delivery,) = await _claim(store)
    await _settle(store, delivery, S.SENT)
    for state in S:
        with pytest.raises(IllegalMove):
            await _settle(store, delivery, state)
    (kept,) = await _recent(store)
    assert (kept.state, kept.attempts, kept.reason) == (S.SENT, 1, "now sent")


async def test_a_delivery_nobody_knows_is_said_so(store: SqlStore) -> None:
    await _put(store)
    (delivery,) = await _claim(store)
    async with store.write() as tx:
        with pytest.raises(NotFound):
            await tx.outbox.settle(delivery.id + 1, S.SENT, at=NOW)


async def test_recent_are_the_newest_of_a_channel_or_of_all(store: SqlStore) -> None:
    first = await _put(store)
    second = await _put(store, channel=OTHER_CHANNEL)
    third = await _put(store, NOW + SECOND)
    assert [item.digest_id for item in await _recent(store)] == [third, second, first]
    assert [item.digest_id for item in await _recent(store, CHANNEL)] == [third, first]
    assert await _recent(store, Channel.parse("slack:T9/C9")) == []
    async with store.read() as tx:
        assert [item.digest_id for item in await tx.outbox.recent(limit=1)] == [third]
