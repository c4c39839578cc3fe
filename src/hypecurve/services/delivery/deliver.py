"""Deliver: what the outbox holds goes to one platform, in order for each channel, once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta

from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.retrying import LONGEST_OF_ALL
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, Messenger
from hypecurve.ports.store import Claimed, Store, Transaction
from hypecurve.services.delivery.breakers import Breakers, InvalidAnswers
from hypecurve.services.delivery.consequences import Means
from hypecurve.services.delivery.journal import Journal
from hypecurve.services.delivery.sending import LEASE, Sending
from hypecurve.services.delivery.steps import Outcome
from hypecurve.services.memory import many_rows

USEFUL = timedelta(days=7)
"""What did not get anywhere for so long is given up."""
FOR_AS_LONG = timedelta(minutes=10)
_LOOK = 2.0
"""Seconds between two looks at the outbox while a platform takes its time."""
_SHARE = 4
"""A look at the outbox costs the same for one delivery and for many: a quarter comes at once."""
_ONE_BY_ONE = timedelta(seconds=30)
_PATIENCE = (LEASE * 0.9).total_seconds()
_LUCK = secrets.SystemRandom()


async def deliver_pending(  # noqa: PLR0913 - what a driver has, by name
    store: Store,
    clock: Clock,
    platform: str,
    messenger: Messenger,
    *,
    invalid: InvalidAnswers | None = None,
    operator: Channel | None = None,
    tell: Callable[[Outcome], None] = lambda _: None,
    stop: asyncio.Event | None = None,
    for_as_long: timedelta = FOR_AS_LONG,
) -> int:
    """Send what may be sent to a platform now; return how many deliveries were tried.

    Many are under way at once, one for each channel. It goes on until nothing more may be tried,
    `stop` is set or the time is over, and ends when what it began has ended. Called off, it leaves
    what is under way to whoever takes it over when its lease has run out. `invalid` counts the
    answers that lead to a ban; `tell` hears how each delivery ended. StoreUnavailable where the
    outbox cannot be read.
    """
    invalid = InvalidAnswers(platform) if invalid is None else invalid
    stop = asyncio.Event() if stop is None else stop
    journal = Journal(store, clock, stop, _PATIENCE)
    breakers = Breakers(platform, operator)
    async with store.write() as tx:
        now = clock.now()
        await tx.outbox.give_up(platform, now, now - USEFUL)
        await tx.outbox.wake(platform, now, now + LONGEST_OF_ALL)
        paused = {each for each in await tx.reach.paused() if each.tenant.platform == platform}
    means = Means(store, journal, clock, messenger, breakers, operator, paused)
    run = _Run(store, platform, means, invalid, tell)
    return await run.until(stop, clock.now() + for_as_long)


class _Run:
    """One stretch of sending to one platform."""

    def __init__(
        self,
        store: Store,
        platform: str,
        means: Means,
        invalid: InvalidAnswers,
        tell: Callable[[Outcome], None],
    ) -> None:
        self._store = store
        self._platform = platform
        self._means = means
        self._invalid = invalid
        self._tell = tell
        self._under_way: dict[asyncio.Task[None], Claimed] = {}
        self._freed = asyncio.Event()
        self._tried = 0
        self._trouble: BaseException | None = None
        self._memory = ExitStack()
        # Since the last look at the outbox: how many ended, whether time went by, whether it had
        # fewer than there was room for.
        self._ended = 0
        self._is_slow = False
        self._was_emptied = False

    async def until(self, stop: asyncio.Event, end: datetime) -> int:
        """Send until nothing more may be tried, and wait for what is under way."""
        try:
            try:
                await self._begin_all(stop, end)
            except StoreUnavailable as error:
                self._trouble = error
            if self._under_way:
                await asyncio.wait(set(self._under_way))
            if self._trouble is not None:
                raise self._trouble
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
            await self._means.journal.end()
            self._memory.close()
        return self._tried

    async def _begin_all(self, stop: asyncio.Event, end: datetime) -> None:
        while not stop.is_set() and self._means.clock.now() < end and self._trouble is None:
            self._freed.clear()
            if self._is_time_to_look():
                claimed = await self._claim()
                if claimed and not self._tried and not self._under_way:
                    self._memory.enter_context(many_rows())
                for each in claimed:
                    self._begin(each)
                if not self._under_way and not claimed:
                    return
            self._is_slow = False
            try:
                await asyncio.wait_for(self._freed.wait(), _LOOK)
            except TimeoutError:
                self._is_slow = True

    def _is_time_to_look(self) -> bool:
        if not self._under_way:
            return True
        room = self._means.breakers.room(self._means.clock.now(), self._at_once)
        free, share = room - len(self._under_way), max(1, room // _SHARE)
        if self._was_emptied:
            # What waits behind something in its channel may be tried once that has ended.
            return free > 0 and (self._is_slow or self._ended >= share)
        return free >= share

    @property
    def _at_once(self) -> int:
        return self._means.messenger.at_once

    async def _claim(self) -> Sequence[Claimed]:
        """Take what there is room for."""
        breakers, now = self._means.breakers, self._means.clock.now()
        self._claimed_at, self._ended = now, 0
        async with self._store.write() as tx:
            counted = self._invalid.count
            if counted:
                await self._invalid.flush(tx, now, self._means.operator)
            await breakers.look(tx)
            room = breakers.room(now, self._at_once) - len(self._under_way)
            claimed = await self._take(tx, room, now) if room > 0 else ()
        self._invalid.taken(counted)
        self._was_emptied = len(claimed) < room
        return claimed

    async def _take(self, tx: Transaction, room: int, now: datetime) -> Sequence[Claimed]:
        singly = self._means.breakers.tried_singly(now)
        under_way = self._under_way.values()
        busy = singly & {each.channel.tenant for each in under_way}
        barred = self._means.breakers.barred(now) | busy
        # A clock that leapt ahead, or a machine that slept, ends leases of what has not ended.
        beside = [each.delivery.channel_id for each in under_way]
        claimed = await tx.outbox.claim(
            self._platform, now, LEASE, room, barred=barred, beside=beside
        )
        taken, kept = set(), []
        for each in claimed:
            tenant = each.channel.tenant
            if tenant not in singly or tenant not in taken:
                kept.append(each)
                taken.add(tenant)
                continue
            await tx.outbox.settle(
                each.delivery.id,
                DeliveryState.PENDING,
                at=now,
                reason=each.delivery.reason,
                next_try_at=now + _LUCK.random() * _ONE_BY_ONE,
                counted=False,
            )
        return kept

    def _begin(self, claimed: Claimed) -> None:
        task = asyncio.create_task(self._send(claimed, self._claimed_at))
        self._under_way[task] = claimed
        task.add_done_callback(self._end)

    async def _send(self, claimed: Claimed, claimed_at: datetime) -> None:
        self._tell(await Sending(self._means, claimed, claimed_at).run())
        self._tried += 1

    def _end(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._ended += 1
        self._freed.set()
        if not task.cancelled():
            self._trouble = task.exception() or self._trouble
