"""What channels were told, and what digests and alerts that never arrived give back, on SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.statements import among, columns_of
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    delivery_step,
    digest,
    digest_member,
    signal,
)
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.digest import Unsure
from hypecurve.ports.store import Outcome, Released, Told

_S = DeliveryState
_GIVEN_UP = (_S.EXPIRED.value, _S.DROPPED.value)
_READ = (_S.SENDING.value, _S.SENT.value, _S.UNKNOWN.value)
UNREAD = and_(
    delivery.c.state.in_(_GIVEN_UP),
    ~select(delivery_step.c.number)
    .where(delivery_step.c.delivery_id == delivery.c.id, delivery_step.c.state.in_(_READ))
    .exists(),
)
"""Of this delivery nobody can have read anything, and nobody will."""

GIVEN_BACK = f"""EXISTS (
    SELECT 1 FROM delivery
    WHERE (delivery.digest_id = digest_member.digest_id
           OR delivery.notice_id = digest_member.notice_id)
    AND delivery.state IN ('{"', '".join(_GIVEN_UP)}')
    AND NOT EXISTS (
        SELECT 1 FROM delivery_step
        WHERE delivery_step.delivery_id = delivery.id
        AND delivery_step.state IN ('{"', '".join(_READ)}')
    )
)"""  # noqa: S608 - our own words
"""The same of the digest or alert that holds a member, for a statement written by hand."""
_CYCLES_OFF = 4
"""So many cycles may come between that a clock stepping back dated before one behind them."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def told(
    connection: AsyncConnection, channel_ids: Sequence[int], after_cycle: int, since: datetime
) -> dict[int, Told]:
    """Return what each of the channels was told, and what comes back to it."""
    held = await _held(connection, channel_ids, after_cycle, since)
    returned = [key for key, found in held.items() if found.released]
    arrived = await _last_arrived(connection, returned)
    unsure = await _unsure(connection, channel_ids)
    quiet = await _quiet(connection, channel_ids)
    told: dict[int, Told] = {}
    for key in channel_ids:
        found = held.get(key, _Held())
        days, first = quiet.get(key, (0, None))
        back = found.released
        told[key] = Told(
            signal_ids=frozenset(found.told),
            released=Released(frozenset(back), min(back.values()) - 1, arrived.get(key))
            if back
            else Released(),
            unsure=unsure.get(key, ()),
            quiet_days=days,
            quiet_since=first,
        )
    return told


@dataclass(slots=True)
class _Held:
    """What digests and alerts of one channel hold: signals told, and (signal: cycle) released."""

    told: set[int] = field(default_factory=set)
    released: dict[int, int] = field(default_factory=dict)


async def _held(
    connection: AsyncConnection, channel_ids: Sequence[int], after_cycle: int, since: datetime
) -> dict[int, _Held]:
    first = await _first_signal(connection, after_cycle, since)
    by_digest, by_notice = delivery.alias(), delivery.alias()
    state = func.coalesce(by_digest.c.state, by_notice.c.state)
    statement = (
        select(
            digest_member.c.channel_id,
            digest_member.c.signal_id,
            signal.c.cycle,
            _flag(signal.c.at >= since),
            _flag(state.in_(_GIVEN_UP)),
            func.coalesce(by_digest.c.id, by_notice.c.id),
        )
        .join(signal, signal.c.id == digest_member.c.signal_id)
        .outerjoin(by_digest, by_digest.c.digest_id == digest_member.c.digest_id)
        .outerjoin(by_notice, by_notice.c.notice_id == digest_member.c.notice_id)
        .where(among(connection, digest_member.c.channel_id, channel_ids))
        .where(digest_member.c.signal_id >= first)
        .where(or_(signal.c.cycle > after_cycle, state.in_(_GIVEN_UP)))
    )
    found = list(zip(*await columns_of(connection, statement), strict=True))
    read = await _read(connection, {row[5] for row in found if row[4]})
    held: dict[int, _Held] = {}
    for channel_id, signal_id, cycle, is_news, is_given_up, delivery_id in found:
        mine = held.setdefault(channel_id, _Held())
        if not is_given_up or delivery_id in read:
            if cycle > after_cycle:
                mine.told.add(signal_id)
        elif is_news:
            mine.released[signal_id] = cycle
    return held


async def _first_signal(connection: AsyncConnection, after_cycle: int, since: datetime) -> int:
    """The first signal that matters: of a later cycle, or of this time.

    A channel's years are not looked through: its members are found by signal, and signals are
    numbered as they come.
    """
    earliest = await connection.scalar(
        select(signal.c.cycle).where(signal.c.at >= since).order_by(signal.c.at).limit(1)
    )
    cycle = after_cycle + 1
    if earliest is not None:
        cycle = min(cycle, earliest - _CYCLES_OFF)
    first = await connection.scalar(
        select(signal.c.id)
        .where(signal.c.cycle >= cycle)
        .order_by(signal.c.cycle, signal.c.id)
        .limit(1)
    )
    return int(first or 0)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """A condition as 1 or something that is not true, the same from both drivers."""
    return func.coalesce(condition, literal(value=False))


async def _read(connection: AsyncConnection, delivery_ids: set[int]) -> frozenset[int]:
    """Which of the deliveries may have been read in part."""
    if not delivery_ids:
        return frozenset()
    found = await connection.scalars(
        select(delivery_step.c.delivery_id).where(
            among(connection, delivery_step.c.delivery_id, sorted(delivery_ids)),
            delivery_step.c.state.in_(_READ),
        )
    )
    return frozenset(found)


async def _last_arrived(
    connection: AsyncConnection, channel_ids: Sequence[int]
) -> Mapping[int, datetime]:
    """When each channel's last digest was composed that was not given back."""
    if not channel_ids:
        return {}
    lost = select(delivery.c.id).where(delivery.c.digest_id == digest.c.id, UNREAD).exists()
    found = await connection.execute(
        select(digest.c.channel_id, func.max(digest.c.composed_at).label("last"))
        .where(among(connection, digest.c.channel_id, channel_ids))
        .where(digest.c.outcome != Outcome.SKIPPED.value, ~lost)
        .group_by(digest.c.channel_id)
    )
    return {row.channel_id: row.last for row in found}


async def _unsure(
    connection: AsyncConnection, channel_ids: Sequence[int]
) -> dict[int, tuple[Unsure, ...]]:
    """Digests with news that may not have arrived, composed after the last one that did."""
    of_digest = delivery.join(digest, digest.c.id == delivery.c.digest_id)
    unknown = await connection.execute(
        select(digest.c.id, digest.c.channel_id, digest.c.due_at, digest.c.composed_at)
        .select_from(of_digest)
        .where(among(connection, delivery.c.channel_id, channel_ids))
        .where(delivery.c.state == _S.UNKNOWN.value, digest.c.outcome == Outcome.TOLD.value)
        .order_by(digest.c.due_at, digest.c.id)
    )
    candidates = unknown.all()
    if not candidates:
        return {}
    arrived = await connection.execute(
        select(digest.c.channel_id, func.max(digest.c.composed_at).label("last"))
        .select_from(of_digest)
        .where(among(connection, delivery.c.channel_id, {row.channel_id for row in candidates}))
        .where(delivery.c.state == _S.SENT.value)
        .group_by(digest.c.channel_id)
    )
    last = {row.channel_id: row.last for row in arrived}
    unsure: dict[int, tuple[Unsure, ...]] = {}
    for row in candidates:
        if row.composed_at > last.get(row.channel_id, _LONG_AGO):
            before = unsure.get(row.channel_id, ())
            unsure[row.channel_id] = (*before, Unsure(row.id, row.due_at))
    return unsure


async def _quiet(
    connection: AsyncConnection, channel_ids: Sequence[int]
) -> dict[int, tuple[int, datetime]]:
    """How many due times in a row, up to the last one, were quiet, and when the first was."""
    quiet = Outcome.QUIET.value
    # The last that was not quiet is found from the end: the years before are not looked at.
    ended = digest.alias()
    last = (
        select(ended.c.due_at)
        .where(ended.c.channel_id == channel.c.id, ended.c.outcome != quiet)
        .order_by(ended.c.due_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    begins = (
        select(channel.c.id, func.coalesce(last, _LONG_AGO).label("after"))
        .where(among(connection, channel.c.id, channel_ids))
        .cte()
    )
    found = await connection.execute(
        select(digest.c.channel_id, func.count().label("days"), func.min(digest.c.due_at))
        .select_from(begins.join(digest, digest.c.channel_id == begins.c.id))
        .where(digest.c.due_at > begins.c.after, digest.c.outcome == quiet)
        .group_by(digest.c.channel_id)
    )
    return {row[0]: (row[1], row[2]) for row in found}
