"""Who does what: leases in the database, so that a second service does nothing twice."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from datetime import timedelta

import structlog

from hypecurve.domain.errors import HypecurveError
from hypecurve.ports import Clock
from hypecurve.ports.store import Store

LEASE = timedelta(minutes=2)
"""What a service holds is another's after that, if it died without a word."""
RENEW = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


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
