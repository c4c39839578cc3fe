"""The child process that runs a cycle: people are answered while thousands of repos are counted."""

from __future__ import annotations

import asyncio
import sys

import structlog

from hypecurve.kin import give_way

CYCLE = ("update",)
JUDGING = ("update", "--only", "detect")
FILLING = ("update", "--only", "backfill")
_ENDED = {
    CYCLE: "cycle ended",
    JUDGING: "judging of the last sweep ended",
    FILLING: "loading of the past ended",
}
"""What a child does, and how its end is logged."""
_ENDS_WITHIN = 3.5
"""Seconds that a child has at the end: it puts away what it began within 3."""

_log = structlog.get_logger(__name__)


class Child:
    """One process at a time, which gives way to us."""

    def __init__(self, holder: str) -> None:
        """Start nothing; `holder`: whose lease a cycle runs under."""
        self._holder = holder
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_over = False

    @property
    def is_at_work(self) -> bool:
        """Whether the last one has not ended yet."""
        return self._task is not None and not self._task.done()

    def begin(self, *command: str) -> None:
        """Run one of the commands above in a process of its own."""
        self._task = asyncio.create_task(self._run(command))

    async def _run(self, command: tuple[str, ...]) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hypecurve", *command),
            *("--log", "--holder", self._holder),
        )
        give_way(self._process.pid)
        if self._is_over:  # it came while the child was being made
            self._process.terminate()
        status = await self._process.wait()
        what = _ENDED[command]
        if status and not self._is_over:
            _log.warning(f"{what}, and not all was done: it goes on later", status=status)
        else:
            _log.info(what)

    def tell_to_end(self) -> None:
        """Begin to end it: it is given its time by `end`."""
        self._is_over = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    async def end(self) -> None:
        """Wait until it has ended, as long as that takes no more than some seconds."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=_ENDS_WITHIN)
        if self._process is not None and self._process.returncode is None:
            _log.warning("stopped in the middle of a cycle")
            self._process.kill()
