"""The language of a channel: what was chosen, else its digests', else what its installer reads."""

from __future__ import annotations

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Subscription
from support.catalogue import CHANNEL, OTHER_CHANNEL
from support.databases import NOW


async def test_a_channel_speaks_what_was_chosen_else_as_its_digests_else_as_its_installer(
    store: SqlStore,
) -> None:
    async def spoken() -> str:
        async with store.read() as tx:
            return await tx.subscriptions.spoken(CHANNEL)

    async with store.write() as tx:
        await tx.subscriptions.speak(OTHER_CHANNEL, "zh_CN")
    assert await spoken() == ""
    installed = Installation(CHANNEL.tenant, "sealed", locale="ru")
    async with store.write() as tx:
        await tx.installations.keep(installed, NOW)
        await tx.subscriptions.hold(CHANNEL)
    assert await spoken() == "ru"
    async with store.write() as tx:
        for locale in ("de", "en"):
            await tx.subscriptions.add(Subscription(CHANNEL, locale=locale))
    assert await spoken() == "de"
    async with store.write() as tx:
        await tx.subscriptions.speak(CHANNEL, "zh_CN")
    assert await spoken() == "zh_CN"
