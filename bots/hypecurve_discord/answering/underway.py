"""The interactions that are being answered: each ends by itself, or is cut off as the bot ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SAYING_SO = 1.0
"""Seconds to tell those whose answers are given up as the bot ends."""


class UnderWay:
    """The tasks at work."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._tasks: set[asyncio.Task[Any]] = set()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count the present task while inside."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in one
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def finish(self, seconds: float) -> None:
        """Let what is at work finish; what takes longer is called off, with time to say so."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        late = set(self._tasks)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=SAYING_SO)
