"""What anybody in the world can bring about as often as they like: told of in the log seldom."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

EVERY = 60.0
"""Seconds between two lines of the log."""
_log = structlog.get_logger(__name__)


class Seldom:
    """Warns of something at once, then once a minute at most: how often it was since."""

    def __init__(self, event: str, now: Callable[[], float] = time.monotonic) -> None:
        """Take what the line says; `now` in seconds."""
        self._event = event
        self._now = now
        self._count = 0
        self._told: float | None = None

    def warn(self, **more: str) -> None:
        """It happened once more; `more` of it is told where a line is."""
        self._count += 1
        now = self._now()
        if self._told is None or now - self._told >= EVERY:
            _log.warning(self._event, times=self._count, **more)
            self._told, self._count = now, 0
