"""The program as people run it: a process of its own, in a folder of its own."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    asynccontextmanager,
    chdir,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest.mock import patch

import structlog

from hypecurve.__main__ import main
from hypecurve.cli import operating
from hypecurve.config import load_settings
from support.forking import fork

_OURS = ("HYPECURVE_", "GITHUB_", "SLACK_", "DISCORD_", "DATABASE_URL", "COLUMNS", "FORCE_COLOR")
COMMAND = (sys.executable, "-m", "hypecurve")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What stands on standard error."""
        return self.err.splitlines()


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """This machine's environment with no setting of ours but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, **(settings or {})}


def run(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, seconds: float = 60
) -> Ran:
    """Run `hypecurve ARGUMENTS` to its end in a folder."""
    done = subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


class Service:
    """A command that runs beside the test; `lines` is its log so far."""

    def __init__(self, process: BaseProcess, out: socket.socket, err: socket.socket) -> None:
        self.lines: list[str] = []
        self.out = ""
        self._process = process
        self._more = asyncio.Condition()
        self._reading = asyncio.gather(self._read_log(err), self._read_answers(out))

    @property
    def log(self) -> str:
        """All that it logged so far."""
        return "\n".join(self.lines)

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    async def says(self, text: str, *, times: int = 1, within: float = 30) -> None:
        """Wait until so many lines of the log hold a text, or the process has ended."""
        with suppress(TimeoutError):  # the log says more than how long it took
            async with asyncio.timeout(within), self._more:
                await self._more.wait_for(
                    lambda: self.said(text) >= times or self._reading.done(),
                )
        assert self.said(text) >= times, self.log

    def said(self, text: str) -> int:
        """How many lines of the log hold a text by now."""
        return sum(text in line for line in self.lines)

    async def stop(self, number: signal.Signals = signal.SIGTERM, *, within: float = 12) -> int:
        """Send a signal and return the exit status."""
        os.kill(self.pid, number)
        return await self.ended(within=within)

    async def ended(self, *, within: float = 30) -> int:
        """Wait for the end and return the exit status; -9 where it was killed."""
        async with asyncio.timeout(within):
            await self._over()
            await self._reading
        assert self._process.exitcode is not None
        return self._process.exitcode

    async def kill(self) -> None:
        """See that nothing is left of it."""
        if self._process.exitcode is None:
            self._process.kill()
            await self._over()
        await self._reading

    async def _over(self) -> None:
        """Wait for the end of the process: its sentinel becomes readable."""
        if self._process.exitcode is None:
            loop, over = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(self._process.sentinel, over.set)
            try:
                await over.wait()
            finally:
                loop.remove_reader(self._process.sentinel)
        self._process.join()

    async def _read_log(self, err: socket.socket) -> None:
        lines, writing = await asyncio.open_connection(sock=err)
        async for line in lines:
            async with self._more:
                self.lines.append(line.decode().rstrip("\n"))
                self._more.notify_all()
        writing.close()
        async with self._more:
            self._more.notify_all()

    async def _read_answers(self, out: socket.socket) -> None:
        answers, writing = await asyncio.open_connection(sock=out)
        self.out = (await answers.read()).decode()
        writing.close()


async def until(true: Callable[[], bool], *, within: float = 30) -> None:
    """Wait until a stand-in has met something it has no event for."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)


@asynccontextmanager
async def started(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, before: str = ""
) -> AsyncIterator[Service]:
    """Start `hypecurve ARGUMENTS` in a folder; it is gone when the block ends.

    `before`: see `support.forking.fork`.
    """
    out, its_out = socket.socketpair()
    err, its_err = socket.socketpair()
    with its_out, its_err:
        env = environment(settings)
        process = fork(arguments, str(folder), env, its_out, its_err, before)
    service = Service(process, out, err)
    try:
        yield service
    finally:
        await service.kill()


async def run_beside(
    *arguments: str,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    seconds: float = 60,
    before: str = "",
) -> Ran:
    """Run a command to its end while the test's own servers answer it; `before`: see `started`."""
    async with started(*arguments, folder=folder, settings=settings, before=before) as service:
        status = await service.ended(within=seconds)
    return Ran(status, service.out, "".join(f"{line}\n" for line in service.lines))


async def run_here(*arguments: str, folder: Path, settings: Mapping[str, str] | None = None) -> Ran:
    """Run a command in this very process: loading the program again takes longer than most do.

    Only for commands that listen to no signal, and one at a time.
    """
    return await asyncio.to_thread(_main, arguments, folder, settings)


def _main(arguments: tuple[str, ...], folder: Path, settings: Mapping[str, str] | None) -> Ran:
    out, err, status = io.StringIO(), io.StringIO(), 0
    argv = patch.object(sys, "argv", ["hypecurve", *arguments])
    with _inside(folder, settings), _log_kept(), argv, redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ran(status, out.getvalue(), err.getvalue())


async def update_here(
    only: str | None = None, *, folder: Path, settings: Mapping[str, str]
) -> list[str]:
    """Do the work of `hypecurve update`, in this very process; what it tells."""
    lines: list[str] = []
    with _inside(folder, settings):
        await operating._update(load_settings(), only, None, lines.append)
    return lines


@contextmanager
def _log_kept() -> Iterator[None]:
    """Let what a command sets up of the log end with it: other tests read theirs."""
    root, configured = logging.getLogger(), structlog.get_config()
    level, handlers = root.level, root.handlers[:]
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
        structlog.configure(**configured)


@contextmanager
def _inside(folder: Path, settings: Mapping[str, str] | None) -> Iterator[None]:
    """Be in a folder, with these settings alone."""
    with chdir(folder), patch.dict(os.environ, environment(settings), clear=True):
        yield
