"""Channels, what they want, whom they follow and whom they mute, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import outgoing, rows
from hypecurve.adapters.sql.moving import move
from hypecurve.adapters.sql.places import channel_id_of, is_channel, is_of
from hypecurve.adapters.sql.statements import among, change, one_holder, upsert
from hypecurve.adapters.sql.tables import (
    channel,
    follow,
    installation,
    mute,
    subscription,
    suspension,
)
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.ports.store import Listener


class SqlSubscriptions:
    """`ports.store.Subscriptions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection
        self._unknown_among: dict[int, Sequence[str]] = {}
        """The kinds of the subscriptions read of which this version does not know all."""

    async def add(self, item: Subscription) -> Subscription:
        """Keep a new subscription and return it with its id."""
        channel_id = await channel_id_of(self._connection, item.channel)
        values = {**rows.subscription_values(item), "channel_id": channel_id}
        result = await self._connection.execute(
            subscription.insert().values(**values).returning(subscription)
        )
        return rows.subscription(result.mappings().one(), item.channel)

    async def change(self, *items: Subscription) -> None:
        """Replace subscriptions by their ids."""
        values = [
            {"id": item.id, **rows.subscription_values(item), **self._kept_of(item)}
            for item in items
        ]
        await change(self._connection, subscription, values)

    def _kept_of(self, item: Subscription) -> dict[str, Any]:
        """What a version to come wrote of it stays, unless somebody wishes for other kinds."""
        kinds = self._unknown_among.get(item.id or 0, ())
        return {"kinds": kinds} if kinds and rows.known_kinds(kinds) == item.wants.kinds else {}

    async def remove(self, ids: Sequence[int]) -> None:
        """End subscriptions."""
        await self._connection.execute(delete(subscription).where(subscription.c.id.in_(ids)))

    async def listener(self, place: Channel) -> Listener | None:
        """Return a channel with its subscriptions; None where nobody ever subscribed."""
        found = await self._listeners(select(channel).where(is_channel(place)))
        return found[0] if found else None

    async def listeners(self, tenant: Tenant | None = None) -> list[Listener]:
        """Return every channel that has a subscription, of one tenant or of all."""
        wanted = select(channel).where(channel.c.id.in_(select(subscription.c.channel_id)))
        if tenant is not None:
            wanted = wanted.where(is_of(channel.c, tenant))
        return await self._listeners(wanted)

    async def speak(self, place: Channel, locale: str) -> None:
        """Choose a channel's language, also for what it subscribed to before."""
        channel_id = await channel_id_of(self._connection, place)
        for table, column in ((channel, channel.c.id), (subscription, subscription.c.channel_id)):
            await self._connection.execute(
                update(table).where(column == channel_id).values(locale=locale)
            )

    async def call(self, place: Channel, role: str) -> None:
        """Let a channel's digests call a role, by the platform's id; "" nobody."""
        channel_id = await channel_id_of(self._connection, place)
        await self._connection.execute(
            update(channel).where(channel.c.id == channel_id).values(calls=role)
        )

    async def spoken(self, place: Channel) -> str:
        """Return a channel's chosen language, else its first subscription's, else its installer's.

        "" where nobody told.
        """
        asked = {"platform": place.tenant.platform, "tenant": place.tenant.id, "place": place.id}
        return str(await self._connection.scalar(_spoken(), asked))

    async def move(self, old: Channel, new: Channel) -> bool:
        """Let a channel go on under a new id; False: nobody knows it."""
        return await move(self._connection, old, new)

    async def due(self, now: datetime, limit: int, *, beside: Sequence[int] = ()) -> list[int]:
        """Return ids of channels with a subscription due, the longest first."""
        first = func.min(subscription.c.next_due)
        statement = (
            select(subscription.c.channel_id)
            .join(channel, channel.c.id == subscription.c.channel_id)
            .where(subscription.c.next_due <= now)
            .where(_is_awake(now), ~IS_SUSPENDED)
            .group_by(subscription.c.channel_id)
            .order_by(first, subscription.c.channel_id)
            .limit(limit)
        )
        if beside:
            statement = statement.where(~among(self._connection, channel.c.id, beside))
        return list((await self._connection.execute(statement)).scalars())

    async def alerting(self, cycle: int, now: datetime, limit: int, *, after: int = 0) -> list[int]:
        """Return ids of channels above `after` that want alerts and have cycles unseen, by id."""
        statement = (
            select(subscription.c.channel_id)
            .join(channel, channel.c.id == subscription.c.channel_id)
            .where(subscription.c.channel_id > after)
            .where(subscription.c.alerts_a_day > 0, subscription.c.alerted_cycle < cycle)
            .where(_is_awake(now), ~IS_SUSPENDED, channel.c.paused_at.is_(None))
            .distinct()
            .order_by(subscription.c.channel_id)
            .limit(limit)
        )
        return list((await self._connection.execute(statement)).scalars())

    async def lock(self, channel_ids: Sequence[int]) -> list[Listener]:
        """Return channels and hold them until this transaction ends."""
        await one_holder(self._connection)
        wanted = select(channel).where(among(self._connection, channel.c.id, channel_ids))
        # A notice may be frozen meanwhile: it refers to the channel and changes nothing in it.
        return await self._listeners(wanted.with_for_update(key_share=True))

    async def hold(self, place: Channel) -> Listener:
        """Return a channel, known from now on, and hold it until this transaction ends."""
        (found,) = await self.lock([await channel_id_of(self._connection, place)])
        return found

    async def follow(self, place: Channel, repo_id: RepoId, *, on: bool) -> None:
        """Follow a repo in a channel, or no longer; what is followed is not muted."""
        await self._pair(place, repo_id, follow, mute, on=on)

    async def mute(self, place: Channel, repo_id: RepoId, *, on: bool) -> None:
        """Never speak of a repo in a channel, or do again; what is muted is not followed."""
        await self._pair(place, repo_id, mute, follow, on=on)

    async def _pair(
        self, place: Channel, repo_id: RepoId, table: Table, other: Table, *, on: bool
    ) -> None:
        channel_id = await channel_id_of(self._connection, place)
        pair = {"channel_id": channel_id, "repo_id": repo_id}
        if on:
            await upsert(self._connection, table, [pair], update=())
        ended = other if on else table
        await self._connection.execute(
            delete(ended).where(ended.c.channel_id == channel_id, ended.c.repo_id == repo_id)
        )

    async def _listeners(self, wanted: Select[Any]) -> list[Listener]:
        statement = wanted.order_by(channel.c.id)
        channels = (await self._connection.execute(statement)).mappings().all()
        if not channels:
            return []
        places = {row["id"]: rows.channel(row) for row in channels}
        subscriptions: dict[int, list[Subscription]] = {key: [] for key in places}
        statement = select(subscription).order_by(subscription.c.id)
        statement = statement.where(among(self._connection, subscription.c.channel_id, places))
        for row in (await self._connection.execute(statement)).mappings():
            key = row["channel_id"]
            item = rows.subscription(row, places[key])
            subscriptions[key].append(item)
            if len(item.wants.kinds) < len(row["kinds"]):
                self._unknown_among[row["id"]] = row["kinds"]
        followed, muted = await self._repos(places)
        return [
            Listener(
                id=key,
                channel=place,
                subscriptions=tuple(subscriptions[key]),
                followed=frozenset(followed.get(key, ())),
                muted=frozenset(muted.get(key, ())),
                pause=outgoing.pause(row),
                locale=row["locale"],
                calls=row["calls"],
            )
            for row, (key, place) in zip(channels, places.items(), strict=True)
        ]

    async def _repos(
        self, places: Collection[int]
    ) -> tuple[dict[int, set[RepoId]], dict[int, set[RepoId]]]:
        """Return whom channels follow and whom they mute, in one statement."""
        found: tuple[dict[int, set[RepoId]], ...] = ({}, {})
        both = union_all(
            *(
                select(table, literal(which).label("which")).where(
                    among(self._connection, table.c.channel_id, places)
                )
                for which, table in enumerate((follow, mute))
            )
        )
        for pair in await self._connection.execute(both):
            found[pair.which].setdefault(pair.channel_id, set()).add(RepoId(pair.repo_id))
        return found[0], found[1]


@cache
def _spoken() -> Select[tuple[str]]:
    """Select a channel's language; made once, as it is asked before each answer."""
    columns = (channel.c.platform, channel.c.tenant, channel.c.place)
    given = [bindparam(column.name, type_=column.type) for column in columns]
    here = and_(*(column == value for column, value in zip(columns, given, strict=True)))
    chosen = select(channel.c.locale).where(here).scalar_subquery()
    heard = (
        select(subscription.c.locale)
        .join(channel, channel.c.id == subscription.c.channel_id)
        .where(here)
        .order_by(subscription.c.id)
        .limit(1)
        .scalar_subquery()
    )
    tenant = and_(installation.c.platform == given[0], installation.c.tenant == given[1])
    told = select(installation.c.locale).where(tenant).scalar_subquery()
    return select(func.coalesce(func.nullif(chosen, ""), func.nullif(heard, ""), told, ""))


IS_SUSPENDED = (
    select(suspension.c.tenant)
    .where(suspension.c.platform == channel.c.platform, suspension.c.tenant == channel.c.tenant)
    .exists()
)
"""The app is not installed any more where a channel is."""


def _is_awake(now: datetime) -> ColumnElement[bool]:
    """Nobody paused the subscription, or not for so long."""
    return subscription.c.paused_until.is_(None) | (subscription.c.paused_until <= now)
