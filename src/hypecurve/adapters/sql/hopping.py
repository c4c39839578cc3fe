"""SQLite's thread, asked once a statement.

SQLite blocks, so each connection has a thread of its own, and every question to it is a hop to that
thread and back. aiosqlite makes four of a statement (a cursor, execute, fetch, close), which cost
more than most statements. Here a statement is one hop: it is run, read to its end and closed there.
Nothing is read piece by piece: whatever a statement selects is in memory when it is done, as
SQLAlchemy keeps the rows of any cursor but a streaming one, and nobody streams here.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiosqlite

_Ask = Callable[[sqlite3.Cursor, Any, Any], object]
"""`execute` or `executemany` of a cursor."""


def connect(database: str, **settings: Any) -> Connection:  # noqa: ANN401 - sqlite3's own
    """Return a connection that opens when it is awaited: SQLAlchemy's `async_creator_fn`.

    `settings`: of `sqlite3.connect`.
    """
    connection = Connection(lambda: sqlite3.connect(database, **settings), iter_chunk_size=64)
    # As SQLAlchemy has it: a program that ends does not wait for what it did not close.
    connection._thread.daemon = True  # noqa: SLF001 - SQLAlchemy's own way
    return connection


class Connection(aiosqlite.Connection):
    """A connection whose statements take one hop each, and whose reading begins without any."""

    _begins = False

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy's `async with` is enough
        """Return a cursor; it asks nothing yet."""
        return Cursor(self)

    def begin_reading(self) -> None:
        """Begin a transaction with the next statement, in the same hop.

        The same as BEGIN now: SQLite takes no lock and looks at nothing before a statement reads.
        """
        self._begins = True

    async def commit(self) -> None:
        """Commit; nothing to do where nothing was asked since it began."""
        if not self._drop_begin():
            await super().commit()

    async def rollback(self) -> None:
        """Roll back; nothing to do where nothing was asked since it began."""
        if not self._drop_begin():
            await super().rollback()

    async def run(self, ask: _Ask, sql: str, values: Sequence[Any]) -> Done:
        """Let a statement be run and read to its end in the connection's thread."""
        hop = self._execute(_run, self._conn, ask, sql, values, self._drop_begin())  # type: ignore[no-untyped-call]  # aiosqlite's
        done: Done = await hop
        return done

    def _drop_begin(self) -> bool:
        begins, self._begins = self._begins, False
        return begins


@dataclass(frozen=True, slots=True)
class Done:
    """What a statement brought. `description`: of its columns, None where it selects nothing."""

    rows: list[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


class Cursor:
    """What SQLAlchemy wants of an asynchronous cursor; all but execute is answered at once."""

    def __init__(self, connection: Connection) -> None:
        """Ask nothing yet."""
        self._connection = connection
        self._rows = deque[Any]()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        """Be there: SQLite's own cursor is made with the statement."""
        return self

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """Run a statement."""
        return self._take(await self._connection.run(sqlite3.Cursor.execute, sql, values))

    async def executemany(self, sql: str, values: Sequence[Sequence[Any]]) -> Cursor:
        """Run a statement with each of the values."""
        return self._take(await self._connection.run(sqlite3.Cursor.executemany, sql, values))

    def _take(self, done: Done) -> Cursor:
        self._rows = deque(done.rows)
        self.description, self.rowcount = done.description, done.rowcount
        self.lastrowid = done.lastrowid
        return self

    async def fetchone(self) -> Any:  # noqa: ANN401 - a row, as sqlite3 gives it
        """Return the next row, or None."""
        return self._rows.popleft() if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows."""
        number = min(self.arraysize if size is None else size, len(self._rows))
        return [self._rows.popleft() for _ in range(number)]

    async def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """Forget the rows; what they are stays known. SQLite's own cursor is closed already."""
        self._rows.clear()

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Give the rows that are left."""
        while self._rows:
            yield self._rows.popleft()


def _run(
    connection: sqlite3.Connection,
    ask: _Ask,
    sql: str,
    values: Sequence[Any],
    begins: bool,  # noqa: FBT001 - passed on by position
) -> Done:
    """Run a statement in the connection's thread, and leave nothing of it open there."""
    if begins:
        connection.execute("BEGIN").close()
    cursor = connection.cursor()
    try:
        ask(cursor, sql, values)
        rows = cursor.fetchall() if cursor.description else []
        # How many rows were written is known only when those it returns were read.
        return Done(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    finally:
        cursor.close()
