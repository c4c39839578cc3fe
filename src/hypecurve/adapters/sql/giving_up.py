"""Why a delivery was given up, where nothing had been said of it before."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, func, select

from hypecurve.adapters.sql.tables import channel, delivery


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
