"""One repo's counts, put together from what changed, who was watched and who was missed.

People ask for it with each card, and a year has some 1,500 sweeps. So it is one statement that
gives one row, its columns written as JSON by the database: rows by the thousand cost more on
their way through the drivers than all that is done with them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import numpy as np
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    bindparam,
    cast,
    extract,
    func,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.statements import POSTGRES
from hypecurve.adapters.sql.tables import star_snapshot, sweep, sweep_miss, watch_span
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import StarSnapshot

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def seen(
    connection: AsyncConnection, repo_id: RepoId, since: datetime, until: datetime
) -> tuple[StarSnapshot, ...]:
    """Return a snapshot for each believed sweep that saw a repo, both ends included."""
    asked = {"repo_id": repo_id, "since": since, "until": until}
    row = (await connection.execute(_statement(connection.dialect.name), asked)).one()
    numbers, times, at_change, stars, first, last, missed = (column or [] for column in row)
    sweeps, changes = np.array(numbers, np.int64), np.array(at_change, np.int64)
    in_time, by_sweep = np.argsort(sweeps), np.argsort(changes)
    sweeps = sweeps[in_time]
    place = np.searchsorted(changes[by_sweep], sweeps, side="right") - 1
    watched = np.zeros(sweeps.size, np.bool_)
    for begin, end in zip(first, last, strict=True):
        watched |= (sweeps >= begin) & (True if end is None else sweeps <= end)
    of_it = watched & (place >= 0) & ~np.isin(sweeps, missed)
    instants = [_instant(times[index]) for index in in_time[of_it].tolist()]
    counts = np.array(stars, np.int64)[by_sweep[place[of_it]]].tolist()
    return tuple(map(StarSnapshot, instants, counts))


@cache
def _statement(dialect: str) -> Select[Any]:
    """Select the columns of all that is known of a repo, each as one list, in no order."""
    at: ColumnElement[Any] = sweep.c.at
    if dialect == POSTGRES:
        at = cast(func.round(extract("epoch", at) * 1_000_000), BigInteger)
    repo_id = bindparam("repo_id", type_=BigInteger)
    between = sweep.c.at.between(
        bindparam("since", type_=sweep.c.at.type), bindparam("until", type_=sweep.c.at.type)
    )
    believed = sweep.c.health != Health.STILL.value
    sweeps = _lists(dialect, sweep.c.number, at).where(between, believed).subquery()
    others: list[Subquery] = [
        _lists(dialect, *columns).where(columns[0].table.c.repo_id == repo_id).subquery()
        for columns in (
            (star_snapshot.c.sweep, star_snapshot.c.stars),
            (watch_span.c.from_sweep, watch_span.c.to_sweep),
            (sweep_miss.c.sweep,),
        )
    ]
    whole: Any = sweeps
    for other in others:
        whole = whole.join(other, true())
    columns = [column for each in (sweeps, *others) for column in each.c]
    return select(*columns).select_from(whole)


def _lists(dialect: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select each column as one list; an empty one may be NULL."""
    gather = func.json_agg if dialect == POSTGRES else func.json_group_array
    return select(
        *(gather(column, type_=JSON).label(f"list_{n}") for n, column in enumerate(columns))
    )


@lru_cache(maxsize=8192)
def _instant(kept: str | int) -> datetime:
    """An instant as SQLite writes it, or as microseconds since 1970.

    The same few are read with each repo.
    """
    if isinstance(kept, str):
        return datetime.fromisoformat(kept).replace(tzinfo=UTC)
    return _EPOCH + timedelta(microseconds=kept)
