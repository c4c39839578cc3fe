"""What every store is: units of work over one database that belongs to one world."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from hypecurve.adapters.sql.engine import database_url, sync_url
from hypecurve.adapters.sql.store import SqlStore, World
from hypecurve.adapters.sql.tables import REVISION
from hypecurve.domain.errors import BadSetting, StoreUnavailable, WrongWorld
from hypecurve.ports.store import Found
from support.catalogue import a_repo, keep
from support.databases import LIVE, NOW, Postgres, opened

REPLAY = World("replay")


async def _count(store: SqlStore) -> int:
    async with store.read() as tx:
        return await tx.catalogue.count(Found(listed=False))


async def _open(url: str, world: World | None = LIVE) -> World:
    async with opened(url, world) as store:
        return store.world


def _is_file(url: str) -> bool:
    return url.startswith("sqlite") and Path(url.removeprefix("sqlite:///")).exists()


def _run(url: str, statement: str) -> None:
    engine = create_engine(sync_url(database_url(url)))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_an_error_inside_a_unit_of_work_keeps_nothing(store: SqlStore) -> None:
    with pytest.raises(ZeroDivisionError):
        await _fail(store)
    assert await _count(store) == 0
    await keep(store, [a_repo(1)])
    assert await _count(store) == 1


async def _fail(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.catalogue.upsert([a_repo(1)], NOW)
        assert await tx.catalogue.count(Found(listed=False)) == 1
        raise ZeroDivisionError


async def test_a_unit_of_work_that_is_cancelled_keeps_nothing(store: SqlStore) -> None:
    wrote = asyncio.Event()

    async def never_ends() -> None:
        async with store.write() as tx:
            await tx.catalogue.upsert([a_repo(1)], NOW)
            wrote.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await wrote.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _count(store) == 0
    assert await keep(store, [a_repo(1)]) == {1}


async def test_what_a_reader_does_is_not_kept(store: SqlStore) -> None:
    async with store.read() as tx:
        await tx.catalogue.upsert([a_repo(1)], NOW)
    assert await _count(store) == 0


async def test_a_reader_sees_one_moment_while_others_write(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    async with store.read() as tx:
        assert await tx.catalogue.count(Found(listed=False)) == 1
        await keep(store, [a_repo(2)])
        assert await tx.catalogue.count(Found(listed=False)) == 1
        assert len(await tx.catalogue.watched()) == 1
    assert await _count(store) == 2


async def test_writers_wait_for_each_other(store: SqlStore) -> None:
    async def add(number: int) -> None:
        async with store.write() as tx:
            known = await tx.signals.next_cycle(NOW)
            await tx.catalogue.upsert([a_repo(number, known)], NOW)

    await asyncio.gather(*(add(number) for number in range(1, 9)))
    assert await _count(store) == 8


async def test_a_question_does_not_wait_for_whoever_writes(database: str) -> None:
    async with opened(database) as writer:
        await keep(writer, [a_repo(1)])
        async with writer.write() as tx:
            await tx.catalogue.upsert([a_repo(2)], NOW)
            async with asyncio.timeout(10), opened(database, None) as reader:
                assert await _count(reader) == 1
        assert await _count(writer) == 2


async def test_an_empty_database_is_made_and_given_to_a_world(empty_database: str) -> None:
    assert await _open(empty_database, REPLAY) == REPLAY
    assert await _open(empty_database, None) == REPLAY
    assert await _open(empty_database, REPLAY) == REPLAY


async def test_two_that_open_an_empty_database_at_once_make_one(empty_database: str) -> None:
    worlds = await asyncio.gather(*(_open(empty_database) for _ in range(3)))
    assert worlds == [LIVE] * 3


async def test_a_question_to_an_empty_database_makes_nothing(empty_database: str) -> None:
    for _ in range(2):
        with pytest.raises(WrongWorld, match="There is nothing here yet"):
            await _open(empty_database, None)
    assert not _is_file(empty_database)


@pytest.mark.parametrize("other", [REPLAY, World("demo"), World("live", "github.acme.example")])
async def test_another_worlds_database_is_refused_in_one_line(database: str, other: World) -> None:
    with pytest.raises(WrongWorld) as caught:
        await _open(database, other)
    message = str(caught.value)
    assert "\n" not in message
    assert str(LIVE) in message
    assert str(other) in message


@pytest.mark.parametrize(
    ("version", "word", "remedy"),
    [("199901010000", "older", "hypecurve db upgrade"), ("299901010000", "newer", "install")],
)
async def test_an_older_or_newer_version_is_refused_in_one_line(
    database: str, version: str, word: str, remedy: str
) -> None:
    _run(database, f"UPDATE alembic_version SET version_num = '{version}'")  # noqa: S608 - ours
    with pytest.raises(WrongWorld) as caught:
        await _open(database)
    message = str(caught.value)
    assert "\n" not in message
    for part in (word, version, REVISION, remedy):
        assert part in message


async def test_somebody_elses_database_is_left_alone(empty_database: str) -> None:
    _run(empty_database, "CREATE TABLE guestbook (name TEXT)")
    with pytest.raises(WrongWorld, match="not Hypecurve's"):
        await _open(empty_database)
    _run(empty_database, "INSERT INTO guestbook VALUES ('still here')")


async def test_a_server_out_of_reach_is_one_line_without_the_password() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        port = taken.getsockname()[1]
        url = f"postgresql://hype:s3cret@127.0.0.1:{port}/hypecurve"
        with pytest.raises(BadSetting) as caught:
            await _open(url)
    message = str(caught.value)
    assert "\n" not in message
    assert "s3cret" not in message
    assert f"postgresql://hype:***@127.0.0.1:{port}/hypecurve" in message
    assert "check DATABASE_URL" in message


async def test_a_database_that_is_not_there_is_one_line(postgres: Postgres) -> None:
    with pytest.raises(BadSetting, match=r"no_such_database.*check DATABASE_URL") as caught:
        await _open(postgres.of("no_such_database"))
    assert "\n" not in str(caught.value)


async def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("not a database " * 100)
    with pytest.raises(BadSetting, match="check DATABASE_URL") as caught:
        await _open(f"sqlite:///{file}")
    assert "\n" not in str(caught.value)


async def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetting) as caught:
        await _open(f"sqlite:///{tmp_path / 'file' / 'hypecurve.db'}")
    assert "\n" not in str(caught.value)


async def test_a_database_in_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    assert await _open(f"sqlite:///{tmp_path / 'new' / 'folder' / 'hypecurve.db'}") == LIVE


@pytest.mark.parametrize("url", ["", "hypecurve.db", "mysql://localhost/x", "sqlite", "://"])
async def test_an_address_of_no_known_database_is_one_line(url: str) -> None:
    with pytest.raises(BadSetting, match=r"write sqlite:///hypecurve\.db or postgresql://"):
        await _open(url)


def test_the_address_that_hosting_services_write_is_understood() -> None:
    url = database_url("postgres://u:p@db.example/postgres://x")
    assert url.drivername == "postgresql+psycopg"
    assert url.host == "db.example"


async def test_a_server_that_hangs_up_is_said_so_and_asked_anew(postgres: Postgres) -> None:
    async with opened(postgres.migrated()) as store:
        with pytest.raises(StoreUnavailable, match="does not answer") as caught:
            await _hang_up(store)
        assert "\n" not in str(caught.value)
        assert await _count(store) == 0


async def _hang_up(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.catalogue.upsert([a_repo(1)], NOW)
        await tx.catalogue._connection.execute(
            text("SELECT pg_terminate_backend(pg_backend_pid())")
        )


async def test_a_naive_time_is_refused_before_it_is_kept(store: SqlStore) -> None:
    with pytest.raises(Exception, match="without a zone"):
        await keep(store, [a_repo(1)], NOW.replace(tzinfo=None))
    assert await _count(store) == 0
