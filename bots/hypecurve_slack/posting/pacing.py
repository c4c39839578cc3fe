"""At most one message a second in a channel, as Slack asks; channels do not wait for one another.

https://docs.slack.dev/apis/web-api/rate-limits: "no more than one message per second per channel".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

INTERVAL = 1.0
"""Seconds between a message and the next in its channel."""


@dataclass(slots=True)
class _Lane:
    """One channel: who posts there now, and when the next one may."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    free_at: float = 0.0


class Pacer:
    """Lets the posts to a channel through one after the other, `interval` seconds apart.

    The time runs from the end of a call to the beginning of the next: calls that began a second
    apart may reach Slack closer together.
    """

    def __init__(
        self,
        interval: float = INTERVAL,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Take the pace, and whose seconds they are: the event loop's, unless told otherwise."""
        self._interval = interval
        self._now = now
        self._sleep = sleep
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[None]:
        """Wait for a channel's turn and hold it until the block ends."""
        now = self._now or asyncio.get_running_loop().time
        lane = self._lanes.get(channel)
        if lane is None:
            self._sweep(now())
            lane = self._lanes[channel] = _Lane()
        lane.waiting += 1
        try:
            async with lane.lock:
                while (wait := lane.free_at - now()) > 0:
                    await self._sleep(wait)
                try:
                    yield
                finally:
                    lane.free_at = now() + self._interval
        finally:
            lane.waiting -= 1
            # The newest stand last: what is free is found from the front.
            if self._lanes.pop(channel, None) is lane:
                self._lanes[channel] = lane

    def _sweep(self, now: float) -> None:
        """Forget the channels in front that are free, so that only the busy ones are kept."""
        while self._lanes:
            channel, lane = next(iter(self._lanes.items()))
            if lane.waiting or lane.free_at > now:
                return
            del self._lanes[channel]
