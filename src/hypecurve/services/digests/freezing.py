"""Freezing: a channel's turn becomes frozen digests, deliveries and the next due time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from hypecurve.domain.schedule import last_due
from hypecurve.domain.subscription import Subscription
from hypecurve.ports.store import Frozen, Listener, Outcome, Transaction
from hypecurve.services.digests.drafting import Draft, oldest_again, oldest_news
from hypecurve.services.digests.news import News
from hypecurve.services.digests.pictures import shown_with
from hypecurve.services.digests.quiet import outcome_of, speaks
from hypecurve.services.digests.timing import due_after, knows, tell_of_zone
from hypecurve.wording.digest import digest_message

_DAY = timedelta(days=1)
_ON_TIME = timedelta(minutes=15)
"""A digest composed so late still belongs to the time it was due."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A channel whose turn it is."""

    listener: Listener
    due: Sequence[Subscription]
    due_at: datetime
    told_at: datetime
    """What the digest is dated by."""
    floor: datetime
    """What came before is no news any more."""
    floor_again: datetime
    """The same of what earlier digests did not bring."""

    @property
    def first(self) -> datetime:
        """The first time that was missed, or the only one."""
        return min(item.next_due for item in self.due if item.next_due)

    @property
    def skips(self) -> bool:
        """Whether times were missed so long ago that nobody is told what happened then."""
        return self.first <= self.floor


@dataclass(frozen=True, slots=True)
class Composed:
    """A turn with what it comes to."""

    turn: Turn
    draft: Draft
    frozen: Frozen


def turn_of(listener: Listener, now: datetime) -> Turn | None:
    """Return whose turn it is of a channel's subscriptions; None where nobody's."""
    due = [item for item in listener.subscriptions if _is_due(item, now)]
    if not due:
        return None
    due_at = max(_last_due(item, now) for item in due)
    # It tells all there is by now: hours late, its day and the next one's "since" are of now.
    told_at = due_at if now - due_at <= _ON_TIME else now
    floor = oldest_news(due, told_at, due_at)
    again = oldest_again(listener.subscriptions, told_at, due_at)
    return Turn(listener, due, due_at, told_at, floor, again)


def _is_due(item: Subscription, now: datetime) -> bool:
    paused = item.paused_until is not None and item.paused_until > now
    return item.next_due is not None and item.next_due <= now and not paused


def _last_due(item: Subscription, now: datetime) -> datetime:
    first = item.next_due or now
    if knows(item.schedule.zone):
        return last_due(item.schedule, first, now)
    return first + (now - first) // _DAY * _DAY


def frozen_of(news: News, turn: Turn, made: Draft, *, pictured: bool = False) -> Frozen:
    """Return the digest as it is kept, with its words where there is something to send.

    `pictured`: with the picture of what rises most, where that is known already.
    """
    digest, locale = made.digest, turn.due[0].locale
    message = None
    if speaks(digest, turn.due):
        # All that the words depend on; what is the same for the whole run is not in it.
        key = (
            *("message", id(digest.shown), id(digest.overflow), digest.due_at, digest.since),
            *(digest.zone, digest.wants, locale, digest.unsure, digest.quiet_since),
            digest.closest and digest.closest.entry.repo.id,
            tuple(each.pick.id for each in digest.picks),
        )
        message = news.once(key, lambda: digest_message(digest, news.taxonomy, locale, news.worded))
        calls = "" if digest.quiet else turn.listener.calls
        if pictured or calls:
            # Not in the key above: words are the same on every platform, and cost most.
            told = message
            message = news.once(
                (*key, pictured, calls),
                lambda: replace(shown_with(news, digest, told) if pictured else told, calls=calls),
            )
    return Frozen(
        turn.listener.id,
        turn.due_at,
        (made.after, news.cycle),
        outcome_of(digest),
        made.signal_ids,
        message,
    )


async def freeze(tx: Transaction, composed: Sequence[Composed], cycle: int, now: datetime) -> int:
    """Keep the digests and move the due times on; return how many deliveries there are."""
    skipped = [_skipped(each) for each in composed if each.turn.skips]
    if skipped:
        await tx.digests.freeze(skipped, now)
    kept = await tx.digests.freeze([each.frozen for each in composed], now)
    await tx.picks.told(
        {
            key: [pick_id for item in each.draft.digest.picks for pick_id in item.ids]
            for each, key in zip(composed, kept, strict=True)
            if key is not None and each.draft.digest.picks
        }
    )
    moved = (
        _moved(each, cycle, now, told=key is not None)
        for each, key in zip(composed, kept, strict=True)
    )
    await tx.subscriptions.change(*chain.from_iterable(moved))
    for each in composed:
        await tell_of_zone(tx, each.turn.listener, now)
    return sum(
        key is not None and each.frozen.message is not None
        for each, key in zip(composed, kept, strict=True)
    )


def _skipped(each: Composed) -> Frozen:
    """The times missed for so long, as one that nobody was told of."""
    turn, heard = each.turn, min(item.heard_cycle for item in each.turn.due)
    return Frozen(turn.listener.id, turn.first, (heard, each.draft.after), Outcome.SKIPPED)


def _moved(each: Composed, cycle: int, now: datetime, *, told: bool) -> Iterator[Subscription]:
    for item in each.turn.due:
        later = replace(item, next_due=due_after(item.schedule, now, item.next_due))
        if told:  # else this time had its digest already: the next one tells it
            later = replace(later, heard_cycle=cycle, heard_at=each.turn.told_at)
        yield later
