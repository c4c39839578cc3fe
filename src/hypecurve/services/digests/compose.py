"""Compose: who is due, some hundred channels at a time, and their digests frozen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import structlog

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel
from hypecurve.domain.wishes import merged, wants_signal
from hypecurve.ports import Clock
from hypecurve.ports.store import Outcome, Store, Told, Transaction
from hypecurve.services.digests.drafting import (
    USEFUL,
    Case,
    Draft,
    digest_between,
    draft,
    listed_key,
    noticed,
    reach_of,
)
from hypecurve.services.digests.freezing import Composed, Turn, freeze, frozen_of, turn_of
from hypecurve.services.digests.news import News, latest_news
from hypecurve.services.digests.picks import picks_of
from hypecurve.services.digests.pictures import look_up
from hypecurve.services.digests.quiet import closest, is_third
from hypecurve.services.memory import many_rows
from hypecurve.services.operator import tell_operator
from hypecurve.wording.composing import not_composed

__all__ = ["HELD_BACK", "USEFUL", "compose_due", "digest_between", "listed_key", "wants_signal"]

_log = structlog.get_logger(__name__)
AT_ONCE = 200
"""Channels in one transaction."""
HELD_BACK = timedelta(hours=3)
"""A digest waits so long for a sweep that can be trusted, then goes out without what it lacks."""
_LOGGED_EVERY = timedelta(hours=1)
_logged: WeakKeyDictionary[Store, dict[int, datetime]] = WeakKeyDictionary()
"""When it was last logged of which channel that it cannot be composed."""


async def compose_due(
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    *,
    operator: Channel | None = None,
    stop: asyncio.Event | None = None,
    pictured: frozenset[str] = frozenset(),
) -> int:
    """Freeze a digest for each channel that is due; return how many deliveries there are to make.

    A digest, its members, its delivery and the next due time are one transaction, some hundred
    channels in each. Running it twice, or in two processes, composes nothing twice. A channel that
    cannot be composed is logged, once an hour, told to the operator and left for the next run: the
    others get theirs. While the last sweep is degraded digests are held back, for three hours at
    most. After `stop` no further batch begins. `pictured`: the platforms on which a digest shows
    the curve of what rises most.
    """
    run = _Run(store, clock, taxonomy, operator, pictured)
    deliveries = 0
    while (stop is None or not stop.is_set()) and (ids := await run.due()):
        deliveries += await run.batch(ids)
    if run.quiet:
        _log.info("composed: nothing to tell, nothing sent", quiet=run.quiet)
    return deliveries


class _LeftOut(Exception):
    """Some channels of a batch cannot be composed: the others are to be composed without them."""

    def __init__(self, reasons: Mapping[int, Exception]) -> None:
        super().__init__()
        self.reasons = reasons


class _Run:
    """One run: what it knows already, and whom it left out."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        taxonomy: Taxonomy,
        operator: Channel | None,
        pictured: frozenset[str],
    ) -> None:
        self._store = store
        self._clock = clock
        self._taxonomy = taxonomy
        self._operator = operator
        self._pictured = pictured
        # One instant for all: what is late is dated by it, and the same for many channels.
        self._now = clock.now()
        self._news: News | None = None
        self._beside: set[int] = set()
        self.quiet = 0
        """Channels that had no news, and are not told so."""

    async def due(self) -> list[int]:
        """The next channels to compose."""
        async with self._store.read() as tx:
            last = await tx.stars.latest(whatever_health=True)
            degraded = last is not None and last.health is not Health.GOOD
            by = self._now - (HELD_BACK if degraded else timedelta(0))
            return await tx.subscriptions.due(by, AT_ONCE, beside=sorted(self._beside))

    async def batch(self, ids: Sequence[int]) -> int:
        """Compose these channels, or as many of them as can be."""
        try:
            with many_rows():
                async with self._store.write() as tx:
                    return await self._compose(tx, ids)
        except StoreUnavailable:
            raise
        except _LeftOut as left:
            for channel_id, error in left.reasons.items():
                await self._leave_out(channel_id, error)
            rest = [each for each in ids if each not in left.reasons]
            return await self.batch(rest) if rest else 0
        except Exception as error:  # noqa: BLE001 - one channel's trouble is no other one's
            if len(ids) == 1:
                await self._leave_out(ids[0], error)
                return 0
            return sum([await self.batch([each]) for each in ids])

    async def _compose(self, tx: Transaction, ids: Sequence[int]) -> int:
        now = self._now
        listeners = await tx.subscriptions.lock(ids)
        turns = {each.id: turn for each in listeners if (turn := turn_of(each, now))}
        # Another process was faster with these, or they want nothing any more.
        self._beside.update(set(ids) - turns.keys())
        if not turns:
            return 0
        # Read once, with the channels held: what a later cycle brings is the next digests'.
        news = self._news = await latest_news(tx, self._taxonomy, self._news)
        after = min(item.heard_cycle for turn in turns.values() for item in turn.due)
        await news.reach_back(tx, after, now)
        # What a channel did not get until now is told by this digest instead.
        await tx.digests.expire(list(turns), now)
        since = min(turn.floor_again for turn in turns.values())
        told = await tx.digests.told(list(turns), max(after, news.begins), since)
        await news.reach_back(tx, min(reach_of(each, after) for each in told.values()), now)
        composed = await self._drafted(tx, news, turns, told, now)
        deliveries = await freeze(tx, composed, news.cycle, now)
        silent = (each.frozen for each in composed if each.frozen.message is None)
        self.quiet += sum(each.outcome is Outcome.QUIET for each in silent)
        return deliveries

    async def _drafted(
        self,
        tx: Transaction,
        news: News,
        turns: Mapping[int, Turn],
        told: Mapping[int, Told],
        now: datetime,
    ) -> list[Composed]:
        """Put the digests together; _LeftOut where some cannot be."""
        submitted = await tx.submissions.by_channels(list(turns))
        picks = await picks_of(tx, [turn.listener for turn in turns.values()], now)
        drafts, composed, failed = dict[int, Draft](), [], dict[int, Exception]()
        for key, turn in turns.items():
            case = await _case(tx, news, turn, told[key], submitted.get(key, frozenset()))
            case = replace(case, picks=picks.get(key, ()))
            watched = await news.watched(tx, merged([item.wants for item in turn.due]))
            try:
                drafts[key] = draft(news, case, watched)
            except Exception as error:  # noqa: BLE001 - the others get theirs
                failed[key] = error
        with_picture = {key for key in drafts if self._shows_picture(turns[key])}
        risers = (drafts[key].digest.riser for key in with_picture)
        await look_up(tx, news, (item.entry for item in risers if item is not None), now)
        for key, turn in turns.items():
            if key not in drafts:
                continue
            made = drafts[key]
            if is_third(made.digest, told[key], skipped=turn.skips):
                near = await closest(tx, news, made.digest.wants, turn.listener.muted, now)
                since = told[key].quiet_since or turn.due_at
                made = replace(made, digest=replace(made.digest, quiet_since=since, closest=near))
            try:
                frozen = frozen_of(news, turn, made, pictured=key in with_picture)
                composed.append(Composed(turn, made, frozen))
            except Exception as error:  # noqa: BLE001 - the others get theirs
                failed[key] = error
        if failed:
            raise _LeftOut(failed)
        return composed

    def _shows_picture(self, turn: Turn) -> bool:
        return turn.listener.channel.tenant.platform in self._pictured

    async def _leave_out(self, channel_id: int, error: Exception) -> None:
        """Leave a channel for the next run; log it once an hour, and tell the operator."""
        self._beside.add(channel_id)
        now = self._now
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        logged = _logged.setdefault(self._store, {})
        if channel_id in logged and timedelta(0) <= now - logged[channel_id] < _LOGGED_EVERY:
            return
        logged[channel_id] = now
        where = await self._place_of(channel_id)
        _log.error("a digest cannot be composed", channel=str(where), reason=reason)
        # By the week: what is not mended by then is news again.
        year, week, _ = now.isocalendar()
        key = f"not composed {channel_id} {year}-{week}"
        await tell_operator(
            self._store, self._clock, self._operator, key, not_composed(where, reason)
        )

    async def _place_of(self, channel_id: int) -> Channel:
        """Where it is, as far as that can be read: it may be what cannot be."""
        try:
            async with self._store.write() as tx:
                found = await tx.subscriptions.lock([channel_id])
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001 - this is logged already, as what it is
            found = []
        return found[0].channel if found else Channel.parse(f"unknown:unknown/{channel_id}")


async def _case(
    tx: Transaction, news: News, turn: Turn, told: Told, submitted: frozenset[RepoId]
) -> Case:
    heard = await noticed(tx, turn.listener.channel, news, submitted)
    return Case(
        turn.listener, turn.due, turn.told_at, turn.floor, turn.floor_again, told, submitted, heard
    )
