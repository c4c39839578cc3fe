"""An upgrade beside a process of the version before, killed in the middle, and copied aside."""

from __future__ import annotations

import asyncio
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    create_engine,
    select,
)

from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.aside import copy_aside
from hypecurve.adapters.sql.engine import database_url, sync_url
from hypecurve.adapters.sql.tables import REVISION
from hypecurve.domain.errors import StoreUnavailable
from support.catalogue import a_repo, keep
from support.databases import opened
from support.processes import run_here


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "hypecurve_migrations:")
    return config


def _revisions() -> list[str]:
    """Every revision, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


BEFORE = _revisions()[-2]


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(sync_url(database_url(url)))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _move(url: str, revision: str, way: Callable[[Config, str], None] = command.upgrade) -> None:
    """Bring a database up to a revision, or down."""
    with _connected(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        way(config, revision)
        connection.commit()


def _age(url: str) -> None:
    """Bring a database down to the version before."""
    _move(url, BEFORE, command.downgrade)


# --- a process of the version before goes on ---------------------------------------------------


def _value(column: Column[Any]) -> object:
    """Something a column takes; rows of all tables refer to each other by it."""
    for kind, value in (
        (Boolean, True),
        (Integer, 1),
        (Numeric, 1.0),
        (DateTime, datetime(2026, 11, 22)),  # noqa: DTZ001 - as SQLite's driver takes it
        (Date, date(2026, 11, 22)),
        (LargeBinary, b"1"),
        (JSON, {}),
    ):
        if isinstance(column.type, kind):
            return value
    return "1"


@pytest.mark.parametrize("before", _revisions()[:-1])
def test_what_the_version_before_says_to_the_tables_is_understood(
    empty_database: str, before: str
) -> None:
    """Expand first, contract later: what an older process names and leaves out stays allowed."""
    _move(empty_database, before)
    old = MetaData()
    with _connected(empty_database) as connection:
        old.reflect(connection)
    tables = [table for table in old.sorted_tables if table.name != "alembic_version"]
    _move(empty_database, "head")
    with _connected(empty_database) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        for table in tables:
            columns = [each for each in table.c if each.server_default is None]
            row = {each.name: None if each.nullable else _value(each) for each in columns}
            connection.execute(table.insert().values(row))
        for table in tables:
            connection.execute(table.update().values({each: _value(each) for each in table.c}))
            connection.execute(select(table)).one()
        for table in reversed(tables):
            assert connection.execute(table.delete()).rowcount == 1


# --- killed in the middle ----------------------------------------------------------------------

_KILLED = """
import asyncio, os, signal, sys
from sqlalchemy import Engine, event
from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.engine import database_url

left = 1

@event.listens_for(Engine, "after_cursor_execute")
def count(_connection, _cursor, statement, *_rest):
    global left
    left -= statement.lstrip().startswith(("CREATE", "ALTER", "DROP"))
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(migrate.upgrade(database_url(sys.argv[1])))
"""


def _everything(url: str) -> dict[str, tuple[list[str], list[Any]]]:
    """The columns and rows of each table."""
    found = MetaData()
    with _connected(url) as connection:
        found.reflect(connection)
        return {
            table.name: (table.c.keys(), list(connection.execute(select(table)).all()))
            for table in found.sorted_tables
        }


async def _old(url: str) -> None:
    """Put a repo into a database, and bring it to the version before."""
    async with opened(url) as store:
        await keep(store, [a_repo(1)])
    _age(url)


async def test_an_upgrade_that_is_killed_leaves_all_as_it_was_and_is_made_by_the_next(
    database: str,
) -> None:
    await _old(database)
    before = _everything(database)
    killed = subprocess.run(  # noqa: ASYNC221, S603 - the program above, and nothing else waits
        [sys.executable, "-c", _KILLED, database], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert _everything(database) == before
    copy = await migrate.upgrade(database_url(database))
    assert await migrate.revision(database_url(database)) == REVISION
    async with opened(database) as store, store.read() as tx:
        assert await tx.catalogue.watched()
    if copy is not None:
        # The one that was killed had made it already: nothing has changed since.
        assert _copies(copy.parent) == [copy.name]
        assert _everything(f"sqlite:///{copy}") == before


# --- copied aside ------------------------------------------------------------------------------


def _copies(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if ".before-" in each.name)


@pytest.fixture(scope="module")
def aged(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded database of the version before, with a repo in it, to copy."""
    file = tmp_path_factory.mktemp("aged") / "hypecurve.db"
    shutil.copyfile(sqlite_template, file)
    asyncio.run(_old(f"sqlite:///{file}"))
    return file


@pytest.fixture
def file(aged: Path, tmp_path: Path) -> Path:
    """One that a test may upgrade."""
    return Path(shutil.copyfile(aged, tmp_path / "hypecurve.db"))


async def _upgraded(file: Path) -> Path | None:
    return await migrate.upgrade(database_url(f"sqlite:///{file}"))


def _add(file: Path, name: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE repo SET name = ?", (name,))


def _name(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT name FROM repo").fetchone()[0])


async def test_a_database_with_rows_is_copied_aside_with_all_that_was_committed(
    file: Path,
) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_autocheckpoint=0")
        other.execute("UPDATE repo SET name = 'only-in-the-log'")
        other.commit()
        copy = await _upgraded(file)
    assert copy == file.with_name(f"hypecurve.db.before-{BEFORE}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert _copies(file.parent) == [copy.name]
    assert _name(copy) == "only-in-the-log"
    assert await migrate.revision(database_url(f"sqlite:///{copy}")) == BEFORE
    assert await migrate.revision(database_url(f"sqlite:///{file}")) == REVISION


async def test_an_empty_or_present_database_is_not_copied(
    sqlite_template: Path, tmp_path: Path
) -> None:
    file = Path(shutil.copyfile(sqlite_template, tmp_path / "hypecurve.db"))
    assert await _upgraded(file) is None
    _age(f"sqlite:///{file}")
    assert await _upgraded(file) is None
    assert await _upgraded(tmp_path / "new.db") is None
    assert _copies(tmp_path) == []


async def test_an_older_copy_is_never_written_over(file: Path) -> None:
    first = await _upgraded(file)
    _age(f"sqlite:///{file}")
    _add(file, "changed")
    second = await _upgraded(file)
    assert first is not None
    assert second == first.with_name(f"{first.name}.2")
    assert (_name(first), _name(second)) == ("repo-1", "changed")


def test_a_copy_that_holds_the_same_is_not_made_twice(file: Path) -> None:
    copy = copy_aside(file, BEFORE)
    assert copy_aside(file, BEFORE) == copy
    assert _copies(file.parent) == [copy.name]


async def test_without_room_for_the_copy_nothing_is_upgraded(file: Path) -> None:
    before = _everything(f"sqlite:///{file}")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(StoreUnavailable, match="nothing was changed") as caught:
            await _upgraded(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert _copies(file.parent) == []
    assert _everything(f"sqlite:///{file}") == before
    assert await _upgraded(file) is not None


def test_a_disk_that_is_all_but_full_is_not_filled_with_half_a_copy(file: Path) -> None:
    size = file.stat().st_size
    with pytest.raises(StoreUnavailable, match=r"it needs \d\.\d MB, 0\.0 MB are free"):
        copy_aside(file, BEFORE, room=lambda _folder: 1000)
    assert _copies(file.parent) == []
    assert copy_aside(file, BEFORE, room=lambda _folder: size).stat().st_size <= size


async def test_an_upgrade_by_hand_says_where_the_copy_lies(file: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{file}", "GITHUB_API_URL": "https://github.example"}
    ran = await run_here("db", "upgrade", folder=file.parent, settings=settings)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"What was there before lies in {file}.before-{BEFORE}.",
        f"The database is at version {REVISION}, from {BEFORE}.",
    ]


async def test_an_upgrade_that_others_keep_waiting_leaves_all_as_it_was(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"locked.*it is as it was"):
            await migrate.upgrade(
                database_url(f"sqlite:///{file}"), patience=timedelta(milliseconds=1)
            )
    assert await _upgraded(file) is not None
