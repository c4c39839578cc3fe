"""Processes of our own program that need not load it: each is forked from one that has.

Loading Python, SQLAlchemy, slack_bolt and discord.py takes two seconds, and a suite that starts a
hundred services would spend its time on that. What is forked is a process of its own all the same,
with its own folder, settings and signals, and it can be killed.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from types import ModuleType
from unittest.mock import patch

_LOADED = (
    "support.forking",
    "hypecurve.__main__",
    "hypecurve.cli.operating",
    "hypecurve.worker",
    "hypecurve.services.tracker.cycle",
    "hypecurve_slack.app",
    "hypecurve_slack.posting.messenger",
    "hypecurve_discord.serving.client",
    "hypecurve_discord.posting.messenger",
    "aiosqlite",
    "psycopg",
)
_context: list[ForkServerContext] = []


def fork(
    arguments: tuple[str, ...],
    folder: str,
    env: Mapping[str, str],
    out: socket.socket,
    err: socket.socket,
    before: str = "",
) -> BaseProcess:
    """Run `hypecurve ARGUMENTS` in a new process, its output going into two sockets.

    `before`: `MODULE:FUNCTION:ARGUMENT`, called in it before the program begins.
    """
    # Otherwise each process would first load what this one was begun with: pytest.
    with patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
        process = _forking().Process(
            target=_run, args=(arguments, folder, dict(env), out, err, before), daemon=True
        )
        process.start()
    return process


def _forking() -> ForkServerContext:
    """The context whose server has loaded the program, started when it is first needed."""
    if not _context:
        found = multiprocessing.get_context("forkserver")
        found.set_forkserver_preload(list(_LOADED))
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - for a variable
        known = os.environ.get("PYTHONPATH")
        # The server looks for what it loads before it is told where this process looks.
        os.environ["PYTHONPATH"] = here if known is None else f"{here}{os.pathsep}{known}"
        try:
            multiprocessing.forkserver.ensure_running()  # type: ignore[attr-defined]  # typeshed: a submodule
        finally:
            os.environ.pop("PYTHONPATH")
            if known is not None:
                os.environ["PYTHONPATH"] = known
        _context.append(found)
    return _context[0]


def _run(
    arguments: tuple[str, ...],
    folder: str,
    env: dict[str, str],
    out: socket.socket,
    err: socket.socket,
    before: str,
) -> None:
    """Be the program: this is the forked process."""
    for mine, number in ((out, 1), (err, 2)):
        os.dup2(mine.fileno(), number)
        mine.close()
    sys.stdout = os.fdopen(1, "w", buffering=1)
    sys.stderr = os.fdopen(2, "w", buffering=1)
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - for the life of the process
    for number in (signal.SIGINT, signal.SIGTERM):
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, usual)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["hypecurve", *arguments]
    if before:
        module, function, argument = before.split(":", 2)
        getattr(importlib.import_module(module), function)(argument)
    from hypecurve.__main__ import main  # noqa: PLC0415 - the process that forks has loaded it

    status = 0
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
    sys.exit(status)
