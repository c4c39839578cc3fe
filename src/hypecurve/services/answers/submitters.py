"""Submitters: the channels that asked for a repo hear that it is listed, each of them once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import NOT_AI, Taxonomy
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Subscription
from hypecurve.ports import Clock
from hypecurve.ports.store import Listener, Store, Transaction
from hypecurve.services.digests.compose import USEFUL, listed_key, wants_signal
from hypecurve.wording.submissions import listed_message

_NEW = frozenset({SignalKind.NEW})


def is_listed(entry: CatalogueEntry) -> bool:
    """Whether people see it: past the gate, and not found to be no AI since."""
    return entry.listed_at is not None and entry.place.category != NOT_AI


async def tell_submitters(store: Store, clock: Clock, taxonomy: Taxonomy) -> int:
    """Send a notice to channels whose submission is listed; return how many there are.

    Where a digest of the channel has told it, or will, it is only noted. To be called after the
    detection; calling it again tells nothing twice. One transaction.
    """
    now, done, notices = clock.now(), [], 0
    async with store.write() as tx:
        for wished, entry in await tx.submissions.untold():
            if wished.channel is None or wished.id is None:
                continue
            listener = await tx.subscriptions.hold(wished.channel)
            signals = await tx.signals.during(None, None, entry.repo.id)
            news = {key: signal for key, signal in signals if signal.kind is SignalKind.NEW}
            if not await _digest_tells(tx, listener, entry, news, now, taxonomy):
                first = next(iter(listener.subscriptions), None)
                bars = [signal.evidence.after for signal in news.values()]
                message = listed_message(
                    wished,
                    entry,
                    taxonomy,
                    first.locale if first else "en",
                    zone=first.schedule.zone if first else "UTC",
                    passed=await _passed(tx, entry, bars[0] if bars else None),
                )
                key = listed_key(entry.repo.id)
                sent = await tx.digests.notify(wished.channel, key, message, now)
                notices += sent is not None
            done.append(wished.id)
        if done:
            await tx.submissions.told(done, now)
    return notices


async def _digest_tells(
    tx: Transaction,
    listener: Listener,
    entry: CatalogueEntry,
    news: Collection[int],
    now: datetime,
    taxonomy: Taxonomy,
) -> bool:
    """Whether a digest of this channel has told that a repo is new, or will. `news`: signal ids."""
    if not news:
        return False
    told = (await tx.digests.told([listener.id], 0, now - USEFUL))[listener.id]
    if not (told.signal_ids | told.released.signal_ids).isdisjoint(news):
        return True
    cycle = await tx.signals.current_cycle()
    for item in listener.subscriptions:
        followed = entry.repo.id in listener.followed
        if _sleeps(item, now) or not (
            followed or wants_signal(item.wants, SignalKind.NEW, entry, taxonomy)
        ):
            continue
        unheard = await tx.signals.between(item.heard_cycle, cycle, _NEW)
        if any(signal_id in news for signal_id, _ in unheard):
            return True
    return False


async def _passed(tx: Transaction, entry: CatalogueEntry, bar: str | None) -> int | None:
    """The bar, where a sweep saw the repo under it before it was listed."""
    if bar is None or not bar.isdecimal() or entry.listed_at is None:
        return None
    seen = await tx.stars.history(entry.repo.id, entry.first_seen_at, entry.listed_at)
    return int(bar) if any(each.stars < int(bar) for each in seen.snapshots) else None


def _sleeps(item: Subscription, now: datetime) -> bool:
    """Whether no digest of this subscription is on its way."""
    paused = item.paused_until is not None and item.paused_until > now
    return paused or item.next_due is None
