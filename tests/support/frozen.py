"""What is frozen for channels, read straight from the tables: messages, and what they tell."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.messages import message_of
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import channel, delivery, digest, digest_member, notice, signal
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel


async def messages_of(store: SqlStore, place: Channel) -> list[Message]:
    """The messages frozen for a channel, digests and notices, the first one first."""
    text = func.coalesce(cast(digest.c.message, Text), cast(notice.c.message, Text))
    statement = (
        select(text)
        .select_from(delivery)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .outerjoin(digest, digest.c.id == delivery.c.digest_id)
        .outerjoin(notice, notice.c.id == delivery.c.notice_id)
        .where(*_is(place))
        .order_by(delivery.c.id)
    )
    async with store.engine.connect() as connection:
        return [message_of(found) for found in await connection.scalars(statement)]


async def notices_of(store: SqlStore, place: Channel) -> list[str]:
    """The keys of the notices a channel had, the first one first."""
    statement = select(notice.c.key).join(channel, channel.c.id == notice.c.channel_id)
    async with store.engine.connect() as connection:
        return list(await connection.scalars(statement.where(*_is(place)).order_by(notice.c.id)))


async def outcomes_of(store: SqlStore, place: Channel) -> list[tuple[str, str]]:
    """(due time, outcome) of each digest of a channel, in the order of their due times."""
    statement = select(digest.c.due_at, digest.c.outcome).join(channel)
    async with store.engine.connect() as connection:
        found = await connection.execute(statement.where(*_is(place)).order_by(digest.c.due_at))
        return [(f"{row.due_at:%a %d %H:%M}", row.outcome) for row in found]


async def told_in(store: SqlStore, place: Channel) -> list[list[int]]:
    """The repos of each digest of a channel, the first digest first."""
    async with store.engine.connect() as connection:
        found: dict[int, list[int]] = {key: [] for key in await _digests(connection, place)}
        members = await connection.execute(
            select(digest_member.c.digest_id, signal.c.repo_id)
            .join(signal, signal.c.id == digest_member.c.signal_id)
            .order_by(signal.c.id)
        )
        for row in members:
            if row.digest_id in found:
                found[row.digest_id].append(row.repo_id)
    return list(found.values())


async def _digests(connection: AsyncConnection, place: Channel) -> list[int]:
    statement = select(digest.c.id).join(channel).where(*_is(place)).order_by(digest.c.id)
    return list(await connection.scalars(statement))


def _is(place: Channel) -> tuple[ColumnElement[bool], ...]:
    return (
        channel.c.platform == place.tenant.platform,
        channel.c.tenant == place.tenant.id,
        channel.c.place == place.id,
    )
