"""Compose: signals and subscriptions become digests, and digests become deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from hypecurve.domain.catalogue import CatalogueEntry, RepoState
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Digest, SourceHealth, choose
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.schedule import last_due, next_due
from hypecurve.domain.signal import SUBSCRIBABLE, Signal, SignalKind
from hypecurve.domain.subscription import Channel, Subscription, Wants
from hypecurve.ports import Clock
from hypecurve.ports.store import Found, Listener, Store, Transaction
from hypecurve.wording.digest import digest_message

_log = structlog.get_logger(__name__)
_AT_ONCE = 500
USEFUL = timedelta(days=7)
"""News that did not arrive is told by a later digest for so long."""
HELD_BACK = timedelta(hours=3)
"""A digest waits so long for a sweep that can be trusted, then goes out without what it lacks."""
_ON_TIME = timedelta(minutes=15)
"""A digest composed so late still belongs to the time it was due."""
_BACK = frozenset({SignalKind.STALLED, SignalKind.AWAKE})
"""One heading, "quiet and back": who wants one of them wants both."""


async def compose_due(store: Store, clock: Clock, taxonomy: Taxonomy) -> int:
    """Freeze a digest for each channel that is due; return how many deliveries there are to make.

    Each channel is one transaction: its digest, its delivery, and its next due time. Running it
    twice, or in two processes, composes nothing twice. A channel that cannot be composed (its zone
    is one the time zone database has no more) is logged and left for the next time: the others
    get theirs. While the last sweep is degraded digests are held back, for three hours at most.
    """
    async with store.read() as tx:
        last = await tx.stars.latest(whatever_health=True)
        degraded = last is not None and last.health is not Health.GOOD
        patience = HELD_BACK if degraded else timedelta(0)
        waiting = await tx.subscriptions.due(clock.now() - patience, _AT_ONCE)
    deliveries = 0
    for channel_id in waiting:
        try:
            async with store.write() as tx:
                deliveries += await _compose(tx, channel_id, clock.now(), taxonomy)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one channel's trouble is no other one's
            reason = str(error) or type(error).__name__
            _log.error("a digest cannot be composed", channel=channel_id, reason=reason)
    return deliveries


async def _compose(tx: Transaction, channel_id: int, now: datetime, taxonomy: Taxonomy) -> bool:
    listener = await tx.subscriptions.lock(channel_id)
    if listener is None:
        return False
    due = [item for item in listener.subscriptions if _is_due(item, now)]
    if not due:  # another process was faster
        return False
    due_at = max(last_due(item.schedule, item.next_due, now) for item in due if item.next_due)
    # It tells all there is by now: hours late, its day and the next one's "since" are of now.
    told_at = due_at if now - due_at <= _ON_TIME else now
    # What the channel refused until now is told by this digest instead.
    await tx.outbox.expire(channel_id, now)
    cycle = await tx.signals.current_cycle()
    draft = await draft_digest(tx, listener, due, told_at, taxonomy)
    message = None if draft.digest.quiet else digest_message(draft.digest, taxonomy, due[0].locale)
    digest_id = await tx.outbox.put(
        listener,
        due_at,
        (min(item.heard_cycle for item in due), cycle),
        now,
        signal_ids=draft.signal_ids,
        message=message,
    )
    for item in due:
        later = replace(item, next_due=next_due(item.schedule, now))
        if digest_id is not None:  # else this time had its digest already: the next one tells it
            later = replace(later, heard_cycle=cycle, heard_at=told_at)
        await tx.subscriptions.change(later)
    return digest_id is not None and message is not None


def _is_due(item: Subscription, now: datetime) -> bool:
    paused = item.paused_until is not None and item.paused_until > now
    return item.next_due is not None and item.next_due <= now and not paused


@dataclass(frozen=True, slots=True)
class Draft:
    """A digest with the ids of the signals it tells."""

    digest: Digest
    signal_ids: tuple[int, ...]


async def draft_digest(
    tx: Transaction,
    listener: Listener,
    subscriptions: Sequence[Subscription],
    at: datetime,
    taxonomy: Taxonomy,
) -> Draft:
    """Put together what these subscriptions of a channel have not heard yet, dated by `at`.

    The sending and the preview both use it, so that a preview shows what would be sent.
    """
    cycle = await tx.signals.current_cycle()
    released = await tx.outbox.released(listener.id, at - USEFUL)
    heard = {item.heard_cycle for item in subscriptions}
    first = min([*heard, *([released.after_cycle] if released.signal_ids else [])])
    signals = await tx.signals.between(first, cycle)
    ids = frozenset(signal_id for signal_id, _ in signals)
    # Each subscription hears what came after its own last digest, or after it was made.
    unheard = {first: ids}
    for number in heard - {first}:
        later = await tx.signals.between(number, cycle)
        unheard[number] = frozenset(signal_id for signal_id, _ in later)
    told = await tx.outbox.reported(listener.id, sorted(ids)) - released.signal_ids
    submitted = await tx.submissions.by_channel(listener.id)
    told |= await _noticed(tx, listener.channel, signals, submitted)

    def hearers(signal_id: int) -> Sequence[Subscription]:
        if signal_id in released.signal_ids:
            return listener.subscriptions
        return [item for item in subscriptions if signal_id in unheard[item.heard_cycle]]

    entries = await entries_of(tx, [signal for _, signal in signals])
    wanted = [
        (signal_id, signal)
        for signal_id, signal in signals
        if signal_id not in told
        and signal.repo_id in entries
        and _wanted(signal, entries[signal.repo_id], listener, hearers(signal_id), taxonomy)
    ]
    since = max((item.heard_at for item in subscriptions if item.heard_at), default=None)
    if any(signal_id in released.signal_ids for signal_id, _ in wanted):
        since = released.since
    wants = merged([item.wants for item in subscriptions])
    latest = await tx.stars.latest()
    last = await tx.stars.latest(whatever_health=True)
    shown, overflow = choose(
        (signal for _, signal in wanted),
        entries,
        listener.followed,
        counts_at=latest.at if latest else None,
        submitted=submitted,
    )
    digest = Digest(
        channel=listener.channel,
        due_at=at,
        since=since,
        counts_at=latest.at if latest else None,
        zone=subscriptions[0].schedule.zone,
        wants=wants,
        watched=await count_watched(tx, wants, taxonomy),
        shown=shown,
        overflow=overflow,
        source=None if last is None else SourceHealth(last.health, last.seen, last.expected),
    )
    return Draft(digest, tuple(signal_id for signal_id, _ in wanted))


async def _noticed(
    tx: Transaction,
    channel: Channel,
    signals: Sequence[tuple[int, Signal]],
    submitted: frozenset[RepoId],
) -> frozenset[int]:
    """The signals whose news this channel had by a notice, as it had submitted the repo."""
    keys = {
        listed_key(signal.repo_id): signal_id
        for signal_id, signal in signals
        if signal.kind is SignalKind.NEW and signal.repo_id in submitted
    }
    return frozenset(keys[key] for key in await tx.outbox.noticed(channel, keys))


def listed_key(repo_id: RepoId) -> str:
    """Return the key of the notice that a submitted repo is listed."""
    return f"listed {repo_id}"


def _wanted(
    signal: Signal,
    entry: CatalogueEntry,
    listener: Listener,
    subscriptions: Sequence[Subscription],
    taxonomy: Taxonomy,
) -> bool:
    """Whether it is told to those who have not heard it yet."""
    if signal.repo_id in listener.followed:
        return bool(subscriptions)
    return signal.kind in SUBSCRIBABLE and any(
        wants_signal(item.wants, signal.kind, entry, taxonomy) for item in subscriptions
    )


def wants_signal(wants: Wants, kind: SignalKind, entry: CatalogueEntry, taxonomy: Taxonomy) -> bool:
    """Whether a wish covers this kind of signal of this repo."""
    kinds = wants.kinds | _BACK if wants.kinds & _BACK else wants.kinds
    if kind not in kinds:
        return False
    if not wants.categories:
        return True
    return entry.place.category in taxonomy.expand(wants.categories)


def merged(wishes: Sequence[Wants]) -> Wants:
    """All that several wishes ask for together; no category means all of them."""
    everything = any(not wants.categories for wants in wishes)
    categories: frozenset[str] = frozenset().union(*(wants.categories for wants in wishes))
    kinds: frozenset[SignalKind] = frozenset().union(*(wants.kinds for wants in wishes))
    return Wants(frozenset() if everything else categories, kinds)


async def entries_of(tx: Transaction, signals: Sequence[Signal]) -> Mapping[RepoId, CatalogueEntry]:
    """The listed repos that signals speak of, those that are gone by now among them."""
    ids = sorted({signal.repo_id for signal in signals})
    listed = await tx.catalogue.entries(Found(ids=ids))
    gone = await tx.catalogue.entries(Found(ids=ids, states=frozenset({RepoState.GONE})))
    return {entry.repo.id: entry for entry in (*listed, *gone)}


async def count_watched(tx: Transaction, wants: Wants, taxonomy: Taxonomy) -> int:
    """How many listed repos a wish watches."""
    return await tx.catalogue.count(Found(categories=taxonomy.expand(wants.categories)))


async def digest_between(
    tx: Transaction,
    taxonomy: Taxonomy,
    wants: Wants,
    since: datetime,
    until: datetime,
    zone: str,
    followed: frozenset[RepoId] = frozenset(),
) -> Digest:
    """A digest of a stretch of time, for nobody in particular: what `hypecurve digest` shows."""
    signals = [signal for _, signal in await tx.signals.during(since, until)]
    entries = await entries_of(tx, signals)
    wanted = [
        signal
        for signal in signals
        if signal.repo_id in entries
        and (
            signal.repo_id in followed
            or wants_signal(wants, signal.kind, entries[signal.repo_id], taxonomy)
        )
    ]
    latest = await tx.stars.latest(until)
    shown, overflow = choose(wanted, entries, followed, counts_at=latest.at if latest else None)
    return Digest(
        channel=Channel.parse("terminal:here/now"),
        due_at=until,
        since=since,
        counts_at=latest.at if latest else None,
        zone=zone,
        wants=wants,
        watched=await count_watched(tx, wants, taxonomy),
        shown=shown,
        overflow=overflow,
    )
