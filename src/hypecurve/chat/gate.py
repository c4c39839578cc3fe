"""The gate before the answers: so many begin together, and who takes long holds up nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

TOGETHER = 8
"""Answers begun for all people together, in the order in which they were asked: each is done soon,
where fifty begun at once would all be late."""
LEASE = 0.5
"""Seconds for which an answer counts among those. One that takes longer does not work, it waits:
for GitHub, say, or for a database that hangs."""


class Gate:
    """Lets in who came first, some at a time; who stays for long leaves their place to the next."""

    def __init__(self, together: int = TOGETHER, lease: float = LEASE) -> None:
        """`together`: places; `lease`: seconds for which somebody has one at most."""
        self._free = asyncio.Semaphore(together)  # lets in who came first
        self._lease = lease

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place; it is free again at the end, or when its lease is over."""
        await self._free.acquire()
        mine = _Place(self._free)
        over = asyncio.get_running_loop().call_later(self._lease, mine.leave)
        try:
            yield
        finally:
            over.cancel()
            mine.leave()


@dataclass(slots=True)
class _Place:
    free: asyncio.Semaphore
    is_left: bool = False

    def leave(self) -> None:
        """Give it to the next, once."""
        if not self.is_left:
            self.is_left = True
            self.free.release()
