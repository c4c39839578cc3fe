"""Which rows are a channel's or a tenant's, on SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.statements import upsert
from hypecurve.adapters.sql.tables import channel
from hypecurve.domain.subscription import Channel, Tenant


async def channel_id_of(connection: AsyncConnection, place: Channel) -> int:
    """Return the id of a channel, known from now on."""
    statement = select(channel.c.id).where(is_channel(place))
    found = await connection.scalar(statement)
    if found is None:
        values = {"platform": place.tenant.platform, "tenant": place.tenant.id, "place": place.id}
        await upsert(connection, channel, [values], update=())
        found = await connection.scalar(statement)
    return int(found or 0)


def is_channel(place: Channel) -> ColumnElement[bool]:
    """The condition that a row of `channel` is this one."""
    return is_of(channel.c, place.tenant) & (channel.c.place == place.id)


def is_of(columns: Any, tenant: Tenant) -> ColumnElement[bool]:  # noqa: ANN401 - of any table
    """The condition that a row with `platform` and `tenant` is a tenant's."""
    found: ColumnElement[bool] = and_(
        columns.platform == tenant.platform, columns.tenant == tenant.id
    )
    return found
