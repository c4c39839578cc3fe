"""What listening and posting share in one process: the pace, and what is known of channels."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from aiolimiter import AsyncLimiter

A_SECOND = 45
"""Requests over all routes within any second; Discord allows 50.
https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""
EVEN = 1 / 44.5
"""Seconds between two requests. What is held up on its way comes together with what left after it:
of an even flow 48 come within a second where that lasts 80 ms."""
CAUGHT_UP = 0.1
"""Seconds by which a loop that woke late is made up for."""
SPACING = 1 / 60
"""Seconds between two requests where that is done: not in one heap."""

Look = Callable[[int], int | None]
"""Tells a number for the number of a channel; None where it knows nothing of that one."""


class _Pace:
    """A time for each request, a limiter where some are late, and the last second's for the sum.

    A leaky bucket alone would lose every turn for which the loop wakes too late, or else let more
    go than it holds in a second.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._clock = loop.time
        self._spacing = AsyncLimiter(1, SPACING)
        self._recent = deque[float](maxlen=A_SECOND)
        self._next = 0.0
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        async with self._queue:
            self._next = max(self._next, self._clock() - CAUGHT_UP)
            await self._until(self._next)
            self._next += EVEN
            await self._spacing.acquire()
            if len(self._recent) == A_SECOND:
                await self._until(self._recent[0] + 1.0)
            self._recent.append(self._clock())

    async def _until(self, at: float) -> None:
        wait = at - self._clock()
        if wait > 0:
            await asyncio.sleep(wait)


class Together:
    """One for each process: what a bot's connections to Discord must agree about."""

    def __init__(self) -> None:
        """Nothing runs yet, and nobody listens."""
        self._look: Look | None = None
        self._may: Look | None = None
        self._pace: _Pace | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def turn(self) -> None:
        """Wait until the next request may go out; who comes first goes first."""
        loop = asyncio.get_running_loop()
        if self._pace is None or self._loop is not loop:
            self._pace, self._loop = _Pace(loop), loop
        await self._pace.turn()

    def listen(self, look: Look | None, may: Look | None = None) -> None:
        """Look channel types up there from now on; None: nobody listens any more.

        `may`: tells our own permissions in a channel, as Discord's bits.
        """
        self._look = look
        self._may = may

    def type_of(self, channel_id: int) -> int | None:
        """Return a channel's type as the gateway told it; None where nobody has told."""
        return None if self._look is None else self._look(channel_id)

    def permissions_in(self, channel_id: int) -> int | None:
        """Return what we may do in a channel, as bits; None where nobody has told."""
        return None if self._may is None else self._may(channel_id)
