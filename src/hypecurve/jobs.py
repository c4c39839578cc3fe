"""What is under way in a service, by name: each once at a time, and what fails is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hypecurve.domain.errors import HypecurveError

_CALLED_OFF = 1.0
"""Seconds for what was called off to put away what it holds."""

_log = structlog.get_logger(__name__)


class Jobs:
    """The jobs of one service. One that fails ends alone, in one line of the log."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._is_over = False

    def begin(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Begin a job, unless it is under way already or all is to end."""
        if self._is_over or name in self._under_way:
            return
        task = asyncio.create_task(self._run(name, job))
        self._under_way[name] = task
        task.add_done_callback(lambda _: self._under_way.pop(name, None))

    async def ticked(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Begin a job, for a ticker that calls coroutines."""
        self.begin(name, job)

    async def _run(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        except HypecurveError as error:
            _log.error("a job failed; it is tried again", job=name, reason=str(error))
        except Exception:  # noqa: BLE001 - one job's mistake is no other one's
            _log.exception("a job failed by a mistake in it; it is tried again", job=name)

    async def end(self, within: float) -> None:
        """Begin nothing more, wait for what is under way, then call it off."""
        self._is_over = True
        under_way = set(self._under_way.values())
        if not under_way:
            return
        _, late = await asyncio.wait(under_way, timeout=within)
        if late:
            names = [name for name, task in self._under_way.items() if task in late]
            _log.warning("stopped in the middle of a job", jobs=", ".join(sorted(names)))
            for task in late:
                task.cancel()
            await asyncio.wait(late, timeout=_CALLED_OFF)
