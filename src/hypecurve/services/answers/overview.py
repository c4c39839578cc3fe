"""Overview: how a channel and the whole service fare, for those who ask."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypecurve.domain.breaker import Breaker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import BadTime
from hypecurve.domain.overview import ChannelOverview, Overview, Posting, Trouble, TroubleKind
from hypecurve.domain.repo import RepoId
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Clock
from hypecurve.ports.store import (
    Found,
    Listener,
    Pause,
    Sending,
    Store,
    Suspension,
    Transaction,
)

LATE = timedelta(hours=4)
"""A digest may wait three hours for counts that can be trusted; after that nobody composes it."""
_LAST = 5
"""Deliveries that are shown of a channel."""
_ONE_BY_ONE = 50
"""Channels up to which each is asked for by itself."""
_ALL = 1_000_000
"""More channels than there are."""
_LOOKED_AT = 500
"""Deliveries that may not have arrived, or did not, of which the channels are looked at."""
_OPEN = {DeliveryState.UNKNOWN: TroubleKind.UNKNOWN, DeliveryState.DEAD: TroubleKind.DEAD}
_SETTLED = frozenset({DeliveryState.SENT, *_OPEN})


async def channel_overview(store: Store, clock: Clock, channel: Channel) -> ChannelOverview:
    """Return how one channel fares; one that never subscribed has no subscription."""
    now = clock.now()
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(channel)
        last = [_posting(each) for each in await tx.outbox.recent(channel, _LAST)]
        found = fares(channel, listener, await reach_now(tx), last, now)
        return replace(
            found,
            followed=await _names(tx, listener.followed if listener else frozenset()),
            muted=await _names(tx, listener.muted if listener else frozenset()),
            quiet_at=await tx.digests.quiet_at(channel),
        )


async def overview(store: Store, clock: Clock, *, every: bool = False) -> Overview:
    """Return how the service fares, with the channels that something is wrong with.

    `every`: with all that subscribe. What the channels follow and mute is left out.
    """
    now = clock.now()
    async with store.read() as tx:
        reach = await reach_now(tx)
        listeners = {each.channel: each for each in await tx.subscriptions.listeners()}
        counts = await tx.outbox.counts()
        due = await tx.subscriptions.due(now, _ALL)
        failed = await tx.outbox.recent(limit=_LOOKED_AT, states=frozenset(_OPEN))
        asked = {*reach.paused, *(each.channel for each in failed)}
        asked |= {
            channel
            for channel, listener in listeners.items()
            if every or channel.tenant in reach.suspended or _of_schedules(listener, now)
        }
        last = await last_of(tx, asked)
        channels = [
            fares(channel, listeners.get(channel), reach, last.get(channel, ()), now)
            for channel in sorted(asked)
        ]
    return Overview(
        at=now,
        subscribed=len(listeners),
        due=len(due),
        counts={state: counts.get(state, 0) for state in DeliveryState},
        left_alone=tuple(in_trouble(each) for each in reach.breakers if each.is_open(now)),
        suspended=tuple(_suspended(each) for each in reach.suspended.values()),
        channels=tuple(each for each in channels if every or each.troubles),
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """What keeps messages from channels."""

    paused: Mapping[Channel, Pause]
    suspended: Mapping[Tenant, Suspension]
    breakers: Sequence[Breaker]


async def reach_now(tx: Transaction) -> Reach:
    """Return who can be reached at present."""
    suspended = await tx.reach.suspended()
    breakers = await tx.reach.breakers()
    return Reach(
        await tx.reach.paused(),
        {each.tenant: each for each in sorted(suspended, key=lambda each: each.tenant)},
        [breakers[key] for key in sorted(breakers)],
    )


async def last_of(
    tx: Transaction, channels: Collection[Channel], tenant: Tenant | None = None
) -> Mapping[Channel, list[Posting]]:
    """Return the last deliveries of some channels, newest first.

    `tenant`: whose they all are, where they are one's.
    """
    found: dict[Channel, list[Posting]] = {}
    if tenant is not None or len(channels) > _ONE_BY_ONE:
        sendings = await tx.outbox.recent_of_each(_LAST, tenant)
    else:
        sendings = [each for one in channels for each in await tx.outbox.recent(one, _LAST)]
    for each in sendings:
        found.setdefault(each.channel, []).append(_posting(each))
    return found


def fares(
    channel: Channel,
    listener: Listener | None,
    reach: Reach,
    last: Sequence[Posting],
    now: datetime,
) -> ChannelOverview:
    """Return how one channel fares, but for the names of what it follows and mutes."""
    return ChannelOverview(
        channel=channel,
        at=now,
        subscriptions=listener.subscriptions if listener else (),
        last=tuple(last),
        troubles=tuple(_troubles(channel, listener, reach, last, now)),
        calls=listener.calls if listener else "",
    )


def _troubles(
    channel: Channel,
    listener: Listener | None,
    reach: Reach,
    last: Sequence[Posting],
    now: datetime,
) -> Iterator[Trouble]:
    """What is wrong with a channel, what keeps everything from it first."""
    if channel.tenant in reach.suspended:
        yield _suspended(reach.suspended[channel.tenant])
    if channel in reach.paused:
        pause = reach.paused[channel]
        yield Trouble(TroubleKind.REFUSED, str(channel), pause.since, pause.reason, pause.probe_at)
    for breaker in reach.breakers if listener and listener.subscriptions else ():
        if breaker.is_open(now) and breaker.key in (channel.tenant.platform, str(channel.tenant)):
            yield in_trouble(breaker)
    if listener is not None and channel.tenant not in reach.suspended:
        yield from _of_schedules(listener, now)
    # What came after it, and arrived, shows that all is well again.
    ended = next((each for each in last if each.delivery.state in _SETTLED), None)
    if ended is not None and ended.delivery.state in _OPEN:
        yield Trouble(
            _OPEN[ended.delivery.state],
            str(channel),
            ended.settled_at,
            ended.delivery.reason,
            posting=ended,
        )


def _of_schedules(listener: Listener, now: datetime) -> list[Trouble]:
    """What is wrong with when a channel's digests come."""
    found = []
    dues = [each.next_due for each in listener.subscriptions if each.next_due is not None]
    if dues and min(dues) < now - LATE:
        found.append(Trouble(TroubleKind.LATE, str(listener.channel), min(dues)))
    for zone in sorted({each.schedule.zone for each in listener.subscriptions}):
        try:
            parse_zone(zone)
        except BadTime:
            found.append(Trouble(TroubleKind.ZONE, zone))
    return found


def _suspended(suspension: Suspension) -> Trouble:
    return Trouble(
        TroubleKind.SUSPENDED,
        str(suspension.tenant),
        suspension.since,
        suspension.reason,
        suspension.probe_at,
    )


def in_trouble(breaker: Breaker) -> Trouble:
    """Return that a platform, or a tenant on it, is left alone."""
    return Trouble(
        TroubleKind.LEFT_ALONE, breaker.key, reason=breaker.reason, again_at=breaker.open_until
    )


def _posting(sending: Sending) -> Posting:
    return Posting(sending.delivery, sending.made_at, sending.due_at, sending.settled_at)


async def _names(tx: Transaction, ids: frozenset[RepoId]) -> tuple[str, ...]:
    if not ids:
        return ()
    entries = await tx.catalogue.entries(Found(ids=sorted(ids), listed=False))
    return tuple(sorted(str(entry.repo.name) for entry in entries))
