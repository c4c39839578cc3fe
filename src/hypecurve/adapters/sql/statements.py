"""Statements over many rows at once, which SQLite and PostgreSQL want in different forms.

A row costs what its values cost: SQLite takes plain tuples through one prepared statement, and
PostgreSQL whole columns as arrays, so that 18,000 rows are one statement and not as many.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Select,
    String,
    Table,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.tables import Instant, Line, Prose, is_plain

POSTGRES = "postgresql"
_ONE_WRITER = 0x48595352
"""Key of the advisory lock that keeps two who give out slots or number sweeps apart."""

_ONE_HOLDER = 0x48595356
"""Key of the one that keeps apart those who hold channels."""


async def one_writer(connection: AsyncConnection) -> None:
    """Wait until no other transaction takes in repos or sweeps; held until this one ends.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == POSTGRES:
        await connection.execute(select(func.pg_advisory_xact_lock(_ONE_WRITER)))


async def one_holder(connection: AsyncConnection) -> None:
    """Wait until no other transaction holds channels; held until this one ends.

    Two that hold several, each in an order of its own, would wait for each other for ever.
    """
    if connection.dialect.name == POSTGRES:
        await connection.execute(select(func.pg_advisory_xact_lock(_ONE_HOLDER)))


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    update: Iterable[str] | None = None,
    where: str = "",
) -> int:
    """Insert rows; where the primary key exists, update the named columns (None: all given).

    An empty `update` leaves existing rows alone, by whatever unique key they collide. Every row
    has the keys of the first, and no two the same primary key. `where`: a condition on the
    existing row; where it does not hold, that is left alone.
    Returns the number of rows written where the driver tells it.
    """
    if not rows:
        return 0
    names = tuple(rows[0])
    updated = None if update is None else tuple(update)
    return await _run(
        connection, _insert(connection.dialect, table, names, updated, where), table, names, rows
    )


async def change(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]], where: str = ""
) -> None:
    """Update rows by their one-column primary key, which every row holds among its values.

    Every row has the keys of the first. `where`: a further condition on the row as it is.
    """
    if rows:
        # The key stands last, as in the statement.
        (key,) = (column.name for column in table.primary_key)
        names = (*(name for name in rows[0] if name != key), key)
        await _run(connection, _update(connection.dialect, table, names, where), table, names, rows)


def among(
    connection: AsyncConnection, column: ColumnElement[int], values: Iterable[int]
) -> ColumnElement[bool]:
    """The condition that a column of whole numbers holds one of any number of values.

    One parameter: an IN list would be cut in pieces, each a statement of its own to be put
    together, sent and awaited.
    """
    numbers = list(values)
    if len(numbers) == 1:
        return column == numbers[0]
    if connection.dialect.name == POSTGRES:
        return column == any_(bindparam(None, numbers, ARRAY(BigInteger)))
    return column.in_(_each(numbers))


def first(statement: Select[Any], limit: int | None) -> Select[Any]:
    """Narrow a statement to its first rows; None: all of them.

    The number is written out: SQLite keeps only so many rows while it sorts where it knows it when
    it plans, and carries all of them whole where it is a parameter.
    """
    return statement if limit is None else statement.limit(literal_column(str(int(limit))))


def opaque(value: str) -> ColumnElement[str]:
    """A value that PostgreSQL does not look up in its statistics when it plans.

    What waits today was not there when they were made: it would take it for a single row, and go
    through all that wait once for each of them.
    """
    return select(literal(value)).scalar_subquery()


def among_texts(
    connection: AsyncConnection, column: ColumnElement[str], values: Iterable[str]
) -> ColumnElement[bool]:
    """The same for a column of text."""
    texts = list(values)
    if connection.dialect.name == POSTGRES:
        return column == any_(bindparam(None, texts, ARRAY(Prose)))
    return column.in_(_each(texts))


def _each(values: list[int] | list[str]) -> Select[Any]:
    each = func.json_each(bindparam(None, json.dumps(values), String)).table_valued("value")
    return select(each.c.value)


async def columns_of(connection: AsyncConnection, statement: Select[Any]) -> list[Sequence[Any]]:
    """Return what a statement selects by column, as the driver gives it: no type is applied.

    For thousands of rows that become arrays: SQLAlchemy's own rows would cost as much again as
    the reading.
    """
    result = await connection.execute(statement)
    cursor = result.cursor
    rows = [] if cursor is None else cursor.fetchall()
    result.close()
    return list(zip(*rows, strict=True)) or [()] * len(statement.selected_columns)


async def _run(
    connection: AsyncConnection,
    statement: str,
    table: Table,
    names: Sequence[str],
    rows: Sequence[dict[str, Any]],
) -> int:
    columns = [_values(connection.dialect, table.c[name], rows) for name in names]
    values: Any = tuple(columns)
    if connection.dialect.name != POSTGRES:
        values = list(zip(*columns, strict=True))
    result = await connection.exec_driver_sql(statement, values)
    return max(result.rowcount, 0)


def _values(dialect: Dialect, column: Column[Any], rows: Sequence[dict[str, Any]]) -> list[Any]:
    """One column of the rows, as the driver wants it."""
    values = [row[column.name] for row in rows]
    processor = column.type.dialect_impl(dialect).bind_processor(dialect)
    if processor is None:
        return values
    if isinstance(column.type, Instant):
        # Thousands of rows share a few instants (seen, first seen), and each is slow to write out.
        written = {value: processor(value) for value in set(values)}
        return [written[value] for value in values]
    if isinstance(column.type, Line):
        return [value if value is None or is_plain(value) else processor(value) for value in values]
    return list(map(processor, values))


@lru_cache(maxsize=64)
def _insert(
    dialect: Dialect,
    table: Table,
    names: tuple[str, ...],
    update: tuple[str, ...] | None,
    where: str,
) -> str:
    quote = dialect.identifier_preparer.quote
    keys = [column.name for column in table.primary_key]
    updated = [name for name in names if name not in keys] if update is None else update
    source = f"VALUES ({', '.join('?' * len(names))})"
    if dialect.name == POSTGRES:
        source = f"SELECT * FROM {_arrays(dialect, table, names)}"  # noqa: S608 - our own names
    conflict = "ON CONFLICT DO NOTHING"
    if updated:
        taken = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in updated)
        conflict = f"ON CONFLICT ({', '.join(map(quote, keys))}) DO UPDATE SET {taken}"
        conflict += f" WHERE {where}" if where else ""
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    return f"INSERT INTO {into} {source} {conflict}"


@lru_cache(maxsize=64)
def _update(dialect: Dialect, table: Table, names: tuple[str, ...], where: str) -> str:
    quote = dialect.identifier_preparer.quote
    *changed, key = map(quote, names)
    name, more = quote(table.name), f" AND {where}" if where else ""
    if dialect.name == POSTGRES:
        taken = ", ".join(f"{each} = given.{each}" for each in changed)
        given = f"{_arrays(dialect, table, names)} AS given ({', '.join((*changed, key))})"
        return f"UPDATE {name} SET {taken} FROM {given} WHERE {name}.{key} = given.{key}{more}"  # noqa: S608 - as above
    taken = ", ".join(f"{each} = ?" for each in changed)
    return f"UPDATE {name} SET {taken} WHERE {key} = ?{more}"  # noqa: S608 - as above


def _arrays(dialect: Dialect, table: Table, names: Sequence[str]) -> str:
    return f"unnest({', '.join(_array(dialect, table.c[name]) for name in names)})"


def _array(dialect: Dialect, column: Column[Any]) -> str:
    # A cast to VARCHAR(100) would cut what is too long; the table's own column refuses it.
    is_text = isinstance(column.type, String | Line)
    return f"%s::{'TEXT' if is_text else column.type.compile(dialect)}[]"
