"""What digests that never arrived give back to the next one, on SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.tables import delivery, delivery_step, digest, digest_member, signal
from hypecurve.domain.delivery import DeliveryState
from hypecurve.ports.store import Released

_S = DeliveryState
_GIVEN_UP = delivery.c.state.in_((_S.EXPIRED.value, _S.DROPPED.value))
_UNREAD = and_(
    _GIVEN_UP,
    ~select(delivery_step.c.number)
    .where(
        delivery_step.c.delivery_id == delivery.c.id,
        delivery_step.c.state.in_((_S.SENDING.value, _S.SENT.value, _S.UNKNOWN.value)),
    )
    .exists(),
)
RELEASING = select(delivery.c.digest_id).where(delivery.c.digest_id.is_not(None), _UNREAD)
"""Digests of which nobody can have read anything, and nobody will."""
LOST_NOTICES = select(delivery.c.notice_id).where(delivery.c.notice_id.is_not(None), _UNREAD)
"""Notices of which the same is true."""


async def released(connection: AsyncConnection, channel_id: int, since: datetime) -> Released:
    """Return what expired or dropped digests of a channel held, from `since` on."""
    found = await connection.execute(
        select(signal.c.id, signal.c.cycle)
        .join(digest_member, digest_member.c.signal_id == signal.c.id)
        .where(
            digest_member.c.channel_id == channel_id,
            digest_member.c.digest_id.in_(RELEASING),
            signal.c.at >= since,
        )
    )
    cycles = {row.id: row.cycle for row in found}
    if not cycles:
        return Released()
    last = await connection.scalar(
        select(func.max(digest.c.composed_at)).where(
            digest.c.channel_id == channel_id,
            digest.c.id.not_in(
                select(delivery.c.digest_id).where(delivery.c.digest_id.is_not(None), _GIVEN_UP)
            ),
        )
    )
    return Released(frozenset(cycles), min(cycles.values()) - 1, last)
