"""Alerts: news that does not wait for the digest, posted when it is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from weakref import WeakKeyDictionary

import structlog

from hypecurve.domain.alerting import NEWS_FOR, in_quiet_hours, is_surge, strongest
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.choosing import choose
from hypecurve.domain.digest import Item
from hypecurve.domain.health import Health
from hypecurve.domain.message import Message
from hypecurve.domain.repo import RepoId
from hypecurve.domain.schedule import day_begins, parse_zone
from hypecurve.domain.signal import Signal
from hypecurve.domain.subscription import Subscription
from hypecurve.ports import Clock
from hypecurve.ports.store import Listener, Notice, Store, Told, Transaction
from hypecurve.services.digests.news import News, latest_news
from hypecurve.services.digests.pictures import look_up
from hypecurve.services.digests.timing import FALLBACK, knows
from hypecurve.services.memory import many_rows
from hypecurve.wording.alert import alert_message

_log = structlog.get_logger(__name__)
KEY = "alert "
"""How the keys of alerts begin; the signal's id follows."""
_AT_ONCE = 200
_REST = timedelta(minutes=5)
"""A channel in its quiet hours is looked at again after so long."""
_resting: WeakKeyDictionary[Store, dict[int, datetime]] = WeakKeyDictionary()
"""Until when channels are left alone. Forgetting it costs a look."""


async def compose_alerts(
    store: Store, clock: Clock, taxonomy: Taxonomy, *, stop: asyncio.Event | None = None
) -> int:
    """Freeze the alerts of channels that want them; return how many there are to send.

    An alert and its signal's membership are one transaction: the digest does not tell it again.
    What is over a channel's number for a day, older than a day, or told already stays for the
    digest. An alert counts for the local day on which it is frozen, even where it is posted after
    midnight. In its quiet hours a channel's news is not looked at: it is after them. None is given
    while GitHub's counts stand still. After `stop` no further batch begins.
    """
    rest = _resting.setdefault(store, {})
    # One instant for all: what reads the same is put into words once, for many channels.
    now = clock.now()
    run, count, after = _Run(taxonomy, now, rest), 0, 0
    while stop is None or not stop.is_set():
        async with store.read() as tx:
            last = await tx.stars.latest(whatever_health=True)
            if last is not None and last.health is Health.STILL:
                break
            cycle = await tx.signals.current_cycle()
            ids = await tx.subscriptions.alerting(cycle, now, _AT_ONCE, after=after)
        if not ids:
            break
        after = ids[-1]
        awake = [each for each in ids if not timedelta(0) < rest.get(each, now) - now <= _REST]
        if awake:
            with many_rows():
                async with store.write() as tx:
                    count += await run.compose(tx, awake)
    return count


@dataclass(frozen=True, slots=True)
class _Turn:
    listener: Listener
    items: Sequence[Subscription]
    """Those that want alerts, are behind, and in no quiet hours."""

    @property
    def zone(self) -> str:
        zone = self.items[0].schedule.zone
        return zone if knows(zone) else FALLBACK

    @property
    def a_day(self) -> int:
        return max(item.alerts.a_day for item in self.items if item.alerts is not None)


class _Run:
    """One run: the instant it is about, and what it worked out and put into words already."""

    def __init__(self, taxonomy: Taxonomy, now: datetime, rest: dict[int, datetime]) -> None:
        self._taxonomy = taxonomy
        self._now = now
        self._rest = rest
        self._news: News | None = None
        self._chosen: dict[tuple[object, ...], Sequence[tuple[int, Item]]] = {}
        self._worded: dict[tuple[object, ...], Message | None] = {}

    async def compose(self, tx: Transaction, ids: Sequence[int]) -> int:
        """Freeze what these channels are told; return how many alerts that are."""
        now = self._now
        listeners = await tx.subscriptions.lock(ids)
        news = await self._latest(tx)
        turns = {each.id: turn for each in listeners if (turn := _turn(each, news.cycle, now))}
        self._rest.update(dict.fromkeys(set(ids) - turns.keys(), now + _REST))
        if not turns or news.stands_still:
            return 0
        after = min(item.alerted_cycle for turn in turns.values() for item in turn.items)
        await news.reach_back(tx, after, now)
        told = await tx.digests.told(list(turns), max(after, news.begins), now - NEWS_FOR)
        days = {turn.zone: day_begins(now, parse_zone(turn.zone)) for turn in turns.values()}
        begins = {key: days[turn.zone] for key, turn in turns.items()}
        had = await tx.digests.notices_since(begins, KEY)
        room = {key: max(0, turn.a_day - had[key]) for key, turn in turns.items()}
        found = {
            key: self._found(news, turn, told[key]) for key, turn in turns.items() if room[key]
        }
        shown = (item for key, all_ in found.items() for _, item in all_[: room[key]])
        await look_up(tx, news, (item.entry for item in shown), now)
        notices = [
            notice
            for key, items in found.items()
            for notice in islice(self._notices(news, turns[key], items), room[key])
        ]
        count = await tx.digests.notify_all(notices, now)
        heard = (item for turn in turns.values() for item in turn.items)
        await tx.subscriptions.change(*(replace(item, alerted_cycle=news.cycle) for item in heard))
        return count

    async def _latest(self, tx: Transaction) -> News:
        news = await latest_news(tx, self._taxonomy, self._news)
        if news is not self._news:
            self._chosen.clear()
            self._worded.clear()
        self._news = news
        return news

    def _found(self, news: News, turn: _Turn, told: Told) -> Sequence[tuple[int, Item]]:
        """What one channel may be told, its strongest first; what cannot be is the digest's."""
        try:
            return self._of(news, turn, told)
        except Exception as error:  # noqa: BLE001 - the others get theirs; the digest tells it
            channel_id = turn.listener.id
            _log.error("alerts cannot be composed", channel=channel_id, reason=str(error))
            return ()

    def _notices(
        self, news: News, turn: _Turn, found: Iterable[tuple[int, Item]]
    ) -> Iterator[Notice]:
        for key, item in found:
            message = self._in_words(news, turn, key, item)
            if message is not None:
                yield Notice(turn.listener.id, f"{KEY}{key}", message, [key])

    def _in_words(self, news: News, turn: _Turn, key: int, item: Item) -> Message | None:
        """One piece of news as a message; None where it cannot be put into words, logged once."""
        locale, zone = turn.items[0].locale, turn.zone
        known = (key, item.heading, locale, zone)
        if known not in self._worded:
            try:
                curve = news.curves.get(item.entry.repo.id)
                message = alert_message(
                    item, news.taxonomy, locale, zone=zone, now=self._now, curve=curve
                )
            except Exception as error:  # noqa: BLE001 - the others are told; the digest tells it
                _log.error("an alert cannot be put into words", signal=key, reason=str(error))
                self._worded[known] = None
            else:
                self._worded[known] = message
        return self._worded[known]

    def _of(self, news: News, turn: _Turn, told: Told) -> Sequence[tuple[int, Item]]:
        """What may be told to a channel, by signal; many channels may be told the same."""
        followed = turn.listener.followed
        keys = frozenset[int]()
        for each in turn.items:
            keys |= news.wanted(each.wants, each.alerted_cycle) & _surges(news)
            keys |= news.of_repos(followed, each.alerted_cycle)
        keys -= told.signal_ids | news.of_repos(turn.listener.muted, -1)
        yours = followed & {news.signals[key].signal.repo_id for key in keys}
        known = (keys, yours)
        if known not in self._chosen:
            self._chosen[known] = list(_chosen(news, keys, yours, self._now))
        return self._chosen[known]


def _turn(listener: Listener, cycle: int, now: datetime) -> _Turn | None:
    items = [item for item in listener.subscriptions if _listens(item, cycle, now)]
    return _Turn(listener, items) if items and listener.pause is None else None


def _listens(item: Subscription, cycle: int, now: datetime) -> bool:
    if item.alerts is None or item.alerted_cycle >= cycle:
        return False
    if item.paused_until is not None and item.paused_until > now:
        return False
    zone = item.schedule.zone if knows(item.schedule.zone) else FALLBACK
    return not in_quiet_hours(item.alerts, parse_zone(zone), now)


def _chosen(
    news: News, keys: Iterable[int], followed: frozenset[RepoId], now: datetime
) -> Iterator[tuple[int, Item]]:
    """Of these signals those to be called up for, as (id, item), the strongest first."""
    by_repo: dict[RepoId, dict[int, Signal]] = {}
    for key in sorted(keys):
        signal = news.signals[key].signal
        if now - signal.at <= NEWS_FOR:
            by_repo.setdefault(signal.repo_id, {})[key] = signal
    found = {}
    for signals in by_repo.values():
        # Of several pieces of news of one repo the most urgent is told, the rest by the digest.
        shown, _ = choose(signals.values(), news.entries, followed, counts_at=news.counts_at)
        for item in shown[:1]:
            of = next(key for key, signal in signals.items() if _name(signal) == _name(item.signal))
            found[of] = item
    by_signal = {_name(item.signal): (key, item) for key, item in found.items()}
    for signal in strongest((item.signal for item in found.values()), followed):
        yield by_signal[_name(signal)]


def _name(signal: Signal) -> tuple[object, ...]:
    return signal.repo_id, signal.kind, signal.episode, signal.step


def _surges(news: News) -> frozenset[int]:
    """Of all news: those reach back further for one channel than for the next."""
    found = (key for key, heard in news.signals.items() if is_surge(heard.signal))
    return news.once(("surges", len(news.signals)), lambda: frozenset(found))
