"""What every store does with subscriptions and leases: `ports.store.Subscriptions`, `Leases`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import select, update

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import subscription
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import (
    WORKDAYS,
    Alerts,
    Channel,
    Schedule,
    Subscription,
    Tenant,
    Wants,
)
from hypecurve.ports.store import Listener, Pause, Suspension
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL, a_repo, keep
from support.databases import NOW

FULL = Subscription(
    channel=CHANNEL,
    wants=Wants(
        frozenset({"agents", "mcp"}),
        frozenset({SignalKind.NEW, SignalKind.AWAKE}),
        1000,
        frozenset({"rust", "jupyter notebook"}),
        frozenset({"acme"}),
    ),
    schedule=Schedule(time(8, 30), "Asia/Kathmandu", WORKDAYS),
    locale="zh_CN",
    created_by="U1",
    next_due=NOW,
    paused_until=NOW + DAY,
    heard_cycle=7,
    heard_at=NOW - DAY,
    speaks_when_quiet=True,
    alerts=Alerts(5, time(22, 30), time(7)),
    alerted_cycle=6,
)


async def _add(store: SqlStore, *items: Subscription) -> list[Subscription]:
    async with store.write() as tx:
        return [await tx.subscriptions.add(item) for item in items]


async def _listener(store: SqlStore, channel: Channel = CHANNEL) -> Listener:
    async with store.read() as tx:
        found = await tx.subscriptions.listener(channel)
    assert found is not None
    return found


async def _due(store: SqlStore, now: datetime = NOW, limit: int = 99) -> list[int]:
    async with store.read() as tx:
        return await tx.subscriptions.due(now, limit)


async def test_a_subscription_comes_back_as_it_was_with_its_id(store: SqlStore) -> None:
    (kept,) = await _add(store, FULL)
    assert kept.id is not None
    assert kept == replace(FULL, id=kept.id)
    assert (await _listener(store)).subscriptions == (kept,)


async def test_a_kind_that_only_a_newer_version_knows_is_passed_over_and_stays(
    store: SqlStore,
) -> None:
    (item,) = await _add(store, FULL)
    assert item.id is not None
    await _let_want(store, item.id, "forked", "rising")
    async with store.write() as tx:
        (listener,) = await tx.subscriptions.lock([(await _listener(store)).id])
        (kept,) = listener.subscriptions
        assert kept.wants.kinds == {SignalKind.RISING}
        await tx.subscriptions.change(replace(kept, next_due=NOW + DAY))
    assert await _wanted(store) == ["forked", "rising"]
    # Whoever wishes for others here and now gets these and no more.
    wants = replace(kept.wants, kinds=frozenset({SignalKind.NEW}))
    async with store.write() as tx:
        await tx.subscriptions.hold(CHANNEL)
        await tx.subscriptions.change(replace(kept, wants=wants))
    assert await _wanted(store) == ["new"]


async def _let_want(store: SqlStore, key: int, *kinds: str) -> None:
    async with store.write() as tx:
        await tx.subscriptions._connection.execute(
            update(subscription).where(subscription.c.id == key).values(kinds=list(kinds))
        )


async def _wanted(store: SqlStore) -> list[str]:
    async with store.engine.connect() as connection:
        return list((await connection.execute(select(subscription.c.kinds))).scalar_one())


async def test_a_subscription_with_everything_left_out_comes_back_too(store: SqlStore) -> None:
    (kept,) = await _add(store, Subscription(CHANNEL))
    assert kept == Subscription(CHANNEL, id=kept.id)


async def test_a_channel_nobody_subscribed_is_none(store: SqlStore) -> None:
    async with store.read() as tx:
        assert await tx.subscriptions.listener(CHANNEL) is None
        assert await tx.subscriptions.listeners() == []
        assert await tx.subscriptions.due(NOW, 9) == []
        assert await tx.subscriptions.lock([1]) == []
        assert await tx.subscriptions.alerting(9, NOW, 9) == []


async def test_several_subscriptions_of_a_channel_stay_apart(store: SqlStore) -> None:
    first, second, other = await _add(
        store, FULL, Subscription(CHANNEL), Subscription(OTHER_CHANNEL)
    )
    assert (await _listener(store)).subscriptions == (first, second)
    moved = replace(first, locale="ru", next_due=None, wants=Wants())
    async with store.write() as tx:
        await tx.subscriptions.change(moved, replace(other, alerts=Alerts(1, None, None)))
        await tx.subscriptions.change()
    assert (await _listener(store)).subscriptions == (moved, second)
    other = replace(other, alerts=Alerts(1, None, None))
    assert first.id is not None
    async with store.write() as tx:
        await tx.subscriptions.remove([first.id])
    assert (await _listener(store)).subscriptions == (second,)
    assert (await _listener(store, OTHER_CHANNEL)).subscriptions == (other,)


async def test_channels_differ_by_platform_tenant_and_place(store: SqlStore) -> None:
    names = ("slack:T1/C1", "slack:T1/C2", "slack:T2/C1", "discord:T1/C1")
    await _add(store, *(Subscription(Channel.parse(name), locale=name) for name in names))
    for name in names:
        (only,) = (await _listener(store, Channel.parse(name))).subscriptions
        assert (only.locale, str(only.channel)) == (name, name)
    async with store.read() as tx:
        assert [str(item.channel) for item in await tx.subscriptions.listeners()] == list(names)


async def test_due_are_channels_whose_time_has_come_the_longest_first(store: SqlStore) -> None:
    hour = timedelta(hours=1)
    plans: list[list[datetime | None]] = [
        [NOW - hour],
        [NOW + hour],
        [NOW, NOW - 3 * hour],
        [None],
        [NOW],
    ]
    for place, plan in enumerate(plans):
        channel = Channel.parse(f"slack:T1/C{place}")
        await _add(store, *(Subscription(channel, next_due=due) for due in plan))
    ids = [(await _listener(store, Channel.parse(f"slack:T1/C{place}"))).id for place in range(5)]
    assert await _due(store) == [ids[2], ids[0], ids[4]]
    assert await _due(store, limit=2) == [ids[2], ids[0]]
    assert await _due(store, NOW - 2 * hour) == [ids[2]]
    assert await _due(store, NOW - DAY) == []


async def test_a_paused_subscription_is_due_when_the_pause_ends(store: SqlStore) -> None:
    await _add(store, replace(FULL, paused_until=NOW + DAY))
    listener = await _listener(store)
    assert await _due(store, NOW) == []
    assert await _due(store, NOW + DAY) == [listener.id]


async def test_those_beside_and_those_of_tenants_that_are_gone_are_not_due(
    store: SqlStore,
) -> None:
    for name in ("slack:T1/C1", "slack:T1/C2", "slack:T2/C1", "discord:T1/C1"):
        await _add(store, Subscription(Channel.parse(name), next_due=NOW))
    ids = await _due(store)
    async with store.write() as tx:
        assert await tx.subscriptions.due(NOW, 9, beside=ids[:2]) == ids[2:]
        assert await tx.subscriptions.due(NOW, 1, beside=[ids[0], 99]) == [ids[1]]
        await tx.reach.suspend(Suspension(Tenant("slack", "T1"), NOW, "gone", NOW))
        assert await tx.subscriptions.due(NOW, 9) == ids[2:]
        # A channel that refuses is due: what it is told waits for it.
        pause = Pause(NOW, "is_archived", "why", NOW)
        await tx.reach.pause(Channel.parse("slack:T2/C1"), pause)
        assert await tx.subscriptions.due(NOW, 9) == ids[2:]


async def test_alerting_are_channels_that_want_alerts_and_have_cycles_unseen(
    store: SqlStore,
) -> None:
    some = Alerts(2)
    plans = {
        "slack:T1/C1": [replace(FULL, alerts=some, paused_until=None, alerted_cycle=3)] * 2,
        "slack:T1/C2": [Subscription(CHANNEL), Subscription(CHANNEL, alerts=some)],
        "slack:T1/C3": [Subscription(CHANNEL)],
        "slack:T1/C4": [Subscription(CHANNEL, alerts=some, paused_until=NOW + DAY)],
        "slack:T1/C5": [Subscription(CHANNEL, alerts=some)],
        "slack:T2/C1": [Subscription(CHANNEL, alerts=some)],
        "slack:T1/C6": [Subscription(CHANNEL, alerts=Alerts(0))],
    }
    ids = {}
    for name, items in plans.items():
        channel = Channel.parse(name)
        await _add(store, *(replace(item, channel=channel) for item in items))
        ids[name] = (await _listener(store, channel)).id
    async with store.write() as tx:
        await tx.reach.suspend(Suspension(Tenant("slack", "T2"), NOW, "gone", NOW))
        pause = Pause(NOW, "is_archived", "why", NOW)
        await tx.reach.pause(Channel.parse("slack:T1/C5"), pause)

        async def alerting(cycle: int, now: datetime = NOW, **more: int) -> list[str]:
            found = await tx.subscriptions.alerting(cycle, now, more.pop("limit", 9), **more)
            return [name[-1] for key in found for name in ids if ids[name] == key]

        assert await alerting(4) == ["1", "2"]
        assert await alerting(3) == ["2"]
        assert await alerting(0) == []
        assert await alerting(4, NOW + DAY) == ["1", "2", "4"]
        assert await alerting(4, limit=1) == ["1"]
        assert await alerting(4, after=ids["slack:T1/C1"]) == ["2"]


async def test_a_lock_shows_channels_as_listener_does(store: SqlStore) -> None:
    await _add(store, FULL, Subscription(OTHER_CHANNEL))
    first, second = await _listener(store), await _listener(store, OTHER_CHANNEL)
    async with store.write() as tx:
        keys = [second.id, first.id, 99]
        assert await tx.subscriptions.lock(keys) == [first, second]
        assert await tx.subscriptions.lock([first.id]) == [first]
        assert await tx.subscriptions.lock([]) == []


async def test_a_channel_that_is_held_is_known_from_then_on(store: SqlStore) -> None:
    async with store.write() as tx:
        held = await tx.subscriptions.hold(CHANNEL)
    assert (held.channel, held.subscriptions, held.followed) == (CHANNEL, (), frozenset())
    await _add(store, FULL)
    async with store.write() as tx:
        assert await tx.subscriptions.hold(CHANNEL) == await _listener(store)


async def test_who_waits_for_a_lock_sees_what_the_holder_wrote(store: SqlStore) -> None:
    (kept,) = await _add(store, FULL)
    listener = await _listener(store)
    has_it = asyncio.Event()

    async def holder() -> None:
        async with store.write() as tx:
            await tx.subscriptions.lock([listener.id])
            has_it.set()
            for _ in range(20):  # a chance for the other, if nothing held it back
                await tx.subscriptions.listener(CHANNEL)
            await tx.subscriptions.change(replace(kept, heard_cycle=8))

    async def waiter() -> int:
        await has_it.wait()
        async with store.write() as tx:
            (found,) = await tx.subscriptions.lock([listener.id])
        return found.subscriptions[0].heard_cycle

    _, heard = await asyncio.gather(holder(), waiter())
    assert heard == 8


async def test_follows_belong_to_a_channel_and_end(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    async with store.write() as tx:
        for number in (1, 2, 2):
            await tx.subscriptions.follow(CHANNEL, RepoId(number), on=True)
        await tx.subscriptions.follow(OTHER_CHANNEL, RepoId(2), on=True)
        await tx.subscriptions.follow(CHANNEL, RepoId(1), on=False)
        await tx.subscriptions.follow(CHANNEL, RepoId(1), on=False)
    assert (await _listener(store)).followed == {2}
    assert (await _listener(store, OTHER_CHANNEL)).followed == {2}
    assert (await _listener(store)).subscriptions == ()
    async with store.read() as tx:
        assert await tx.subscriptions.listeners() == []


async def test_what_is_muted_is_not_followed_and_the_other_way_round(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    async with store.write() as tx:
        await tx.subscriptions.follow(CHANNEL, RepoId(1), on=True)
        for number in (1, 2, 2):
            await tx.subscriptions.mute(CHANNEL, RepoId(number), on=True)
        await tx.subscriptions.mute(OTHER_CHANNEL, RepoId(1), on=True)
    found = await _listener(store)
    assert (set(found.followed), set(found.muted)) == (set(), {1, 2})
    async with store.write() as tx:
        await tx.subscriptions.follow(CHANNEL, RepoId(1), on=True)
        await tx.subscriptions.mute(CHANNEL, RepoId(2), on=False)
        await tx.subscriptions.mute(CHANNEL, RepoId(2), on=False)
    found = await _listener(store)
    assert (set(found.followed), set(found.muted)) == ({1}, set())
    assert (await _listener(store, OTHER_CHANNEL)).muted == {1}


TTL = timedelta(minutes=2)


async def _hold(store: SqlStore, holder: str, at: datetime, name: str = "tracker") -> bool:
    async with store.write() as tx:
        return await tx.leases.hold(name, holder, at, TTL)


async def test_a_lease_has_one_holder_who_may_renew_it(store: SqlStore) -> None:
    minute = timedelta(minutes=1)
    assert await _hold(store, "one", NOW)
    assert not await _hold(store, "two", NOW + minute)
    assert await _hold(store, "one", NOW + minute)
    assert not await _hold(store, "two", NOW + TTL)
    assert await _hold(store, "two", NOW, name="deliver")
    async with store.read() as tx:
        assert await tx.leases.holders() == {
            "tracker": ("one", NOW + minute + TTL),
            "deliver": ("two", NOW + TTL),
        }


async def test_a_lease_that_ran_out_goes_to_the_next_and_is_lost_to_the_first(
    store: SqlStore,
) -> None:
    later = NOW + TTL + timedelta(seconds=1)
    assert await _hold(store, "one", NOW)
    assert not await _hold(store, "two", NOW + TTL)
    assert await _hold(store, "two", later)
    assert not await _hold(store, "one", later)


async def test_a_lease_that_a_wrong_clock_gave_counts_as_run_out(store: SqlStore) -> None:
    assert await _hold(store, "a month ahead", NOW + timedelta(days=30))
    assert await _hold(store, "one", NOW)
    assert not await _hold(store, "a month ahead", NOW)
    # Two clocks that are right differ a little: that takes no lease from anybody.
    assert not await _hold(store, "nine minutes behind", NOW - timedelta(minutes=9))


async def test_a_lease_is_given_back_by_its_holder_alone(store: SqlStore) -> None:
    await _hold(store, "one", NOW)
    async with store.write() as tx:
        await tx.leases.release("tracker", "two")
    assert not await _hold(store, "two", NOW)
    async with store.write() as tx:
        await tx.leases.release("tracker", "one")
    assert await _hold(store, "two", NOW)


async def test_of_many_who_want_a_lease_at_once_one_gets_it(store: SqlStore) -> None:
    got = await asyncio.gather(*(_hold(store, f"holder {number}", NOW) for number in range(8)))
    assert sum(got) == 1
