"""Waiting for a database server that comes up after the service does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError

from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.engine import make_engine

WAITS = timedelta(minutes=1)
_PAUSE = timedelta(seconds=1)

_HOPELESS = ("password", "pg_hba.conf", "role ")
"""Words of a server that is there and refuses: waiting does not help. In another language than
English it is waited for in vain, and then said."""


async def wait_for(
    url: URL,
    stop: asyncio.Event,
    say: Callable[[str], None],
    *,
    within: timedelta = WAITS,
    pause: timedelta = _PAUSE,
) -> bool:
    """Wait until a server takes connections; False where `stop` was set before it did.

    `say` gets one line if there is something to wait for. BadSetting, with what the server or the
    network said last, where it is not there in time, and at once where it refuses us for good. A
    file is not waited for.
    """
    if url.get_backend_name() == "sqlite":
        return not stop.is_set()
    loop = asyncio.get_running_loop()
    until, is_said = loop.time() + within.total_seconds(), False
    while not stop.is_set():
        error = await _try(url)
        if error is None:
            return True
        told = migrate.unreachable(url, error)
        if any(word in str(error.orig) for word in _HOPELESS):
            raise told from None
        if not is_said:
            say(f"{told} It is tried again for {within.total_seconds():.0f} seconds.")
            is_said = True
        if loop.time() >= until:
            raise told from None
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause.total_seconds())
    return False


async def _try(url: URL) -> DatabaseError | None:
    """What a first connection ends with."""
    engine = make_engine(url)
    try:
        async with engine.connect():
            return None
    except DatabaseError as error:
        return error
    finally:
        await engine.dispose()
