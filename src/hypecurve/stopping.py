"""Ending when told to, by SIGTERM or Ctrl-C: within seconds, with nothing lost that was kept."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from hypecurve.domain.errors import HypecurveError

ENDS_WITHIN = 5.0
"""Seconds from the signal to the end of the process, whatever is under way."""
SERVICE_ENDS_WITHIN = 10.0
"""The same for a service: what it has begun to send is finished."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_STATUS = 128
"""Added to the signal's number: 143 for SIGTERM, 130 for Ctrl-C, as shells have it."""


@contextmanager
def told_to_end(
    begin: Callable[[], object], *, within: float, at_last: Callable[[int], int]
) -> Iterator[list[int]]:
    """Call `begin` in the running loop as soon as SIGTERM or Ctrl-C comes, the first time only.

    Yields the list that the signal's number is put into. What is still under way `within` seconds
    later (a statement that waits for the database in a thread cannot be called off) is cut off:
    `at_last` says so and returns the exit status. The database takes that as it takes a power cut:
    of what was not committed nothing is there.
    """
    loop = asyncio.get_running_loop()
    came: list[int] = []

    def cut_off(number: int) -> None:
        os._exit(at_last(number))

    def stop(number: int, _frame: FrameType | None) -> None:
        if came:  # a service and the terminal may both tell a child
            return
        came.append(number)
        timer = threading.Timer(within, cut_off, [number])
        timer.daemon = True
        timer.start()
        loop.call_soon_threadsafe(begin)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield came
    finally:
        # Once told, the process ends: what is left of it shall not be disturbed.
        if not came:
            for number, handler in before.items():
                signal.signal(number, handler)


async def work_until_told(
    work: Callable[[], Awaitable[None]], say: Callable[[], None], *, within: float
) -> int:
    """Do some work to its end, or until SIGTERM or Ctrl-C; return the exit status.

    0 where it was done; 143 or 130 where it was called off, which `say` tells. What it had begun
    to put away is put away.
    """
    working = asyncio.ensure_future(work())

    def at_last(number: int) -> int:
        say()
        return _STATUS + number

    with told_to_end(working.cancel, within=within, at_last=at_last) as came:
        try:
            await working
        except asyncio.CancelledError:
            if not came:
                raise
        except HypecurveError:
            if not came:  # else it is the end that it stumbled over
                raise
        else:
            return 0
    say()
    return _STATUS + came[0]
