"""Weeks of star history, as GitHub gives them, joined into days; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from hypecurve.domain.stars import PastStars

_WEEK = timedelta(weeks=1)
_HALF_DAY = timedelta(hours=12)


def join(found: Mapping[datetime, tuple[int, ...]], weeks: int, now: datetime) -> PastStars | None:
    """Join the newest unbroken run of at most `weeks` weeks; None where there is none.

    `found`: the start of each week and its seven days. Days after `now` are dropped.
    """
    run: list[datetime] = []
    for start in sorted(found, reverse=True)[:weeks]:
        if run and run[-1] - start != _WEEK:
            break
        run.append(start)
    if not run:
        return None
    first = _day(run[-1])
    days = [gain for start in reversed(run) for gain in found[start]]
    known = (now.astimezone(UTC).date() - first).days + 1
    return PastStars(first, tuple(days[:known]), now) if known > 0 else None


def _day(start: datetime) -> date:
    """The UTC day that the 24 hours from an instant lie in for the most part."""
    return (start + _HALF_DAY).date()
