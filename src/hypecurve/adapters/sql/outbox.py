"""Deliveries on their way, on SQL: claimed, stepped, settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import structlog
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    update,
)

from hypecurve.adapters.sql import outgoing, rows
from hypecurve.adapters.sql.giving_up import given_up_as, reason_or
from hypecurve.adapters.sql.messages import message_if_known
from hypecurve.adapters.sql.recording import read_steps, write_records
from hypecurve.adapters.sql.sendings import Sendings
from hypecurve.adapters.sql.statements import POSTGRES, among, among_texts, opaque
from hypecurve.adapters.sql.subscriptions import IS_SUSPENDED
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    delivery_step,
    digest,
    notice,
)
from hypecurve.domain.delivery import DeliveryState, IllegalMove, Step
from hypecurve.domain.errors import HypecurveError, NotFound
from hypecurve.domain.subscription import Tenant
from hypecurve.ports.store import Claimed, Record, Settled

_S = DeliveryState
_TOO_OLD = "It could not be sent while it was news."
_UNTIL_KNOWN = timedelta(hours=1)
"""Until it is looked again whether another version has sent what this one cannot."""
_log = structlog.get_logger(__name__)
_CLAIMING = 0x48595357
"""First half of the keys of the advisory locks by platform."""


class SqlOutbox(Sendings):
    """`ports.store.Outbox`."""

    async def claim(
        self,
        platform: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        barred: Collection[Tenant] = (),
        beside: Collection[int] = (),
    ) -> list[Claimed]:
        """Take deliveries that may be tried now, at most one for each channel, the oldest first."""
        if self._connection.dialect.name == POSTGRES:
            # One claims after the other: each sees what the one before it took of a channel.
            key = crc32(platform.encode()) - 2**31
            await self._connection.execute(select(func.pg_advisory_xact_lock(_CLAIMING, key)))
        may_go = [delivery.c.platform == platform, ~IS_SUSPENDED]
        tenants = [tenant.id for tenant in barred if tenant.platform == platform]
        if tenants:
            may_go.append(~among_texts(self._connection, channel.c.tenant, tenants))
        if beside:
            may_go.append(~among(self._connection, delivery.c.channel_id, beside))
        found = await self._found(now, may_go, limit)
        steps, strange = await read_steps(self._connection, [row["id"] for row in found])
        while strange:
            await self._put_off(strange, now + _UNTIL_KNOWN)
            found = await self._found(now, may_go, limit)
            steps, strange = await read_steps(self._connection, [row["id"] for row in found])
        ids = [row["id"] for row in found]
        if ids:
            await self._connection.execute(
                update(delivery)
                .where(among(self._connection, delivery.c.id, ids))
                .values(state=_S.SENDING.value, lease_until=now + lease)
            )
        return await self._claimed(found, steps)

    async def _found(
        self, now: datetime, may_go: Sequence[ColumnElement[bool]], limit: int
    ) -> list[Mapping[str, Any]]:
        # Two statements, each of which goes along one index and stops at the limit.
        left = and_(delivery.c.state == _S.SENDING.value, delivery.c.lease_until < now)
        found = await self._take(left, ~_others(_S.SENDING, earlier=True), *may_go, limit=limit)
        waits = and_(delivery.c.state == _S.PENDING.value, delivery.c.next_try_at <= now)
        if len(found) < limit:
            found += await self._take(
                waits,
                ~_others(_S.PENDING, earlier=True),
                ~_others(_S.SENDING),
                *may_go,
                limit=limit - len(found),
            )
        return found

    async def _put_off(self, delivery_ids: Collection[int], until: datetime) -> None:
        """Let deliveries wait that only another version can send.

        Where it does not come, the next digest or a week ends them.
        """
        await self._connection.execute(
            update(delivery)
            .where(among(self._connection, delivery.c.id, delivery_ids))
            .values(state=_S.PENDING.value, next_try_at=until, lease_until=None)
        )
        for key in sorted(delivery_ids):
            _log.warning("a delivery has a step that this version does not know", delivery=key)

    async def adopt(self, platform: str, now: datetime) -> None:
        """Let what is `sending` to a platform be claimed at once."""
        moment = timedelta(microseconds=1)
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.platform == platform, delivery.c.state == _S.SENDING.value)
            .values(lease_until=now - moment)
        )

    async def _take(self, *which: ColumnElement[bool], limit: int) -> list[Mapping[str, Any]]:
        statement = (
            select(delivery, channel.c.tenant, channel.c.place)
            .join(channel, channel.c.id == delivery.c.channel_id)
            .where(*which)
            .order_by(delivery.c.next_try_at, delivery.c.id)
            .limit(limit)
            .with_for_update(of=delivery, skip_locked=True)
        )
        return [dict(row) for row in (await self._connection.execute(statement)).mappings()]

    async def _claimed(
        self, found: Sequence[Mapping[str, Any]], steps: Mapping[int, tuple[Step, ...]]
    ) -> list[Claimed]:
        if not found:
            return []
        digests = select(digest.c.id, cast(digest.c.message, Text).label("message"))
        notices = select(notice.c.id, cast(notice.c.message, Text).label("message"), notice.c.key)
        told = await self._frozen(digests, digest.c.id, [row["digest_id"] for row in found])
        noticed = await self._frozen(notices, notice.c.id, [row["notice_id"] for row in found])
        claimed = []
        for row in found:
            frozen = noticed.get(row["notice_id"]) or told.get(row["digest_id"]) or {}
            item = outgoing.delivery({**row, "state": _S.SENDING.value}, steps.get(row["id"], ()))
            message = message_if_known(frozen.get("message"))
            claimed.append(Claimed(item, rows.channel(row), message, frozen.get("key", "")))
        return claimed

    async def _frozen(
        self, statement: Select[Any], key: ColumnElement[int], ids: Sequence[int | None]
    ) -> dict[int | None, Mapping[str, Any]]:
        wanted = [each for each in ids if each is not None]
        if not wanted:
            return {}
        found = await self._connection.execute(
            statement.where(among(self._connection, key, wanted))
        )
        return {row["id"]: row for row in found.mappings()}

    async def step(self, delivery_id: int, number: int, step: Step) -> None:
        """Write where one step stands."""
        await self._record(Record(delivery_id, ((number, step),)), None)

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
        settled = Settled(state, reason, next_try_at, counted)
        await self._record(Record(delivery_id, settled=settled), at)

    async def _record(self, record: Record, at: datetime | None) -> None:
        (refused,) = await write_records(self._connection, [record], at)
        if refused is not None:
            raise refused

    async def record(
        self, records: Sequence[Record], at: datetime
    ) -> Sequence[HypecurveError | None]:
        """Write what many senders have to write, each as by `step` and then `settle`."""
        return await write_records(self._connection, records, at)

    async def _state(self, delivery_id: int) -> DeliveryState:
        statement = select(delivery.c.state).where(delivery.c.id == delivery_id).with_for_update()
        before = await self._connection.scalar(statement)
        if before is None:
            message = f"There is no delivery {delivery_id}."
            raise NotFound(message)
        return DeliveryState(before)

    async def retry(self, delivery_id: int, at: datetime) -> None:
        """Send a dead or unknown delivery again, by an operator's own word."""
        before = await self._state(delivery_id)
        if before not in {_S.DEAD, _S.UNKNOWN}:
            message = f"Delivery {delivery_id} is {before}: {_WHY_NOT[before]}"
            raise IllegalMove(message)
        await self._connection.execute(
            update(delivery_step)
            .where(delivery_step.c.delivery_id == delivery_id)
            .where(delivery_step.c.state.in_((_S.UNKNOWN.value, _S.SENDING.value)))
            .values(state=_S.PENDING.value, ref="", intent_at=None, done_at=None)
        )
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.id == delivery_id)
            .values(state=_S.PENDING.value, attempts=0, next_try_at=at, reason="", settled_at=None)
        )

    async def give_up(self, platform: str, now: datetime, oldest: datetime) -> int:
        """Let deliveries expire that were frozen before `oldest` and never got anywhere."""
        old_digest = exists().where(
            digest.c.id == delivery.c.digest_id, digest.c.composed_at < oldest
        )
        old_notice = exists().where(notice.c.id == delivery.c.notice_id, notice.c.at < oldest)
        given_up = await self._connection.execute(
            update(delivery)
            .where(delivery.c.state.in_((_S.PENDING.value, _S.HELD.value)))
            .where(delivery.c.platform == platform, or_(old_digest, old_notice))
            .values(state=given_up_as(_S.EXPIRED), settled_at=now, reason=reason_or(_TOO_OLD))
            .returning(delivery.c.id)
        )
        return len(given_up.all())

    async def wake(self, platform: str, now: datetime, latest: datetime) -> None:
        """Let the oldest held delivery of each paused channel be tried whose probe has come."""
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.state == _S.PENDING.value, delivery.c.next_try_at > latest)
            .where(delivery.c.platform == platform)
            .values(next_try_at=now)
        )
        goes_on = exists().where(
            channel.c.id == delivery.c.channel_id,
            or_(
                channel.c.paused_at.is_(None),
                and_(
                    or_(channel.c.probe_at <= now, channel.c.probe_at > latest),
                    ~_others(_S.HELD, earlier=True),
                    ~_others(_S.PENDING),
                    ~_others(_S.SENDING),
                ),
            ),
        )
        await self._connection.execute(
            update(delivery)
            .where(delivery.c.state == _S.HELD.value, delivery.c.platform == platform, goes_on)
            .values(
                state=_S.PENDING.value,
                settled_at=None,
                next_try_at=case((delivery.c.next_try_at > now, now), else_=delivery.c.next_try_at),
            )
        )


_WHY_NOT = {
    _S.PENDING: "it is sent anyway.",
    _S.SENDING: "it is under way.",
    _S.HELD: "it waits until its channel takes messages again.",
    _S.SENT: "it arrived.",
    _S.EXPIRED: "it is too late for it, what it told is the next digest's.",
    _S.DROPPED: "it was given up, what it told is the next digest's.",
}


def _others(state: DeliveryState, *, earlier: bool = False) -> ColumnElement[bool]:
    """The channel has another delivery in this state; `earlier`: frozen before this one."""
    other = delivery.alias()
    is_other = other.c.id < delivery.c.id if earlier else other.c.id != delivery.c.id
    return (
        select(other.c.id)
        .where(other.c.channel_id == delivery.c.channel_id, other.c.state == opaque(state.value))
        .where(is_other)
        .correlate(delivery)
        .exists()
    )
