"""Pictures on their way into posts: drawn before they are posted, one file to a message.

A picture never costs its text: what cannot be drawn in time, is too large or may not be attached is
left out.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from hypecurve.domain.chart import Picture
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Charts
from hypecurve_discord.rendering.pictures import NAME, alt_of

LARGEST = 10 * 1024 * 1024
"""Bytes: what a server without boosts takes.
https://discord.com/developers/docs/reference#uploading-files"""
_WITHOUT = 3600.0
"""Seconds for which a channel that takes no files goes without them, where the gateway does not
tell since then that it takes them: each refusal counts towards the ban of our address."""
_READY = 128
"""More than are under way at once."""
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


@dataclass(frozen=True, slots=True)
class _Refused:
    """A channel took no files; `held`: what the gateway says of that right does not count."""

    until: float
    held: bool


class Pictures:
    """Has them drawn, and remembers which channels take none."""

    def __init__(
        self, charts: Charts, clock: Callable[[], float] | None = None, longest: float = 10.0
    ) -> None:
        """Take who draws; `clock`: seconds that only grow; `longest`: seconds a text waits."""
        self._charts = charts
        self._clock = clock or time.monotonic
        self._longest = longest
        self._without: dict[Channel, _Refused] = {}
        self._ready: OrderedDict[Channel, tuple[Message, File | None]] = OrderedDict()

    async def prepare(self, channel: Channel, message: Message, *, may: bool | None = None) -> None:
        """Have a picture drawn that `drawn` gives out then, for each try anew. Never raises."""
        if message.picture is None:
            return
        self._ready.pop(channel, None)
        file = await self.drawn(channel, message, may=may)
        self._ready[channel] = message, file
        if len(self._ready) > _READY:
            self._ready.popitem(last=False)

    async def drawn(
        self, channel: Channel, message: Message, *, may: bool | None = None
    ) -> File | None:
        """Return a message's picture as a file; None where it goes without. Never raises.

        `may`: whether we may attach files there; None where nobody has told.
        """
        if message.picture is None or self._goes_without(channel, may=may):
            return None
        of, file = self._ready.get(channel, (None, None))
        return file if of == message else await self._draw(message, message.picture)

    async def _draw(self, message: Message, picture: Picture) -> File | None:
        try:
            async with asyncio.timeout(self._longest):
                content = await self._charts.draw(picture.chart, message.locale)
        except TimeoutError:
            _log.error("a picture takes too long", title=picture.title, seconds=self._longest)
            return None
        except Exception:  # noqa: BLE001 - whatever it was, the text is worth more
            _log.exception("a picture cannot be drawn", title=picture.title)
            return None
        if len(content) > LARGEST:
            _log.error("a picture is too large", title=picture.title, bytes=len(content))
            return None
        return File(NAME, content, alt_of(picture))

    def refused(self, channel: Channel, *, may: bool | None = None) -> None:
        """Remember that a channel takes no files, whatever the gateway tells (`may`) by now."""
        self._without[channel] = _Refused(self._clock() + _WITHOUT, may is True)

    def _goes_without(self, channel: Channel, *, may: bool | None) -> bool:
        known = self._without.get(channel)
        if known is None:
            return may is False
        if may is False:
            self._without[channel] = replace(known, held=False)
            return True
        if self._clock() < known.until and not (may and not known.held):
            return True
        del self._without[channel]
        return False
