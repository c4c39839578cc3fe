"""What channels were told, and what digests and alerts that never arrived give back, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.giving_up import IS_SOUGHT
from hypecurve.adapters.sql.statements import among, columns_of
from hypecurve.adapters.sql.tables import (
    channel,
    delivery,
    delivery_step,
    digest,
    digest_member,
    signal,
)
from hypecurve.domain.delivery import BEFORE_THE_POST, DeliveryState
from hypecurve.domain.digest import Unsure
from hypecurve.ports.store import Outcome, Released, Told

_S = DeliveryState
_GIVEN_UP = (_S.EXPIRED.value, _S.DROPPED.value)
_READ = (_S.SENDING.value, _S.SENT.value, _S.UNKNOWN.value)
_SHOWN_TO_NOBODY = tuple(kind.value for kind in BEFORE_THE_POST)
UNREAD = and_(
    delivery.c.state.in_(_GIVEN_UP),
    ~select(delivery_step.c.number)
    .where(delivery_step.c.delivery_id == delivery.c.id)
    .where(or_(delivery_step.c.state.in_(_READ), IS_SOUGHT))
    .where(delivery_step.c.kind.not_in(_SHOWN_TO_NOBODY))
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
        AND (delivery_step.state IN ('{"', '".join(_READ)}')
             OR delivery_step.state = '{_S.PENDING.value}'
             AND delivery_step.intent_at IS NOT NULL)
        AND delivery_step.kind NOT IN ('{"', '".join(_SHOWN_TO_NOBODY)}')
    )
)"""  # noqa: S608 - our own words
"""The same of the digest or alert that holds a member, for a statement written by hand."""
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
    lost = await connection.execute(
        select(delivery.c.digest_id, delivery.c.notice_id)
        .where(among(connection, delivery.c.channel_id, channel_ids))
        .where(UNREAD)
    )
    holders = {(row.digest_id, row.notice_id) for row in lost}
    held: dict[int, _Held] = {}
    for channel_id, signal_id, cycle in await _members(connection, holders, since):
        held.setdefault(channel_id, _Held()).released[signal_id] = cycle
    # A channel's years are not looked through: its members are found by signal, and signals are
    # numbered as they come.
    first = await connection.scalar(
        select(signal.c.id)
        .where(signal.c.cycle > after_cycle)
        .order_by(signal.c.cycle, signal.c.id)
        .limit(1)
    )
    if first is None:
        return held
    statement = select(digest_member).where(
        among(connection, digest_member.c.channel_id, channel_ids),
        digest_member.c.signal_id >= first,
    )
    for channel_id, signal_id, digest_id, notice_id in zip(
        *await columns_of(connection, statement), strict=True
    ):
        if (digest_id, notice_id) not in holders:
            held.setdefault(channel_id, _Held()).told.add(signal_id)
    return held


async def _members(
    connection: AsyncConnection, holders: Collection[tuple[int | None, int | None]], since: datetime
) -> list[Sequence[int]]:
    """(channel, signal, cycle) of what these digests and notices hold, where it still is news."""
    digests = [digest_id for digest_id, _ in holders if digest_id is not None]
    notices = [notice_id for _, notice_id in holders if notice_id is not None]
    found: list[Sequence[int]] = []
    member = digest_member.c
    for column, ids in ((member.digest_id, digests), (member.notice_id, notices)):
        if ids:
            statement = (
                select(member.channel_id, member.signal_id, signal.c.cycle)
                .join(signal, signal.c.id == member.signal_id)
                .where(among(connection, column, ids), signal.c.at >= since)
            )
            found += zip(*await columns_of(connection, statement), strict=True)
    return found


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
    """Digests with news that may not have arrived, and of which none says so that surely did.

    What was composed before it was known that one is unclear does not say so, be it sent later.
    """
    of_digest = delivery.join(digest, digest.c.id == delivery.c.digest_id)
    unknown = await connection.execute(
        select(digest.c.id, digest.c.channel_id, digest.c.due_at, delivery.c.settled_at)
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
        if row.settled_at is None or row.settled_at >= last.get(row.channel_id, _LONG_AGO):
            before = unsure.get(row.channel_id, ())
            unsure[row.channel_id] = (*before, Unsure(row.id, row.due_at))
    return unsure


async def _quiet(
    connection: AsyncConnection, channel_ids: Sequence[int]
) -> dict[int, tuple[int, datetime | None]]:
    """How many due times in a row, up to the last one, were quiet, and when the first was."""
    # The last that was not quiet is found from the end, and those behind it by it: the years
    # before, and other channels, are not looked at.
    ended = digest.alias()
    last = (
        select(ended.c.due_at)
        .where(ended.c.channel_id == channel.c.id, ended.c.outcome != Outcome.QUIET.value)
        .order_by(ended.c.due_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    begins = (
        select(channel.c.id, func.coalesce(last, _LONG_AGO).label("after"))
        .where(among(connection, channel.c.id, channel_ids))
        .cte()
    )
    behind = (digest.c.channel_id == begins.c.id, digest.c.due_at > begins.c.after)
    days = select(func.count()).select_from(digest).where(*behind).scalar_subquery()
    first = select(func.min(digest.c.due_at)).where(*behind).scalar_subquery()
    found = await connection.execute(select(begins.c.id, days, first))
    return {row[0]: (row[1], row[2]) for row in found}
