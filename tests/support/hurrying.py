"""Services that look oftener than they do for people: `hurry` is called before one begins."""

from __future__ import annotations

from datetime import timedelta

from hypecurve import worker


def hurry(seconds: str) -> None:
    """Let the senders look for what is due, and for leases to take over, every so many seconds."""
    worker._TICK = timedelta(seconds=float(seconds))
