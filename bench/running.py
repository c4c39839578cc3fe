"""Processes of their own for the parts of the bench, and the lines they tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent

_ENV = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
"""The platforms' stand-ins are the tests'."""

Figures = dict[str, Any]
Found = dict[str, Figures]


def run(module: str, *arguments: object) -> Found:
    """Run a module in a process of its own; return its lines by name."""
    command = _command(module, *arguments)
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env=_ENV, stdout=subprocess.PIPE, check=True, text=True
    )
    return found_in(done.stdout.splitlines())


class Child:
    """A module that runs beside; `told`: what it said when it was ready, by name."""

    def __init__(self, questions: IO[str], answers: IO[str]) -> None:
        """Wait until it is ready."""
        self._questions = questions
        self._answers = answers
        self.told = found_in([answers.readline()])

    def ask(self, line: str) -> Figures:
        """Say a line to it; return the figures of the line that it answers."""
        self._questions.write(f"{line}\n")
        self._questions.flush()
        (figures,) = found_in([self._answers.readline()]).values()
        return figures


@contextmanager
def child(module: str, *arguments: object) -> Iterator[Child]:
    """Keep a module running while the block does; it ends when its input is closed."""
    with subprocess.Popen(  # noqa: S603 - our own
        _command(module, *arguments),
        cwd=ROOT,
        env=_ENV,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        yield Child(process.stdin, process.stdout)
        process.stdin.close()
        process.stdout.read()


def found_in(lines: Sequence[str]) -> Found:
    """The figures in what a process said, by name."""
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return {each.pop("name"): each for each in told}


def _command(module: str, *arguments: object) -> list[str]:
    # Parts take minutes: whoever waits sees what is at work.
    print(f"... {module.removeprefix('bench.')}", file=sys.stderr, flush=True)
    return [sys.executable, "-m", module, *map(str, arguments)]
