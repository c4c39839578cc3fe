"""Databases that were built once, for every part that wants to work on a copy of one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from bench.running import Child, Figures, child, run

AGES = {"year": 365, "month": 30}
"""Days."""


class _Server(Protocol):
    def make(self, name: str, of: str = "") -> str: ...


class _Files:
    """SQLite: a database is a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, name: str, of: str = "") -> str:
        """Name a database that is not there yet, or copy one; return its address."""
        file = self._folder / f"{name}.db"
        if of:
            shutil.copyfile(self._folder / f"{of}.db", file)
        return f"sqlite:///{file}"


class _Postgres:
    """A server of its own."""

    def __init__(self, server: Child) -> None:
        self._server = server

    def make(self, name: str, of: str = "") -> str:
        """Make a database, empty or a copy of one; return its address."""
        return str(self._server.ask(f"{name} {of}")["url"])


class Databases:
    """What was built; `kept`: by name, what it holds and how long that took."""

    SYSTEMS = ("SQLite", "PostgreSQL")

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Build nothing yet."""
        self.kept: dict[str, Figures] = {}
        self._folder = folder
        self._stack = stack
        self._servers: dict[str, _Server] = {}
        self._built: set[str] = set()
        self._numbers = count(1)

    def empty(self) -> str:
        """Return the address of a SQLite database that is not there yet."""
        return self._server("SQLite").make(f"empty_{next(self._numbers)}")

    def aged(self, system: str, age: str, repos: int, *, coarse: bool = False) -> str:
        """Return the address of a fresh copy of a database that old."""
        name, server = f"{age}_{repos}", self._server(system)
        if (full := f"{system} {name}") not in self._built:
            arguments = ["--repos", repos, "--days", AGES[age], *(["--coarse"] if coarse else [])]
            found = run("bench.building", server.make(name), *arguments)
            self.kept[f"{system}, {repos:,} repos, a {age}"] = found["kept"] | found["building"]
            self._built.add(full)
        return server.make(f"{name}_{next(self._numbers)}", of=name)

    def _server(self, system: str) -> _Server:
        if system not in self._servers:
            folder = self._folder
            self._servers[system] = (
                _Files(folder)
                if system == "SQLite"
                else _Postgres(
                    self._stack.enter_context(child("bench.postgres", folder / "postgres"))
                )
            )
        return self._servers[system]


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """Keep them as long as the block runs."""
    with ExitStack() as stack:
        yield Databases(folder, stack)
