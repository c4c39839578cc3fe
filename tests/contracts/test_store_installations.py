"""What every store does with installations and picks: `ports.store.InstallationLog`, `Picks`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.installation import Installation
from hypecurve.domain.pick import Pick
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Frozen, Outcome
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL, a_repo, keep
from support.databases import NOW
from support.telling import HELLO, SECOND, WEEK, claim, expire, freeze, known, send, settle, step

S = DeliveryState
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"])
ADA = Installation(Tenant("slack", "T1"), "sealed", "Acme", "U1", "zh_CN")


async def _found(store: SqlStore, tenant: Tenant) -> Installation | None:
    async with store.read() as tx:
        return await tx.installations.find(tenant)


async def test_an_installation_comes_back_as_it_was_with_when(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.installations.keep(ADA, NOW)
    assert await _found(store, ADA.tenant) == replace(ADA, at=NOW)
    for other in (Tenant("slack", "T2"), Tenant("discord", "T1")):
        assert await _found(store, other) is None


@ON_SQLITE
async def test_a_later_installation_takes_the_place_of_the_one_before(store: SqlStore) -> None:
    later = Installation(ADA.tenant, "sealed anew", "Acme & Sons", "U2", "")
    async with store.write() as tx:
        await tx.installations.keep(ADA, NOW)
        await tx.installations.keep(later, NOW + DAY)
        assert await tx.installations.all("slack") == [replace(later, at=NOW + DAY)]


@ON_SQLITE
async def test_installations_are_listed_by_platform_and_removed_by_tenant(store: SqlStore) -> None:
    tenants = [Tenant("slack", "T2"), Tenant("slack", "T1"), Tenant("discord", "T1")]
    async with store.write() as tx:
        for tenant in tenants:
            await tx.installations.keep(replace(ADA, tenant=tenant), NOW)
        assert [each.tenant.id for each in await tx.installations.all("slack")] == ["T1", "T2"]
        assert await tx.installations.remove(tenants[1])
        assert not await tx.installations.remove(tenants[1])
        assert [each.tenant.id for each in await tx.installations.all("slack")] == ["T2"]
        assert len(await tx.installations.all("discord")) == 1


async def test_tokens_change_and_go_only_where_they_are_as_they_were(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.installations.keep(ADA, NOW)
        await tx.installations.keep(replace(ADA, tenant=Tenant("slack", "T2")), NOW)
    async with store.write() as tx:
        assert not await tx.installations.replace(replace(ADA, secret="older"), "new", NOW + DAY)
        assert not await tx.installations.remove(ADA.tenant, "older")
    assert await _found(store, ADA.tenant) == replace(ADA, at=NOW)
    async with store.write() as tx:
        assert await tx.installations.replace(ADA, "new", NOW + DAY)
        assert not await tx.installations.replace(ADA, "newer", NOW + DAY)
    assert await _found(store, ADA.tenant) == replace(ADA, secret="new", at=NOW + DAY)
    async with store.write() as tx:
        assert await tx.installations.remove(ADA.tenant, "new")
        assert not await tx.installations.replace(replace(ADA, secret="new"), "newer", NOW)
    assert await _found(store, ADA.tenant) is None
    assert await _found(store, Tenant("slack", "T2")) is not None


# --- picks -------------------------------------------------------------------------------------


async def _pick(store: SqlStore, number: int, channel: Channel = CHANNEL, **more: object) -> None:
    item = Pick(RepoId(number), "fits our stack", "Ada", NOW, "slack:T123/U1")
    await keep(store, [a_repo(number)])
    async with store.write() as tx:
        await tx.picks.add(channel, replace(item, **more))  # type: ignore[arg-type] # any fields


async def _waiting(store: SqlStore, *channels: Channel) -> list[list[Pick]]:
    keys = await known(store, *channels)
    async with store.read() as tx:
        found = await tx.picks.waiting(keys, NOW - WEEK)
    assert set(found) <= set(keys)
    return [found.get(key, []) for key in keys]


async def _tell(store: SqlStore, digest_id: int | None, *picks: Pick) -> None:
    assert digest_id is not None
    async with store.write() as tx:
        await tx.picks.told({digest_id: [each.id or 0 for each in picks]})


async def test_picks_wait_oldest_first_for_their_channel_and_come_back_as_they_were(
    store: SqlStore,
) -> None:
    await _pick(store, 1, at=NOW + DAY)
    await _pick(store, 2)
    await _pick(store, 3, OTHER_CHANNEL)
    await _pick(store, 4, at=NOW - 8 * DAY)
    mine, other = await _waiting(store, CHANNEL, OTHER_CHANNEL)
    assert [each.repo_id for each in mine] == [2, 1]
    assert [each.repo_id for each in other] == [3]
    kept = Pick(RepoId(2), "fits our stack", "Ada", NOW, "slack:T123/U1", mine[0].id)
    assert mine[0] == kept
    assert mine[0].id is not None


@ON_SQLITE
async def test_a_pick_of_the_same_repo_takes_the_place_of_one_that_was_not_told(
    store: SqlStore,
) -> None:
    await _pick(store, 1)
    await _pick(store, 1, OTHER_CHANNEL)
    await _pick(store, 1, why="on second thought", at=NOW + SECOND)
    ((only,), (other,)) = await _waiting(store, CHANNEL, OTHER_CHANNEL)
    assert (only.why, other.why) == ("on second thought", "fits our stack")
    await _tell(store, await freeze(store), only)
    await _pick(store, 1, why="again")
    ((again,),) = await _waiting(store, CHANNEL)
    assert again.why == "again"


@ON_SQLITE
async def test_a_pick_is_told_once_and_waits_again_where_its_digest_was_given_up_unread(
    store: SqlStore,
) -> None:
    ends = [
        ((S.SENT,), None, False),
        ((S.UNKNOWN,), None, False),
        ((S.HELD,), None, False),
        ((S.HELD, S.EXPIRED), None, True),
        ((S.DROPPED,), None, True),
        ((S.HELD, S.EXPIRED), S.SENT, False),
    ]
    for number, (moves, begun, waits) in enumerate(ends):
        channel = replace(CHANNEL, id=f"C{number}")
        await _pick(store, 1, channel)
        ((item,),) = await _waiting(store, channel)
        await _tell(store, await freeze(store, channel=channel), item)
        assert await _waiting(store, channel) == [[]]
        (sent,) = await claim(store)
        if begun is not None:
            await step(store, sent.delivery, begun)
        await settle(store, sent, *moves)
        assert await _waiting(store, channel) == ([[item]] if waits else [[]]), moves
        if waits:  # and one that waits again gives way to a new one, as any other does
            await _pick(store, 1, channel, why="new")
            ((new,),) = await _waiting(store, channel)
            assert new.why == "new"


@ON_SQLITE
async def test_what_expires_and_what_is_withdrawn_gives_picks_to_the_next_digest(
    store: SqlStore,
) -> None:
    await _pick(store, 1)
    ((item,),) = await _waiting(store, CHANNEL)
    await _tell(store, await freeze(store), item)
    await expire(store, CHANNEL)
    assert await _waiting(store, CHANNEL) == [[item]]
    await _tell(store, await freeze(store, NOW + SECOND), item)
    keys = await known(store, CHANNEL)
    async with store.write() as tx:
        await tx.digests.withdraw(keys, NOW, "paused")
    assert await _waiting(store, CHANNEL) == [[item]]
    await _tell(store, await freeze(store, NOW + DAY), item)
    await send(store, S.SENT, now=NOW + DAY)
    assert await _waiting(store, CHANNEL) == [[]]


async def test_picks_of_many_channels_are_read_and_told_in_a_handful_of_statements(
    store: SqlStore,
) -> None:
    channels = [replace(CHANNEL, id=f"C{number}") for number in range(20)]
    await keep(store, [a_repo(1)])
    keys = await known(store, *channels)
    async with store.write() as tx:
        for channel in channels:
            await tx.picks.add(channel, Pick(RepoId(1), "", "Ada", NOW))
        frozen = [Frozen(key, NOW, (0, 1), Outcome.TOLD, (), HELLO) for key in keys]
        ids = await tx.digests.freeze(frozen, NOW)
    said: list[str] = []
    event.listen(
        store.engine.sync_engine, "before_cursor_execute", lambda *told: said.append(told[2])
    )
    async with store.write() as tx:
        waiting = await tx.picks.waiting(keys, NOW)
        assert len(said) - said.count("BEGIN IMMEDIATE") == 1
        pairs = zip(keys, ids, strict=True)
        await tx.picks.told({digest: [waiting[key][0].id or 0] for key, digest in pairs if digest})
        await tx.picks.told({})
        assert len(said) - said.count("BEGIN IMMEDIATE") == 2
        assert await tx.picks.waiting(keys, NOW) == {}
