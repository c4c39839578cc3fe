"""When a subscription is next due, in the channel's own zone, right across daylight saving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hypecurve.domain.errors import BadTime
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Schedule

_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-3])(?::(?P<minute>[0-5]\d))?")
_SPAN = re.compile(r"(?P<number>\d{1,4})\s*(?P<unit>[smhd])")
_YEARS = range(1970, 2200)
"""The years people may ask of: a span before or after them is still a date."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_time(text: str) -> time:
    """Read a time of day such as `09:00`, `9:00` or `9`."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        form = to_say("'{slip}' is not a time of day: write it as 09:00.")
        raise BadTime(form, slip=text.strip()[:40])
    return time(int(found["hour"]), int(found["minute"] or 0))


def parse_span(text: str) -> timedelta:
    """Read a span such as `6h`, `30m` or `2d`, longer than nothing."""
    found = _SPAN.fullmatch(text.strip().casefold())
    span = timedelta(**{_UNITS[found["unit"]]: int(found["number"])}) if found else timedelta()
    if not span:
        form = to_say("'{slip}' is not a span of time: write it as 6h, 30m or 2d.")
        raise BadTime(form, slip=text.strip()[:40])
    return span


def parse_instant(text: str, zone: ZoneInfo | None = None) -> datetime:
    """Read a date or a date and time; a date alone is the end of that day.

    Without a zone of its own the time is taken in `zone`, or UTC. BadTime outside 1970 to 2199.
    """
    stripped = text.strip()
    try:
        found = datetime.fromisoformat(stripped)
        if _is_date(stripped):
            found = found.replace(hour=23, minute=59, second=59)
        at = (found if found.tzinfo else found.replace(tzinfo=zone or UTC)).astimezone(UTC)
        if at.year not in _YEARS:
            raise ValueError  # noqa: TRY301 - one message for all that is no time to ask of
    except (ValueError, OverflowError):
        form = to_say("'{slip}' is not a date or time: write 2025-06-30 or 2025-06-30T09:00.")
        raise BadTime(form, slip=stripped[:40]) from None
    return at


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_zone(text: str) -> ZoneInfo:
    """Look up an IANA zone such as `Europe/Paris`."""
    try:
        return ZoneInfo(text.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        form = to_say(
            "'{slip}' is not a time zone: write it as Europe/Paris, America/New_York or UTC."
        )
        raise BadTime(form, slip=text.strip()[:60]) from None


def next_due(schedule: Schedule, after: datetime) -> datetime:
    """Return the first instant (aware UTC) strictly after `after` at which the schedule is due.

    A local time that does not exist (the clock jumps forward) becomes the first valid instant
    after the gap; one that exists twice means its first occurrence. BadTime without a weekday.
    """
    return next(due for due in _dues(schedule, after, 1) if due > after)


def due_by(schedule: Schedule, at: datetime) -> datetime:
    """Return the last instant (aware UTC) up to `at`, `at` included, at which it is due.

    BadTime without a weekday.
    """
    return next(due for due in _dues(schedule, at, -1) if due <= at)


def last_due(schedule: Schedule, first: datetime, now: datetime) -> datetime:
    """Return the last due instant up to `now`, `first` being one of them.

    After a downtime one digest stands for all that were missed, and is dated by the last.
    """
    return max(first, due_by(schedule, now))


def nearest_due(schedule: Schedule, to: datetime) -> datetime:
    """Return the due instant nearest to another; the later one where two are as near.

    Where the rules of a zone changed it is what an instant of the old ones has become.
    """
    before = due_by(schedule, to)
    after = next_due(schedule, to)
    return before if to - before < after - to else after


def day_begins(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when (aware UTC) the day of a zone began in which an instant lies."""
    begin = _instant(datetime.combine(at.astimezone(zone).date(), time()), zone)
    # Where midnight comes twice the day began the first time.
    return min(begin, at)


def _dues(schedule: Schedule, near: datetime, step: int) -> Iterator[datetime]:
    """The due instants around an instant, day by day forwards (1) or backwards (-1)."""
    if not schedule.weekdays:
        raise BadTime(to_say("A schedule needs at least one weekday."))
    zone = parse_zone(schedule.zone)
    day = near.astimezone(zone).date() - timedelta(days=step)
    # A week of days, one before for zones that skip a whole day (Samoa, 2011), two after.
    for _ in range(10):
        if day.weekday() in schedule.weekdays:
            yield _instant(datetime.combine(day, schedule.at), zone)
        day += timedelta(days=step)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a wall-clock time: the first occurrence, or the end of a gap."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # In a gap fold=0 uses the offset before it, which lands past the gap by as much as `local`
    # lies inside it; walking back finds where the gap ends.
    low, high = instant - timedelta(days=1, hours=1), instant
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < local:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
