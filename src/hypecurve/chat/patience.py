"""Nobody waits for an answer without end: what takes too long is given up, and said so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar

from hypecurve.domain.errors import StoreUnavailable
from hypecurve.ports.store import Store, Transaction
from hypecurve.wording.texts import to_say

PATIENCE = 8.0
"""Seconds; an answer after that is one that nobody waits for."""
SOON = 2.0
"""Seconds for what an answer can do without."""
KEEPING = 120.0
"""Seconds for what is kept by then, or being kept: it is done, and shall be said to be."""
_T = TypeVar("_T")
_left = set[asyncio.Task[Any]]()
"""What was given up and has not ended yet: a database that hangs lets go of it late."""


async def within(seconds: float, asking: Coroutine[Any, Any, _T]) -> _T:
    """Return what is asked for and changes nothing; StoreUnavailable where it takes longer.

    What is given up is cancelled, and not waited for: it may hang where it cannot be.
    """
    return await _within(seconds, asking, lambda: False)


async def done_within(
    seconds: float, store: Store, asking: Callable[[Store], Coroutine[Any, Any, _T]]
) -> _T:
    """Let something be done on a store; StoreUnavailable where it takes longer, and says how it is.

    It is given up only while nothing is kept, and then nothing is kept any more: "not done" is
    true. What is kept by then is waited for, for two minutes; after those nobody can say.
    """
    cutting = _Cutting(store)
    return await _within(seconds, asking(cutting), cutting.cut)


class _Cutting:
    """A `Store` that keeps nothing any more once somebody was told so."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_cut = self._keeps = False

    def cut(self) -> bool:
        """Keep nothing from now on; True: too late for that."""
        self._is_cut = not self._keeps
        return self._keeps

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        return self._store.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with self._store.write() as tx:
            yield tx
            if self._is_cut:
                raise _not_done()  # nobody reads it: what is not committed is rolled back
            self._keeps = True

    async def wipe(self) -> bool:
        return await self._store.wipe()


async def _within(
    seconds: float, asking: Coroutine[Any, Any, _T], too_late: Callable[[], bool]
) -> _T:
    task, error = asyncio.create_task(asking), _not_done()
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done() and too_late():
            error = _unclear()
            await asyncio.wait({task}, timeout=KEEPING)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        return task.result()
    _leave(task)
    raise error


def _not_done() -> StoreUnavailable:
    return StoreUnavailable(
        to_say(
            "The database is slow at present, so this was not done. Please try again in a minute."
        )
    )


def _unclear() -> StoreUnavailable:
    return StoreUnavailable(
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
