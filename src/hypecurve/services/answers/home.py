"""Home: how all channels of one tenant fare, for one of its people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from hypecurve.domain.overview import ChannelOverview, Trouble
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Clock
from hypecurve.ports.store import Found, Store, Sweep
from hypecurve.services.answers.overview import Reach, fares, in_trouble, last_of, reach_now


@dataclass(frozen=True, slots=True)
class TenantOverview:
    """How a tenant fares at an instant."""

    at: datetime
    channels: tuple[ChannelOverview, ...]
    """Those that hear something, by their ids."""
    watched: int
    """Repos in the catalogue."""
    sweep: Sweep | None
    """The last one that was believed."""
    troubles: tuple[Trouble, ...] = ()
    """What goes for the whole platform."""


async def tenant_overview(
    store: Store, clock: Clock, tenant: Tenant, channels: Collection[Channel] | None = None
) -> TenantOverview:
    """Return how a tenant's channels fare, of those named or (None) of all.

    Another tenant's channel is in no answer, whoever names it.
    """
    now = clock.now()
    async with store.read() as tx:
        listeners = {
            each.channel: each
            for each in await tx.subscriptions.listeners(tenant)
            if channels is None or each.channel in channels
        }
        reach = await reach_now(tx)
        last = await last_of(tx, listeners, tenant)
        sweep = await tx.stars.latest()
        watched = await tx.catalogue.count(Found())
    found = tuple(
        fares(channel, listeners[channel], reach, last.get(channel, ()), now)
        for channel in sorted(listeners)
    )
    return TenantOverview(now, found, watched, sweep, _of_all(reach, tenant, now))


def _of_all(reach: Reach, tenant: Tenant, now: datetime) -> tuple[Trouble, ...]:
    """The troubles that are not of one channel."""
    return tuple(
        in_trouble(each)
        for each in reach.breakers
        if each.is_open(now) and each.key in (tenant.platform, str(tenant))
    )
