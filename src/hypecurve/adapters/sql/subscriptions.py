"""Channels, what they want and whom they follow, on SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.statements import upsert
from hypecurve.adapters.sql.tables import channel, follow, subscription
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.ports.store import Listener


class SqlSubscriptions:
    """`ports.store.Subscriptions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def add(self, item: Subscription) -> Subscription:
        """Keep a new subscription and return it with its id."""
        channel_id = await channel_id_of(self._connection, item.channel)
        values = {**rows.subscription_values(item), "channel_id": channel_id}
        result = await self._connection.execute(
            subscription.insert().values(**values).returning(subscription)
        )
        return rows.subscription(result.mappings().one(), item.channel)

    async def change(self, item: Subscription) -> None:
        """Replace a subscription by its id."""
        await self._connection.execute(
            update(subscription)
            .where(subscription.c.id == item.id)
            .values(**rows.subscription_values(item))
        )

    async def remove(self, ids: Sequence[int]) -> None:
        """End subscriptions."""
        await self._connection.execute(delete(subscription).where(subscription.c.id.in_(ids)))

    async def listener(self, place: Channel) -> Listener | None:
        """Return a channel with its subscriptions; None where nobody ever subscribed."""
        found = await self._listeners(_is(place))
        return found[0] if found else None

    async def listeners(self) -> list[Listener]:
        """Return every channel that has a subscription."""
        return await self._listeners(channel.c.id.in_(select(subscription.c.channel_id)))

    async def due(self, now: datetime, limit: int) -> list[int]:
        """Return ids of channels with a subscription due and not paused, the longest first."""
        first = func.min(subscription.c.next_due)
        statement = (
            select(subscription.c.channel_id)
            .where(subscription.c.next_due <= now)
            .where(subscription.c.paused_until.is_(None) | (subscription.c.paused_until <= now))
            .group_by(subscription.c.channel_id)
            .order_by(first, subscription.c.channel_id)
            .limit(limit)
        )
        return list((await self._connection.execute(statement)).scalars())

    async def lock(self, channel_id: int) -> Listener | None:
        """Return a channel and hold it until this transaction ends."""
        await self._connection.execute(
            select(channel.c.id).where(channel.c.id == channel_id).with_for_update()
        )
        found = await self._listeners(channel.c.id == channel_id)
        return found[0] if found else None

    async def hold(self, place: Channel) -> Listener:
        """Return a channel, known from now on, and hold it until this transaction ends."""
        found = await self.lock(await channel_id_of(self._connection, place))
        assert found is not None  # noqa: S101 - it has just been made, and nobody removes channels
        return found

    async def follow(self, place: Channel, repo_id: RepoId, *, on: bool) -> None:
        """Follow a repo in a channel, or no longer."""
        channel_id = await channel_id_of(self._connection, place)
        if on:
            pair = {"channel_id": channel_id, "repo_id": repo_id}
            await upsert(self._connection, follow, [pair], update=())
        else:
            await self._connection.execute(
                delete(follow).where(follow.c.channel_id == channel_id, follow.c.repo_id == repo_id)
            )

    async def _listeners(self, where: ColumnElement[bool]) -> list[Listener]:
        statement = select(channel).where(where).order_by(channel.c.id)
        channels = (await self._connection.execute(statement)).mappings().all()
        places = {row["id"]: rows.channel(row) for row in channels}
        wanted = select(channel.c.id).where(where)
        subscriptions = await self._connection.execute(
            select(subscription)
            .where(subscription.c.channel_id.in_(wanted))
            .order_by(subscription.c.id)
        )
        of_channel: dict[int, list[Subscription]] = {key: [] for key in places}
        for row in subscriptions.mappings():
            key = row["channel_id"]
            of_channel[key].append(rows.subscription(row, places[key]))
        follows: dict[int, set[RepoId]] = {key: set() for key in places}
        for pair in await self._connection.execute(
            select(follow).where(follow.c.channel_id.in_(wanted))
        ):
            follows[pair.channel_id].add(RepoId(pair.repo_id))
        return [_listener(row, places, of_channel, follows) for row in channels]


async def channel_id_of(connection: AsyncConnection, place: Channel) -> int:
    """Return the id of a channel, known from now on."""
    values = {"platform": place.tenant.platform, "tenant": place.tenant.id, "place": place.id}
    await upsert(connection, channel, [values], update=())
    found = await connection.scalar(select(channel.c.id).where(_is(place)))
    return int(found or 0)


def _is(place: Channel) -> ColumnElement[bool]:
    return (
        (channel.c.platform == place.tenant.platform)
        & (channel.c.tenant == place.tenant.id)
        & (channel.c.place == place.id)
    )


def _listener(
    row: Any,  # noqa: ANN401 - a row
    places: dict[int, Channel],
    subscriptions: dict[int, list[Subscription]],
    follows: dict[int, set[RepoId]],
) -> Listener:
    key = row["id"]
    return Listener(
        id=key,
        channel=places[key],
        subscriptions=tuple(subscriptions[key]),
        followed=frozenset(follows[key]),
    )
