"""Drafting: what stands in a digest, of all that happened and all that its channel wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.choosing import choose
from hypecurve.domain.digest import Digest, Item, PickItem
from hypecurve.domain.repo import RepoId
from hypecurve.domain.schedule import due_by
from hypecurve.domain.subscription import Channel, Schedule, Subscription, Wants
from hypecurve.domain.wishes import merged, wants_signal
from hypecurve.ports.store import Listener, Told, Transaction
from hypecurve.services.digests.news import News, entries_of, found_by, latest_news
from hypecurve.services.digests.picks import picks_of
from hypecurve.services.digests.timing import FALLBACK, knows

USEFUL = timedelta(days=7)
"""News that did not arrive is told by a later digest for so long."""
_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """A digest with the ids of the signals it tells."""

    digest: Digest
    signal_ids: tuple[int, ...]
    after: int = 0
    """It tells of the cycles after this one: what came before is no news, or was told."""


@dataclass(frozen=True, slots=True)
class Case:
    """One channel to be told something, and what must be known of its past."""

    listener: Listener
    due: Sequence[Subscription]
    """Whose turn it is."""
    at: datetime
    """What the digest is dated by."""
    floor: datetime
    """What came before is no news."""
    floor_again: datetime
    """What came before is no news either where an earlier digest did not bring it."""
    told: Told
    submitted: frozenset[RepoId] = frozenset()
    """The repos that somebody in this channel asked for."""
    noticed: frozenset[int] = frozenset()
    """Signals whose news it had by a notice."""
    picks: tuple[PickItem, ...] = ()
    """What people in it want it to see."""


def draft(news: News, case: Case, watched: int) -> Draft:
    """Put together what these subscriptions of a channel have not heard yet.

    `watched`: how many repos their wishes watch. The news reach back as far as they did not hear.
    """
    listener, due, released = case.listener, case.due, case.told.released
    old = news.older(case.floor)
    wanted = _unheard(news, case, old) - case.told.signal_ids
    # Whose turn it is or not: what did not arrive belongs to all of the channel.
    again = released.signal_ids
    if again:
        after = released.after_cycle
        old_again = news.older(case.floor_again)
        again &= _covered(news, listener.subscriptions, listener.followed, after, old_again)
    ids = sorted((wanted | again) - case.noticed - news.of_repos(listener.muted, -1))
    since = max((item.heard_at for item in due if item.heard_at), default=None)
    after = min(item.heard_cycle for item in due)
    if since is not None:  # else it is the first one
        since = max(since, case.floor)
    if not released.signal_ids.isdisjoint(ids):
        since = released.since
    shown, overflow = _chosen(news, ids, listener.followed, case.submitted)
    zone = due[0].schedule.zone
    digest = Digest(
        channel=listener.channel,
        due_at=case.at,
        since=since,
        counts_at=news.counts_at,
        zone=zone if knows(zone) else FALLBACK,
        wants=merged([item.wants for item in due]),
        watched=watched,
        shown=shown,
        overflow=overflow,
        source=news.source,
        unsure=case.told.unsure,
        picks=case.picks,
    )
    return Draft(digest, tuple(ids), max(after, min(old, news.cycle)))


def _unheard(news: News, case: Case, old: int) -> frozenset[int]:
    """What those whose turn it is have not heard: each what came after its own last digest."""
    followed = case.listener.followed
    found = frozenset[int]()
    for item in case.due:
        found |= _covered(news, [item], followed, item.heard_cycle, old)
    return found


def _covered(
    news: News, items: Sequence[Subscription], followed: frozenset[RepoId], after: int, old: int
) -> frozenset[int]:
    after = max(after, old)
    found = news.of_repos(followed, after)
    return found.union(*(news.wanted(item.wants, after) for item in items))


def _chosen(
    news: News, ids: Sequence[int], followed: frozenset[RepoId], submitted: frozenset[RepoId]
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    signals = [news.signals[key].signal for key in ids]
    repos = {signal.repo_id for signal in signals}
    ours, asked = followed & repos, submitted & repos
    return news.once(
        ("chosen", tuple(ids), ours, asked),
        lambda: choose(signals, news.entries, ours, counts_at=news.counts_at, submitted=asked),
    )


def oldest_news(
    due: Sequence[Subscription], at: datetime, last: datetime | None = None
) -> datetime:
    """Return how far a digest dated `at` may reach back: a week, or to the time due before `last`.

    A weekly digest tells of its whole week, however late it comes.
    """
    last = at if last is None else last
    return min(at - USEFUL, *(_before(each, last) for each in _schedules(due)))


def oldest_again(
    items: Sequence[Subscription], at: datetime, last: datetime | None = None
) -> datetime:
    """Return how far back goes what earlier digests were to bring and did not: one digest further.

    By all subscriptions of a channel: a daily digest takes over what a weekly one was to tell.
    """
    last = at if last is None else last
    return min(at - USEFUL, *(_before(each, _before(each, last)) for each in _schedules(items)))


def _schedules(items: Sequence[Subscription]) -> frozenset[Schedule]:
    return frozenset(item.schedule for item in items)


def _before(schedule: Schedule, due: datetime) -> datetime:
    return due_by(schedule, due - _MOMENT) if knows(schedule.zone) else due - _DAY


async def noticed(
    tx: Transaction, channel: Channel, news: News, submitted: frozenset[RepoId]
) -> frozenset[int]:
    """Return the signals whose news a channel had by a notice, as it had submitted the repo."""
    keys = {listed_key(repo): key for repo, key in news.news_of(submitted).items()}
    if not keys:
        return frozenset()
    return frozenset(keys[key] for key in await tx.digests.noticed(channel, keys))


def listed_key(repo_id: RepoId) -> str:
    """Return the key of the notice that a submitted repo is listed."""
    return f"listed {repo_id}"


async def preview(tx: Transaction, listener: Listener, now: datetime, taxonomy: Taxonomy) -> Draft:
    """Put together what would be sent now, by the code that sends it."""
    news = await latest_news(tx, taxonomy)
    due = listener.subscriptions
    after = min(item.heard_cycle for item in due)
    floor_again = oldest_again(due, now)
    told = (await tx.digests.told([listener.id], after, floor_again))[listener.id]
    await news.reach_back(tx, min(after, reach_of(told, after)), now)
    submitted = await tx.submissions.by_channel(listener.id)
    case = Case(
        listener,
        due,
        now,
        oldest_news(due, now),
        floor_again,
        told,
        submitted,
        await noticed(tx, listener.channel, news, submitted),
        (await picks_of(tx, [listener], now)).get(listener.id, ()),
    )
    return draft(news, case, await news.watched(tx, merged([item.wants for item in due])))


def reach_of(told: Told, after: int) -> int:
    """Return how far back the news must reach for what a channel was told of, and did not get."""
    released = told.released
    return min(after, released.after_cycle) if released.signal_ids else after


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
    entries = await entries_of(tx, (signal.repo_id for signal in signals))
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
        watched=await tx.catalogue.count(found_by(wants, taxonomy)),
        shown=shown,
        overflow=overflow,
    )
