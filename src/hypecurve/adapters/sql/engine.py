"""Engines for the two databases, and what each needs to keep a unit of work whole."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hypecurve.domain.errors import BadSetting

WRITING = "hypecurve_writing"
"""Execution option of a connection that will write."""
LOCKED = timedelta(seconds=30)
"""How long a writer waits for another one, on both databases; then it is told, and tries again."""
_IDLE = timedelta(minutes=5)
"""A transaction that nothing is asked in for so long is a process that hangs: others go on."""

_CALLING = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A PostgreSQL server that falls silent is noticed within a minute; seconds, the last in ms.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

_WAITS_FOR_THE_DISK = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'"
)
"""More than that, such as waiting for a second server, stays as it is."""
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}


def database_url(text: str) -> URL:
    """Read DATABASE_URL; BadSetting where it is no SQLite or PostgreSQL address.

    `postgres://` is taken for `postgresql://`, as hosting services write it.
    """
    try:
        url = make_url(text.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        url = None
    backend = url.get_backend_name() if url is not None else ""
    if url is None or backend not in _DRIVERS:
        message = (
            "DATABASE_URL is not a database this program knows: write sqlite:///hypecurve.db "
            "or postgresql://USER:PASSWORD@HOST/NAME."
        )
        raise BadSetting(message)
    if url.host and "@" in url.host:  # what stands before the last one is the password's
        message = "DATABASE_URL has more than one @: write an @ of the password as %40."
        raise BadSetting(message)
    if backend == "sqlite" and url.database in {None, "", ":memory:"}:
        message = "DATABASE_URL names no file: write sqlite:///hypecurve.db."
        raise BadSetting(message)
    return url.set(drivername=_DRIVERS[backend])


def sync_url(url: URL) -> URL:
    """The same database through a driver that blocks: migrations run in a thread."""
    return url.set(drivername="sqlite") if url.get_backend_name() == "sqlite" else url


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None for any other."""
    is_file = url.get_backend_name() == "sqlite" and url.database
    return Path(url.database) if is_file and url.database else None


def make_engine(url: URL, *, durable: bool = True) -> AsyncEngine:
    """Return an engine; it opens nothing yet.

    `durable`: each commit waits for the disk, so that a power cut loses no delivery, also on a
    PostgreSQL that is set up to do without. A replay or a demo, which can be made again, does not.
    """
    if url.get_backend_name() != "sqlite":
        return _server(url, durable=durable)
    engine = create_async_engine(
        url,
        connect_args={"timeout": LOCKED.total_seconds(), "async_creator_fn": _in_a_thread},
        hide_parameters=True,
    )
    synchronous = "FULL" if durable else "OFF"

    @event.listens_for(engine.sync_engine, "do_connect")
    def _find(_dialect: object, _record: object, cargs: list[Any], cparams: dict[str, Any]) -> None:
        # A file that somebody took away is told: SQLite would make an empty one in its place.
        if not cparams.get("uri"):
            cargs[0] = f"{Path(cargs[0]).absolute().as_uri()}?mode=rw"
            cparams["uri"] = True

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
        # The driver must not begin transactions of its own: it begins them too late for a
        # consistent read, and never as IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        # SQLite does not wait here while another process is making the file. Nothing is lost
        # then: the mode belongs to the file, and whoever opens it next sets it.
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
        for pragma in (
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            # What is deleted is written over: what somebody asked to forget is not in the file.
            "secure_delete=ON",
            "cache_size=-32768",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once: upgrading a read lock later fails instead of waiting.
        if connection.get_execution_options().get(WRITING, False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            driver: Any = connection.connection.driver_connection
            driver.begin_reading()

    return engine


def _in_a_thread(*args: Any, **settings: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's
    from hypecurve.adapters.sql.hopping import connect  # noqa: PLC0415 - no driver for PostgreSQL

    return connect(*args, **settings)


def _server(url: URL, *, durable: bool) -> AsyncEngine:
    """An engine for PostgreSQL; what the address itself asks for goes before."""
    calling = {name: value for name, value in _CALLING.items() if name not in url.query}
    engine = create_async_engine(
        url, pool_pre_ping=True, connect_args=calling, hide_parameters=True
    )
    event.listen(engine.sync_engine, "handle_error", tell_no_values)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = '{LOCKED.total_seconds():.0f}s'")
        idle = f"{_IDLE.total_seconds():.0f}s"
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{idle}'")
        if durable:
            cursor.execute(_WAITS_FOR_THE_DISK)
        cursor.close()
        connection.autocommit = False

    return engine


def tell_no_values(context: ExceptionContext) -> None:
    """Leave of what PostgreSQL says its first line: the lines below quote rows, and are logged.

    "DETAIL: Failing row contains (7, ...)"; an engine that hides parameters hides its own copy.
    """
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    said = str(original)
    line = said.partition("\n")[0]
    if line != said and original.args:
        original.args = (line, *original.args[1:])
        if wrapped is not None and wrapped.args:
            wrapped.args = (str(wrapped.args[0]).replace(said, line), *wrapped.args[1:])
