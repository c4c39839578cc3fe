"""Who does what: leases in the database, so that a second service does nothing twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from hypecurve.domain.clocks import holds
from hypecurve.domain.errors import Busy, HypecurveError
from hypecurve.kin import is_dead as _died
from hypecurve.kin import this_process
from hypecurve.ports import Clock
from hypecurve.ports.store import Store

__all__ = ["LEASE", "RENEW", "TRACKER", "Leases", "alive", "rest", "shown", "this_process"]

TRACKER = "tracker"
"""The lease of whoever looks at GitHub: a service, or `hypecurve update` by hand."""
LEASE = timedelta(seconds=40)
"""What a service holds is another's after that, if it died without a word.

So short as a successor that sends to Discord has to come while a repeat is dropped there.
"""
RENEW = timedelta(seconds=12)
_EXACTLY = re.compile(r"(?<=\d):[0-9a-f]{8}\.\d+$")
"""What tells a process from a later one of the same number."""
_FRESH = 5 / 6
"""Of RENEW: whoever renews a little early renews for all."""

_log = structlog.get_logger(__name__)


def alive(holders: Mapping[str, tuple[str, datetime]], now: datetime) -> list[str]:
    """Which leases somebody holds at an instant, of all that `Leases.holders` tells."""
    return sorted(name for name, (_, until) in holders.items() if holds(until, now, LEASE))


def shown(lease: str) -> str:
    """How people read a lease: of a service's own its host and process, and no more."""
    return _EXACTLY.sub("", lease)


class Leases:
    """What one service holds. A lease that nobody can ask for is not held.

    All that are held are renewed together, and not before it is time: what was written down a
    moment ago still holds.
    """

    def __init__(self, store: Store, clock: Clock, holder: str) -> None:
        """Hold nothing yet."""
        self.holder = holder
        self._store = store
        self._clock = clock
        self._held: dict[str, datetime] = {}
        """When each was written down last."""
        self._ends: dict[str, asyncio.Event] = {}
        self._is_over = False

    async def hold(self, *names: str) -> frozenset[str]:
        """Take or renew leases; return those that are held, without the ones another has."""
        try:
            return await self._hold(names)
        except HypecurveError as error:
            _log.warning("lease not held", lease=", ".join(names), reason=str(error))
            return frozenset()

    def end_of(self, name: str) -> asyncio.Event:
        """Return what is set once a lease that is held now is lost, or all is to end."""
        event = self._ends.setdefault(name, asyncio.Event())
        if self._is_over:
            event.set()
        return event

    def end(self) -> None:
        """Tell all who work under a lease that all is to end."""
        self._is_over = True
        for event in self._ends.values():
            event.set()

    async def _hold(self, names: Sequence[str]) -> frozenset[str]:
        now = self._clock.now()
        if not all(self._is_fresh(name, now) for name in names):
            await self._renew({*names, *self._held}, now)
        return frozenset(name for name in names if name in self._held)

    def _is_fresh(self, name: str, now: datetime) -> bool:
        held_at = self._held.get(name)
        return held_at is not None and timedelta(0) <= now - held_at < _FRESH * RENEW

    async def _renew(self, names: Collection[str], now: datetime) -> None:
        async with self._store.read() as tx:
            others = {
                name: (holder, holds(until, now, LEASE))
                for name, (holder, until) in (await tx.leases.holders()).items()
                if holder != self.holder
            }
        # What another one has is not asked for by writing: nothing would come of it.
        # The tracker's may be lent to a child that outlives who lent it, and renews it.
        dead = {
            name: holder
            for name, (holder, lasts) in others.items()
            if lasts and name != TRACKER and _died(holder)
        }
        taken = {name for name, (_, lasts) in others.items() if lasts} - dead.keys()
        held = set()
        if wanted := sorted(set(names) - taken):
            async with self._store.write() as tx:
                for name in wanted:
                    if name in dead:
                        await tx.leases.release(name, dead[name])
                    if await tx.leases.hold(name, self.holder, now, LEASE):
                        held.add(name)
        for name in names:
            if name in held:
                self._held[name] = now
            elif self._held.pop(name, None) is not None and name in self._ends:
                self._ends.pop(name).set()

    async def keep(self, name: str, stop: asyncio.Event, until: asyncio.Event) -> None:
        """Renew a lease; set `until` once `stop` is set, or where another one took it over."""
        try:
            while not await rest(stop, RENEW):
                # A database that does not answer has given the lease to nobody else either.
                with suppress(HypecurveError):
                    if not await self._hold([name]):
                        break
        finally:
            until.set()

    async def alone(
        self, name: str, work: Callable[[], Awaitable[None]], *, lent: bool = False
    ) -> None:
        """Do some work while a lease is held; `lent`: whoever lent it gives it back.

        Busy where another holds it, or took it over in the middle: the work is ended then.
        """
        if name not in await self.hold(name):
            raise await self._busy(name)
        stop, lost = asyncio.Event(), asyncio.Event()
        working = asyncio.ensure_future(work())
        losing = asyncio.ensure_future(lost.wait())
        keeping = asyncio.ensure_future(self.keep(name, stop, lost))
        try:
            await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise await self._busy(name)
            await working
        finally:
            for task in (working, losing, keeping):
                task.cancel()
            await asyncio.gather(working, losing, keeping, return_exceptions=True)
            if not lent:
                await self.give_back(name)

    async def _busy(self, name: str) -> Busy:
        """Who has a lease; StoreUnavailable where nobody can say."""
        async with self._store.read() as tx:
            holder, until = (await tx.leases.holders()).get(name, ("another process", None))
        since = f" (its hold ends at {until:%H:%M} UTC unless renewed)" if until else ""
        return Busy(f"The {name} is at work already, as {holder}{since}: it looks by itself.")

    async def give_back(self, *names: str) -> None:
        """Give leases back, so that no successor need wait for them to run out."""
        for name in names:
            self._held.pop(name, None)
        with suppress(HypecurveError):
            async with self._store.write() as tx:
                for name in names:
                    await tx.leases.release(name, self.holder)


async def rest(stop: asyncio.Event, span: timedelta) -> bool:
    """Wait for a span, but no longer than until `stop` is set; return whether it is."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), span.total_seconds())
    return stop.is_set()
