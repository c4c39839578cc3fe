"""What repos are called and were called, on SQL.

A name outlives its holder: GitHub gives it to whoever asks for it next, and we hear of the one's
leaving and the other's coming in either order.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.facts import fact, keep_once
from hypecurve.adapters.sql.statements import among_texts
from hypecurve.adapters.sql.tables import repo, repo_alias
from hypecurve.domain.catalogue import FactKind
from hypecurve.domain.changes import Change
from hypecurve.domain.repo import RepoName

_PRESENT_FIRST = (
    # Two may be known by one name: who was seen under it last has it, and then who came last.
    repo.c.gone_at.is_(None).desc(),
    repo.c.seen_at.desc(),
    repo.c.first_seen_at.desc(),
    repo.c.slot.desc(),
)
_KEY = bindparam("key", type_=repo.c.name_key.type)
# Made once: all that people ask begins with a name, and to put 40 columns together takes as long
# as to read them.
_PRESENT = select(repo).where(repo.c.name_key == _KEY).order_by(*_PRESENT_FIRST).limit(1)
_FORMER = (
    select(repo)
    .join(repo_alias, repo_alias.c.repo_id == repo.c.id)
    .where(repo_alias.c.name_key == _KEY)
    .order_by(repo_alias.c.until.desc())
    .limit(1)
)


async def find(connection: AsyncConnection, name: RepoName) -> RowMapping | None:
    """Return the row of who is called so now or, failing that, of who was called so last."""
    for statement in (_PRESENT, _FORMER):
        row = (await connection.execute(statement, {"key": name.key})).mappings().first()
        if row is not None:
            return row
    return None


async def tell_of_takers(connection: AsyncConnection, keys: Collection[str], at: datetime) -> None:
    """Keep a fact for each former holder of one of the names that is another repo's now."""
    if not keys:
        return
    holders = await _holders(connection, keys)
    if not holders:
        return
    taken = [
        fact(row.repo_id, at, Change(FactKind.NAME_TAKEN, row.name))
        for statement in (_called_so_once(), _gone())
        for row in await connection.execute(
            statement.where(among_texts(connection, statement.selected_columns.name_key, holders))
        )
        if row.repo_id != holders[row.name_key]
    ]
    await keep_once(connection, taken, FactKind.NAME_TAKEN)


async def _holders(connection: AsyncConnection, keys: Collection[str]) -> dict[str, int]:
    """Who has each name now."""
    found = await connection.execute(
        select(repo.c.name_key, repo.c.id)
        .where(among_texts(connection, repo.c.name_key, keys), repo.c.gone_at.is_(None))
        .order_by(*_PRESENT_FIRST)
    )
    holders: dict[str, int] = {}
    for row in found:
        holders.setdefault(row.name_key, row.id)
    return holders


def _called_so_once() -> Select[Any]:
    columns = repo_alias.c.repo_id, repo_alias.c.name_key, repo_alias.c.name
    return select(*columns).order_by(repo_alias.c.repo_id)


def _gone() -> Select[Any]:
    """One that is gone keeps its last name: no alias tells of it."""
    name = (repo.c.owner + "/" + repo.c.name).label("name")
    return (
        select(repo.c.id.label("repo_id"), repo.c.name_key, name)
        .where(repo.c.gone_at.is_not(None))
        .order_by(repo.c.id)
    )
