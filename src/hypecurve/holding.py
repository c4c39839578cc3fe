"""Who does what: leases in the database, so that a second service does nothing twice."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from hypecurve.domain.clocks import holds
from hypecurve.domain.errors import Busy, HypecurveError
from hypecurve.ports import Clock
from hypecurve.ports.store import Store

TRACKER = "tracker"
"""The lease of whoever looks at GitHub: a service, or `hypecurve update` by hand."""
LEASE = timedelta(minutes=2)
"""What a service holds is another's after that, if it died without a word."""
RENEW = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


def alive(holders: Mapping[str, tuple[str, datetime]], now: datetime) -> list[str]:
    """Which leases somebody holds at an instant, of all that `Leases.holders` tells."""
    return sorted(name for name, (_, until) in holders.items() if holds(until, now, LEASE))


def this_process() -> str:
    """What this process holds leases as: `host:1234`."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Leases:
    """What one service holds. A lease that nobody can ask for is not held."""

    def __init__(self, store: Store, clock: Clock, holder: str) -> None:
        """Hold nothing yet."""
        self.holder = holder
        self._store = store
        self._clock = clock

    async def hold(self, *names: str) -> frozenset[str]:
        """Take or renew leases; return those that are held, without the ones another has."""
        held = set()
        try:
            async with self._store.write() as tx:
                for name in names:
                    if await tx.leases.hold(name, self.holder, self._clock.now(), LEASE):
                        held.add(name)
        except HypecurveError as error:
            _log.warning("lease not held", lease=", ".join(names), reason=str(error))
            return frozenset()
        return frozenset(held)

    async def keep(self, name: str, stop: asyncio.Event, until: asyncio.Event) -> None:
        """Renew a lease; set `until` once `stop` is set, or where another one took it over."""
        try:
            while not await rest(stop, RENEW):
                # A database that does not answer has given the lease to nobody else either.
                with suppress(HypecurveError):
                    async with self._store.write() as tx:
                        if not await tx.leases.hold(name, self.holder, self._clock.now(), LEASE):
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
        with suppress(HypecurveError):
            async with self._store.write() as tx:
                for name in names:
                    await tx.leases.release(name, self.holder)


async def rest(stop: asyncio.Event, span: timedelta) -> bool:
    """Wait for a span, but no longer than until `stop` is set; return whether it is."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), span.total_seconds())
    return stop.is_set()
