"""Whom a channel's digests call: kept with the channel, moved with it, forgotten with it."""

from __future__ import annotations

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from support.databases import NOW
from support.telling import known

SERVER = Tenant("discord", "900800700")
HERE, THERE = Channel(SERVER, "1"), Channel(SERVER, "2")


async def _call(store: SqlStore, place: Channel, role: str) -> None:
    async with store.write() as tx:
        await tx.subscriptions.call(place, role)


async def _calls(store: SqlStore, place: Channel) -> str | None:
    async with store.read() as tx:
        found = await tx.subscriptions.listener(place)
    return None if found is None else found.calls


async def test_a_channel_calls_a_role_until_it_calls_nobody_any_more(store: SqlStore) -> None:
    assert await _calls(store, HERE) is None
    await _call(store, HERE, "42")
    async with store.write() as tx:
        held = await tx.subscriptions.hold(HERE)
        assert held.calls == "42"
        for place in (HERE, THERE):
            await tx.subscriptions.add(Subscription(place))
        locked = {each.channel: each.calls for each in await tx.subscriptions.lock([held.id])}
    assert locked == {HERE: "42"}
    async with store.read() as tx:
        assert {each.channel: each.calls for each in await tx.subscriptions.listeners()} == {
            HERE: "42",
            THERE: "",
        }
    await _call(store, HERE, "9" * 20)
    assert await _calls(store, HERE) == "9" * 20
    await _call(store, HERE, "")
    assert await _calls(store, HERE) == ""


async def test_a_channel_that_moves_goes_on_calling_its_role(store: SqlStore) -> None:
    await _call(store, HERE, "42")
    async with store.write() as tx:
        assert await tx.subscriptions.move(HERE, THERE)
    assert (await _calls(store, HERE), await _calls(store, THERE)) == (None, "42")
    await known(store, HERE)
    async with store.write() as tx:
        assert await tx.subscriptions.move(THERE, HERE)
    assert await _calls(store, HERE) == "42"
    # Where both call somebody, the one that was there already does.
    await _call(store, THERE, "43")
    async with store.write() as tx:
        assert await tx.subscriptions.move(THERE, HERE)
    assert await _calls(store, HERE) == "42"


async def test_a_role_is_forgotten_with_its_channel_and_is_nobodys_name(store: SqlStore) -> None:
    await _call(store, HERE, "42")
    await _call(store, THERE, "42")
    async with store.write() as tx:
        await tx.forgetting.person("discord", "42", NOW, SERVER)
    assert await _calls(store, HERE) == "42"
    async with store.write() as tx:
        await tx.forgetting.channel(HERE, NOW)
    assert (await _calls(store, HERE), await _calls(store, THERE)) == (None, "42")
    async with store.write() as tx:
        await tx.forgetting.tenant(SERVER, NOW)
    assert await _calls(store, THERE) is None
