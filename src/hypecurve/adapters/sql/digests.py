"""Digests, notices and their members, frozen with their deliveries, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import UserDefinedType

from hypecurve.adapters.sql.giving_up import given_up_as, reason_or
from hypecurve.adapters.sql.messages import message_of, message_text
from hypecurve.adapters.sql.places import channel_id_of, is_channel
from hypecurve.adapters.sql.releasing import GIVEN_BACK, UNREAD, told
from hypecurve.adapters.sql.statements import among, upsert
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    digest,
    digest_member,
    notice,
    suspension,
)
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import NotFound
from hypecurve.domain.message import Message
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Frozen, Notice, Outcome, Told

_S = DeliveryState
_TOO_LATE = "The next digest was due before this one could be sent."
_UNDELIVERED = (_S.PENDING.value, _S.HELD.value, _S.DEAD.value)


class _Written(UserDefinedType[str]):
    """JSON that is text already: what many channels are told is written out once."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:  # noqa: ANN401 - the base class's signature
        """As the column it goes into."""
        return "JSON"


class SqlDigests:
    """`ports.store.Digests`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    async def told(
        self, channel_ids: Sequence[int], after_cycle: int, since: datetime
    ) -> Mapping[int, Told]:
        """Return what each of the channels was told of the signals after a cycle."""
        return await told(self._connection, channel_ids, after_cycle, since)

    async def freeze(self, digests: Sequence[Frozen], at: datetime) -> list[int | None]:
        """Freeze digests, their members and their deliveries; return their ids in that order."""
        if not digests:
            return []
        written = {id(item.message): item.message for item in digests}
        texts = {key: None if m is None else message_text(m) for key, m in written.items()}
        found = await self._connection.execute(
            self._insert(digest)
            .values(message=bindparam("message", type_=_Written()))
            .on_conflict_do_nothing()
            .returning(digest.c.id, digest.c.channel_id, digest.c.due_at),
            [
                {
                    "channel_id": item.channel_id,
                    "due_at": item.due_at,
                    "composed_at": at,
                    "after_cycle": item.cycles[0],
                    "upto_cycle": item.cycles[1],
                    "outcome": item.outcome.value,
                    "message": texts[id(item.message)],
                }
                for item in digests
            ],
        )
        new = {(row.channel_id, row.due_at): int(row.id) for row in found}
        ids = [new.pop((item.channel_id, item.due_at), None) for item in digests]
        frozen = [(item, key) for item, key in zip(digests, ids, strict=True) if key is not None]
        await self._join(
            {
                (item.channel_id, signal_id): {"digest_id": key, "notice_id": None}
                for item, key in frozen
                for signal_id in item.signal_ids
            }
        )
        sent = [(item.channel_id, key) for item, key in frozen if item.message is not None]
        await self._send("digest_id", sent, at)
        return ids

    async def expire(self, channel_ids: Sequence[int], at: datetime) -> None:
        """Give up what the channels did not get yet, reasons kept: their next digest is due."""
        # An alert was to come before the digest: what holds it back may do so for days.
        late = or_(
            delivery.c.digest_id.is_not(None),
            and_(delivery.c.state != _S.PENDING.value, _IS_ALERT),
        )
        await self._give_up(channel_ids, at, late, delivery.c.state.in_(_UNDELIVERED), _TOO_LATE)

    async def withdraw(self, channel_ids: Sequence[int], at: datetime, why: str) -> None:
        """Give up what waits to be sent to the channels, at their own word, reasons kept."""
        waits = delivery.c.state.in_((_S.PENDING.value, _S.HELD.value))
        news = or_(delivery.c.digest_id.is_not(None), _IS_ALERT)
        await self._give_up(channel_ids, at, news, waits, why)

    async def _give_up(
        self,
        channel_ids: Sequence[int],
        at: datetime,
        which: ColumnElement[bool],
        stands: ColumnElement[bool],
        why: str,
    ) -> None:
        # Who holds one just now begins to send it, or writes what became of it: that counts.
        given_up = (
            select(delivery.c.id)
            .where(among(self._connection, delivery.c.channel_id, channel_ids))
            .where(stands, which)
            .with_for_update(skip_locked=True)
        )
        ids = (await self._connection.scalars(given_up)).all()
        if ids:
            await self._connection.execute(
                update(delivery)
                .where(among(self._connection, delivery.c.id, ids))
                .values(state=given_up_as(_S.EXPIRED), settled_at=at, reason=reason_or(why))
            )

    async def notify(
        self,
        place: Channel,
        key: str,
        message: Message,
        at: datetime,
        *,
        signal_ids: Sequence[int] = (),
        instead_of: int | None = None,
    ) -> int | None:
        """Freeze a notice with its delivery; a channel gets each key only once."""
        channel_id = await channel_id_of(self._connection, place)
        values = {"channel_id": channel_id, "key": key, "at": at}
        notice_id = await self._connection.scalar(
            self._insert(notice)
            .values(message=bindparam("message", type_=_Written()), **values)
            .on_conflict_do_nothing()
            .returning(notice.c.id),
            {"message": message_text(message)},
        )
        if notice_id is None:
            return None
        held = {"digest_id": None, "notice_id": notice_id}
        await self._join({(channel_id, signal_id): held for signal_id in signal_ids})
        if instead_of is not None:
            repeated = select(delivery.c.notice_id).where(delivery.c.id == instead_of)
            await self._connection.execute(
                update(digest_member)
                .where(digest_member.c.notice_id == repeated.scalar_subquery())
                .values(notice_id=notice_id)
            )
        await self._send("notice_id", [(channel_id, notice_id)], at)
        sent = select(delivery.c.id).where(delivery.c.notice_id == notice_id)
        return int((await self._connection.execute(sent)).scalar_one())

    async def notify_all(self, notices: Sequence[Notice], at: datetime) -> int:
        """Freeze notices of known channels, each as by `notify`; return how many are new."""
        if not notices:
            return 0
        written = {id(item.message): item.message for item in notices}
        texts = {key: message_text(message) for key, message in written.items()}
        found = await self._connection.execute(
            self._insert(notice)
            .values(message=bindparam("message", type_=_Written()))
            .on_conflict_do_nothing()
            .returning(notice.c.id, notice.c.channel_id, notice.c.key),
            [
                {
                    "channel_id": item.channel_id,
                    "key": item.key,
                    "at": at,
                    "message": texts[id(item.message)],
                }
                for item in notices
            ],
        )
        new = {(row.channel_id, row.key): int(row.id) for row in found}
        frozen = [(item, new.pop((item.channel_id, item.key), None)) for item in notices]
        kept = [(item, key) for item, key in frozen if key is not None]
        await self._join(
            {
                (item.channel_id, signal_id): {"digest_id": None, "notice_id": key}
                for item, key in kept
                for signal_id in item.signal_ids
            }
        )
        await self._send("notice_id", [(item.channel_id, key) for item, key in kept], at)
        return len(kept)

    async def noticed(self, place: Channel, keys: Collection[str]) -> frozenset[str]:
        """Return for which of the keys this channel had a notice, or has one on its way."""
        found = await self._connection.scalars(
            select(notice.c.key)
            .join(channel, channel.c.id == notice.c.channel_id)
            .where(is_channel(place), notice.c.key.in_(sorted(keys)), ~_LOST)
        )
        return frozenset(found)

    async def notices_since(self, since: Mapping[int, datetime], prefix: str) -> Mapping[int, int]:
        """Return how many notices whose key begins so channels had, each from its instant on."""
        counts = dict.fromkeys(since, 0)
        if not since:
            return counts
        # Their days begin at different times: what is of none of them is left out here.
        found = await self._connection.execute(
            select(notice.c.channel_id, notice.c.at)
            .where(among(self._connection, notice.c.channel_id, since))
            .where(notice.c.at >= min(since.values()), ~_LOST)
            .where(notice.c.key.startswith(prefix, autoescape=True))
        )
        for row in found:
            counts[row.channel_id] += row.at >= since[row.channel_id]
        return counts

    async def quiet_at(self, place: Channel) -> datetime | None:
        """Return which digest had nothing to tell and was not sent; None where a later one was."""
        last = select(digest.c.due_at, digest.c.outcome, delivery.c.id.label("sent"))
        last = last.join(channel, channel.c.id == digest.c.channel_id).where(is_channel(place))
        last = last.outerjoin(delivery, delivery.c.digest_id == digest.c.id)
        row = (
            await self._connection.execute(last.order_by(digest.c.due_at.desc()).limit(1))
        ).first()
        silent = row is not None and row.sent is None and row.outcome == Outcome.QUIET
        return row.due_at if row is not None and silent else None

    async def message(self, place: Channel, digest_id: int) -> Message | None:
        """Return what a digest of this channel says; None where this channel has no such digest."""
        found = await self._connection.execute(
            select(cast(digest.c.message, Text).label("text"), delivery.c.id.label("sent"))
            .join(channel, channel.c.id == digest.c.channel_id)
            .outerjoin(delivery, delivery.c.digest_id == digest.c.id)
            .where(is_channel(place), digest.c.id == digest_id)
        )
        row = found.first()
        if row is not None and row.text is None and row.sent is not None:
            raise NotFound(to_say("The text of this digest is not kept any longer."))
        return None if row is None or row.text in {None, "null"} else message_of(row.text)

    async def _join(self, members: Mapping[tuple[int, int], Mapping[str, int | None]]) -> None:
        """Let signals be told by a digest or notice, where none tells them that may be read."""
        values = [
            {"channel_id": channel_id, "signal_id": signal_id, **holder}
            for (channel_id, signal_id), holder in members.items()
        ]
        await upsert(self._connection, digest_member, values, where=GIVEN_BACK)

    async def _send(self, what: str, sent: Iterable[tuple[int, int]], at: datetime) -> None:
        """Queue what was frozen: (channel, id of the digest or notice)."""
        sent = list(sent)
        if not sent:
            return
        places = {channel_id for channel_id, _ in sent}
        found = await self._connection.execute(
            select(channel.c.id, channel.c.platform, channel.c.paused_at, suspension.c.reason)
            .outerjoin(
                suspension,
                and_(
                    suspension.c.platform == channel.c.platform,
                    suspension.c.tenant == channel.c.tenant,
                ),
            )
            .where(among(self._connection, channel.c.id, places))
        )
        begins: dict[int, dict[str, Any]] = {}
        for row in found:
            held = _S.PENDING if row.paused_at is None else _S.HELD
            begins[row.id] = {
                "platform": row.platform,
                "state": (held if row.reason is None else _S.DROPPED).value,
                "reason": row.reason or "",
                "settled_at": None if row.reason is None else at,
            }
        values = [
            {"channel_id": key, what: frozen_id, "attempts": 0, "next_try_at": at, **begins[key]}
            for key, frozen_id in sent
        ]
        await upsert(self._connection, delivery, values, update=())


_IS_ALERT = exists().where(digest_member.c.notice_id == delivery.c.notice_id)
_LOST = select(delivery.c.id).where(delivery.c.notice_id == notice.c.id, UNREAD).exists()
"""The notice expired or was dropped, and nothing of it was sent."""
