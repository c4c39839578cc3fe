"""Which version a database has, and how it comes to the present one."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    exists,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.exc import DatabaseError

from hypecurve.adapters.sql.aside import copy_aside
from hypecurve.adapters.sql.engine import LOCKED, file_of, sync_url, tell_no_values
from hypecurve.adapters.sql.failing import first_line
from hypecurve.adapters.sql.tables import REVISION
from hypecurve.domain.errors import BadSetting, HypecurveError, StoreUnavailable, WrongWorld

_LOCK = 0x48595045
"""Key of the advisory lock that keeps two upgrades of one PostgreSQL database apart."""

_HARMLESS = frozenset({"host", "port", "dbname", "user", "sslmode", "application_name"})
"""What may be shown of an address's query; the rest may be a password or where one lies."""
_MASK = "HIDDEN"
"""Stands for a value until the address is written, which would write the asterisks as %2A."""

_ALWAYS = frozenset({"alembic_version", "world", "cycle"})
"""Tables that have their one row from the beginning: a database with these alone is empty."""

_UPGRADING = threading.Lock()
"""Alembic keeps its present connection in a global of the process: one upgrade at a time."""


async def revision(url: URL) -> str | None:
    """The version a database has; None where it is empty."""
    return await asyncio.to_thread(_revision, url)


async def upgrade(url: URL, *, patience: timedelta = LOCKED) -> Path | None:
    """Bring a database to the present version; an empty one is made, a newer one refused.

    It is whole or not at all, whatever ends it in the middle. An embedded database that holds
    something is copied aside before: that copy is returned. BadSetting where the database cannot
    be opened, StoreUnavailable where there is no room or others hold it for longer than `patience`.
    """
    was = await revision(url)
    _refuse_newer(was)
    return await asyncio.to_thread(_upgrade, url, was, patience)


async def check(url: URL) -> None:
    """Raise WrongWorld, with what to do, where a database is older or newer than this program."""
    found = await revision(url)
    if found == REVISION:
        return
    _refuse_newer(found)
    if found is None:
        message = "The database is empty: run `hypecurve db upgrade` to make its tables."
    else:
        message = (
            f"The database is of an older version ({found}, this program needs {REVISION}): "
            "run `hypecurve db upgrade`."
        )
    raise WrongWorld(message)


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > REVISION:
        message = (
            f"The database is of a newer version ({found}) than this program ({REVISION}): "
            "install the newer Hypecurve, or use another DATABASE_URL."
        )
        raise WrongWorld(message)


def _engine(url: URL) -> Engine:
    engine = create_engine(sync_url(url), hide_parameters=True)
    event.listen(engine, "handle_error", tell_no_values)
    return engine


def _upgrading_engine(url: URL, patience: timedelta) -> Engine:
    """An engine whose transactions hold a migration as a whole, on SQLite too.

    Left to itself, SQLite's driver runs each CREATE on its own: an upgrade that is interrupted, or
    that two processes begin at once, would leave half of the tables.
    """
    engine = _engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
            connection.isolation_level = None
            connection.execute(f"PRAGMA busy_timeout={_milliseconds(patience)}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _revision(url: URL) -> str | None:
    file = file_of(url)
    if file is not None and not file.exists():
        return None  # SQLite would make it only to say that it is empty
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            if "alembic_version" not in names:
                if names:
                    message = (
                        "The database holds tables that are not Hypecurve's: "
                        "point DATABASE_URL at an empty one."
                    )
                    raise WrongWorld(message)
                return None
            return _version(connection)
    except DatabaseError as error:
        raise unreachable(url, error) from None
    finally:
        engine.dispose()


def _version(connection: Connection) -> str | None:
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def shown(url: URL) -> str:
    """The address as it may be shown: without a password, whether for the user or in the query."""
    hidden = {name: _MASK for name in url.query if name not in _HARMLESS}
    text = url.update_query_dict(hidden).render_as_string(hide_password=True)
    return text.replace("+aiosqlite", "").replace("+psycopg", "").replace(_MASK, "***")


def unreachable(url: URL, error: Exception) -> BadSetting:
    """One clear line for a database that cannot be opened; it never shows a password."""
    why = first_line(error)
    for name, value in url.query.items():
        if name not in _HARMLESS:
            for secret in filter(None, (value,) if isinstance(value, str) else value):
                why = why.replace(secret, "***")
    return BadSetting(f"The database {shown(url)} cannot be opened ({why}): check DATABASE_URL.")


def _upgrade(url: URL, was: str | None, patience: timedelta) -> Path | None:
    # Alembic is imported late: only an upgrade needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    file = file_of(url)
    engine = _upgrading_engine(url, patience)
    try:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        with _UPGRADING, engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                # Whoever waits for a table keeps all who come after from it.
                connection.execute(text(f"SET LOCAL lock_timeout = {_milliseconds(patience)}"))
            copy = None if file is None else _copy(connection, file)
            config = Config()
            # The colon makes it a package: it works from an installed wheel too.
            config.set_main_option("script_location", "hypecurve_migrations:")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        message = f"The database's version is none of this program's ({error})."
        raise WrongWorld(message) from None
    except (DatabaseError, OSError) as error:
        raise (unreachable(url, error) if was is None else _as_it_was(url, error)) from None
    else:
        return copy
    finally:
        engine.dispose()


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def _copy(connection: Connection, file: Path) -> Path | None:
    """Copy a file aside that holds something and will be changed; nobody else writes now."""
    tables = set(inspect(connection).get_table_names())
    was = _version(connection) if "alembic_version" in tables else None
    if was is None or was == REVISION:
        return None
    rows = [exists(select(text("1")).select_from(table(name))) for name in tables - _ALWAYS]
    holds = bool(rows) and any(connection.execute(select(*rows)).one())
    return copy_aside(file, was) if holds else None


def _as_it_was(url: URL, error: Exception) -> HypecurveError:
    return StoreUnavailable(
        f"The database {shown(url)} could not be upgraded ({first_line(error)}): it is as it was. "
        "Run `hypecurve db upgrade` again."
    )
