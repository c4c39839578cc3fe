"""Alerts: news that does not wait for the digest, posted when it is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import structlog

from hypecurve.domain.alerting import NEWS_FOR, in_quiet_hours, is_surge, strongest
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.digest import Item, choose
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.schedule import day_begins, parse_zone
from hypecurve.domain.signal import Signal
from hypecurve.domain.subscription import Subscription
from hypecurve.ports import Clock
from hypecurve.ports.store import Listener, Store, Told, Transaction
from hypecurve.services.digests.news import News, latest_news
from hypecurve.services.digests.timing import FALLBACK, knows
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
    digest. In its quiet hours a channel's news is not looked at: it is after them. None is given
    while GitHub's counts stand still. After `stop` no further batch begins.
    """
    rest = _resting.setdefault(store, {})
    news, count, after = None, 0, 0
    while stop is None or not stop.is_set():
        now = clock.now()
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
            async with store.write() as tx:
                news = await latest_news(tx, taxonomy, news)
                count += await _compose(tx, news, awake, now, rest)
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


async def _compose(
    tx: Transaction, news: News, ids: Sequence[int], now: datetime, rest: dict[int, datetime]
) -> int:
    listeners = await tx.subscriptions.lock(ids)
    turns = {each.id: turn for each in listeners if (turn := _turn(each, news.cycle, now))}
    rest.update(dict.fromkeys(set(ids) - turns.keys(), now + _REST))
    if not turns or news.stands_still:
        return 0
    after = min(item.alerted_cycle for turn in turns.values() for item in turn.items)
    await news.reach_back(tx, after, now)
    told = await tx.digests.told(list(turns), max(after, news.begins), now - NEWS_FOR)
    count = 0
    for key, item, turn in _candidates(news, turns, told, now):
        zone = turn.zone
        begin = day_begins(now, parse_zone(zone))
        if await tx.digests.notices_since(turn.listener.id, KEY, begin) >= turn.a_day:
            continue
        message = alert_message(item, news.taxonomy, turn.items[0].locale, zone=zone, now=now)
        sent = await tx.digests.notify(
            turn.listener.channel, f"{KEY}{key}", message, now, signal_ids=[key]
        )
        count += sent is not None
    await tx.subscriptions.change(
        *(replace(item, alerted_cycle=news.cycle) for turn in turns.values() for item in turn.items)
    )
    return count


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


def _candidates(
    news: News, turns: Mapping[int, _Turn], told: Mapping[int, Told], now: datetime
) -> Iterator[tuple[int, Item, _Turn]]:
    """What may be told, as (signal id, item, channel), each channel's strongest first."""
    for channel_id, turn in turns.items():
        try:
            found = list(_of(news, turn, told[channel_id], now))
        except Exception as error:  # noqa: BLE001 - the others get theirs; the digest tells it
            _log.error("alerts cannot be composed", channel=channel_id, reason=str(error))
            continue
        yield from ((key, item, turn) for key, item in found)


def _of(news: News, turn: _Turn, told: Told, now: datetime) -> Iterator[tuple[int, Item]]:
    followed = turn.listener.followed
    keys = frozenset[int]()
    for each in turn.items:
        keys |= news.wanted(each.wants, each.alerted_cycle) & _surges(news)
        keys |= news.of_repos(followed, each.alerted_cycle)
    keys -= told.signal_ids | news.of_repos(turn.listener.muted, -1)
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
