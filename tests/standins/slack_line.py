"""The line from the stand-in Slack to a bot: what it asks over a socket or over HTTP, and the acks.

`slack.line` is what everything goes over: `slack.sockets`, where nobody has set another one.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ack:
    """A bot's acknowledgement: of which envelope, after how many seconds, with what in it."""

    envelope_id: str
    seconds: float
    payload: Any = None


class Line(ABC):
    """Hands over what people do and what happens, each as its own kind of envelope."""

    def __init__(self) -> None:
        self.acks: list[Ack] = []
        self._changed = asyncio.Condition()

    @abstractmethod
    async def send(self, kind: str, payload: dict[str, Any], wait: float) -> Ack:
        """Hand an envelope over and wait for its acknowledgement.

        `kind`: as Socket Mode names it: slash_commands, interactive, events_api.
        """

    async def acknowledged(self, total: int, wait: float) -> None:
        """Wait for that many acknowledgements since the start."""
        async with asyncio.timeout(wait), self._changed:
            await self._changed.wait_for(lambda: len(self.acks) >= total)

    async def _acknowledge(self, ack: Ack) -> None:
        self.acks.append(ack)
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
