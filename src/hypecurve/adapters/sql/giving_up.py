"""What becomes of a delivery that is given up, and why where nothing was said of it before."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, func, select

from hypecurve.adapters.sql.tables import channel, delivery, delivery_step
from hypecurve.domain.delivery import DeliveryState, StepKind

IS_SOUGHT = and_(
    delivery_step.c.state == DeliveryState.PENDING.value, delivery_step.c.intent_at.is_not(None)
)
"""A step that may have been done (`Step.is_sought`)."""


def given_up_as(state: DeliveryState) -> ColumnElement[str]:
    """Return `sent` for a delivery whose post stands in its channel, else the state that is given.

    Only what was to come behind the post is given up then: people read the rest. `unknown` where
    nobody has looked yet whether it stands there.
    """
    posts = (
        select(delivery_step.c.number)
        .where(delivery_step.c.delivery_id == delivery.c.id)
        .where(delivery_step.c.kind == StepKind.POST.value)
    )
    stands = posts.where(delivery_step.c.state == DeliveryState.SENT.value).exists()
    return case(
        (stands, DeliveryState.SENT.value),
        (posts.where(IS_SOUGHT).exists(), DeliveryState.UNKNOWN.value),
        else_=state.value,
    )


def reason_or(otherwise: str) -> ColumnElement[str]:
    """Return a delivery's own reason, else that of its channel's pause, else what is given.

    One that was frozen for a paused channel was never tried, and has none of its own.
    """
    pause = (
        select(func.nullif(channel.c.pause_reason, ""))
        .where(channel.c.id == delivery.c.channel_id)
        .scalar_subquery()
    )
    return case((delivery.c.reason != "", delivery.c.reason), else_=func.coalesce(pause, otherwise))
