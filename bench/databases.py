"""Databases that were built once, for every part that wants to work on a copy of one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple, Protocol

from bench.running import Child, Figures, child, run

AGES = {"year": 365, "month": 30}
"""Days."""


class Aged(NamedTuple):
    """A database that has watched so many repos for so long; `coarse`: see `building`."""

    system: str
    age: str
    repos: int
    coarse: bool = False

    @property
    def file(self) -> str:
        """What it is called on its system."""
        return f"{self.age}_{self.repos}"

    def __str__(self) -> str:
        """`SQLite, 18,000 repos, a year`."""
        return f"{self.system}, {self.repos:,} repos, a {self.age}"


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
        self._built: set[Aged] = set()
        self._numbers = count(1)

    def empty(self) -> str:
        """Return the address of a SQLite database that is not there yet."""
        return self._server("SQLite").make(f"empty_{next(self._numbers)}")

    def build(self, wanted: Iterable[Aged]) -> None:
        """Build what is not there yet, two at a time: as many as the cores this is made for."""
        missing = [each for each in dict.fromkeys(wanted) if each not in self._built]
        addresses = [self._server(each.system).make(each.file) for each in missing]
        with ThreadPoolExecutor(2) as pool:
            for each, figures in zip(missing, pool.map(_build, missing, addresses), strict=True):
                self.kept[str(each)] = figures
                self._built.add(each)

    def copy(self, aged: Aged) -> str:
        """Return the address of a fresh copy of one."""
        self.build([aged])
        return self._server(aged.system).make(f"{aged.file}_{next(self._numbers)}", of=aged.file)

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


def _build(aged: Aged, url: str) -> Figures:
    coarse = ["--coarse"] if aged.coarse else []
    found = run("bench.building", url, "--repos", aged.repos, "--days", AGES[aged.age], *coarse)
    return found["kept"] | found["building"]


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """Keep them as long as the block runs."""
    with ExitStack() as stack:
        yield Databases(folder, stack)
