"""Speaking: the language of a channel, and whom its digests call."""

from __future__ import annotations

from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Listener, Store


async def speak(store: Store, channel: Channel, locale: str) -> None:
    """Speak a language in a channel from now on; `locale` as Babel names it."""
    async with store.write() as tx:
        await tx.subscriptions.hold(channel)
        await tx.subscriptions.speak(channel, locale)


async def call(store: Store, channel: Channel, role: str) -> Listener:
    """Let a channel's digests call a role, by the platform's id, or ("") nobody; return it."""
    async with store.write() as tx:
        await tx.subscriptions.hold(channel)
        await tx.subscriptions.call(channel, role)
        return await tx.subscriptions.hold(channel)


async def called(store: Store, channel: Channel) -> str:
    """Return whom a channel's digests call; "" nobody."""
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(channel)
    return listener.calls if listener else ""
