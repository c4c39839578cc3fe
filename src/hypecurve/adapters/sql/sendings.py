"""Deliveries as people look at them, on SQL."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import outgoing, rows
from hypecurve.adapters.sql.places import is_channel, is_of
from hypecurve.adapters.sql.recording import steps_of
from hypecurve.adapters.sql.statements import POSTGRES, among
from hypecurve.adapters.sql.tables import channel, delivery, digest, notice
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Sending


class Sendings:
    """The part of `ports.store.Outbox` that changes nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, delivery_id: int) -> Sending | None:
        """Return one delivery."""
        found = await self._sendings(_joined().where(delivery.c.id == delivery_id))
        return found[0] if found else None

    async def recent(
        self,
        place: Channel | None = None,
        limit: int = 20,
        states: Collection[DeliveryState] | None = None,
    ) -> list[Sending]:
        """Return deliveries, newest first; `states` None: of any."""
        statement = _joined().order_by(delivery.c.id.desc()).limit(limit)
        if place is not None:
            its_id = select(channel.c.id).where(is_channel(place)).scalar_subquery()
            statement = statement.where(delivery.c.channel_id == its_id)
        if states is not None:
            statement = statement.where(delivery.c.state.in_(sorted(each.value for each in states)))
        return await self._sendings(statement)

    async def recent_of_each(self, most: int, tenant: Tenant | None = None) -> list[Sending]:
        """Return the last deliveries of every channel, of one tenant or of all, newest first."""
        # From the end of each channel's own: years of deliveries are not gone through.
        newest = (
            select(delivery.c.id)
            .where(delivery.c.channel_id == channel.c.id)
            .order_by(delivery.c.id.desc())
            .limit(most)
            .correlate(channel)
        )
        wanted = true() if tenant is None else is_of(channel.c, tenant)
        if self._connection.dialect.name == POSTGRES:
            each = newest.lateral()
            found = await self._connection.scalars(
                select(each.c.id).select_from(channel.join(each, true())).where(wanted)
            )
            ids = list(found)
        else:  # knows no such join
            all_of_it = select(func.json_group_array(newest.subquery().c.id)).scalar_subquery()
            statement = select(all_of_it).select_from(channel).where(wanted)
            groups = await self._connection.scalars(statement)
            ids = [key for group in groups for key in json.loads(group)]
        theirs = _joined().where(among(self._connection, delivery.c.id, ids))
        return await self._sendings(theirs.order_by(delivery.c.id.desc()))

    async def _sendings(self, statement: Select[Any]) -> list[Sending]:
        found = (await self._connection.execute(statement)).mappings().all()
        steps = await steps_of(self._connection, [row["id"] for row in found])
        return [
            Sending(
                delivery=outgoing.delivery(row, steps.get(row["id"], ())),
                channel=rows.channel(row),
                made_at=row["made_at"],
                due_at=row["due_at"],
                settled_at=row["settled_at"],
            )
            for row in found
        ]

    async def counts(self) -> Mapping[DeliveryState, int]:
        """Return how many deliveries stand where."""
        statement = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        found = await self._connection.execute(statement)
        return {DeliveryState(state): count for state, count in found}


def _joined() -> Select[Any]:
    return (
        select(
            delivery,
            channel.c.tenant,
            channel.c.place,
            digest.c.due_at,
            func.coalesce(digest.c.composed_at, notice.c.at).label("made_at"),
        )
        .join(channel, channel.c.id == delivery.c.channel_id)
        .outerjoin(digest, digest.c.id == delivery.c.digest_id)
        .outerjoin(notice, notice.c.id == delivery.c.notice_id)
    )
