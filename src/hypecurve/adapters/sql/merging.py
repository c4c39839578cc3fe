"""A tenant that goes on as a part of another one, on SQL."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.dropping import drop
from hypecurve.adapters.sql.moving import move
from hypecurve.adapters.sql.places import is_of
from hypecurve.adapters.sql.statements import one_holder
from hypecurve.adapters.sql.tables import block, channel, pick, submission
from hypecurve.domain.subscription import Channel, Tenant


async def merge(connection: AsyncConnection, tenant: Tenant, into: Tenant) -> int:
    """Let all channels of a tenant go on as another one's; return how many they were."""
    await one_holder(connection)
    wanted = select(channel.c.place).where(is_of(channel.c, tenant)).order_by(channel.c.id)
    places = (await connection.scalars(wanted)).all()
    for place in places:
        await move(connection, Channel(tenant, place), Channel(into, place))
    old, new = f"{tenant}/", f"{into}/"
    for column in (pick.c.user, submission.c.user):
        await connection.execute(
            update(column.table)
            .where(column.startswith(old, autoescape=True))
            .values({column: func.replace(column, old, new)})
        )
    barred = block.c.key.startswith(f"user:{old}", autoescape=True)
    for key in (await connection.scalars(select(block.c.key).where(barred))).all():
        renamed = key.replace(old, new, 1)
        if await connection.scalar(select(block.c.key).where(block.c.key == renamed)) is None:
            await connection.execute(update(block).where(block.c.key == key).values(key=renamed))
        else:
            await drop(connection, block, block.c.key == key)
    return len(places)
