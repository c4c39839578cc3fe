"""When a cycle is due: by the clock, a little beside the hour, and sooner after a bad sweep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypecurve.domain.clocks import lies_ahead
from hypecurve.domain.health import Health
from hypecurve.ports.store import Sweep

SOON = timedelta(minutes=45)
"""After a sweep that cannot be trusted as a whole: GitHub's bad hours are hours, not days."""
_SPREAD = timedelta(minutes=10)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def update_due(
    last: Sweep | None, now: datetime, every: timedelta, beat: timedelta = timedelta(0)
) -> bool:
    """Whether it is time for a cycle, where `last` is the last sweep.

    Cycles keep to the clock (every 6 hours: 00:00, 06:00, ... UTC, each `beat` later), so that
    they neither drift nor come more often where services are restarted. The first comes at once,
    and the beat that follows another sweep within half a span is left out. After a sweep that
    cannot be trusted as a whole another one comes 45 minutes later, until one can. After one that
    lies in the future a cycle is due too: it says what is wrong, so that somebody hears of it.
    """
    if last is None or lies_ahead(last.at, now):
        return True
    first = _EPOCH + beat
    latest_beat = first + (now - first) // every * every
    if latest_beat - last.at >= every / 2:
        return True
    return last.health is not Health.GOOD and now - last.at >= SOON


def beat_of(made_at: datetime) -> timedelta:
    """How long after the full hour an installation's cycles begin: up to 10 minutes.

    Not all of them shall ask GitHub in the same minute. It is where in ten minutes the database
    was made: as good as by chance, the same after every start, and for all services that share it.
    """
    return (made_at - _EPOCH) % _SPREAD
