"""Programs that wait less than they do for people: called in theirs before one begins."""

from __future__ import annotations

from datetime import timedelta

import stamina

from hypecurve import worker


def hurry(seconds: str) -> None:
    """Let the senders look for what is due, and for leases to take over, every so many seconds."""
    worker._TICK = timedelta(seconds=float(seconds))


def try_at_once(times: str) -> None:
    """Let what failed be tried again without a wait, so many times in all."""
    stamina.set_testing(True, attempts=int(times))
