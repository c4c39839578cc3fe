"""What every store does with deliveries on their way: `ports.store.Outbox`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from structlog.testing import capture_logs

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import delivery_step, digest
from hypecurve.domain.delivery import DeliveryState, IllegalMove, Step, StepKind
from hypecurve.domain.errors import NotFound
from hypecurve.domain.subscription import Tenant
from hypecurve.ports.store import Pause, Record, Settled, Suspension
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL
from support.databases import NOW
from support.telling import (
    HELLO,
    LEASE,
    SECOND,
    claim,
    freeze,
    notify,
    place,
    recent,
    send,
    settle,
    states,
    step,
)

S = DeliveryState
HOUR = timedelta(hours=1)
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"])
"""Where no SQL decides."""


async def test_what_is_claimed_carries_its_channel_its_words_and_its_key(store: SqlStore) -> None:
    digest_id = await freeze(store)
    await freeze(store, channel=OTHER_CHANNEL)
    await notify(store, "alert 7", place(9))
    first, second = await claim(store)
    assert (first.delivery.digest_id, first.channel, first.message, first.key) == (
        digest_id,
        CHANNEL,
        HELLO,
        "",
    )
    assert (second.delivery.digest_id, second.channel, second.message, second.key) == (
        None,
        place(9),
        HELLO,
        "alert 7",
    )
    assert (first.delivery.state, first.delivery.attempts) == (S.SENDING, 0)
    assert (first.delivery.next_try_at, first.delivery.steps, first.delivery.reason) == (
        NOW,
        (),
        "",
    )
    assert await claim(store) == []
    assert await claim(store, platform="teams") == []
    assert [item.channel for item in await claim(store, platform="discord")] == [OTHER_CHANNEL]


async def test_no_more_is_claimed_than_asked_and_the_oldest_first(store: SqlStore) -> None:
    for number in range(4):
        await freeze(store, NOW - SECOND * number, channel=place(number))
    assert [item.channel for item in await claim(store, limit=3)] == [place(n) for n in (3, 2, 1)]
    assert [item.channel for item in await claim(store, limit=3)] == [place(0)]
    assert await claim(store, limit=3) == []


async def test_what_no_version_can_read_is_claimed_without_words(store: SqlStore) -> None:
    await freeze(store)
    async with store.write() as tx:
        told = {"kind": "of a version to come"}
        await tx.outbox._connection.execute(update(digest).values(message=told))
    (item,) = await claim(store)
    assert item.message is None
    await settle(store, item, S.DEAD)


@pytest.mark.parametrize("column", ["kind", "state"])
@pytest.mark.parametrize("begun", [S.PENDING, S.SENDING])
async def test_a_step_of_a_version_to_come_waits_and_holds_up_nobody_else(
    store: SqlStore, begun: DeliveryState, column: str
) -> None:
    await freeze(store)
    (strange,) = await claim(store)
    await step(store, strange.delivery, S.PENDING)
    if begun is S.PENDING:
        await settle(store, strange, S.PENDING)
    await freeze(store, NOW + SECOND, channel=place(7))
    known = await _put_step(store, strange.delivery.id, **{column: "later"})
    now = NOW + LEASE + SECOND
    with capture_logs() as logs:
        assert [item.channel for item in await claim(store, now, limit=1)] == [place(7)]
        assert await claim(store, now) == []
    assert [(log["log_level"], log["delivery"]) for log in logs] == [
        ("warning", strange.delivery.id)
    ]
    newest, waits = await recent(store)
    assert (newest.state, waits.state, waits.steps) == (S.SENDING, S.PENDING, ())
    await _put_step(store, strange.delivery.id, **known)
    _, again = await claim(store, now + HOUR + SECOND)
    assert (again.delivery.id, len(again.delivery.steps)) == (strange.delivery.id, 1)


async def _put_step(store: SqlStore, delivery_id: int, **values: str) -> dict[str, str]:
    """Write a step as no version of ours does; return how it was."""
    its = delivery_step.c.delivery_id == delivery_id
    async with store.write() as tx:
        connection = tx.outbox._connection
        columns = [delivery_step.c[name] for name in values]
        before = (await connection.execute(select(*columns).where(its))).mappings().one()
        await connection.execute(update(delivery_step).where(its).values(**values))
    return {str(name): value for name, value in before.items()}


async def test_a_channel_gets_its_deliveries_one_by_one_in_order(store: SqlStore) -> None:
    digests = [await freeze(store, NOW - SECOND * number) for number in range(3)]
    sent = [(await send(store, S.SENT)).digest_id for _ in digests]
    assert sent == digests


async def test_a_delivery_that_waits_for_its_next_try_holds_back_the_later_ones(
    store: SqlStore,
) -> None:
    first, second = await freeze(store), await freeze(store, NOW + SECOND)
    (item,) = await claim(store)
    await settle(store, item, S.PENDING, next_try_at=NOW + 10 * SECOND)
    assert await claim(store, NOW + 9 * SECOND) == []
    again = await send(store, S.DEAD, now=NOW + 10 * SECOND)
    assert (again.digest_id, again.attempts, again.reason) == (first, 1, "now pending")
    (other,) = await claim(store, NOW + 10 * SECOND)
    assert other.delivery.digest_id == second


async def test_what_is_no_attempt_is_not_counted(store: SqlStore) -> None:
    await freeze(store)
    (item,) = await claim(store)
    await settle(store, item, S.PENDING, counted=False)
    (kept,) = await recent(store)
    assert (kept.attempts, kept.next_try_at) == (0, NOW)


async def test_a_dead_senders_delivery_is_taken_over_with_its_steps(store: SqlStore) -> None:
    await freeze(store)
    await freeze(store, NOW + SECOND)
    (item,) = await claim(store)
    done = Step(StepKind.POST, S.SENT, "1700.01", NOW, NOW + SECOND)
    begun = Step(StepKind.THREAD, S.SENDING, intent_at=NOW + SECOND)
    async with store.write() as tx:
        await tx.outbox.step(item.delivery.id, 0, Step(StepKind.POST, S.SENDING, intent_at=NOW))
        await tx.outbox.step(item.delivery.id, 0, done)
        await tx.outbox.step(item.delivery.id, 1, begun)
    assert await claim(store, NOW + LEASE) == []
    (taken,) = await claim(store, NOW + LEASE + SECOND)
    assert (taken.delivery.id, taken.delivery.steps) == (item.delivery.id, (done, begun))
    assert await claim(store, NOW + LEASE + 2 * SECOND) == []


async def test_barred_and_suspended_tenants_are_passed_over(store: SqlStore) -> None:
    for number, tenant in enumerate(("T1", "T2", "T3")):
        await freeze(store, channel=place(number, tenant))
    async with store.write() as tx:
        await tx.reach.suspend(Suspension(Tenant("slack", "T1"), NOW, "gone", NOW))
        # Retried by an operator while it is suspended: it waits until the app is back.
        await tx.outbox.settle(1, S.DROPPED, at=NOW)
    await freeze(store, NOW + SECOND, channel=place(0, "T2"))
    barred = [Tenant("slack", "T2"), Tenant("discord", "T3")]
    assert [item.channel for item in await claim(store, barred=barred)] == [place(2, "T3")]
    assert {item.channel.tenant.id for item in await claim(store, NOW + DAY)} == {"T2", "T3"}


async def test_what_waits_in_a_suspended_tenant_goes_out_when_it_is_back(store: SqlStore) -> None:
    await freeze(store)
    await send(store, S.UNKNOWN)
    async with store.write() as tx:
        await tx.reach.suspend(Suspension(CHANNEL.tenant, NOW, "gone", NOW))
        await tx.outbox.retry(1, NOW)
    assert await claim(store) == []
    async with store.write() as tx:
        await tx.reach.restore(CHANNEL.tenant)
    assert len(await claim(store)) == 1


async def test_a_channel_has_one_under_way_also_when_an_earlier_one_is_retried(
    store: SqlStore,
) -> None:
    await freeze(store)
    dead = await send(store, S.DEAD)
    await freeze(store, NOW + SECOND)
    (under_way,) = await claim(store, NOW + SECOND)
    async with store.write() as tx:
        await tx.outbox.retry(dead.id, NOW)
    assert await claim(store, NOW + SECOND) == []
    # Its sender died: it comes first, as it is under way already.
    (taken,) = await claim(store, NOW + DAY)
    assert taken.delivery.id == under_way.delivery.id
    await settle(store, taken, S.SENT)
    assert [item.delivery.id for item in await claim(store, NOW + DAY)] == [dead.id]


async def test_what_goes_beside_what_the_caller_has_under_way_is_passed_over(
    store: SqlStore,
) -> None:
    """Whether its lease is over by the clock, or another one has let it go."""
    await freeze(store)
    await freeze(store, channel=place(9))
    first, second = await claim(store)
    later = NOW + LEASE + SECOND
    await settle(store, second.delivery.id, S.PENDING, next_try_at=NOW)
    async with store.write() as tx:
        beside = [first.delivery.channel_id, second.delivery.channel_id]
        assert await tx.outbox.claim("slack", later, LEASE, 99, beside=beside) == []
        claimed = await tx.outbox.claim("slack", later, LEASE, 99, beside=beside[:1])
    assert [each.delivery.id for each in claimed] == [second.delivery.id]


async def test_a_settled_delivery_is_not_claimed_again(store: SqlStore) -> None:
    ends = [S.SENT, S.UNKNOWN, S.DEAD, S.HELD, S.DROPPED]
    for number, end in enumerate(ends):
        await freeze(store, channel=place(number))
        await send(store, end)
    assert await claim(store, NOW + 99 * LEASE) == []
    settled = [(item.state, item.attempts, item.reason) for item in await recent(store)]
    assert settled[::-1] == [(end, 1, f"now {end}") for end in ends]


async def _lead(store: SqlStore, state: DeliveryState) -> int:
    """A delivery that stands so."""
    await freeze(store)
    way = {
        S.PENDING: (),
        S.SENDING: (),
        S.EXPIRED: (S.HELD, S.EXPIRED),
    }.get(state, (state,))
    if state is S.PENDING:
        (item,) = await recent(store)
        return item.id
    return (await send(store, *way)).id


@ON_SQLITE
@pytest.mark.parametrize(
    ("before", "refused"),
    [
        (S.PENDING, {S.SENDING, S.DEAD, S.UNKNOWN}),
        (S.SENDING, {S.EXPIRED}),
        (S.HELD, {S.SENDING, S.DEAD, S.UNKNOWN}),
        (S.DEAD, {S.SENDING, S.PENDING, S.HELD, S.UNKNOWN}),
        (S.UNKNOWN, {S.SENDING, S.PENDING, S.HELD, S.DEAD, S.EXPIRED}),
        (S.SENT, set(S) - {S.SENT}),
        (S.EXPIRED, set(S) - {S.SENT, S.EXPIRED}),
        (S.DROPPED, set(S) - {S.SENT, S.DROPPED}),
    ],
)
async def test_an_illegal_move_is_refused_and_one_that_was_made_counts_once(
    store: SqlStore, before: DeliveryState, refused: set[DeliveryState]
) -> None:
    key = await _lead(store, before)
    (kept,) = await recent(store)
    for state in refused:
        with pytest.raises(IllegalMove, match=f"{key} cannot go from {before} to {state}"):
            await settle(store, key, state)
    await settle(store, key, before)
    assert await recent(store) == [kept]


@ON_SQLITE
@pytest.mark.parametrize("other", [S.PENDING, S.HELD, S.DEAD, S.UNKNOWN, S.EXPIRED, S.DROPPED])
async def test_that_it_arrived_is_true_wherever_another_sender_put_it(
    store: SqlStore, other: DeliveryState
) -> None:
    await freeze(store)
    (late,) = await claim(store)
    await step(store, late.delivery, S.SENDING)
    (taken,) = await claim(store, NOW + DAY)
    await settle(store, taken, *{S.EXPIRED: (S.HELD, S.EXPIRED)}.get(other, (other,)))
    await settle(store, late, S.SENT)
    assert await states(store) == [S.SENT]
    for state in set(S) - {S.SENT}:
        with pytest.raises(IllegalMove):
            await settle(store, taken, state)


async def test_a_step_is_begun_by_one_sender_and_only_while_it_is_under_way(
    store: SqlStore,
) -> None:
    await freeze(store)
    with pytest.raises(IllegalMove):
        await step(store, 1, S.SENDING)
    await claim(store)
    await step(store, 1, S.SENDING)
    await claim(store, NOW + DAY)
    with pytest.raises(IllegalMove):
        await step(store, 1, S.SENDING)
    await step(store, 1, S.PENDING)
    await step(store, 1, S.SENDING)
    for state in (S.UNKNOWN, S.SENT):
        await step(store, 1, state)
        with pytest.raises(IllegalMove):
            await step(store, 1, S.SENDING)
    await step(store, 1, S.UNKNOWN)
    (kept,) = await recent(store)
    assert [each.state for each in kept.steps] == [S.SENT]


@ON_SQLITE
@pytest.mark.parametrize("kind", [StepKind.UPLOAD, StepKind.PUBLISH])
async def test_a_step_that_does_no_harm_twice_may_begin_again(
    store: SqlStore, kind: StepKind
) -> None:
    await freeze(store)
    await claim(store)
    for state in (S.SENDING, S.SENDING, S.UNKNOWN, S.SENDING):
        async with store.write() as tx:
            await tx.outbox.step(1, 0, Step(kind, state, intent_at=NOW))


async def test_a_delivery_nobody_knows_is_said_so(store: SqlStore) -> None:
    post = Step(StepKind.POST, S.SENDING)
    async with store.write() as tx:
        calls: list[Callable[[], Awaitable[None]]] = [
            lambda: tx.outbox.settle(5, S.SENT, at=NOW),
            lambda: tx.outbox.step(5, 0, post),
            lambda: tx.outbox.retry(5, NOW),
        ]
        for call in calls:
            with pytest.raises(NotFound, match="There is no delivery 5"):
                await call()
        assert await tx.outbox.find(5) is None


async def test_of_many_records_those_that_cannot_be_are_left_out_whole(store: SqlStore) -> None:
    for number in range(3):
        await freeze(store, channel=place(number))
    await claim(store)
    begun, done = Step(StepKind.POST, S.SENDING, intent_at=NOW), Step(StepKind.POST, S.SENT, "17")
    records = [
        Record(1, ((0, begun),)),
        Record(1, ((0, begun),)),
        Record(1, ((0, done),), Settled(S.SENT)),
        Record(2, ((0, done),), Settled(S.EXPIRED)),
        Record(9, ((0, done),)),
        Record(3, (), Settled(S.PENDING, "busy", NOW + SECOND, counted=False)),
    ]
    async with store.write() as tx:
        said = await tx.outbox.record(records, NOW)
    assert [type(each) for each in said] == [
        type(None),
        IllegalMove,
        type(None),
        IllegalMove,
        NotFound,
        type(None),
    ]
    third, second, first = await recent(store)
    assert (first.state, first.steps, first.attempts) == (S.SENT, (done,), 1)
    assert (second.state, second.steps) == (S.SENDING, ())
    assert (third.state, third.reason, third.attempts) == (S.PENDING, "busy", 0)
    assert third.next_try_at == NOW + SECOND


@pytest.mark.parametrize("end", [S.DEAD, S.UNKNOWN])
async def test_an_operator_lets_a_delivery_be_sent_again_from_where_it_was_unclear(
    store: SqlStore, end: DeliveryState
) -> None:
    await freeze(store)
    (item,) = await claim(store)
    posted = Step(StepKind.POST, S.SENT, "17", NOW, NOW)
    async with store.write() as tx:
        await tx.outbox.step(1, 0, posted)
        await tx.outbox.step(1, 1, Step(StepKind.THREAD, S.UNKNOWN, intent_at=NOW))
    await settle(store, item, end)
    async with store.write() as tx:
        await tx.outbox.retry(1, NOW + DAY)
    assert await claim(store) == []
    (again,) = await claim(store, NOW + DAY)
    assert again.delivery.steps == (posted, Step(StepKind.THREAD))
    assert (again.delivery.attempts, again.delivery.reason) == (0, "")
    assert (await _settled_at(store)) is None


async def _settled_at(store: SqlStore) -> datetime | None:
    async with store.read() as tx:
        (item,) = await tx.outbox.recent()
    return item.settled_at


@ON_SQLITE
@pytest.mark.parametrize("state", [s for s in S if s not in {S.DEAD, S.UNKNOWN}])
async def test_nothing_else_is_retried(store: SqlStore, state: DeliveryState) -> None:
    key = await _lead(store, state)
    async with store.write() as tx:
        with pytest.raises(IllegalMove, match=f"Delivery {key} is {state}: "):
            await tx.outbox.retry(key, NOW)
    assert await states(store) == [state]


async def test_what_never_got_anywhere_is_given_up_by_its_age(store: SqlStore) -> None:
    await freeze(store, NOW)
    await notify(store, "old", place(1), NOW)
    await notify(store, "dead", place(2), NOW)
    await notify(store, "young", place(3), NOW + SECOND)
    await freeze(store, NOW, channel=OTHER_CHANNEL)
    for item in await claim(store, NOW):
        dead = item.key == "dead"
        await settle(store, item, S.DEAD if dead else S.HELD if item.key else S.PENDING)
    async with store.write() as tx:
        assert await tx.outbox.give_up("slack", NOW + DAY, NOW) == 0
        assert await tx.outbox.give_up("slack", NOW + DAY, NOW + SECOND) == 2
    assert await states(store) == [S.EXPIRED, S.EXPIRED, S.DEAD, S.PENDING, S.PENDING]
    assert [item.reason for item in await recent(store)][-1] == "now pending"


async def test_a_paused_channels_oldest_is_tried_when_its_probe_comes(store: SqlStore) -> None:
    for number in range(3):
        await freeze(store, NOW - SECOND * number)
    async with store.write() as tx:
        await tx.reach.pause(CHANNEL, Pause(NOW, "is_archived", "why", NOW + DAY))
        await tx.outbox.wake("slack", NOW, NOW + 2 * DAY)
        await tx.outbox.wake("discord", NOW + DAY, NOW + DAY + 2 * DAY)
    assert await states(store) == [S.HELD] * 3
    for _ in range(2):  # once is enough
        async with store.write() as tx:
            await tx.outbox.wake("slack", NOW + DAY, NOW + DAY + 2 * DAY)
        assert await states(store) == [S.PENDING, S.HELD, S.HELD]
    (item,) = await claim(store, NOW + DAY)
    async with store.write() as tx:
        await tx.outbox.wake("slack", NOW + DAY, NOW + DAY + 2 * DAY)
    assert await states(store) == [S.SENDING, S.HELD, S.HELD]
    await settle(store, item, S.HELD)
    async with store.write() as tx:
        await tx.reach.pause(CHANNEL, Pause(NOW, "is_archived", "why", NOW + 2 * DAY, 2))
        await tx.outbox.wake("slack", NOW + DAY, NOW + DAY + 2 * DAY)
    assert await states(store) == [S.HELD] * 3


async def test_what_was_held_where_nothing_is_paused_is_tried_too(store: SqlStore) -> None:
    for number in range(2):
        await freeze(store, NOW + SECOND * number)
        await send(store, S.HELD, now=NOW + DAY)
    async with store.write() as tx:
        await tx.outbox.wake("slack", NOW, NOW + 2 * DAY)
    assert await states(store) == [S.PENDING] * 2


async def test_what_a_wrong_clock_put_off_for_ever_is_tried_now(store: SqlStore) -> None:
    for number, later in enumerate((NOW + DAY, NOW + 3 * DAY), start=1):
        await freeze(store, channel=place(number))
        (claimed,) = await claim(store)
        await settle(store, claimed, S.PENDING, next_try_at=later)
    async with store.write() as tx:
        await tx.outbox.wake("discord", NOW, NOW)
        await tx.outbox.wake("slack", NOW, NOW + 2 * DAY)
    assert [each.channel for each in await claim(store)] == [place(2)]


async def test_a_pause_that_a_wrong_clock_made_too_long_is_tried_now(store: SqlStore) -> None:
    await freeze(store)
    async with store.write() as tx:
        await tx.reach.pause(CHANNEL, Pause(NOW, "closed", "It is closed.", NOW + 3 * DAY))
        await tx.outbox.wake("slack", NOW, NOW + 2 * DAY)
    assert [each.channel for each in await claim(store)] == [CHANNEL]


async def test_deliveries_are_looked_at_newest_first_by_channel_and_state(store: SqlStore) -> None:
    first = await freeze(store)
    second = await freeze(store, channel=OTHER_CHANNEL)
    await notify(store, at=NOW + SECOND)
    await send(store, S.DEAD)
    async with store.read() as tx:
        everything = await tx.outbox.recent()
        assert [item.delivery.digest_id for item in everything] == [None, second, first]
        assert [item.channel for item in everything] == [CHANNEL, OTHER_CHANNEL, CHANNEL]
        assert [item.made_at for item in everything] == [NOW + SECOND, NOW, NOW]
        assert [item.due_at for item in everything] == [None, NOW, NOW]
        assert [item.settled_at for item in everything] == [None, None, NOW]
        assert await tx.outbox.find(everything[2].delivery.id) == everything[2]
        assert await tx.outbox.recent(limit=1) == everything[:1]
        assert await tx.outbox.recent(CHANNEL) == [everything[0], everything[2]]
        assert await tx.outbox.recent(place(9)) == []
        assert await tx.outbox.recent(states=[S.DEAD]) == everything[2:]
        assert await tx.outbox.recent(OTHER_CHANNEL, states=[S.DEAD]) == []
        assert await tx.outbox.recent(states=[]) == []
        assert await tx.outbox.counts() == {S.PENDING: 2, S.DEAD: 1}


async def test_the_last_deliveries_of_every_channel_are_looked_at_at_once(
    store: SqlStore,
) -> None:
    for number in range(3):
        await freeze(store, NOW + number * SECOND)
    await freeze(store, channel=OTHER_CHANNEL)
    async with store.read() as tx:
        found = await tx.outbox.recent_of_each(2)
        assert found == [
            *await tx.outbox.recent(OTHER_CHANNEL),
            *await tx.outbox.recent(CHANNEL, limit=2),
        ]
        assert await tx.outbox.recent_of_each(9) == await tx.outbox.recent()
        for tenant in {each.channel.tenant for each in found}:
            theirs = [each for each in found if each.channel.tenant == tenant]
            assert await tx.outbox.recent_of_each(2, tenant) == theirs
        assert await tx.outbox.recent_of_each(2, Tenant("slack", "T0")) == []


@ON_SQLITE
async def test_the_last_deliveries_are_found_without_a_look_at_all_there_were(
    store: SqlStore,
) -> None:
    ran: list[tuple[str, Any]] = []

    @event.listens_for(store.engine.sync_engine, "before_cursor_execute")
    def _keep(*what: Any) -> None:  # noqa: ANN401 - as the driver is called
        ran.append((what[2], what[3]))

    try:
        async with store.read() as tx:
            assert await tx.outbox.recent_of_each(5) == await tx.outbox.recent(place(1)) == []
    finally:
        event.remove(store.engine.sync_engine, "before_cursor_execute", _keep)
    plans = []
    async with store.engine.connect() as connection:
        for statement, values in ran:
            if "FROM" in statement:
                explained = f"EXPLAIN QUERY PLAN {statement}"
                plans += [row.detail for row in await connection.exec_driver_sql(explained, values)]
    assert [each for each in plans if each.startswith(("SCAN delivery", "USE TEMP"))] == []
    assert len([each for each in plans if "ix_delivery_channel_id_id (channel_id=?)" in each]) == 2


async def test_many_senders_at_once_never_claim_the_same_nor_two_of_a_channel(
    store: SqlStore,
) -> None:
    for number in range(5):
        for later in range(2):
            await freeze(store, NOW - SECOND * later, channel=place(number))

    async def sender(most: timedelta) -> list[int]:
        mine = []
        while items := await claim(store, NOW + most, limit=2):
            mine += [item.delivery.id for item in items]
            await asyncio.gather(*(settle(store, item, S.SENT) for item in items))
        return mine

    taken = await asyncio.gather(*(sender(SECOND) for _ in range(3)))
    assert sorted(key for mine in taken for key in mine) == list(range(1, 11))
