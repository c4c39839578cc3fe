"""What every store does with notices and alerts, which go out beside the digests."""

from __future__ import annotations

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState, Step, StepKind
from hypecurve.domain.message import Message, MessageKind
from hypecurve.ports.store import Notice, Released
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL
from support.databases import NOW
from support.telling import (
    HELLO,
    SECOND,
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
)

S = DeliveryState


async def test_a_notice_is_a_delivery_of_its_own_in_a_channel_nobody_knew(
    store: SqlStore,
) -> None:
    notice = await notify(store)
    (item,) = await claim(store)
    assert (item.delivery.id, item.delivery.digest_id, item.delivery.state) == (
        notice,
        None,
        S.SENDING,
    )
    assert (item.channel, item.message) == (CHANNEL, HELLO)
    async with store.write() as tx:
        await tx.outbox.step(item.delivery.id, 0, Step(StepKind.POST, S.SENT, "1700.01", NOW, NOW))
    await settle(store, item, S.SENT)
    async with store.read() as tx:
        assert await tx.subscriptions.listeners() == []
    (sent,) = await recent(store, CHANNEL)
    assert (sent.state, [each.ref for each in sent.steps]) == (S.SENT, ["1700.01"])


async def test_a_channel_gets_a_notice_once_for_each_key_whatever_became_of_it(
    store: SqlStore,
) -> None:
    assert await notify(store) is not None
    other = Message(MessageKind.DIGEST, "another wording")
    assert await notify(store, message=other, at=NOW + DAY) is None
    await send(store, S.DEAD)
    assert await notify(store) is None
    assert await notify(store, "listed 2") is not None
    assert await notify(store, channel=OTHER_CHANNEL) is not None
    assert len(await states(store)) == 3


async def test_no_two_deliveries_have_one_key_whether_digest_or_notice(store: SqlStore) -> None:
    await freeze(store)
    await notify(store)
    await freeze(store, NOW + SECOND)
    assert len({item.key for item in await recent(store)}) == 3


async def test_digests_and_notices_of_a_channel_go_out_in_their_order(store: SqlStore) -> None:
    await freeze(store)
    notice = await notify(store)
    await freeze(store, NOW + SECOND)
    sent = [(await send(store, S.SENT, now=NOW + SECOND)).id == notice for _ in range(3)]
    assert sent == [False, True, False]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("end", [S.EXPIRED, S.DROPPED, S.SENT, S.UNKNOWN])
async def test_what_becomes_of_a_notice_without_signals_releases_nothing(
    store: SqlStore, end: DeliveryState
) -> None:
    news = await signals(store, 1)
    await notify(store, at=NOW - DAY)
    await send(store, *((S.HELD, end) if end in {S.EXPIRED, S.DROPPED} else (end,)))
    assert (await told(store)).released == Released()
    await freeze(store, NOW + SECOND, news)
    await expire(store, CHANNEL)
    assert (await told(store)).released == Released(frozenset(news), 0, None)


async def test_a_channel_is_asked_for_the_notices_it_had(store: SqlStore) -> None:
    await notify(store, "a")
    await notify(store, "b", at=NOW + DAY)
    await notify(store, "c", OTHER_CHANNEL)
    near = place(457, "T123")
    async with store.read() as tx:
        asked = [
            await tx.digests.noticed(where, keys)
            for where in (CHANNEL, OTHER_CHANNEL, near)
            for keys in (("c", "b", "a"), ["a"], ())
        ]
    assert asked == [{"a", "b"}, {"a"}, set(), {"c"}, set(), set(), set(), set(), set()]


GIVEN_UP: list[tuple[list[DeliveryState], DeliveryState | None, bool]] = [
    ([S.SENT], S.SENT, True),
    ([S.UNKNOWN], S.UNKNOWN, True),
    ([S.HELD], None, True),
    ([S.HELD, S.EXPIRED], None, False),
    ([S.HELD, S.DROPPED], None, False),
    ([S.HELD, S.EXPIRED], S.SENT, True),
]


async def test_a_notice_that_was_given_up_unread_was_never_had(store: SqlStore) -> None:
    news = await signals(store, 2)
    for number, (ends, begun, had) in enumerate(GIVEN_UP):
        channel = place(number)
        await notify(store, "alert 1", channel, signal_ids=news)
        (item,) = await claim(store)
        if begun is not None:
            await step(store, item.delivery, begun)
        await settle(store, item, *ends)
        (key,) = await known(store, channel)
        async with store.read() as tx:
            assert bool(await tx.digests.noticed(channel, ["alert 1"])) is had
            assert await tx.digests.notices_since({key: NOW}, "alert ") == {key: had}
        # What it told is the next digest's then, and only then.
        found = await told(store, channel)
        assert found.signal_ids == (set(news) if had else set())
        assert found.released.signal_ids == (set() if had else set(news))
        await freeze(store, NOW - SECOND, news[:1], channel=channel)
        await send(store, S.SENT)
        after = await told(store, channel)
        assert after.signal_ids == (set(news) if had else {news[0]})
        assert after.released.signal_ids == (set() if had else {news[1]})


async def test_a_signal_is_told_by_an_alert_or_by_a_digest_but_not_by_both(
    store: SqlStore,
) -> None:
    news = await signals(store, 3)
    await notify(store, "alert 1", signal_ids=news[:1])
    await freeze(store, signal_ids=news[:2])
    await notify(store, "alert 2", signal_ids=news)
    assert (await told(store)).signal_ids == set(news)
    await expire(store, CHANNEL)
    assert (await told(store)).released.signal_ids == {news[1]}
    assert await states(store) == [S.PENDING, S.EXPIRED, S.PENDING]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("end", [S.DEAD, S.HELD])
async def test_the_news_of_an_alert_that_cannot_be_sent_is_the_next_digests(
    store: SqlStore, end: DeliveryState
) -> None:
    news = await signals(store, 1)
    await notify(store, "alert 1", signal_ids=news)
    await send(store, end)
    await expire(store, CHANNEL)
    assert await states(store) == [S.EXPIRED]
    assert (await told(store)).released.signal_ids == set(news)


@pytest.mark.parametrize("end", [S.DROPPED, S.SENT])
async def test_what_an_alert_told_is_its_repeats_and_comes_back_if_that_comes_to_nothing(
    store: SqlStore, end: DeliveryState
) -> None:
    news = await signals(store, 2)
    await notify(store, "alert 1", place(2), signal_ids=news)
    await notify(store, "alert 1", signal_ids=news)
    others, first = await claim(store)
    await settle(store, others, S.UNKNOWN)
    await settle(store, first, S.UNKNOWN)
    again = await notify(store, "alert 1 again", instead_of=first.delivery.id)
    assert (await told(store)).signal_ids == set(news)
    (repeat,) = await claim(store)
    assert repeat.delivery.id == again
    await settle(store, repeat, end)
    found = await told(store)
    assert found.released.signal_ids == (set(news) if end is S.DROPPED else set())
    assert found.signal_ids == (set(news) if end is S.SENT else set())
    assert (await told(store, place(2))).signal_ids == set(news)


async def test_what_waits_is_withdrawn_but_for_other_notices_and_what_is_under_way(
    store: SqlStore,
) -> None:
    news = await signals(store, 3)
    await freeze(store, NOW, news[:1])
    (under_way,) = await claim(store)
    await freeze(store, NOW + SECOND, news[1:2])
    await notify(store, "alert 1", signal_ids=news[2:])
    await notify(store, "listed 1")
    await freeze(store, NOW, news, channel=OTHER_CHANNEL)
    (key,) = await known(store, CHANNEL)
    async with store.write() as tx:
        await tx.digests.withdraw([key], NOW, "taken back")
    found = [(each.state, each.reason) for each in reversed(await recent(store))]
    assert found == [
        (S.SENDING, ""),
        *[(S.EXPIRED, "taken back")] * 2,
        *[(S.PENDING, "")] * 2,
    ]
    await settle(store, under_way, S.SENT)
    after = await told(store)
    assert (after.signal_ids, after.released.signal_ids) == (
        frozenset(news[:1]),
        frozenset(news[1:]),
    )


async def test_notices_are_counted_by_how_their_key_begins_and_when(store: SqlStore) -> None:
    for number, key in enumerate(["alert 1", "alert 2", "alert_3", "listed 1", "alerting"]):
        await notify(store, key, at=NOW + SECOND * number)
    await notify(store, "alert 1", OTHER_CHANNEL)
    mine, other = await known(store, CHANNEL, OTHER_CHANNEL)
    async with store.read() as tx:
        counted = [
            (await tx.digests.notices_since({mine: at, other: NOW}, prefix)).values()
            for at, prefix in [
                (NOW, "alert "),
                (NOW + SECOND, "alert "),
                (NOW, "alert_"),
                (NOW, "alert%"),
                (NOW, ""),
            ]
        ]
        assert await tx.digests.notices_since({}, "alert ") == {}
    assert [tuple(each) for each in counted] == [(2, 1), (1, 1), (1, 0), (0, 0), (5, 1)]


async def test_many_notices_are_kept_at_once_each_with_what_it_tells(store: SqlStore) -> None:
    news = await signals(store, 2)
    await notify(store, "alert 1", signal_ids=news[:1])
    await freeze(store, signal_ids=news[1:], channel=place(2))
    mine, other = await known(store, CHANNEL, place(2))
    async with store.write() as tx:
        again = Notice(mine, "alert 1", HELLO, news)
        assert await tx.digests.notify_all([], NOW) == 0
        assert await tx.digests.notify_all([again], NOW) == 0
        more = [Notice(mine, "alert 2", HELLO, news[1:]), Notice(other, "alert 1", HELLO, news)]
        assert await tx.digests.notify_all([again, *more], NOW) == 2
    assert (await told(store)).signal_ids == set(news)
    assert await states(store) == [S.PENDING] * 4
    await expire(store, CHANNEL, place(2))
    found = await told(store, place(2))
    assert (found.signal_ids, found.released.signal_ids) == (
        frozenset(news[:1]),
        frozenset(news[1:]),
    )
    while claimed := await claim(store):
        for each in claimed:
            assert each.message == HELLO
            await settle(store, each, S.SENT)


async def test_the_digest_before_is_dated_where_notices_were_sent_too(store: SqlStore) -> None:
    news = await signals(store, 1)
    await freeze(store, NOW)
    await send(store, S.SENT)
    await notify(store, at=NOW + DAY)
    await send(store, S.SENT, now=NOW + DAY)
    await freeze(store, NOW + 2 * DAY, news)
    await send(store, S.HELD, S.EXPIRED, now=NOW + 2 * DAY)
    assert (await told(store)).released.since == NOW
