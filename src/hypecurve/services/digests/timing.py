"""Timing: due times stay right, whatever becomes of the zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypecurve.domain.errors import BadTime
from hypecurve.domain.schedule import nearest_due, next_due, parse_zone
from hypecurve.domain.subscription import Schedule, Subscription
from hypecurve.ports import Clock
from hypecurve.ports.store import Listener, Store, Transaction
from hypecurve.wording.composing import zone_unknown

FALLBACK = "UTC"
"""The zone in which times are shown where a channel's own is known no more."""
_DAY = timedelta(days=1)
_AT_ONCE = 200


def due_after(schedule: Schedule, after: datetime, last: datetime | None = None) -> datetime:
    """Return when a schedule is due after an instant.

    Where its zone is one the time zone database knows no more it is due whole days from `last`, a
    due time of old: a digest at the hour of before is better than none.
    """
    if knows(schedule.zone):
        return next_due(schedule, after)
    last = after if last is None else last
    return last + ((after - last) // _DAY + 1) * _DAY


def knows(zone: str) -> bool:
    """Whether the time zone database knows a zone."""
    try:
        parse_zone(zone)
    except BadTime:
        return False
    return True


async def renew_due(store: Store, clock: Clock) -> int:
    """Put due times right that the rules of a zone have moved; return how many there were.

    A new time zone database may say another instant of the same local time. What is due already is
    left alone. A channel whose zone is known no more is told once. For the start, and daily.
    """
    async with store.read() as tx:
        wrong = [each.id for each in await tx.subscriptions.listeners() if _is_wrong(each, clock)]
    renewed = 0
    for begin in range(0, len(wrong), _AT_ONCE):
        async with store.write() as tx:
            for listener in await tx.subscriptions.lock(wrong[begin : begin + _AT_ONCE]):
                moved = _moved(listener, clock.now())
                await tx.subscriptions.change(*moved)
                await tell_of_zone(tx, listener, clock.now())
                renewed += len(moved)
    return renewed


async def tell_of_zone(tx: Transaction, listener: Listener, now: datetime) -> None:
    """Tell a channel, once, of a zone of its own that is known no more."""
    for item in listener.subscriptions:
        zone = item.schedule.zone
        if not knows(zone):
            message = zone_unknown(zone, item.locale)
            await tx.digests.notify(listener.channel, f"zone unknown {zone}", message, now)


def _is_wrong(listener: Listener, clock: Clock) -> bool:
    zones = (item.schedule.zone for item in listener.subscriptions)
    return bool(_moved(listener, clock.now())) or not all(map(knows, zones))


def _moved(listener: Listener, now: datetime) -> list[Subscription]:
    """The subscriptions whose due time is another one by now, put right."""
    found = []
    for item in listener.subscriptions:
        if item.next_due is None or item.next_due <= now or not knows(item.schedule.zone):
            continue
        due = nearest_due(item.schedule, item.next_due)
        if due != item.next_due:
            found.append(replace(item, next_due=due))
    return found
