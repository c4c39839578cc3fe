"""Speaking: the language of a channel."""

from __future__ import annotations

from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Store


async def speak(store: Store, channel: Channel, locale: str) -> None:
    """Speak a language in a channel from now on; `locale` as Babel names it."""
    async with store.write() as tx:
        await tx.subscriptions.hold(channel)
        await tx.subscriptions.speak(channel, locale)
