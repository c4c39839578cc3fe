"""Nobody waits for an answer without end: what takes too long is given up, and said so."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from hypecurve.domain.errors import StoreUnavailable
from hypecurve.wording.texts import to_say

PATIENCE = 8.0
"""Seconds; an answer after that is one that nobody waits for."""
SOON = 2.0
"""Seconds for what an answer can do without."""
_T = TypeVar("_T")
_left = set[asyncio.Task[Any]]()
"""What was given up and has not ended yet: a database that hangs lets go of it late."""


async def within(seconds: float, asking: Coroutine[Any, Any, _T]) -> _T:
    """Return what is asked for; StoreUnavailable where it takes longer.

    What is given up is cancelled, and not waited for: it may hang where it cannot be.
    """
    task = asyncio.create_task(asking)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        return task.result()
    _leave(task)
    raise StoreUnavailable(
        to_say(
            "The database is slow at present, and what you asked for may not have been done. "
            "Please try again in a minute."
        )
    )


def _leave(task: asyncio.Task[Any]) -> None:
    _left.add(task)
    task.add_done_callback(_ended)
    task.cancel()


def _ended(task: asyncio.Task[Any]) -> None:
    _left.discard(task)
    # Whatever it was: the person was told, and an error that nobody asks for would be logged.
    with suppress(asyncio.CancelledError):
        task.exception()
