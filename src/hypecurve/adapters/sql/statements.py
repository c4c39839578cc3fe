"""The few statements that SQLite and PostgreSQL share but SQLAlchemy spells for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

CHUNK = 900
"""Values in one IN list: SQLite was long built with 999 parameters at most."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    update: Iterable[str] | None = None,
) -> int:
    """Insert rows; where the primary key exists, update the named columns (None: all given).

    An empty `update` leaves existing rows alone, by whatever unique key they collide.
    Returns the number of rows written where the driver tells it.
    """
    if not rows:
        return 0
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement: Any = insert(table)
    keys = [column.name for column in table.primary_key]
    names = [name for name in rows[0] if name not in keys] if update is None else list(update)
    if names:
        statement = statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in names}
        )
    else:
        statement = statement.on_conflict_do_nothing()
    result = await connection.execute(statement, list(rows))
    return max(result.rowcount, 0)
