"""Outlook: whether the first look is under way, and how far the past has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypecurve.domain.outlook import Outlook
from hypecurve.ports import Clock
from hypecurve.ports.store import Found, Store, Transaction
from hypecurve.services.tracker.backfill import time_left

_KEPT = timedelta(minutes=1)
"""All repos are counted for it: too much for every answer."""


async def outlook(tx: Transaction, histories_an_hour: int = 0) -> Outlook:
    """Return how much has been seen yet, of the whole catalogue.

    `histories_an_hour`: repos whose past is asked in an hour; 0: of the past nothing is said.
    """
    if await is_first_look(tx):
        return Outlook(is_first=True, since=await tx.sources.began())
    if not histories_an_hour:
        return Outlook()
    filled = await tx.past.filled(Found())
    return Outlook(loaded=filled.share, left=time_left(filled, histories_an_hour))


async def is_first_look(tx: Transaction) -> bool:
    """Whether no cycle has ended yet, so that nothing is listed."""
    return not await tx.signals.current_cycle() and not await tx.catalogue.count(Found())


class Outlooks:
    """The same for many answers: what was counted within the last minute is not counted again."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._last = Outlook()
        self._at: datetime | None = None

    async def now(self, store: Store, clock: Clock, histories_an_hour: int) -> Outlook:
        """Return how much has been seen by now; that the first look ended is seen at once."""
        at = clock.now()
        if self._at is not None and timedelta(0) <= at - self._at < _KEPT:
            return self._last
        async with store.read() as tx:
            found = await outlook(tx, histories_an_hour)
        if not found.is_first:
            self._last, self._at = found, at
        return found
