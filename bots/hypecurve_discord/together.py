"""What listening and posting share in one process: the pace, and what is known of channels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiolimiter import AsyncLimiter

A_SECOND = 45
"""Requests over all routes; Discord allows 50.
https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""
BURST = 1.5
"""Makes up for a loop that wakes 11 ms late; 46.5 in a second leave room for a network that holds
some requests back and delivers them together."""

Look = Callable[[int], int | None]


class Together:
    """One for each process: what a bot's connections to Discord must agree about."""

    def __init__(self) -> None:
        """Nothing runs yet, and nobody listens."""
        self._look: Look | None = None
        self._turns: AsyncLimiter | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def turn(self) -> None:
        """Wait until the next request may go out."""
        loop = asyncio.get_running_loop()
        if self._turns is None or self._loop is not loop:
            self._turns, self._loop = AsyncLimiter(BURST, BURST / A_SECOND), loop
        await self._turns.acquire()

    def listen(self, look: Look | None) -> None:
        """Look channel types up there from now on; None: nobody listens any more."""
        self._look = look

    def type_of(self, channel_id: int) -> int | None:
        """Return a channel's type as the gateway told it; None where nobody has told."""
        return None if self._look is None else self._look(channel_id)
