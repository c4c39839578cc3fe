"""Digests, their members and their deliveries, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import JSON, ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.releasing import LOST_NOTICES, RELEASING, released
from hypecurve.adapters.sql.statements import among, upsert
from hypecurve.adapters.sql.subscriptions import channel_id_of
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    delivery_step,
    digest,
    digest_member,
    notice,
)
from hypecurve.domain.delivery import Delivery, DeliveryState, Step, moved
from hypecurve.domain.errors import NotFound
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Listener, Released

_S = DeliveryState
_UNSETTLED = (_S.PENDING.value, _S.SENDING.value)


class SqlOutbox:
    """`ports.store.Outbox`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def put(
        self,
        listener: Listener,
        due_at: datetime,
        cycles: tuple[int, int],
        at: datetime,
        *,
        signal_ids: Sequence[int],
        message: Message | None,
    ) -> int | None:
        """Freeze a digest, its members and its delivery."""
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        digest_id = await self._connection.scalar(
            insert(digest)
            .values(
                channel_id=listener.id,
                due_at=due_at,
                composed_at=at,
                after_cycle=cycles[0],
                upto_cycle=cycles[1],
                message=None if message is None else rows.message_values(message),
            )
            .on_conflict_do_nothing()
            .returning(digest.c.id)
        )
        if digest_id is None:
            return None
        members = [
            {"channel_id": listener.id, "signal_id": signal_id, "digest_id": digest_id}
            for signal_id in signal_ids
        ]
        await self._connection.execute(
            delete(digest_member).where(
                digest_member.c.channel_id == listener.id,
                among(self._connection, digest_member.c.signal_id, signal_ids),
                digest_member.c.digest_id.in_(RELEASING),
            )
        )
        await upsert(self._connection, digest_member, members, update=())
        if message is not None:
            platform = listener.channel.tenant.platform
            await self._send(platform, listener.id, at, digest_id=digest_id)
        return int(digest_id)

    async def notify(self, place: Channel, key: str, message: Message, at: datetime) -> int | None:
        """Freeze a notice and its delivery; a channel gets each key only once."""
        channel_id = await channel_id_of(self._connection, place)
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        values = {
            "channel_id": channel_id,
            "key": key,
            "at": at,
            "message": rows.message_values(message),
        }
        notice_id = await self._connection.scalar(
            insert(notice).values(**values).on_conflict_do_nothing().returning(notice.c.id)
        )
        if notice_id is None:
            return None
        return await self._send(place.tenant.platform, channel_id, at, notice_id=notice_id)

    async def noticed(self, place: Channel, keys: Collection[str]) -> frozenset[str]:
        """Return for which of the keys this channel had a notice."""
        found = await self._connection.scalars(
            select(notice.c.key)
            .join(channel, channel.c.id == notice.c.channel_id)
            .where(_is(place), notice.c.key.in_(sorted(keys)))
            .where(notice.c.id.not_in(LOST_NOTICES))
        )
        return frozenset(found)

    async def _send(self, platform: str, channel_id: int, at: datetime, **what: int) -> int:
        values = {
            "channel_id": channel_id,
            "platform": platform,
            "state": _S.PENDING.value,
            "attempts": 0,
            "next_try_at": at,
            "reason": "",
            **what,
        }
        sent = await self._connection.execute(
            delivery.insert().values(**values).returning(delivery.c.id)
        )
        return int(sent.scalar_one())

    @property
    def _is_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"

    async def reported(self, channel_id: int, signal_ids: Sequence[int]) -> frozenset[int]:
        """Return which of the signals a digest of this channel holds already."""
        found = await self._connection.scalars(
            select(digest_member.c.signal_id).where(
                digest_member.c.channel_id == channel_id,
                among(self._connection, digest_member.c.signal_id, signal_ids),
            )
        )
        return frozenset(found)

    async def released(self, channel_id: int, since: datetime) -> Released:
        """Return what expired or dropped digests of a channel held, from `since` on."""
        return await released(self._connection, channel_id, since)

    async def expire(self, channel_id: int, at: datetime) -> None:
        """Give up a channel's held digests, their reasons kept; a notice has no successor."""
        held = and_(delivery.c.digest_id.is_not(None), delivery.c.state == _S.HELD.value)
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.channel_id == channel_id, held)
            .values(state=_S.EXPIRED.value, settled_at=at)
        )

    async def resume(self, platforms: Sequence[str], now: datetime, oldest: datetime) -> None:
        """Let held deliveries be tried again whose next try has come; give the oldest up."""
        held = and_(delivery.c.platform.in_(platforms), delivery.c.state == _S.HELD.value)
        old_digests = select(digest.c.id).where(digest.c.composed_at < oldest)
        old_notices = select(notice.c.id).where(notice.c.at < oldest)
        too_old = or_(delivery.c.digest_id.in_(old_digests), delivery.c.notice_id.in_(old_notices))
        await self._connection.execute(
            update(delivery).where(held, too_old).values(state=_S.EXPIRED.value, settled_at=now)
        )
        await self._connection.execute(
            update(delivery)
            .where(held, delivery.c.next_try_at <= now)
            .values(state=_S.PENDING.value, settled_at=None)
        )

    async def claim(
        self, platforms: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> list[Delivery]:
        """Take pending deliveries that may be tried now, at most one for each channel."""
        earlier = delivery.alias()
        is_first = ~(
            select(earlier.c.id)
            .where(earlier.c.channel_id == delivery.c.channel_id)
            .where(earlier.c.id < delivery.c.id, earlier.c.state.in_(_UNSETTLED))
            .exists()
        )
        may_try = or_(
            and_(delivery.c.state == _S.PENDING.value, delivery.c.next_try_at <= now),
            # Whoever was sending it died: its lease ran out.
            and_(delivery.c.state == _S.SENDING.value, delivery.c.lease_until < now),
        )
        statement = (
            select(delivery)
            .where(delivery.c.platform.in_(platforms), may_try, is_first)
            .order_by(delivery.c.next_try_at, delivery.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found = (await self._connection.execute(statement)).mappings().all()
        ids = [row["id"] for row in found]
        if ids:
            await self._connection.execute(
                update(delivery)
                .where(delivery.c.id.in_(ids))
                .values(state=_S.SENDING.value, lease_until=now + lease)
            )
        steps = await self._steps(ids)
        return [
            rows.delivery({**row, "state": _S.SENDING.value}, steps.get(row["id"], ()))
            for row in found
        ]

    async def _steps(self, ids: Sequence[int]) -> dict[int, tuple[Step, ...]]:
        found: dict[int, tuple[Step, ...]] = {}
        statement = (
            select(delivery_step)
            .where(delivery_step.c.delivery_id.in_(ids))
            .order_by(delivery_step.c.delivery_id, delivery_step.c.number)
        )
        for row in (await self._connection.execute(statement)).mappings():
            key = row["delivery_id"]
            found[key] = (*found.get(key, ()), rows.step(row))
        return found

    async def content(self, item: Delivery) -> tuple[Channel, Message]:
        """Return where a delivery goes and what it says."""
        frozen = func.coalesce(digest.c.message, notice.c.message, type_=JSON)
        statement = (
            select(channel, frozen.label("message"))
            .join(delivery, delivery.c.channel_id == channel.c.id)
            .outerjoin(digest, digest.c.id == delivery.c.digest_id)
            .outerjoin(notice, notice.c.id == delivery.c.notice_id)
            .where(delivery.c.id == item.id)
        )
        row = (await self._connection.execute(statement)).mappings().one()
        return rows.channel(row), rows.message(row["message"])

    async def step(self, delivery_id: int, number: int, step: Step) -> None:
        """Write where one step stands."""
        row = {
            "delivery_id": delivery_id,
            "number": number,
            "kind": step.kind.value,
            "state": step.state.value,
            "ref": step.ref,
            "intent_at": step.intent_at,
            "done_at": step.done_at,
        }
        await upsert(self._connection, delivery_step, [row])

    async def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
        next_try_at: datetime | None = None,
        counted: bool = True,
    ) -> None:
        """Move a delivery on; IllegalMove where it cannot go there."""
        statement = select(delivery.c.state).where(delivery.c.id == delivery_id).with_for_update()
        before = await self._connection.scalar(statement)
        if before is None:
            message = f"there is no delivery {delivery_id}"
            raise NotFound(message)
        moved(DeliveryState(before), state)
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.id == delivery_id)
            .values(
                state=state.value,
                reason=reason,
                lease_until=None,
                attempts=delivery.c.attempts + (1 if counted else 0),
                next_try_at=delivery.c.next_try_at if next_try_at is None else next_try_at,
                settled_at=None if state is _S.PENDING else at,
            )
        )

    async def recent(self, place: Channel | None = None, limit: int = 20) -> list[Delivery]:
        """Return deliveries, newest first."""
        statement = select(delivery).join(channel, channel.c.id == delivery.c.channel_id)
        if place is not None:
            statement = statement.where(_is(place))
        statement = statement.order_by(delivery.c.id.desc()).limit(limit)
        found = (await self._connection.execute(statement)).mappings().all()
        steps = await self._steps([row["id"] for row in found])
        return [rows.delivery(row, steps.get(row["id"], ())) for row in found]


def _is(place: Channel) -> ColumnElement[bool]:
    return and_(
        channel.c.platform == place.tenant.platform,
        channel.c.tenant == place.tenant.id,
        channel.c.place == place.id,
    )
