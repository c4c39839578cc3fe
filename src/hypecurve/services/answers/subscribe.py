"""Subscribe: what a channel wants to hear, when, and whom it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Welcome
from hypecurve.domain.repo import RepoName
from hypecurve.domain.schedule import next_due, parse_zone
from hypecurve.domain.subscription import Channel, Schedule, Subscription, Wants
from hypecurve.ports import Clock
from hypecurve.ports.store import Store, Transaction
from hypecurve.services.answers.lookup import named
from hypecurve.services.answers.tuning import (
    alerts,
    change_all,
    due_of,
    mute,
    pause,
    refine,
    resume,
    withdraw,
)
from hypecurve.services.answers.welcoming import welcome

__all__ = [
    "When",
    "Wish",
    "alerts",
    "follow",
    "mute",
    "pause",
    "refine",
    "resume",
    "schedule",
    "subscribe",
    "subscribed",
    "subscriptions_of",
    "unsubscribe",
]

UNSUBSCRIBED = "The channel took off what it hears before this could be sent."


@dataclass(frozen=True, slots=True)
class When:
    """The parts of a schedule that were said; None keeps what the channel has, or the default."""

    at: time | None = None
    zone: str | None = None
    weekdays: frozenset[int] | None = None

    def over(self, schedule: Schedule) -> Schedule:
        """The schedule with what was said put in. BadTime for an unknown zone."""
        if self.zone is not None:
            parse_zone(self.zone)
        return Schedule(
            at=schedule.at if self.at is None else self.at,
            zone=schedule.zone if self.zone is None else self.zone,
            weekdays=schedule.weekdays if self.weekdays is None else self.weekdays,
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for a channel; `by`: the user who asks.

    `locale`: theirs, where nobody chose the channel's and whoever installed the app told none.
    """

    channel: Channel
    wants: Wants
    when: When
    locale: str = "en"
    by: str = ""
    histories_an_hour: int = 0
    """Repos whose past is asked in an hour, to say how long that still takes; 0: not said."""


async def subscribe(store: Store, clock: Clock, taxonomy: Taxonomy, wish: Wish) -> Welcome:
    """Let a channel hear what it wants; return its first message.

    What the channel already hears of the same kinds at the same time grows by the categories;
    anything else becomes a subscription of its own, which hears what happens from now on. One that
    grows hears of its new categories too what happened since its last digest: it has one "since".
    What the channel leaves out, its alerts and what it wants of quiet days hold for all it hears.
    """
    async with store.write() as tx:
        return await subscribed(tx, clock.now(), taxonomy, wish)


async def subscribed(tx: Transaction, now: datetime, taxonomy: Taxonomy, wish: Wish) -> Welcome:
    """The same as part of a transaction that does more."""
    had = (await tx.subscriptions.hold(wish.channel)).subscriptions
    wants = _as_before(wish.wants, had)
    schedule = wish.when.over(had[0].schedule if had else Schedule())
    alike = next((item for item in had if _is_alike(item, schedule, wants)), None)
    if alike is not None:
        everything = not alike.wants.categories or not wants.categories
        categories = alike.wants.categories | wants.categories
        grown = replace(wants, categories=frozenset() if everything else categories)
        await tx.subscriptions.change(replace(alike, wants=grown))
    else:
        cycle = await tx.signals.current_cycle()
        spoken = await tx.subscriptions.spoken(wish.channel)
        await tx.subscriptions.add(
            Subscription(
                channel=wish.channel,
                wants=wants,
                schedule=schedule,
                locale=spoken or wish.locale,
                created_by=wish.by,
                next_due=next_due(schedule, now),
                heard_cycle=cycle,
                speaks_when_quiet=had[0].speaks_when_quiet if had else False,
                alerts=had[0].alerts if had else None,
                alerted_cycle=cycle,
            )
        )
    return await welcome(tx, taxonomy, wish.channel, wants, schedule, now, wish.histories_an_hour)


def _as_before(wants: Wants, had: Sequence[Subscription]) -> Wants:
    """A wish that leaves nothing out leaves out what the channel already does."""
    if not had or _left_out(wants) != _left_out(Wants()):
        return wants
    before = had[0].wants
    return replace(before, categories=wants.categories, kinds=wants.kinds)


def _left_out(wants: Wants) -> tuple[object, ...]:
    return wants.least_stars, wants.without_languages, wants.without_owners


def _is_alike(item: Subscription, schedule: Schedule, wants: Wants) -> bool:
    """Whether a wish is told by this subscription too, once it has grown."""
    return (
        item.schedule == schedule
        and item.wants.kinds == wants.kinds
        and _left_out(item.wants) == _left_out(wants)
    )


async def unsubscribe(
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    channel: Channel,
    categories: frozenset[str],
) -> bool:
    """Let a channel no longer hear some categories, or (empty) anything; False: it did not.

    A category of a layer that was subscribed as a whole leaves the layer's other categories. What
    waits to be sent is not sent any more: it may speak of what is not wanted. The next digest
    tells of it what still is.
    """
    async with store.write() as tx:
        listener = await tx.subscriptions.hold(channel)
        changed = False
        for item in listener.subscriptions:
            left = _without(item.wants, categories, taxonomy)
            if left is None and item.id is not None:
                await tx.subscriptions.remove([item.id])
            elif left is not None and left != item.wants:
                await tx.subscriptions.change(replace(item, wants=left))
            changed = changed or left != item.wants
        if changed:
            await withdraw(tx, channel, clock.now(), UNSUBSCRIBED)
    return changed


def _without(wants: Wants, categories: frozenset[str], taxonomy: Taxonomy) -> Wants | None:
    if not categories:
        return None
    every = frozenset(category.slug for category in taxonomy.categories)
    had = taxonomy.expand(wants.categories) or every
    dropped = taxonomy.expand(categories)
    if not had & dropped:
        return wants
    left = had - dropped
    return replace(wants, categories=left) if left else None


async def schedule(
    store: Store, clock: Clock, channel: Channel, when: When
) -> tuple[Subscription, ...]:
    """Move all digests of a channel to another time; NotFound where it has none.

    What was not told yet is told at the new time.
    """

    def moved(item: Subscription) -> Subscription:
        wished = when.over(item.schedule)
        return replace(item, schedule=wished, next_due=due_of(item, wished, clock.now()))

    async with store.write() as tx:
        return await change_all(tx, channel, moved)


async def subscriptions_of(store: Store, channel: Channel) -> Sequence[Subscription]:
    """What a channel hears."""
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(channel)
    return listener.subscriptions if listener else ()


async def follow(
    store: Store, channel: Channel, name: RepoName, *, on: bool
) -> tuple[CatalogueEntry, bool]:
    """Follow a repo in a channel, or no longer; NotFound where nobody knows it.

    Returns the repo and whether the channel subscribes to anything: without a digest there is
    nothing that could speak of it.
    """
    async with store.write() as tx:
        entry = await named(tx, name)
        listener = await tx.subscriptions.hold(channel)
        await tx.subscriptions.follow(channel, entry.repo.id, on=on)
    return entry, bool(listener.subscriptions)
