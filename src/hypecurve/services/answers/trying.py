"""Trying again at once: somebody says that a channel's trouble is mended."""

from __future__ import annotations

from dataclasses import replace

from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock
from hypecurve.ports.store import Store


async def try_again(store: Store, clock: Clock, channel: Channel) -> bool:
    """Let what a channel refused be tried now; False where it refuses nothing.

    Where nothing waits for it, the next message is tried as soon as there is one. Its pause ends
    with the first that arrives.
    """
    now = clock.now()
    async with store.write() as tx:
        found = (await tx.reach.paused(channel.tenant)).get(channel)
        if found is None:
            return False
        await tx.reach.pause(channel, replace(found, probe_at=min(found.probe_at or now, now)))
    return True
