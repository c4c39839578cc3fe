"""SQLite's thread: one hop a statement, and nothing of a statement is left behind there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from hypecurve.adapters.sql.engine import WRITING, database_url, make_engine
from hypecurve.adapters.sql.hopping import Connection, Cursor

LONG = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) "
    "SELECT count(*) FROM n"
)


class Counted(Connection):
    """A connection that counts its hops."""

    hops = 0

    async def _execute(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - aiosqlite's
        self.hops += 1
        return await super()._execute(*args, **kwargs)  # type: ignore[no-untyped-call]  # its own


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kept.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (key INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    connection.close()
    return path


@pytest.fixture
async def engine(file: Path) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url(f"sqlite:///{file}"))
    yield engine
    await engine.dispose()


@pytest.fixture
async def counted(file: Path) -> AsyncIterator[Counted]:
    def opened() -> sqlite3.Connection:
        return sqlite3.connect(file, isolation_level=None)

    connection = Counted(opened, iter_chunk_size=64)
    async with connection:
        yield connection


def keep(file: Path, word: str) -> None:
    """Let somebody else keep a word."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("INSERT INTO kept (word) VALUES (?)", (word,))


async def words(cursor: Cursor) -> list[str]:
    await cursor.execute("SELECT word FROM kept ORDER BY key")
    return [row[0] for row in await cursor.fetchall()]


async def test_a_statement_with_all_its_rows_is_one_hop(counted: Counted) -> None:
    cursor = counted.cursor()
    pairs = [(number, "a") for number in range(500)]
    await cursor.executemany("INSERT INTO kept VALUES (?, ?)", pairs)
    assert (counted.hops, cursor.rowcount) == (1, 500)
    await cursor.execute("SELECT key FROM kept ORDER BY key")
    assert [name for name, *_ in cursor.description] == ["key"]
    assert await cursor.fetchone() == (0,)
    assert await cursor.fetchmany() == [(1,)]
    assert await cursor.fetchmany(2) == [(2,), (3,)]
    assert len(await cursor.fetchall()) == 496
    assert await cursor.fetchone() is None
    await cursor.close()
    assert counted.hops == 2


async def test_what_a_statement_wrote_is_counted_when_it_returns_rows_too(counted: Counted) -> None:
    cursor = counted.cursor()
    await cursor.execute("INSERT INTO kept (word) VALUES ('a'), ('b') RETURNING key")
    assert (cursor.rowcount, await cursor.fetchall()) == (2, [(1,), (2,)])
    await cursor.execute("INSERT INTO kept (word) VALUES ('c')")
    assert (cursor.description, cursor.rowcount, cursor.lastrowid) == (None, 1, 3)
    assert await cursor.fetchall() == []


async def test_a_view_begins_with_its_first_question_and_stays_as_it_is(
    counted: Counted, file: Path
) -> None:
    cursor = counted.cursor()
    counted.begin_reading()
    assert counted.hops == 0
    keep(file, "before")
    assert await words(cursor) == ["before"]
    keep(file, "after")
    assert await words(cursor) == ["before"]
    await counted.rollback()
    assert await words(cursor) == ["before", "after"]


async def test_a_view_that_asked_nothing_leaves_nothing_begun(counted: Counted, file: Path) -> None:
    for end in (counted.rollback, counted.commit):
        counted.begin_reading()
        await end()
        assert counted.hops == 0
    cursor = counted.cursor()
    assert await words(cursor) == []
    assert not counted.in_transaction
    keep(file, "now")
    assert await words(cursor) == ["now"]


async def test_a_wrong_statement_is_told_and_the_next_one_works(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT * FROM nowhere"))
        assert await connection.scalar(text("SELECT 7")) == 7
    async with engine.connect() as connection:
        await connection.execution_options(**{WRITING: True})
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO kept (word) VALUES (NULL)"))


async def test_a_pragma_tells_what_it_is_set_to(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1


async def test_rows_that_are_streamed_all_come(engine: AsyncEngine) -> None:
    numbers = text("WITH n AS (SELECT 1 AS x UNION SELECT 2 UNION SELECT 3) SELECT x FROM n")
    async with engine.connect() as connection:
        async with connection.stream(numbers) as streamed:
            assert [row.x async for row in streamed] == [1, 2, 3]
        async with connection.stream(numbers) as streamed:
            assert (await streamed.fetchmany(2), await streamed.fetchone()) == ([(1,), (2,)], (3,))


async def test_a_reader_that_is_given_up_keeps_nobody_from_writing(
    engine: AsyncEngine, file: Path
) -> None:
    drivers: list[Any] = []

    async def ask() -> None:
        async with engine.connect() as connection:
            drivers.append((await connection.get_raw_connection()).driver_connection)
            await connection.execute(text(LONG))

    asking = asyncio.create_task(ask())
    while not (drivers and drivers[0].in_transaction):  # noqa: ASYNC110 - SQLite tells nobody
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    keep(file, "written")
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT word FROM kept")) == "written"


async def test_a_cursor_gives_its_rows_one_by_one(counted: Counted) -> None:
    cursor = await counted.cursor().execute("VALUES (1), (2)")
    assert [row async for row in cursor] == [(1,), (2,)]
