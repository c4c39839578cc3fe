"""Forms: a channel hears just what was filled in, and sees before what that would be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypecurve.domain.asking import Filled
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Digest, Welcome
from hypecurve.domain.errors import NotFound
from hypecurve.domain.saying import to_say
from hypecurve.domain.schedule import due_by
from hypecurve.domain.subscription import Channel, Subscription, Wants
from hypecurve.domain.wishes import categories_of
from hypecurve.ports import Clock
from hypecurve.ports.store import Listener, Store, Transaction
from hypecurve.services.answers.subscribe import UNSUBSCRIBED, When, Wish, subscribed
from hypecurve.services.answers.tuning import due_of, withdraw
from hypecurve.services.digests.drafting import digest_between, preview

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody filled in for a channel; `by`: the user."""

    channel: Channel
    filled: Filled
    locale: str = "en"
    by: str = ""
    histories_an_hour: int = 0
    """Repos whose past is asked in an hour, to say how long that still takes; 0: not said."""


async def fill(
    store: Store, clock: Clock, taxonomy: Taxonomy, sheet: Sheet
) -> Subscription | Welcome:
    """Let a channel hear just what was filled in; return the subscription as it is now.

    A new one gives the channel's first message. What is left out, alerts and what is wanted of
    quiet days hold for all that the channel hears. The last of two people wins. NotFound where
    somebody took the subscription off meanwhile.
    """
    now, filled = clock.now(), sheet.filled
    async with store.write() as tx:
        listener = await tx.subscriptions.hold(sheet.channel)
        cycle = await tx.signals.current_cycle()
        await tx.subscriptions.change(
            *(_with(each, filled, cycle) for each in listener.subscriptions)
        )
        if filled.subscription_id is not None:
            return await _changed(tx, now, taxonomy, listener, filled)
        when = When(filled.schedule.at, filled.schedule.zone, filled.schedule.weekdays)
        wish = Wish(
            sheet.channel, filled.wants, when, sheet.locale, sheet.by, sheet.histories_an_hour
        )
        welcome = await subscribed(tx, now, taxonomy, wish)
        made = await tx.subscriptions.hold(sheet.channel)
        await tx.subscriptions.change(*(_with(each, filled, cycle) for each in made.subscriptions))
        return welcome


async def previewed(
    store: Store, clock: Clock, taxonomy: Taxonomy, channel: Channel, filled: Filled
) -> Digest:
    """Return the digest as it would be sent now to who had filled it in so.

    A channel that hears nothing yet is shown the last day, or the last week where a day is quiet.
    """
    now = clock.now()
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(channel)
        had = listener.subscriptions if listener else ()
        if listener is None or filled.subscription_id not in {each.id for each in had}:
            return await _lately(tx, now, taxonomy, filled, listener)
        would = tuple(
            _replaced(each, filled) if each.id == filled.subscription_id else each
            for each in (_with(each, filled, 0) for each in had)
        )
        found = await preview(tx, replace(listener, subscriptions=would), now, taxonomy)
    return found.digest


def _with(item: Subscription, filled: Filled, cycle: int) -> Subscription:
    """Return a subscription with what holds for all that a channel hears."""
    wants = replace(
        item.wants,
        least_stars=filled.wants.least_stars,
        without_languages=filled.wants.without_languages,
        without_owners=filled.wants.without_owners,
    )
    return replace(
        item,
        wants=wants,
        speaks_when_quiet=filled.speaks_when_quiet,
        alerts=filled.alerts,
        alerted_cycle=item.alerted_cycle if item.alerts is not None else cycle,
    )


def _replaced(item: Subscription, filled: Filled) -> Subscription:
    return replace(item, wants=filled.wants, schedule=filled.schedule)


async def _changed(
    tx: Transaction, now: datetime, taxonomy: Taxonomy, listener: Listener, filled: Filled
) -> Subscription:
    """Change the one subscription that was filled in; what was due stays due where it may."""
    items = (await tx.subscriptions.hold(listener.channel)).subscriptions
    item = next((each for each in items if each.id == filled.subscription_id), None)
    if item is None:
        raise NotFound(
            to_say(
                "Somebody took this subscription off meanwhile, so nothing was changed. "
                "Open the form again to make a new one."
            )
        )
    changed = _replaced(item, filled)
    if item.schedule != filled.schedule:
        changed = replace(changed, next_due=due_of(item, filled.schedule, now))
    for twin in items:
        if twin.id != item.id and _is_same(twin, changed) and twin.id is not None:
            # Two that say the same are one; what either has not heard yet it hears.
            heard = min(changed.heard_cycle, twin.heard_cycle)
            changed = replace(changed, heard_cycle=heard)
            await tx.subscriptions.remove([twin.id])
    await tx.subscriptions.change(changed)
    if _is_narrower(changed.wants, item.wants, taxonomy):
        await withdraw(tx, listener.channel, now, UNSUBSCRIBED)
    found = (await tx.subscriptions.hold(listener.channel)).subscriptions
    return next(each for each in found if each.id == item.id)


def _is_same(one: Subscription, other: Subscription) -> bool:
    return (one.wants, one.schedule, one.paused_until) == (
        other.wants,
        other.schedule,
        other.paused_until,
    )


def _is_narrower(now: Wants, before: Wants, taxonomy: Taxonomy) -> bool:
    """Whether something that was heard is heard no more, so that what waits may speak of it."""
    every = frozenset(category.slug for category in taxonomy.categories)
    had = categories_of(before, taxonomy) or every
    has = categories_of(now, taxonomy) or every
    return not (had <= has and before.kinds <= now.kinds)


async def _lately(
    tx: Transaction,
    now: datetime,
    taxonomy: Taxonomy,
    filled: Filled,
    listener: Listener | None,
) -> Digest:
    """What a subscription that is not there yet would have told now."""
    followed = listener.followed if listener else frozenset()
    zone = filled.schedule.zone
    for since in (min(now - _DAY, due_by(filled.schedule, now)), now - _WEEK):
        found = await digest_between(tx, taxonomy, filled.wants, since, now, zone, followed)
        if found.shown:
            break
    return found
