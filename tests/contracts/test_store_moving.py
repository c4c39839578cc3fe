"""What every store does with a channel that goes on under a new id."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.pick import Pick
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Schedule, Subscription, Tenant
from hypecurve.ports.store import Listener
from support.catalogue import CHANNEL, DAY, a_repo, keep
from support.databases import NOW
from support.kept import naming
from support.telling import WEEK, claim, freeze, known, notify, recent, signals, told

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"])
OLD, NEW = CHANNEL, Channel(Tenant("slack", "T9"), "C999")


async def _move(store: SqlStore, old: Channel = OLD, new: Channel = NEW) -> bool:
    async with store.write() as tx:
        return await tx.subscriptions.move(old, new)


async def _listener(store: SqlStore, place: Channel) -> Listener | None:
    async with store.read() as tx:
        return await tx.subscriptions.listener(place)


async def _has(store: SqlStore, place: Channel, *items: Subscription, mutes: int = 0) -> None:
    """Let a channel have something of everything."""
    await keep(store, [a_repo(number) for number in range(1, 5)])
    async with store.write() as tx:
        for item in items:
            await tx.subscriptions.add(replace(item, channel=place))
        await tx.subscriptions.follow(place, RepoId(1), on=True)
        if mutes:
            await tx.subscriptions.mute(place, RepoId(mutes), on=True)
        await tx.picks.add(place, Pick(RepoId(4), "", "Ada", NOW))


async def test_a_channel_goes_on_under_its_new_id_with_all_it_has(store: SqlStore) -> None:
    await _has(store, OLD, Subscription(OLD, locale="ru"), mutes=2)
    news = await signals(store, 2)
    digest_id = await freeze(store, signal_ids=news, channel=OLD)
    before = await _listener(store, OLD)
    assert before is not None
    assert await _move(store)
    assert await _listener(store, OLD) is None
    after = await _listener(store, NEW)
    assert after is not None
    assert (after.id, set(after.followed), set(after.muted)) == (before.id, {1}, {2})
    assert [each.channel for each in after.subscriptions] == [NEW]
    (item,) = await claim(store)
    assert (item.channel, item.delivery.digest_id) == (NEW, digest_id)


@ON_SQLITE
async def test_a_channel_that_nobody_knows_does_not_move(store: SqlStore) -> None:
    assert not await _move(store)
    assert await _listener(store, NEW) is None
    await _has(store, OLD, Subscription(OLD))
    assert await _move(store, OLD, OLD)
    assert await _listener(store, OLD) is not None


async def test_where_the_new_id_is_known_it_hears_what_both_did_and_nothing_twice(
    store: SqlStore,
) -> None:
    noon = Schedule(time(12))
    await _has(store, OLD, Subscription(OLD, locale="ru"), Subscription(OLD, schedule=noon))
    await _has(store, NEW, Subscription(NEW, locale="ru", created_by="U2"), mutes=1)
    async with store.write() as tx:
        await tx.subscriptions.follow(OLD, RepoId(3), on=True)
    news = await signals(store, 3)
    for place, some in ((OLD, news[:2]), (NEW, news[1:])):
        await freeze(store, NOW, some[:1], channel=place)
        await notify(store, "listed 1", place, signal_ids=some[1:])
        await notify(store, f"alert {place.id}", place)
    await freeze(store, NOW + DAY, channel=OLD)
    assert await _move(store)
    assert await _listener(store, OLD) is None
    found = await _listener(store, NEW)
    assert found is not None
    assert [(each.created_by, each.schedule.at) for each in found.subscriptions] == [
        ("", time(12)),
        ("U2", time(9)),
    ]
    assert (set(found.followed), set(found.muted)) == ({3}, {1})
    # The digest and the notice that both had are the new one's; the others are its too.
    assert len(await recent(store, NEW)) == len(await recent(store)) == 5
    assert (await told(store, NEW)).signal_ids >= {news[1], news[2]}
    async with store.read() as tx:
        waiting = await tx.picks.waiting([found.id], NOW - WEEK)
    assert {each.repo_id for each in waiting[found.id]} == {4}
    assert {each.state for each in await recent(store)} == {DeliveryState.PENDING}


@ON_SQLITE
async def test_the_language_that_was_chosen_goes_with_a_channel(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.subscriptions.speak(OLD, "zh_CN")
    await known(store, NEW)
    assert await _move(store)
    found = await _listener(store, NEW)
    assert found is not None
    assert found.locale == "zh_CN"
    async with store.write() as tx:
        await tx.subscriptions.speak(OLD, "ru")
    assert await _move(store)
    found = await _listener(store, NEW)
    assert found is not None
    assert found.locale == "zh_CN"


async def test_a_tenant_goes_on_as_a_part_of_another_one(store: SqlStore) -> None:
    team, org = Tenant("slack", "T1_"), Tenant("slack", "E1")
    one, both = Channel(team, "C1"), Channel(team, "C2")
    other = Channel(Tenant("slack", "T1x"), "C1")
    await keep(store, [a_repo(4)])
    for place in (one, both, Channel(org, "C2"), other):
        async with store.write() as tx:
            await tx.subscriptions.add(Subscription(place))
            await tx.picks.add(place, Pick(RepoId(4), "", "Ada", NOW, f"{place.tenant}/U1"))
            await tx.submissions.block(f"user:{place.tenant}/U1", NOW)
    async with store.write() as tx:
        assert await tx.installations.merge(team, org) == 2
    async with store.read() as tx:
        found = await tx.subscriptions.listeners()
    assert {(each.channel, len(each.subscriptions)) for each in found} == {
        (Channel(org, "C1"), 1),
        (Channel(org, "C2"), 1),
        (other, 1),
    }
    async with store.read() as tx:
        barred = await tx.submissions.blocked([f"user:{org}/U1", f"user:{team}/U1"])
    assert barred == {f"user:{org}/U1"}
    assert not await naming(store, team.id)
    assert "pick.user" in await naming(store, org.id)
    assert await naming(store, other.tenant.id) >= {"channel.tenant", "pick.user", "block.key"}
