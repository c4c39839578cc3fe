"""Times that cannot be: what a clock that was wrong leaves behind."""

from __future__ import annotations

from datetime import datetime, timedelta

MOST_OFF = timedelta(minutes=10)
"""A clock that is further off is wrong; machines that ask the time of others differ by seconds."""


def lies_ahead(at: datetime | None, now: datetime) -> bool:
    """Whether what is told to have happened lies in the future; what never did does not."""
    return at is not None and at - now > MOST_OFF


def holds(until: datetime, now: datetime, ttl: timedelta) -> bool:
    """Whether a hold of `ttl` that ends at `until` lasts; one that no right clock gave does not."""
    return now <= until and not lies_ahead(until, now + ttl)
