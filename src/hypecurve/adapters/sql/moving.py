"""A channel that goes on under a new id, on SQL."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.dropping import drop, drop_told
from hypecurve.adapters.sql.places import is_channel
from hypecurve.adapters.sql.statements import among, one_holder
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    digest,
    digest_member,
    follow,
    mute,
    notice,
    pick,
    submission,
    subscription,
)
from hypecurve.domain.subscription import Channel

_ONE_OF_EACH = ((digest, digest.c.due_at), (notice, notice.c.key))
"""What a channel has one of at most, and by what."""
_MOVING = (digest, digest_member, notice, delivery, pick, submission, subscription, follow, mute)
_ITS_OWN = frozenset(
    {"id", "channel_id", "created_by", "next_due", "heard_cycle", "heard_at", "alerted_cycle"}
)
"""Two subscriptions that differ in these alone are one wish."""


async def move(connection: AsyncConnection, old: Channel, new: Channel) -> bool:
    """Let a channel go on under a new id; False: nobody knows it."""
    await one_holder(connection)
    was, now = [
        await connection.scalar(select(channel.c.id).where(is_channel(place)).with_for_update())
        for place in (old, new)
    ]
    if was is None:
        return False
    if now is None:
        values = {"platform": new.tenant.platform, "tenant": new.tenant.id, "place": new.id}
        await connection.execute(update(channel).where(channel.c.id == was).values(values))
    elif now != was:
        await _merge(connection, was, now)
    return True


async def _merge(connection: AsyncConnection, was: int, now: int) -> None:
    """Give all that one channel has to another; of what both have the other's stays."""
    for table, key in _ONE_OF_EACH:
        had = select(key).where(table.c.channel_id == now)
        await drop_told(connection, table, table.c.channel_id == was, key.in_(had))
    told = select(digest_member.c.signal_id).where(digest_member.c.channel_id == now)
    await drop(
        connection,
        digest_member,
        digest_member.c.channel_id == was,
        digest_member.c.signal_id.in_(told),
    )
    for table in (follow, mute):  # what the other mutes it does not follow now, nor the other way
        for other in (follow, mute):
            theirs = select(other.c.repo_id).where(other.c.channel_id == now)
            await drop(connection, table, table.c.channel_id == was, table.c.repo_id.in_(theirs))
    await _drop_same_wishes(connection, was, now)
    for table in _MOVING:
        await connection.execute(
            update(table).where(table.c.channel_id == was).values(channel_id=now)
        )
    for column in (channel.c.locale, channel.c.calls):
        chosen = select(func.max(column)).where(channel.c.id == was).scalar_subquery()
        await connection.execute(
            update(channel).where(channel.c.id == now, column == "").values({column: chosen})
        )
    await drop(connection, channel, channel.c.id == was)


async def _drop_same_wishes(connection: AsyncConnection, was: int, now: int) -> None:
    """Delete subscriptions of one channel that another one has just so."""
    found = await connection.execute(
        select(subscription).where(subscription.c.channel_id.in_((was, now)))
    )
    rows = found.mappings().all()
    wishes = [{key: row[key] for key in row if key not in _ITS_OWN} for row in rows]
    known = [wish for row, wish in zip(rows, wishes, strict=True) if row["channel_id"] == now]
    same = [
        row["id"]
        for row, wish in zip(rows, wishes, strict=True)
        if row["channel_id"] == was and wish in known
    ]
    if same:
        await drop(connection, subscription, among(connection, subscription.c.id, same))
