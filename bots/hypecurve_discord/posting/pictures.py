"""Pictures on their way into posts: drawn when they are posted, one file to a message.

A picture never costs its text: what cannot be drawn, is too large or may not be attached is left
out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Charts
from hypecurve.wording.cut import clean, cut

NAME = "chart.png"
LARGEST = 10 * 1024 * 1024
"""Bytes: what a server without boosts takes.
https://discord.com/developers/docs/reference#uploading-files"""
_WITHOUT = 26 * 3600.0
"""Seconds for which a channel that takes no files goes without them: each refusal counts towards
the ban of our address."""
_ALT = 1_024
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """What goes with a message; `alt`: what it shows, in words."""

    name: str
    content: bytes
    alt: str = ""

    def attached(self) -> list[dict[str, Any]]:
        """Return what a message says of it."""
        told = {"description": self.alt} if self.alt else {}
        return [{"id": 0, "filename": self.name, **told}]


class Pictures:
    """Has them drawn, and remembers which channels take none."""

    def __init__(self, charts: Charts, clock: Callable[[], float] | None = None) -> None:
        """Take who draws; `clock`: seconds that only grow."""
        self._charts = charts
        self._clock = clock or time.monotonic
        self._without: dict[Channel, float] = {}

    async def drawn(self, channel: Channel, message: Message) -> File | None:
        """Return a message's picture as a file; None where it goes without. Never raises."""
        if message.picture is None or self._clock() < self._without.get(channel, 0.0):
            return None
        try:
            content = await self._charts.draw(message.picture.chart, message.locale)
        except Exception:  # noqa: BLE001 - whatever it was, the text is worth more
            _log.exception("a picture cannot be drawn", title=message.picture.title)
            return None
        if len(content) > LARGEST:
            _log.error("a picture is too large", title=message.picture.title, bytes=len(content))
            return None
        return File(NAME, content, cut(clean(message.picture.alt), _ALT, utf16=True))

    def refused(self, channel: Channel) -> None:
        """Remember that a channel takes no files."""
        self._without[channel] = self._clock() + _WITHOUT
