"""Picking: somebody wants their channel to see a repo, in its next digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.errors import BadInput, NotFound
from hypecurve.domain.outside import clean
from hypecurve.domain.pick import KEPT, MOST_PICKS, MOST_WHY, Pick
from hypecurve.domain.repo import RepoName
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.ports import Clock
from hypecurve.ports.store import Store
from hypecurve.services.answers.lookup import named

_NAME = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """What is picked, why, and by whom: their name and, as `slack:T1/U1`, their id."""

    name: RepoName
    why: str
    by: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """A pick that is kept, and when it is shown; None: when the channel's pause ends."""

    entry: CatalogueEntry
    subscriptions: tuple[Subscription, ...]
    next_due: datetime | None


async def pick(store: Store, clock: Clock, channel: Channel, wish: Wish) -> Picked:
    """Keep a pick for a channel's next digest; one of the same repo that waits is replaced.

    NotFound where nobody knows the repo, it is gone, or the channel has no digest; BadInput where
    the channel mutes it, or its next digest has as many as it shows, or comes too late to show it.
    """
    now = clock.now()
    async with store.write() as tx:
        entry = await named(tx, wish.name)
        name = entry.repo.name
        if entry.gone_why is not None:
            raise NotFound(
                to_say("{name} is gone from GitHub: nobody could look at it."), name=name
            )
        listener = await tx.subscriptions.hold(channel)
        if not listener.subscriptions:
            raise NotFound(
                to_say(
                    "A pick is shown in this channel's digest, and there is none yet: start with "
                    "/hype subscribe all."
                )
            )
        if entry.repo.id in listener.muted:
            raise BadInput(
                to_say("{name} is muted here. To pick it: /hype unmute {name}"), name=name
            )
        dues = (item.next_due for item in listener.subscriptions)
        next_due = min((due for due in dues if due), default=None)
        if next_due is not None and next_due > now + KEPT:
            raise BadInput(
                to_say(
                    "A pick waits {days} days for a digest, and the next one here comes later. "
                    "Resume this channel before you pick: /hype resume"
                ),
                days=KEPT.days,
            )
        waiting = (await tx.picks.waiting([listener.id], now - KEPT)).get(listener.id, [])
        if len([each for each in waiting if each.repo_id != entry.repo.id]) >= MOST_PICKS:
            form = to_say("This channel's next digest has {most} picks already.")
            raise BadInput(form, most=MOST_PICKS)
        await tx.picks.add(
            channel,
            Pick(
                repo_id=entry.repo.id,
                why=clean(wish.why, MOST_WHY),
                by=clean(wish.by, _NAME),
                at=now,
                user=wish.user,
            ),
        )
    return Picked(entry, listener.subscriptions, next_due)
