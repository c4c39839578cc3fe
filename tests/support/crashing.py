"""Deaths at chosen points: `arm` is called in a process of its own, before the program begins.

The process kills itself as a power cut would: no handler runs, nothing is flushed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NoReturn

from hypecurve.adapters.sql.digests import SqlDigests
from hypecurve.adapters.sql.outbox import SqlOutbox
from hypecurve.adapters.sql.store import SqlStore, SqlTransaction
from hypecurve.domain.delivery import DeliveryState
from hypecurve.ports.store import Frozen, Record

POINTS = (
    "before a digest is committed",
    "after a digest is committed",
    "before an intent is committed",
    "after an intent is committed",
    "before an outcome is committed",
    "after an outcome is committed",
)
_happened: list[str] = []


def arm(point: str) -> None:
    """Let this process die at the first time that something is about to be, or was, committed."""
    assert point in POINTS
    when, what = point.split(" ", 1)
    _watch_digests()
    _watch_steps()
    write = SqlStore.write

    @asynccontextmanager
    async def dying(self: SqlStore) -> AsyncIterator[SqlTransaction]:
        _happened.clear()
        async with write(self) as tx:
            yield tx
            about = what in _happened
            if about and when == "before":
                die()
        if about:
            die()

    SqlStore.write = dying  # type: ignore[method-assign]  # this process exists to die


def die() -> NoReturn:
    """End at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _watch_digests() -> None:
    freeze: Callable[..., object] = SqlDigests.freeze

    async def seen(self: SqlDigests, digests: Sequence[Frozen], at: datetime) -> object:
        if any(each.message is not None for each in digests):
            _happened.append("a digest is committed")
        return await freeze(self, digests, at)  # type: ignore[misc]  # it is a coroutine

    SqlDigests.freeze = seen  # type: ignore[assignment, method-assign]  # as above


def _watch_steps() -> None:
    record: Callable[..., object] = SqlOutbox.record

    async def seen(self: SqlOutbox, records: Sequence[Record], at: datetime) -> object:
        steps = [step for each in records for _, step in each.steps]
        if any(step.state is DeliveryState.SENDING for step in steps):
            _happened.append("an intent is committed")
        if any(step.state is DeliveryState.SENT for step in steps):
            _happened.append("an outcome is committed")
        return await record(self, records, at)  # type: ignore[misc]  # it is a coroutine

    SqlOutbox.record = seen  # type: ignore[assignment, method-assign]  # as above
