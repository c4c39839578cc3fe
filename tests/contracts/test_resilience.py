"""A database that is locked, full, damaged or away: one line, nothing lost, and it goes on."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from hypecurve.adapters.sql.engine import database_url
from hypecurve.adapters.sql.store import SqlStore, SqlTransaction, open_store
from hypecurve.adapters.sql.waiting import wait_for
from hypecurve.domain.errors import BadSetting, StoreUnavailable
from hypecurve.ports.store import Found
from support.catalogue import a_repo, keep
from support.databases import INTERVAL, LIVE, NOW, Postgres, opened


async def _count(store: SqlStore) -> int:
    async with store.read() as tx:
        return await tx.catalogue.count(Found(listed=False))


async def _ask(tx: SqlTransaction, question: str) -> Any:  # noqa: ANN401 - whatever it answers
    """Put a question of the test's own to a unit of work's connection."""
    return (await tx.catalogue._connection.execute(text(question))).scalar()


async def _says(work: Coroutine[Any, Any, object]) -> str:
    """What a unit of work says that meets a database which is away."""
    with pytest.raises(StoreUnavailable) as caught:
        await work
    said = str(caught.value)
    assert said.startswith("The database does not answer (")
    assert "\n" not in said
    return said


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(sqlite_template, tmp_path / "hypecurve.db"))


@pytest.fixture
async def embedded(file: Path) -> AsyncIterator[SqlStore]:
    """A store on a file, with a repo in it."""
    async with opened(f"sqlite:///{file}") as store:
        await keep(store, [a_repo(1)])
        yield store


async def _anew(store: SqlStore, *pragmas: str) -> None:
    """Let the store connect anew, with these pragmas on each connection."""
    await store.engine.dispose()

    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(store.engine.sync_engine, "connect", prepare)


async def test_a_full_disk_is_said_and_costs_only_what_did_not_fit(embedded: SqlStore) -> None:
    await _anew(embedded, "max_page_count=1")  # as many as there are, that is
    many = [a_repo(number, description="so many words " * 30) for number in range(2, 500)]
    assert "full" in await _says(keep(embedded, many))
    assert await _count(embedded) == 1
    await _anew(embedded, "max_page_count=1000000")
    await keep(embedded, many)
    assert await _count(embedded) == 499


async def test_a_writer_that_waits_too_long_is_told_and_readers_go_on(
    embedded: SqlStore, file: Path
) -> None:
    await _anew(embedded, "busy_timeout=1")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in await _says(keep(embedded, [a_repo(2)]))
        assert await _count(embedded) == 1
    await keep(embedded, [a_repo(2)])
    assert await _count(embedded) == 2


async def test_a_disk_that_takes_no_writing_is_said(embedded: SqlStore) -> None:
    await _anew(embedded, "query_only=ON")
    assert "readonly" in await _says(keep(embedded, [a_repo(2)]))
    assert await _count(embedded) == 1


def _folder(file: Path) -> None:
    file.mkdir()


def _nonsense(file: Path) -> None:
    file.write_text("not a database " * 1000)


def _torn(file: Path) -> None:
    """Keep the first page, and lose all others."""
    whole = file.with_name("kept.db").read_bytes()
    file.write_bytes(whole[:4096] + bytes(len(whole) - 4096))


def _nothing(_file: Path) -> None:
    """Leave none there."""


@contextmanager
def _replaced(file: Path, put: Callable[[Path], None]) -> Iterator[None]:
    """Put something else in a file's place until the block ends."""
    kept = file.rename(file.with_name("kept.db"))
    put(file)
    yield
    if put is _nothing:
        assert not file.exists(), "an empty one in its place would hide that it is gone"
    elif file.is_dir():
        file.rmdir()
    kept.replace(file)


@pytest.mark.parametrize("put", [_folder, _nonsense, _torn, _nothing])
async def test_a_file_that_is_gone_or_damaged_is_said_until_it_is_back(
    embedded: SqlStore, file: Path, put: Callable[[Path], None]
) -> None:
    await embedded.engine.dispose()
    with _replaced(file, put):
        await _says(_count(embedded))
        await _says(keep(embedded, [a_repo(2)]))
        await embedded.engine.dispose()
    await keep(embedded, [a_repo(2)])
    assert await _count(embedded) == 2


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 0)])
async def test_what_was_sent_is_on_the_disk_before_it_is_believed(
    file: Path, *, durable: bool, level: int
) -> None:
    url = f"sqlite:///{file}"
    async with (
        open_store(url, LIVE, now=NOW, interval=INTERVAL, durable=durable) as store,
        store.write() as tx,
        store.read() as other,  # a second connection
    ):
        assert await _ask(tx, "PRAGMA synchronous") == level
        assert await _ask(other, "PRAGMA synchronous") == level


async def test_a_connection_that_was_closed_underneath_is_said(embedded: SqlStore) -> None:
    await _says(_closed(embedded))
    assert await _count(embedded) == 1


async def _closed(store: SqlStore) -> None:
    async with store.write() as tx:
        raw: Any = (await tx.catalogue._connection.get_raw_connection()).driver_connection
        await raw.close()
        await tx.catalogue.upsert([a_repo(2)], NOW)


async def test_too_many_at_once_is_said(file: Path) -> None:
    url = database_url(f"sqlite:///{file}")
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    store = SqlStore(engine, LIVE, INTERVAL, None)
    async with store.read():
        assert "too many" in await _says(_count(store))
    assert await _count(store) == 0
    await engine.dispose()


async def test_a_mistake_of_ours_is_not_taken_for_the_databases(store: SqlStore) -> None:
    for question in ("SELECT 1 FROM nowhere", "SELEC", "SELECT nothing FROM repo"):
        with pytest.raises(SQLAlchemyError):
            await _asked(store, question)
    with pytest.raises(IntegrityError):
        await _asked(store, "INSERT INTO follow SELECT 9, 9")
    with pytest.raises(IntegrityError):
        await _asked(store, "INSERT INTO world SELECT * FROM world")


async def _asked(store: SqlStore, question: str) -> None:
    async with store.write() as tx:
        await _ask(tx, question)


# --- PostgreSQL --------------------------------------------------------------------------------


@pytest.fixture
async def served(postgres: Postgres) -> AsyncIterator[SqlStore]:
    """A store on PostgreSQL with a repo in it, which has two connections to lose."""
    url = postgres.migrated()
    # Other tests do without; what a server has said to be kept must outlive it here.
    postgres.run(f"ALTER DATABASE {database_url(url).database} SET synchronous_commit = on")
    async with opened(url) as store:
        await keep(store, [a_repo(1)])
        async with store.read() as one, store.read() as other:
            assert await _ask(one, "SELECT 1") == await _ask(other, "SELECT 1")
        yield store


def _end_sessions(postgres: Postgres, store: SqlStore) -> None:
    name = store.engine.url.database
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608 - ours
        f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )


async def test_a_server_that_is_away_for_a_while_loses_nothing_and_is_found_again(
    served: SqlStore, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.stopped():
        await _says(_count(served))
        await _says(keep(served, [a_repo(2)]))
    assert await _count(served) == 1
    await keep(served, [a_repo(2)])
    assert await _count(served) == 2
    await _says(_stopped_in_the_middle(served, postgres))
    assert await _count(served) == 2
    assert [each for each in caplog.records if each.levelno > logging.INFO] == []


async def _stopped_in_the_middle(store: SqlStore, postgres: Postgres) -> None:
    async with store.write() as tx:
        await tx.catalogue.upsert([a_repo(3)], NOW)
        with postgres.stopped():
            pass
        # It is noticed at the commit.


async def test_a_service_waits_for_a_server_that_comes_up_after_it(postgres: Postgres) -> None:
    url, said = database_url(postgres.migrated()), []
    with postgres.stopped() as start:

        def say(line: str) -> None:
            said.append(line)
            start()

        assert await wait_for(url, asyncio.Event(), say, pause=timedelta(milliseconds=1))
    (line,) = said
    assert "cannot be opened" in line
    assert "\n" not in line


async def test_sessions_that_the_server_ended_are_replaced_unnoticed(
    served: SqlStore, postgres: Postgres
) -> None:
    _end_sessions(postgres, served)
    await keep(served, [a_repo(2)])
    _end_sessions(postgres, served)
    assert await _count(served) == 2


async def test_a_session_that_ends_in_the_middle_of_a_question_is_said(
    served: SqlStore, postgres: Postgres
) -> None:
    await _says(_cut_off(served, postgres))
    assert await _count(served) == 1


async def _cut_off(store: SqlStore, postgres: Postgres) -> None:
    async with store.read() as tx:
        assert await _ask(tx, "SELECT 1") == 1
        _end_sessions(postgres, store)
        await _ask(tx, "SELECT 1")


async def test_a_unit_of_work_that_goes_on_without_its_session_is_told_too(
    served: SqlStore, postgres: Postgres
) -> None:
    await _says(_goes_on(served, postgres))
    assert await _count(served) == 1


async def _goes_on(store: SqlStore, postgres: Postgres) -> None:
    async with store.write() as tx:
        await tx.catalogue.upsert([a_repo(2)], NOW)
        _end_sessions(postgres, store)
        with suppress(SQLAlchemyError):
            await _ask(tx, "SELECT 1")
        await tx.catalogue.upsert([a_repo(3)], NOW)


@pytest.mark.parametrize("why", [ZeroDivisionError, asyncio.CancelledError])
async def test_what_ended_a_unit_of_work_is_told_though_the_server_went_away_too(
    served: SqlStore, postgres: Postgres, why: type[BaseException]
) -> None:
    with pytest.raises(why):
        await _ended_by(why, served, postgres)
    assert await _count(served) == 1


async def _ended_by(why: type[BaseException], store: SqlStore, postgres: Postgres) -> None:
    async with store.write() as tx:
        await tx.catalogue.upsert([a_repo(2)], NOW)
        _end_sessions(postgres, store)
        raise why


async def test_a_row_that_another_holds_is_not_waited_for_without_end(served: SqlStore) -> None:
    async with served.write() as one:
        assert await _ask(one, "SHOW lock_timeout") == "30s"
        assert await _ask(one, "SHOW idle_in_transaction_session_timeout") == "5min"
        await one.signals.next_cycle(NOW)
        assert "lock timeout" in await _says(_impatient(served))
    await keep(served, [a_repo(2)])


async def _impatient(store: SqlStore) -> None:
    async with store.write() as tx:
        await _ask(tx, "SELECT set_config('lock_timeout', '1ms', true)")
        await tx.signals.next_cycle(NOW)


async def test_a_silent_line_to_the_server_is_noticed(postgres: Postgres) -> None:
    url = database_url(postgres.migrated()).update_query_dict({"connect_timeout": "7"})
    async with (
        opened(url.render_as_string(hide_password=False)) as store,
        store.engine.connect() as connection,
    ):
        raw: Any = (await connection.get_raw_connection()).driver_connection
        asked = raw.info.get_parameters()
    assert asked["connect_timeout"] == "7"  # the operator's own goes before
    assert (asked["keepalives_idle"], asked["tcp_user_timeout"]) == ("30", "30000")


# --- waiting at the start ----------------------------------------------------------------------


def _nobody() -> str:
    return "postgresql://hype:s3cret@127.0.0.1:1/hypecurve"


async def test_a_server_that_never_comes_up_is_one_line_in_the_end() -> None:
    said: list[str] = []
    soon = timedelta(milliseconds=1)
    with pytest.raises(BadSetting, match="check DATABASE_URL") as caught:
        await wait_for(
            database_url(_nobody()), asyncio.Event(), said.append, within=4 * soon, pause=soon
        )
    assert len(said) == 1
    assert "s3cret" not in said[0] + str(caught.value)


async def test_waiting_for_a_server_ends_when_the_service_is_told_to_end() -> None:
    stop = asyncio.Event()
    assert not await wait_for(database_url(_nobody()), stop, lambda _line: stop.set())


async def test_a_server_that_refuses_for_good_is_not_waited_for(postgres: Postgres) -> None:
    url = database_url(postgres.address).update_query_dict({"user": "nobody_known"})
    said: list[str] = []
    with pytest.raises(BadSetting, match="nobody_known"):
        await wait_for(url, asyncio.Event(), said.append)
    assert said == []


async def test_a_file_is_not_waited_for(tmp_path: Path) -> None:
    url = database_url(f"sqlite:///{tmp_path / 'none.db'}")
    assert await wait_for(url, asyncio.Event(), pytest.fail)
    assert not (tmp_path / "none.db").exists()
