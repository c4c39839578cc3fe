"""What every store does with digests and what they hold: `ports.store.Digests`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import event

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import BEFORE_THE_POST, DeliveryState, Step, StepKind
from hypecurve.domain.digest import Unsure
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Tenant
from hypecurve.ports.store import Frozen, Outcome, Pause, Released, Suspension, Told
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL
from support.databases import NOW
from support.telling import (
    HELLO,
    SECOND,
    WEEK,
    claim,
    expire,
    freeze,
    known,
    notify,
    place,
    recent,
    send,
    settle,
    signals,
    states,
    step,
    told,
    told_all,
)

S = DeliveryState


async def test_a_digest_becomes_one_pending_delivery(store: SqlStore) -> None:
    digest_id = await freeze(store)
    (delivery,) = await recent(store)
    assert delivery.digest_id == digest_id
    assert (delivery.state, delivery.attempts) == (S.PENDING, 0)
    assert (delivery.next_try_at, delivery.steps, delivery.reason) == (NOW, (), "")


async def test_many_digests_are_frozen_at_once_and_known_by_their_order(store: SqlStore) -> None:
    first, second, third = await known(store, CHANNEL, OTHER_CHANNEL, place(3))
    news = await signals(store, 3)
    other = Message(MessageKind.DIGEST, "other")
    items = [
        Frozen(third, NOW, (0, 1), Outcome.TOLD, news, HELLO),
        Frozen(first, NOW - DAY, (0, 1), Outcome.SKIPPED),
        Frozen(first, NOW, (0, 1), Outcome.TOLD, news[:1], other),
        Frozen(first, NOW, (0, 1), Outcome.TOLD, news, HELLO),
        Frozen(second, NOW, (0, 1), Outcome.QUIET, (), HELLO),
    ]
    async with store.write() as tx:
        ids = await tx.digests.freeze(items, NOW)
        assert await tx.digests.freeze(items, NOW) == [None] * 5
        assert await tx.digests.freeze([], NOW) == []
    assert ids[3] is None
    assert len(set(ids)) == 5
    async with store.read() as tx:
        says = {
            (channel, key): await tx.digests.message(channel, key or 0)
            for channel in (CHANNEL, OTHER_CHANNEL, place(3), place(4))
            for key in ids
        }
    assert {key: said for key, said in says.items() if said is not None} == {
        (place(3), ids[0]): HELLO,
        (CHANNEL, ids[2]): other,
        (OTHER_CHANNEL, ids[4]): HELLO,
    }
    assert {item.digest_id for item in await recent(store)} == {ids[0], ids[2], ids[4]}
    found = await told_all(store, CHANNEL, OTHER_CHANNEL, place(3), place(4))
    assert [found[key].signal_ids for key in sorted(found)] == [{news[0]}, set(), set(news), set()]


async def test_what_is_frozen_takes_a_handful_of_statements_for_two_hundred_channels(
    store: SqlStore,
) -> None:
    keys = await known(store, *(place(number) for number in range(200)))
    news = await signals(store, 3)
    ran = []

    @event.listens_for(store.engine.sync_engine, "before_cursor_execute")
    def _count(*what: object) -> None:
        ran.append(what[2])

    try:
        async with store.write() as tx:
            assert len(await tx.subscriptions.lock(keys)) == 200
            await tx.digests.expire(keys, NOW)
            await tx.digests.told(keys, 0, NOW - WEEK)
            items = [Frozen(key, NOW, (0, 1), Outcome.TOLD, news, HELLO) for key in keys]
            assert None not in await tx.digests.freeze(items, NOW)
    finally:
        event.remove(store.engine.sync_engine, "before_cursor_execute", _count)
    assert len(ran) <= 24


async def test_a_quiet_day_without_a_word_sends_nothing(store: SqlStore) -> None:
    key = await freeze(store, message=None, outcome=Outcome.QUIET)
    assert key is not None
    assert await recent(store) == []
    async with store.read() as tx:
        assert await tx.digests.message(CHANNEL, key) is None


async def test_a_signal_is_told_once_in_a_channel(store: SqlStore) -> None:
    news = await signals(store, 3)
    await freeze(store, signal_ids=news[:2])
    await freeze(store, NOW + SECOND, news)
    await freeze(store, signal_ids=news[:1], channel=OTHER_CHANNEL)
    await send(store, S.UNKNOWN)
    assert (await told(store)).signal_ids == set(news)
    assert (await told(store, OTHER_CHANNEL)).signal_ids == {news[0]}
    # The second digest holds only what the first does not.
    await expire(store, CHANNEL)
    found = await told(store)
    assert found.signal_ids == set(news[:2])
    assert found.released.signal_ids == {news[2]}


async def test_only_signals_of_the_cycles_asked_for_are_said_to_be_told(store: SqlStore) -> None:
    old, new = await signals(store, 2), await signals(store, 2)
    await freeze(store, signal_ids=[*old, *new])
    assert (await told(store, after=1)).signal_ids == set(new)
    assert (await told(store, after=2)).signal_ids == set()
    assert (await told(store, after=2, since=NOW + DAY)) == Told()


@pytest.mark.parametrize("end", [S.EXPIRED, S.DROPPED])
async def test_what_was_given_up_unread_comes_back_for_a_week(
    store: SqlStore, end: DeliveryState
) -> None:
    old, news = await signals(store, 1, NOW - WEEK), await signals(store, 2)
    await freeze(store, NOW - DAY)
    await send(store, S.SENT)
    await freeze(store, signal_ids=[*old, *news])
    await send(store, S.HELD, end)
    found = await told(store, since=NOW - WEEK + SECOND)
    assert found == Told(frozenset(), Released(frozenset(news), 1, NOW - DAY))
    assert (await told(store)).released == Released(frozenset([*old, *news]), 0, NOW - DAY)
    assert await told(store, OTHER_CHANNEL) == Told()
    # The next one holds it, and nobody releases it any more.
    await freeze(store, NOW + DAY, news)
    found = await told(store)
    assert found.signal_ids == set(news)
    assert found.released.signal_ids == set(old)


async def test_what_may_still_arrive_or_did_comes_back_to_nobody(store: SqlStore) -> None:
    news = await signals(store, 2)
    ends = [S.SENDING, S.HELD, S.DEAD, S.SENT, S.UNKNOWN, S.PENDING]
    places = [place(number) for number in range(len(ends))]
    for channel, end in zip(places, ends, strict=True):
        await freeze(store, signal_ids=news, channel=channel)
        if end is not S.PENDING:
            await send(store, end)
    for found in (await told_all(store, *places)).values():
        assert found.signal_ids == set(news)
        assert found.released == Released()


async def test_what_may_have_been_read_in_part_comes_back_to_nobody(store: SqlStore) -> None:
    news = await signals(store, 1)
    begun = [S.SENDING, S.SENT, S.UNKNOWN]
    places = [place(number) for number in range(len(begun))]
    for channel, state in zip(places, begun, strict=True):
        await freeze(store, signal_ids=news, channel=channel)
        (item,) = await claim(store)
        await step(store, item.delivery, state)
        await settle(store, item, S.HELD, S.EXPIRED)
        await freeze(store, NOW + SECOND, news, channel=channel)
    await expire(store, *places)
    for found in (await told_all(store, *places)).values():
        assert found.signal_ids == set(news)
        assert found.released == Released()


@pytest.mark.parametrize("kind", sorted(BEFORE_THE_POST))
async def test_what_comes_before_the_post_is_nothing_that_was_read(
    store: SqlStore, kind: StepKind
) -> None:
    news = await signals(store, 2)
    await freeze(store, signal_ids=news)
    (item,) = await claim(store)
    async with store.write() as tx:
        await tx.outbox.step(item.delivery.id, 0, Step(kind, S.SENT, "after:0", NOW, NOW))
        await tx.outbox.step(item.delivery.id, 1, Step(StepKind.POST))
    await settle(store, item, S.PENDING)  # the platform is down until the next one is due
    await expire(store, CHANNEL)
    assert (await told(store)).released.signal_ids == set(news)
    await freeze(store, NOW + DAY, news)
    found = await told(store)
    assert found.signal_ids == set(news)
    assert found.released == Released()


async def test_a_skipped_time_is_not_the_digest_before(store: SqlStore) -> None:
    news = await signals(store, 1)
    await freeze(store, NOW - WEEK, message=None, outcome=Outcome.QUIET)
    await freeze(store, NOW - DAY, message=None, outcome=Outcome.SKIPPED)
    await freeze(store, signal_ids=news)
    await expire(store, CHANNEL)
    assert (await told(store)).released.since == NOW - WEEK


async def test_the_next_digest_gives_up_what_was_not_sent_yet_and_no_notice(
    store: SqlStore,
) -> None:
    ends = [S.SENT, S.UNKNOWN, S.DEAD, S.HELD, S.PENDING]
    for number, end in enumerate(ends):
        await freeze(store, NOW + SECOND * number, channel=place(1))
        await send(store, end, now=NOW + DAY)
        if end is S.PENDING:
            await notify(store, channel=place(1))
    await freeze(store, channel=OTHER_CHANNEL)
    await expire(store, place(1), at=NOW + DAY)
    assert await states(store) == [
        S.SENT,
        S.UNKNOWN,
        S.EXPIRED,
        S.EXPIRED,
        S.EXPIRED,
        S.PENDING,
        S.PENDING,
    ]
    async with store.read() as tx:
        given_up = await tx.outbox.recent(states=[S.EXPIRED])
    assert {item.settled_at for item in given_up} == {NOW + DAY}
    assert {item.delivery.reason for item in given_up} == {"now dead", "now held", "now pending"}


@pytest.mark.parametrize("end", [S.PENDING, S.HELD])
@pytest.mark.parametrize("how", ["next", "old", "gone"])
async def test_what_stands_in_its_channel_arrived_though_what_comes_behind_it_is_given_up(
    store: SqlStore, how: str, end: DeliveryState
) -> None:
    news = await signals(store, 1)
    await freeze(store, signal_ids=news)
    (item,) = await claim(store)
    await step(store, item.delivery, S.SENT)
    async with store.write() as tx:
        await tx.outbox.step(item.delivery.id, 1, Step(StepKind.THREAD))
    await settle(store, item, end)
    await notify(store, channel=place(2))
    if how == "next":
        await expire(store, CHANNEL, at=NOW + DAY)
    async with store.write() as tx:
        if how == "old":
            assert await tx.outbox.give_up("slack", NOW + DAY, NOW + SECOND) == 2
        elif how == "gone":
            await tx.reach.suspend(Suspension(CHANNEL.tenant, NOW + DAY, "gone", NOW + DAY, 1))
        sending = await tx.outbox.find(item.delivery.id)
        other = await tx.outbox.find(item.delivery.id + 1)
    assert sending is not None
    assert other is not None
    assert (sending.delivery.state, sending.settled_at) == (S.SENT, NOW + DAY)
    assert sending.delivery.reason == ("gone" if how == "gone" else f"now {end}")
    assert other.delivery.state is not S.SENT, "nothing of it stands"
    assert (await told(store)).signal_ids == set(news)


async def test_what_is_under_way_is_not_given_up(store: SqlStore) -> None:
    await freeze(store)
    await claim(store)
    await expire(store, CHANNEL)
    assert await states(store) == [S.SENDING]


async def test_what_is_frozen_for_a_channel_that_refuses_waits_and_for_no_tenant_ends(
    store: SqlStore,
) -> None:
    news = await signals(store, 1)
    gone, here = Tenant("slack", "T2"), [place(1), place(2, "T2"), place(3)]
    keys = await known(store, *here)
    async with store.write() as tx:
        await tx.reach.pause(here[0], Pause(NOW, "is_archived", "why", NOW + DAY))
        await tx.reach.pause(here[1], Pause(NOW, "is_archived", "why", NOW + DAY))
        await tx.reach.suspend(Suspension(gone, NOW, "the app is gone", NOW + DAY))
        items = [Frozen(key, NOW, (0, 1), Outcome.TOLD, news, HELLO) for key in keys]
        await tx.digests.freeze(items, NOW)
        for channel in here:
            await tx.digests.notify(channel, "listed 1", HELLO, NOW)
    async with store.read() as tx:
        found = list(reversed(await tx.outbox.recent()))
    assert [item.delivery.state for item in found] == [S.HELD, S.DROPPED, S.PENDING] * 2
    assert [item.delivery.reason for item in found] == ["", "the app is gone", ""] * 2
    assert [item.settled_at for item in found] == [None, NOW, None] * 2
    assert (await told(store, here[1])).released.signal_ids == set(news)


QUIET, TOLD, SKIPPED = Outcome.QUIET, Outcome.TOLD, Outcome.SKIPPED
QUIET_RUNS: list[tuple[Sequence[Outcome], int, int | None]] = [
    ([], 0, None),
    ([TOLD], 0, None),
    ([QUIET], 1, 0),
    ([QUIET, TOLD], 0, None),
    ([TOLD, QUIET, QUIET, QUIET], 3, 1),
    ([QUIET, QUIET, SKIPPED], 0, None),
    ([QUIET, SKIPPED, QUIET], 1, 2),
]


async def test_quiet_days_are_counted_from_the_last_one_that_was_not(store: SqlStore) -> None:
    places = [place(number) for number in range(len(QUIET_RUNS))]
    keys = await known(store, *places)
    items = [
        Frozen(key, NOW + DAY * number, (0, 1), outcome)
        for key, (days, _, _) in zip(keys, QUIET_RUNS, strict=True)
        for number, outcome in enumerate(days)
    ]
    async with store.write() as tx:
        await tx.digests.freeze(items, NOW)
    found = await told_all(store, *places)
    assert [(found[key].quiet_days, found[key].quiet_since) for key in keys] == [
        (count, None if first is None else NOW + DAY * first) for _, count, first in QUIET_RUNS
    ]


async def test_quiet_days_go_by_when_they_were_due(store: SqlStore) -> None:
    await freeze(store, NOW + DAY, message=None, outcome=QUIET)
    await freeze(store, NOW, message=None, outcome=TOLD)
    await freeze(store, NOW - DAY, message=None, outcome=QUIET)
    await freeze(store, NOW + 2 * DAY, channel=OTHER_CHANNEL)
    found = await told(store)
    assert (found.quiet_days, found.quiet_since) == (1, NOW + DAY)


async def test_digests_that_may_not_have_arrived_are_named_until_one_surely_did(
    store: SqlStore,
) -> None:
    ids = []
    for number, (outcome, end) in enumerate(
        [(TOLD, S.UNKNOWN), (TOLD, S.SENT), (TOLD, S.UNKNOWN), (QUIET, S.UNKNOWN), (TOLD, S.DEAD)]
    ):
        at = NOW + DAY * number
        ids.append(await freeze(store, at, outcome=outcome))
        await send(store, end, now=at)
    await notify(store, at=NOW + 9 * DAY)
    await send(store, S.SENT, now=NOW + 9 * DAY)
    await freeze(store, NOW + 9 * DAY, channel=place(5))
    await send(store, S.SENT, now=NOW + 9 * DAY)
    assert (await told(store)).unsure == (Unsure(ids[2] or 0, NOW + 2 * DAY),)
    ids.append(await freeze(store, NOW + 5 * DAY))
    await send(store, S.UNKNOWN, now=NOW + 5 * DAY)
    unsure = (await told(store)).unsure
    assert [each.digest_id for each in unsure] == [ids[2], ids[5]]
    await freeze(store, NOW + 6 * DAY, outcome=QUIET)
    await send(store, S.SENT, now=NOW + 6 * DAY)
    assert (await told(store)).unsure == ()


async def test_what_turned_unclear_after_the_next_digest_was_composed_is_named_by_the_one_after(
    store: SqlStore,
) -> None:
    one = await freeze(store)
    (begun,) = await claim(store)
    await freeze(store, NOW + DAY)  # composed at the start, before the sender looked
    assert (await told(store, after=0)).unsure == ()
    await settle(store, begun, S.UNKNOWN, at=NOW + DAY + SECOND)
    await send(store, S.SENT, now=NOW + DAY + 2 * SECOND)
    assert (await told(store)).unsure == (Unsure(one or 0, NOW),)
    await freeze(store, NOW + 2 * DAY)
    await send(store, S.UNKNOWN, now=NOW + 2 * DAY)
    two = (await told(store)).unsure
    assert [each.due_at for each in two] == [NOW, NOW + 2 * DAY], "nobody may have read of it"
    await freeze(store, NOW + 3 * DAY)
    await send(store, S.SENT, now=NOW + 3 * DAY)
    assert (await told(store)).unsure == (), "once it was named it is not named for ever"


async def test_another_tenants_digest_is_nobody_elses_to_read(store: SqlStore) -> None:
    key = await freeze(store) or 0
    async with store.read() as tx:
        assert await tx.digests.message(CHANNEL, key) == HELLO
        assert await tx.digests.message(OTHER_CHANNEL, key) is None
        assert await tx.digests.message(place(457, "T123"), key) is None
        assert await tx.digests.message(CHANNEL, key + 1) is None


async def test_the_last_digest_is_known_where_it_had_nothing_to_tell(store: SqlStore) -> None:
    async def quiet_at() -> datetime | None:
        async with store.read() as tx:
            return await tx.digests.quiet_at(CHANNEL)

    assert await quiet_at() is None
    await freeze(store, message=None, outcome=Outcome.QUIET)
    await freeze(store, NOW + DAY, channel=OTHER_CHANNEL)
    assert await quiet_at() == NOW
    await freeze(store, NOW + DAY, message=None, outcome=Outcome.UNSEEN)
    assert await quiet_at() is None, "nobody could see whether there was news"
    await freeze(store, NOW + 2 * DAY, outcome=Outcome.QUIET)
    assert await quiet_at() is None, "it was sent, and says so itself"
