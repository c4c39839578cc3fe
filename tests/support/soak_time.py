"""An event loop whose time leaps: where everybody waits, the next timer has come.

Time-outs, pauses and paces are the real ones, and weeks pass in minutes. The loop's own time is
the simulated time, so a clock that goes by it agrees with every wait in every library.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta

from hypecurve.ports.store import Store, Transaction

_GRACE = 1.0
"""Seconds given to the database's thread to answer before the time leaps."""


class LeapingLoop(asyncio.SelectorEventLoop):
    """Leaps to its next timer where nothing is ready; what is on loopback is ready at once."""

    def __init__(self) -> None:
        """Begin at 0."""
        self._leapt = 0.0
        self._at_work = 0
        super().__init__(_Leaping(self))

    def time(self) -> float:
        """Seconds, those that were leapt over among them."""
        return super().time() + self._leapt

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While somebody waits for a thread there is some grace before each leap."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1

    @property
    def grace(self) -> float:
        """Seconds to wait in earnest before a leap."""
        return _GRACE if self._at_work else 0.0

    def leap(self, seconds: float) -> None:
        """Let so much time have passed."""
        self._leapt += seconds


class _Leaping(selectors.DefaultSelector):
    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(min(timeout, self._loop.grace))
        if not ready:
            self._loop.leap(timeout)
        return ready


class PatientStore:
    """A store in whose transactions no time leaps: its database works in a thread."""

    def __init__(self, store: Store, loop: LeapingLoop) -> None:
        """Take the store itself."""
        self._store = store
        self._loop = loop

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """As the store's own."""
        with self._loop.at_work():
            async with self._store.read() as tx:
                yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """As the store's own."""
        with self._loop.at_work():
            async with self._store.write() as tx:
                yield tx

    async def wipe(self) -> bool:
        """As the store's own."""
        with self._loop.at_work():
            return await self._store.wipe()


class LoopClock:
    """`ports.Clock` by the loop's time; `back` puts it back, as somebody may put a machine's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, begin: datetime) -> None:
        """Show `begin` now."""
        self._loop = loop
        self._zero = begin - timedelta(seconds=loop.time())

    def now(self) -> datetime:
        """Return the present instant."""
        return self._zero + timedelta(seconds=self._loop.time())

    def back(self, span: timedelta) -> None:
        """Step back."""
        self._zero -= span

    async def until(self, at: datetime) -> None:
        """Wait for an instant."""
        await asyncio.sleep(max(0.0, (at - self.now()).total_seconds()))
