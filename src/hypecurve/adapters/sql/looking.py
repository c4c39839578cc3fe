"""A look at a database from outside: it makes nothing, gives it no world, and migrates nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from hypecurve.adapters.sql import migrate
from hypecurve.adapters.sql.engine import database_url, file_of, make_engine
from hypecurve.adapters.sql.store import World
from hypecurve.adapters.sql.tables import world


@dataclass(frozen=True, slots=True)
class Looked:
    """What a database is: its version, its world (None before its first use), bytes on the disk."""

    revision: str
    world: World | None
    size: int


async def look_at(url: str) -> Looked | None:
    """Look at the database of an address; None where there is none yet, or an empty one.

    BadSetting where it cannot be reached, WrongWorld where its tables are not of this version.
    """
    address = database_url(url)
    revision = await migrate.revision(address)
    if revision is None:
        return None
    await migrate.check(address)
    engine = make_engine(address)
    try:
        async with engine.connect() as connection:
            row = (await connection.execute(select(world))).first()
            if connection.dialect.name == "postgresql":
                own = func.pg_database_size(func.current_database())
                size = int((await connection.execute(select(own))).scalar_one())
            else:
                size = _size_of_file(url)
    except DatabaseError as error:
        raise migrate.unreachable(address, error) from None
    finally:
        await engine.dispose()
    return Looked(revision, None if row is None else World(row.kind, row.host), size)


def _size_of_file(url: str) -> int:
    """Bytes of a SQLite database, with what is not yet written back into it."""
    file = file_of(database_url(url))
    parts = [] if file is None else [file, file.with_name(f"{file.name}-wal")]
    return sum(part.stat().st_size for part in parts if part.is_file())
