"""Pauses, suspensions and breakers, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import outgoing, rows
from hypecurve.adapters.sql.giving_up import given_up_as
from hypecurve.adapters.sql.places import channel_id_of, is_channel, is_of
from hypecurve.adapters.sql.statements import one_holder, upsert
from hypecurve.adapters.sql.tables import breaker, channel, delivery, suspension
from hypecurve.domain.breaker import Breaker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Pause, Suspension

_S = DeliveryState


class SqlReach:
    """`ports.store.Reach`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def pause(self, place: Channel, pause: Pause) -> None:
        """Pause a channel, or go on with its pause: what is pending for it is held."""
        await one_holder(self._connection)
        channel_id = await channel_id_of(self._connection, place)
        await self._connection.execute(
            update(channel).where(channel.c.id == channel_id).values(**outgoing.pause_values(pause))
        )
        await self._move(delivery.c.channel_id == channel_id, _S.PENDING, _S.HELD)

    async def resume(self, place: Channel) -> bool:
        """End a channel's pause, where it has one: what is held may be tried at once."""
        is_paused = and_(is_channel(place), channel.c.paused_at.is_not(None))
        if await self._connection.scalar(select(channel.c.id).where(is_paused)) is None:
            return False
        await one_holder(self._connection)
        channel_id = await self._connection.scalar(
            update(channel)
            .where(is_paused)
            .values(**outgoing.pause_values(None))
            .returning(channel.c.id)
        )
        if channel_id is None:
            return False
        await self._move(delivery.c.channel_id == channel_id, _S.HELD, _S.PENDING)
        return True

    async def _move(
        self, which: ColumnElement[bool], before: DeliveryState, after: DeliveryState
    ) -> None:
        await self._connection.execute(
            update(delivery)
            .where(which, delivery.c.state == before.value)
            .values(state=after.value, settled_at=None)
        )

    async def paused(self, tenant: Tenant | None = None) -> Mapping[Channel, Pause]:
        """Return the channels that are paused, of one tenant or of all."""
        statement = select(channel).where(channel.c.paused_at.is_not(None))
        if tenant is not None:
            statement = statement.where(is_of(channel.c, tenant))
        found = await self._connection.execute(statement.order_by(channel.c.paused_at))
        pauses = ((rows.channel(row), outgoing.pause(row)) for row in found.mappings())
        return {place: pause for place, pause in pauses if pause is not None}

    async def suspend(self, item: Suspension) -> None:
        """Suspend a tenant, or go on with that: what is queued for it is dropped."""
        values = {
            "platform": item.tenant.platform,
            "tenant": item.tenant.id,
            "since": item.since,
            "reason": item.reason,
            "probe_at": item.probe_at,
            "refusals": item.refusals,
            "removed": item.removed,
        }
        await upsert(self._connection, suspension, [values])
        its_channels = select(channel.c.id).where(is_of(channel.c, item.tenant))
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.channel_id.in_(its_channels))
            .where(delivery.c.state.in_((_S.PENDING.value, _S.HELD.value)))
            .values(state=given_up_as(_S.DROPPED), reason=item.reason, settled_at=item.since)
        )

    async def restore(self, tenant: Tenant) -> bool:
        """End a tenant's suspension, where it has one."""
        ended = await self._connection.scalar(
            delete(suspension).where(is_of(suspension.c, tenant)).returning(suspension.c.tenant)
        )
        return ended is not None

    async def suspended(self, platforms: Collection[str] | None = None) -> list[Suspension]:
        """Return the tenants that are suspended, of some platforms or of all."""
        statement = select(suspension).order_by(suspension.c.platform, suspension.c.tenant)
        if platforms is not None:
            statement = statement.where(suspension.c.platform.in_(sorted(platforms)))
        found = await self._connection.execute(statement)
        return [outgoing.suspension(row) for row in found.mappings()]

    async def breakers(self, platform: str | None = None) -> Mapping[str, Breaker]:
        """Return the breakers that are not as new, by key: a platform's own and its tenants'."""
        statement = select(breaker).order_by(breaker.c.key)
        if platform is not None:
            statement = statement.where(breaker.c.platform == platform)
        found = await self._connection.execute(statement)
        items = (outgoing.breaker(row) for row in found.mappings())
        return {item.key: item for item in items if item != Breaker(item.key)}

    async def breaker(self, key: str) -> Breaker:
        """Return one breaker and hold it until this transaction ends."""
        await upsert(self._connection, breaker, [outgoing.breaker_values(Breaker(key))], update=())
        found = await self._connection.execute(
            select(breaker).where(breaker.c.key == key).with_for_update()
        )
        return outgoing.breaker(found.mappings().one())

    async def keep(self, breakers: Sequence[Breaker]) -> None:
        """Write breakers."""
        # In one order: two who keep the same ones must not wait for each other for ever.
        kept = sorted({item.key: item for item in breakers}.values(), key=lambda item: item.key)
        await upsert(self._connection, breaker, [outgoing.breaker_values(item) for item in kept])
