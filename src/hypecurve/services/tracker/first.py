"""The first cycle takes long: whoever waits for it is told how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from hypecurve.domain.errors import StoreUnavailable
from hypecurve.ports.store import Found, Store
from hypecurve.services.answers.outlook import is_first_look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypecurve.ports import Term

EVERY = 60.0
"""Seconds between two lines."""


@asynccontextmanager
async def told_while_first(
    store: Store,
    terms: Sequence[Term],
    min_stars: int,
    tell: Callable[[str], None],
    every: float = EVERY,
) -> AsyncIterator[None]:
    """Tell that the first search begins and, while it goes on, every minute how far it is.

    Nothing where a cycle has ended before. `every`: seconds between two lines.
    """
    async with store.read() as tx:
        is_first = await is_first_look(tx)
    if not is_first:
        yield
        return
    names = ", ".join(str(each) for each in terms)
    tell(f"the first search begins: {names}, from {min_stars:,} stars; it takes some minutes")
    ended = asyncio.Event()
    telling = asyncio.create_task(_tell_on(store, tell, every, ended))
    try:
        yield
    finally:
        # It is let end, not cancelled: it may be reading.
        ended.set()
        await telling


async def _tell_on(
    store: Store, tell: Callable[[str], None], every: float, ended: asyncio.Event
) -> None:
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), every)
            return
        with suppress(StoreUnavailable):
            tell(f"the first look goes on: {await _how_far(store)}")


async def _how_far(store: Store) -> str:
    async with store.read() as tx:
        filled = await tx.past.filled(Found(listed=False))
        sweep = await tx.stars.latest(whatever_health=True)
    if sweep is None:
        return f"{filled.total:,} repos found so far"
    return f"{filled.total:,} repos found and counted, the past of {filled.asked:,} loaded"
