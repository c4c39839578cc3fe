"""Tuning: pauses, what is left out, muted repos and alerts, for all that a channel hears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.errors import NotFound
from hypecurve.domain.repo import RepoName
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import (
    UNTIL_RESUMED,
    Alerts,
    Channel,
    Schedule,
    Subscription,
)
from hypecurve.ports import Clock
from hypecurve.ports.store import Store, Transaction
from hypecurve.services.answers.lookup import named
from hypecurve.services.digests.timing import due_after

_NONE = to_say("This channel has no subscription yet: start with /hype subscribe all.")

_PAUSED = to_say("The channel was paused before this could be sent: its next digest tells it.")


async def pause(
    store: Store, clock: Clock, channel: Channel, span: timedelta | None
) -> tuple[Subscription, ...]:
    """Let a channel hear nothing for a while, or (None) until it is resumed.

    What happens meanwhile is told by the first digest after it, as far as it is news then, and so
    is what waited to be sent: it is not sent any more. NotFound where the channel has no
    subscription.
    """
    now = clock.now()
    until = UNTIL_RESUMED if span is None else min(now + span, UNTIL_RESUMED)

    def paused(item: Subscription) -> Subscription:
        item = replace(item, paused_until=until)
        return replace(item, next_due=due_of(item, item.schedule, now))

    async with store.write() as tx:
        items = await change_all(tx, channel, paused)
        await withdraw(tx, channel, now, _PAUSED)
        return items


async def resume(store: Store, clock: Clock, channel: Channel) -> tuple[Subscription, ...]:
    """End a channel's pause: it hears again at its next time. NotFound without a subscription.

    What was due and not composed yet stays due.
    """
    now = clock.now()

    def resumed(item: Subscription) -> Subscription:
        if item.paused_until is None:
            return item
        item = replace(item, paused_until=None)
        return replace(item, next_due=due_of(item, item.schedule, now))

    async with store.write() as tx:
        return await change_all(tx, channel, resumed)


async def refine(
    store: Store,
    channel: Channel,
    *,
    least_stars: int | None = None,
    without_languages: frozenset[str] | None = None,
    without_owners: frozenset[str] | None = None,
    speaks_when_quiet: bool | None = None,
) -> tuple[Subscription, ...]:
    """Change what all digests of a channel leave out; None keeps what there is.

    Languages and owners are held casefolded. NotFound where the channel has no subscription.
    """

    def refined(item: Subscription) -> Subscription:
        wants = item.wants
        if least_stars is not None:
            wants = replace(wants, least_stars=max(0, least_stars))
        if without_languages is not None:
            wants = replace(wants, without_languages=_casefolded(without_languages))
        if without_owners is not None:
            wants = replace(wants, without_owners=_casefolded(without_owners))
        speaks = item.speaks_when_quiet if speaks_when_quiet is None else speaks_when_quiet
        return replace(item, wants=wants, speaks_when_quiet=speaks)

    async with store.write() as tx:
        return await change_all(tx, channel, refined)


async def alerts(store: Store, channel: Channel, wish: Alerts | None) -> tuple[Subscription, ...]:
    """Let a channel hear at once of what cannot wait, or (None) no longer.

    It hears so of what is noticed from now on. NotFound where the channel has no subscription.
    """
    async with store.write() as tx:
        cycle = await tx.signals.current_cycle()

        def alerted(item: Subscription) -> Subscription:
            seen = item.alerted_cycle if item.alerts is not None else cycle
            return replace(item, alerts=wish, alerted_cycle=seen)

        return await change_all(tx, channel, alerted)


async def change_all(
    tx: Transaction, channel: Channel, change: Callable[[Subscription], Subscription]
) -> tuple[Subscription, ...]:
    """Change every subscription of a channel and return them; NotFound where it has none."""
    listener = await tx.subscriptions.hold(channel)
    if not listener.subscriptions:
        raise NotFound(_NONE)
    await tx.subscriptions.change(*(change(item) for item in listener.subscriptions))
    return (await tx.subscriptions.hold(channel)).subscriptions


async def withdraw(tx: Transaction, channel: Channel, now: datetime, why: str) -> None:
    """Let a channel's digests and alerts that wait to be sent wait no longer, for `why`.

    What is being sent at this very moment arrives: nobody can call that back.
    """
    listener = await tx.subscriptions.hold(channel)
    await tx.digests.withdraw([listener.id], now, why)


def due_of(item: Subscription, schedule: Schedule, now: datetime) -> datetime | None:
    """Return when a subscription is next due: behind its pause, or None until it is resumed."""
    if item.paused_until == UNTIL_RESUMED:
        return None
    return due_after(schedule, max(now, item.paused_until or now), item.next_due)


def _casefolded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words)


async def mute(store: Store, channel: Channel, name: RepoName, *, on: bool) -> CatalogueEntry:
    """Never speak of a repo in a channel, or do again; NotFound where nobody knows the repo."""
    async with store.write() as tx:
        entry = await named(tx, name)
        listener = await tx.subscriptions.hold(channel)
        if not listener.subscriptions:
            raise NotFound(_NONE)
        await tx.subscriptions.mute(channel, entry.repo.id, on=on)
    return entry
