"""The journal: many senders' small writes, committed together.

Waiting for the disk takes longer than all else that a sending writes. So whoever wants something
written hands it in and waits; one writer takes all that wait into one transaction, commits it, and
wakes them. What one of them did wrong is no other one's: they are written one by one then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.saying import to_say
from hypecurve.ports import Clock
from hypecurve.ports.store import Record, Store, Transaction

Follow = Callable[[Transaction], Awaitable[None]]
"""What else is written with a record. It may be called again, after what was not kept."""
FIRST_WAIT = 0.25
LONGEST_WAIT = 5.0
LAST_TRIES = 5.0
"""Seconds for which a database that is away is still asked once all is to end."""
AT_THE_END = 1.0
"""Seconds for a commit that is under way when the process ends."""
_MOST = 200
"""Changes in one transaction: others wait for the database too."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    record: Record
    follow: Follow | None
    done: asyncio.Future[None]
    is_known: bool
    alone: bool
    until: float


class Journal:
    """One writer for many. It begins with the first write, and rests when nothing waits."""

    def __init__(self, store: Store, clock: Clock, stop: asyncio.Event, patience: float) -> None:
        """Write nothing yet.

        `patience`: seconds for which what happened already is tried to be written.
        """
        self._store = store
        self._clock = clock
        self._stop = stop
        self._patience = patience
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._is_away = False

    async def write(
        self,
        record: Record,
        follow: Follow | None = None,
        *,
        known: bool = False,
        alone: bool = False,
    ) -> None:
        """Write a record, together with whatever else waits; return once it is committed.

        `known`: it happened already, so that it is tried again while the database is away, with
        growing waits; what is only intended fails at once, with StoreUnavailable. `follow`: what
        else is written where the record can be. `alone`: that holds more than the delivery's own
        rows, and shares no transaction. An error of the record is raised here and nowhere else.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        until = loop.time() + self._patience
        self._waiting.append(_Waiting(record, follow, done, known, alone, until))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await done

    async def end(self) -> None:
        """Wait a moment for what is being written; what is not written then never is."""
        if self._writer is not None and not self._writer.done():
            await asyncio.wait({self._writer}, timeout=AT_THE_END)
            self._writer.cancel()
            await asyncio.wait({self._writer})

    async def _write_all(self) -> None:
        wait = FIRST_WAIT
        group: Sequence[_Waiting] = ()
        try:
            while self._waiting:
                group = self._next()
                unwritten = await self._commit(group)
                self._waiting[:0] = self._still_wanted(unwritten)
                group = ()
                if not unwritten:
                    self._back()
                    wait = FIRST_WAIT
                elif self._waiting:
                    await _rest(self._stop, wait)
                    wait = min(2 * wait, LONGEST_WAIT)
        finally:  # cut off: nobody shall wait for what nobody writes
            for each in (*group, *self._waiting):
                each.done.cancel()
            self._waiting.clear()

    def _next(self) -> Sequence[_Waiting]:
        """Take what is written next: all that wait, up to one that wants to be alone."""
        alone = next((place for place, each in enumerate(self._waiting) if each.alone), _MOST)
        count = max(1, min(alone, _MOST))
        group = self._waiting[:count]
        del self._waiting[:count]
        return group

    async def _commit(self, group: Sequence[_Waiting]) -> Sequence[_Waiting]:
        """Write a group; return those of it that the database did not take."""
        try:
            async with self._store.write() as tx:
                records = [each.record for each in group]
                refused = await tx.outbox.record(records, self._clock.now())
                for each, error in zip(group, refused, strict=True):
                    if error is None and each.follow is not None:
                        await each.follow(tx)
        except StoreUnavailable as error:
            self._away(error)
            return group
        except Exception as error:  # noqa: BLE001 - whoever handed it in hears of it
            if len(group) == 1:
                _end(group[0].done, error)
                return ()
        else:
            for each, why in zip(group, refused, strict=True):
                _end(each.done, why)
            return ()
        for place, each in enumerate(group):
            if await self._commit([each]):
                return group[place:]
        return ()

    def _still_wanted(self, group: Sequence[_Waiting]) -> list[_Waiting]:
        """Those of a group that are tried again; the others hear that they are not written."""
        now = asyncio.get_running_loop().time()
        left = []
        for each in group:
            if self._stop.is_set():
                each.until = min(each.until, now + LAST_TRIES)
            if each.is_known and now < each.until:
                left.append(each)
            else:
                form = to_say("The database does not answer: this was not written.")
                _end(each.done, StoreUnavailable(form))
        return left

    def _away(self, error: StoreUnavailable) -> None:
        if not self._is_away:
            _log.warning("what was sent waits to be written down", reason=str(error))
        self._is_away = True

    def _back(self) -> None:
        if self._is_away:
            _log.info("what was sent is written down")
        self._is_away = False


def _end(done: asyncio.Future[None], error: Exception | None = None) -> None:
    if done.done():  # whoever waited was called off
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait; once all is to end, no longer than it takes to try again at short notice."""
    if stop.is_set():
        await asyncio.sleep(min(seconds, FIRST_WAIT))
        return
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
