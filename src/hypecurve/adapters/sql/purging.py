"""What goes because its time has come: old texts, tenants that stay away, on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.places import is_of
from hypecurve.adapters.sql.tables import channel, delivery, digest, notice, suspension
from hypecurve.adapters.sql.untelling import empty
from hypecurve.domain.subscription import Tenant


async def drop_texts(connection: AsyncConnection, before: datetime, most: int, at: datetime) -> int:
    """Empty the oldest digests and notices that were settled before; return how many.

    Those that wait still, made before, are given up: nobody sends to where they go.
    """
    ended = or_(delivery.c.settled_at < before, delivery.c.settled_at.is_(None))
    texts = 0
    for table, made_at, holder in (
        (digest, digest.c.composed_at, delivery.c.digest_id),
        (notice, notice.c.at, delivery.c.notice_id),
    ):
        old = (
            select(table.c.id)
            .join(delivery, holder == table.c.id)
            .where(table.c.message.is_not(None), made_at < before, ended)
            .order_by(made_at)
            .limit(most)
        )
        ids = (await connection.scalars(old)).all()
        await empty(connection, table, ids, at)
        texts += len(ids)
    return texts


async def first_away(connection: AsyncConnection, before: datetime) -> Tenant | None:
    """Return who removed the app the longest ago, before; held until the transaction ends.

    Whoever is suspended for a token that is not taken may have done nothing.
    """
    found = await connection.execute(
        select(suspension)
        .where(suspension.c.removed, suspension.c.since < before)
        .order_by(suspension.c.since, suspension.c.platform, suspension.c.tenant)
        .limit(1)
        .with_for_update()
    )
    row = found.mappings().first()
    return None if row is None else Tenant(row["platform"], row["tenant"])


async def channels_of(
    connection: AsyncConnection, tenant: Tenant, most: int | None = None
) -> Sequence[int]:
    """Return the ids of a tenant's channels, the first of them."""
    statement = select(channel.c.id).where(is_of(channel.c, tenant))
    return (await connection.scalars(statement.order_by(channel.c.id).limit(most))).all()
