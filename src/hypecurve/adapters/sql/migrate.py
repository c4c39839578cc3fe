"""Which version a database has, and how it comes to the present one."""

from __future__ import annotations

import asyncio

from sqlalchemy import URL, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from hypecurve.adapters.sql.engine import sync_url
from hypecurve.adapters.sql.tables import REVISION
from hypecurve.domain.errors import BadSetting, WrongWorld

_LOCK = 0x48595045
"""Key of the advisory lock that keeps two upgrades of one PostgreSQL database apart."""


async def revision(url: URL) -> str | None:
    """The version a database has; None where it is empty."""
    return await asyncio.to_thread(_revision, url)


async def upgrade(url: URL) -> None:
    """Bring a database to the present version; an empty one is made."""
    await asyncio.to_thread(_upgrade, url)


async def check(url: URL) -> None:
    """Raise WrongWorld, with what to do, where a database is older or newer than this program."""
    found = await revision(url)
    if found == REVISION:
        return
    if found is None:
        message = "The database is empty: run `hypecurve db upgrade` to make its tables."
    elif found < REVISION:
        message = (
            f"The database is of an older version ({found}, this program needs {REVISION}): "
            "run `hypecurve db upgrade`."
        )
    else:
        message = (
            f"The database is of a newer version ({found}) than this program ({REVISION}): "
            "install the newer Hypecurve, or use another DATABASE_URL."
        )
    raise WrongWorld(message)


def _engine(url: URL) -> Engine:
    return create_engine(sync_url(url))


def _revision(url: URL) -> str | None:
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
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return None if found is None else str(found)
    except DatabaseError as error:
        raise unreachable(url, error) from None
    finally:
        engine.dispose()


def unreachable(url: URL, error: Exception) -> BadSetting:
    """One clear line for a database that cannot be opened; it never shows a password."""
    why = str(getattr(error, "orig", error)).strip().splitlines()
    shown = url.render_as_string(hide_password=True).replace("+aiosqlite", "")
    return BadSetting(
        f"The database {shown.replace('+psycopg', '')} cannot be opened "
        f"({why[0] if why else 'no reason given'}): check DATABASE_URL."
    )


def _upgrade(url: URL) -> None:
    # Alembic is imported late: only an upgrade needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config = Config()
            # The colon makes it a package: it works from an installed wheel too.
            config.set_main_option("script_location", "hypecurve_migrations:")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise unreachable(url, error) from None
    finally:
        engine.dispose()
