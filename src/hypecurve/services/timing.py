"""Timing: due times stay right, whatever becomes of the zones."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypecurve.domain.errors import BadTime
from hypecurve.domain.schedule import next_due, parse_zone
from hypecurve.domain.subscription import Schedule

_DAY = timedelta(days=1)
FALLBACK = "UTC"
"""The zone in which times are shown where a channel's own is known no more."""


def due_after(schedule: Schedule, after: datetime, last: datetime | None = None) -> datetime:
    """Return when a schedule is due after an instant.

    Where its zone is one the time zone database knows no more it is due a day after `last` (its
    last due time), or as many days as it takes: a digest at the hour of old is better than none.
    """
    if knows(schedule.zone):
        return next_due(schedule, after)
    last = after if last is None else last
    return last + max(1, (after - last) // _DAY + 1) * _DAY


def knows(zone: str) -> bool:
    """Whether the time zone database knows a zone."""
    try:
        parse_zone(zone)
    except BadTime:
        return False
    return True
