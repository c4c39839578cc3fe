"""Which news does not wait for the digest, and when it does all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.subscription import Alerts

NEWS_FOR = timedelta(hours=24)
"""What is older than that waits for the digest: it is nothing to be called up for."""
SURGE = 3.0
"""So many times its usual pace a repo has to rise for that to be told at once."""


def is_surge(signal: Signal) -> bool:
    """Whether a rise is told at once: at three times its usual pace, or still accelerating.

    Where the usual pace is next to nothing the multiple says little: the digest tells it.
    """
    if signal.kind is not SignalKind.RISING:
        return False
    multiple = signal.evidence.shown_multiple
    return signal.step > 1 or (multiple is not None and multiple >= SURGE)


def in_quiet_hours(alerts: Alerts, zone: ZoneInfo, at: datetime) -> bool:
    """Whether alerts are held back at an instant (aware UTC).

    By the wall clock of the zone: an hour that comes twice is quiet twice. The hours may go over
    midnight; where both ends are the same there are none.
    """
    begin, end = alerts.quiet_from, alerts.quiet_until
    if begin is None or end is None or begin == end:
        return False
    local = at.astimezone(zone).time()
    if begin < end:
        return begin <= local < end
    return local >= begin or local < end


def strongest(signals: Iterable[Signal], followed: Collection[RepoId]) -> list[Signal]:
    """Return the news in the order in which it is told: followed repos first, then by strength."""
    return sorted(
        signals,
        key=lambda signal: (
            signal.repo_id not in followed,
            -(signal.evidence.shown_multiple or 0.0),
            -signal.score,
            signal.repo_id,
        ),
    )
