"""What every store does with notices, which go out beside the digests: `ports.store.Outbox`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import Delivery, DeliveryState, Step, StepKind
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Released
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL, a_repo, a_signal, keep, speak
from support.databases import NOW

S = DeliveryState
HELLO = Message(MessageKind.DIGEST, "acme/flashkv passed 500 stars and is listed now")
SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=5)


async def _notify(
    store: SqlStore,
    key: str = "listed 1",
    channel: Channel = CHANNEL,
    at: datetime = NOW,
    message: Message = HELLO,
) -> int | None:
    async with store.write() as tx:
        return await tx.outbox.notify(channel, key, message, at)


async def _put(store: SqlStore, at: datetime = NOW, signal_ids: Sequence[int] = ()) -> int | None:
    async with store.write() as tx:
        listener = await tx.subscriptions.hold(CHANNEL)
        return await tx.outbox.put(listener, at, (0, 1), at, signal_ids=signal_ids, message=HELLO)


async def _claim(store: SqlStore, now: datetime = NOW) -> list[Delivery]:
    async with store.write() as tx:
        return await tx.outbox.claim(["slack", "discord"], now, LEASE, 99)


async def _settle(store: SqlStore, delivery: Delivery, state: DeliveryState) -> None:
    async with store.write() as tx:
        await tx.outbox.settle(delivery.id, state, at=NOW, next_try_at=NOW + DAY)


async def _states(store: SqlStore) -> dict[int, DeliveryState]:
    async with store.read() as tx:
        return {item.id: item.state for item in await tx.outbox.recent()}


async def test_a_notice_is_a_delivery_of_its_own_in_a_channel_nobody_knew(
    store: SqlStore,
) -> None:
    notice = await _notify(store)
    (delivery,) = await _claim(store)
    assert (delivery.id, delivery.digest_id, delivery.state) == (notice, None, S.SENDING)
    async with store.write() as tx:
        assert await tx.outbox.content(delivery) == (CHANNEL, HELLO)
        await tx.outbox.step(delivery.id, 0, Step(StepKind.POST, S.SENT, "1700.01", NOW, NOW))
    await _settle(store, delivery, S.SENT)
    async with store.read() as tx:
        (sent,) = await tx.outbox.recent(CHANNEL)
        assert await tx.subscriptions.listeners() == []
    assert (sent.state, [step.ref for step in sent.steps]) == (S.SENT, ["1700.01"])


async def test_a_channel_gets_a_notice_once_for_each_key_whatever_became_of_it(
    store: SqlStore,
) -> None:
    assert await _notify(store) is not None
    other = Message(MessageKind.DIGEST, "another wording")
    assert await _notify(store, message=other, at=NOW + DAY) is None
    (delivery,) = await _claim(store)
    await _settle(store, delivery, S.DEAD)
    assert await _notify(store) is None
    assert await _notify(store, "listed 2") is not None
    assert await _notify(store, channel=OTHER_CHANNEL) is not None
    assert len(await _states(store)) == 3


async def test_no_two_deliveries_have_one_key_whether_digest_or_notice(store: SqlStore) -> None:
    await _put(store)
    await _notify(store)
    await _put(store, NOW + SECOND)
    async with store.read() as tx:
        keys = [item.key for item in await tx.outbox.recent()]
    assert len(set(keys)) == 3


async def test_digests_and_notices_of_a_channel_go_out_in_their_order(store: SqlStore) -> None:
    await _put(store)
    notice = await _notify(store)
    await _put(store, NOW + SECOND)
    order = []
    for _ in range(3):
        (delivery,) = await _claim(store, NOW + SECOND)
        order.append(delivery.id == notice)
        await _settle(store, delivery, S.SENT)
    assert order == [False, True, False]


async def test_a_digest_that_is_due_gives_up_held_digests_and_no_notice(store: SqlStore) -> None:
    await _put(store)
    notice = await _notify(store)
    for _ in range(2):
        (delivery,) = await _claim(store)
        await _settle(store, delivery, S.HELD)
    async with store.write() as tx:
        listener = await tx.subscriptions.hold(CHANNEL)
        await tx.outbox.expire(listener.id, NOW)
    states = await _states(store)
    assert states.pop(notice or 0) is S.HELD
    assert list(states.values()) == [S.EXPIRED]


async def test_a_held_notice_is_tried_again_and_given_up_by_its_age(store: SqlStore) -> None:
    old, young = await _notify(store), await _notify(store, "listed 2", at=NOW + DAY)
    for _ in range(2):
        (delivery,) = await _claim(store, NOW + DAY)
        await _settle(store, delivery, S.HELD)
    async with store.write() as tx:
        await tx.outbox.resume(["slack"], NOW + DAY - SECOND, NOW)
    assert await _states(store) == {old: S.HELD, young: S.HELD}
    async with store.write() as tx:
        await tx.outbox.resume(["discord"], NOW + DAY, NOW + SECOND)
    assert await _states(store) == {old: S.HELD, young: S.HELD}
    async with store.write() as tx:
        await tx.outbox.resume(["slack"], NOW + DAY, NOW + SECOND)
    assert await _states(store) == {old: S.EXPIRED, young: S.PENDING}


@pytest.mark.parametrize("end", [S.EXPIRED, S.DROPPED, S.SENT, S.UNKNOWN])
async def test_what_becomes_of_a_notice_releases_nothing_and_hides_nothing(
    store: SqlStore, end: DeliveryState
) -> None:
    await keep(store, [a_repo(1)])
    cycle = await speak(store, [a_signal(1)])
    async with store.read() as tx:
        ((signal_id, _),) = await tx.signals.between(cycle - 1, cycle)
    await _notify(store, at=NOW - DAY)
    (notice,) = await _claim(store)
    await _settle(store, notice, S.HELD if end in {S.EXPIRED, S.DROPPED} else end)
    if end in {S.EXPIRED, S.DROPPED}:
        await _settle(store, notice, end)
    async with store.write() as tx:
        listener = await tx.subscriptions.hold(CHANNEL)
        assert await tx.outbox.released(listener.id, NOW - DAY) == Released()
    await _put(store, NOW + SECOND, [signal_id])
    (digest,) = await _claim(store, NOW + SECOND)
    await _settle(store, digest, S.HELD)
    await _settle(store, digest, S.EXPIRED)
    async with store.read() as tx:
        found = await tx.outbox.released(listener.id, NOW - DAY)
    assert found == Released(frozenset({signal_id}), cycle - 1, None)


async def test_a_channel_is_asked_for_the_notices_it_had(store: SqlStore) -> None:
    await _notify(store, "a")
    await _notify(store, "b", at=NOW + DAY)
    await _notify(store, "c", OTHER_CHANNEL)
    near = Channel.parse("slack:T123/C457")
    async with store.read() as tx:
        asked = [
            await tx.outbox.noticed(place, keys)
            for place in (CHANNEL, OTHER_CHANNEL, near)
            for keys in (("c", "b", "a"), ["a"], ())
        ]
    assert asked == [{"a", "b"}, {"a"}, set(), {"c"}, set(), set(), set(), set(), set()]


@pytest.mark.parametrize(
    ("ends", "step", "had"),
    [
        ([S.SENT], S.SENT, True),
        ([S.UNKNOWN], S.UNKNOWN, True),
        ([S.HELD], None, True),
        ([S.HELD, S.EXPIRED], None, False),
        ([S.HELD, S.DROPPED], None, False),
        ([S.HELD, S.EXPIRED], S.SENT, True),
    ],
)
async def test_a_notice_that_was_given_up_unread_was_never_had(
    store: SqlStore, ends: list[DeliveryState], step: DeliveryState | None, *, had: bool
) -> None:
    await _notify(store)
    (notice,) = await _claim(store)
    if step is not None:
        async with store.write() as tx:
            await tx.outbox.step(notice.id, 0, Step(StepKind.POST, step, intent_at=NOW))
    for end in ends:
        await _settle(store, notice, end)
    async with store.read() as tx:
        assert bool(await tx.outbox.noticed(CHANNEL, ["listed 1"])) is had


async def test_the_digest_before_is_dated_where_notices_were_sent_too(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    cycle = await speak(store, [a_signal(1)])
    async with store.read() as tx:
        ((signal_id, _),) = await tx.signals.between(cycle - 1, cycle)
    await _put(store, NOW)
    (first,) = await _claim(store)
    await _settle(store, first, S.SENT)
    await _notify(store, at=NOW + DAY)
    (notice,) = await _claim(store, NOW + DAY)
    await _settle(store, notice, S.HELD)
    await _settle(store, notice, S.EXPIRED)
    await _put(store, NOW + 2 * DAY, [signal_id])
    (second,) = await _claim(store, NOW + 2 * DAY)
    await _settle(store, second, S.HELD)
    await _settle(store, second, S.EXPIRED)
    async with store.write() as tx:
        listener = await tx.subscriptions.hold(CHANNEL)
        found = await tx.outbox.released(listener.id, NOW - DAY)
    assert found.since == NOW
