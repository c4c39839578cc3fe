"""A channel that listens: subscribe it, compose what is due, let it arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Channel, Schedule, Subscription, Wants
from hypecurve.ports.store import Claimed
from hypecurve.services.digests.compose import compose_due
from support.catalogue import CHANNEL
from support.databases import NOW
from support.sample_day import sample_taxonomy

TAXONOMY = sample_taxonomy()
HOUR = timedelta(hours=1)
NINE = NOW.replace(hour=9)


async def subscribed(  # noqa: PLR0913 - what tests vary
    store: SqlStore,
    *categories: str,
    channel: Channel = CHANNEL,
    at: int = 9,
    zone: str = "UTC",
    due: datetime | None = None,
    kinds: Sequence[SignalKind] = SUBSCRIBABLE,
    weekdays: Sequence[int] = range(7),
    wants: Wants | None = None,
    **more: Any,  # noqa: ANN401 - fields of a Subscription
) -> Subscription:
    """A subscription from now on, due at `at` o'clock UTC."""
    async with store.write() as tx:
        cycle = await tx.signals.current_cycle()
        return await tx.subscriptions.add(
            Subscription(
                channel,
                wants or Wants(frozenset(categories), frozenset(kinds)),
                Schedule(time(at), zone, frozenset(weekdays)),
                **{"next_due": due or NOW.replace(hour=at), "heard_cycle": cycle, **more},
            )
        )


async def composed(
    store: SqlStore, at: datetime, state: DeliveryState | None = DeliveryState.SENT
) -> int:
    """Compose what is due, and let it become what `state` says; None leaves it where it is."""
    count = await compose_due(store, SetClock(at), TAXONOMY)
    while state is not None and (claimed := await claim(store, at)):
        async with store.write() as tx:
            for each in claimed:
                await tx.outbox.settle(each.delivery.id, state, at=at)
    return count


async def claim(store: SqlStore, at: datetime) -> list[Claimed]:
    """Take what may be sent, of each channel the first."""
    async with store.write() as tx:
        return [
            each
            for platform in ("slack", "discord")
            for each in await tx.outbox.claim(platform, at, HOUR, 99)
        ]


async def heard_by(store: SqlStore, channel: Channel = CHANNEL) -> tuple[Subscription, ...]:
    """What a channel hears."""
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(channel)
    assert listener is not None
    return listener.subscriptions


async def changed(store: SqlStore, item: Subscription, **fields: Any) -> Subscription:  # noqa: ANN401 - fields of a Subscription
    """Change a subscription by hand."""
    item = replace(item, **fields)
    async with store.write() as tx:
        await tx.subscriptions.change(item)
    return item
