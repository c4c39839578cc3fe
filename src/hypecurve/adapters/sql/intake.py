"""Taking in what GitHub says: new repos, changed ones, and the facts that lie in a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.facts import fact, keep, milestones_and_corrections, peaks
from hypecurve.adapters.sql.names import tell_of_takers
from hypecurve.adapters.sql.statements import among, change, one_writer, upsert
from hypecurve.adapters.sql.tables import repo, repo_alias, source
from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.changes import Before, changes, needs_past
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.windows import DAYS

_COMPARED = (
    *(repo.c.owner, repo.c.name, repo.c.archived, repo.c.is_fork, repo.c.license, repo.c.stars),
    repo.c.gone_at,
)
_REMEMBERED = timedelta(days=DAYS)
"""So long a purge may be given back; the detection remembers it as long."""


async def meet(
    connection: AsyncConnection, repos: Sequence[Repo], at: datetime, origin: str
) -> frozenset[RepoId]:
    """Insert what is new; of what is known only note that it was met, if it was gone."""
    await one_writer(connection)
    latest = {item.id: item for item in repos}
    these = among(connection, repo.c.id, latest)
    known = set(await connection.scalars(select(repo.c.id).where(these)))
    fresh = [item for item in latest.values() if item.id not in known]
    await _insert(connection, fresh, at, origin)
    await tell_of_takers(connection, {item.name.key for item in fresh}, at)
    gone = these & repo.c.gone_at.is_not(None)
    await connection.execute(update(repo).where(gone).values(met_at=at))
    return frozenset(item.id for item in fresh)


async def take_in(
    connection: AsyncConnection, repos: Sequence[Repo], at: datetime, origin: str
) -> frozenset[RepoId]:
    """Insert what is new, update what is known; return the ids that were not known before."""
    await one_writer(connection)
    latest = {item.id: item for item in repos}
    these = among(connection, repo.c.id, latest)
    found = await connection.execute(select(*_COMPARED, repo.c.id).where(these))
    known = {row.id: row for row in found}
    fresh = [item for item in latest.values() if item.id not in known]
    await _insert(connection, fresh, at, origin)
    moved = await _update(
        connection, [item for item in latest.values() if item.id in known], known, at
    )
    await tell_of_takers(connection, moved | {item.name.key for item in fresh}, at)
    return frozenset(item.id for item in fresh)


async def _insert(
    connection: AsyncConnection, fresh: Sequence[Repo], at: datetime, origin: str
) -> None:
    if not fresh:
        return
    taken = await connection.scalar(select(func.max(repo.c.slot)))
    first = 0 if taken is None else taken + 1
    looked = await connection.scalar(select(source.c.complete_at).where(source.c.key == origin))
    constant = {
        "origin": origin,
        "first_seen_at": at,
        "looked_before_at": looked,
        "category": "unsure",
        "category_reason": "",
        "category_by_operator": False,
        "state": RepoState.ACTIVE.value,
    }
    values = [
        {
            **rows.repo_values(item, at),
            **rows.name_values(item.name),
            **constant,
            "slot": slot,
        }
        for slot, item in enumerate(fresh, first)
    ]
    await upsert(connection, repo, values)


async def _update(
    connection: AsyncConnection, items: Sequence[Repo], known: Mapping[int, Any], at: datetime
) -> set[str]:
    """Write what is known already; return the names, old and new, that changed their holder."""
    # At most times most repos are as they were.
    changed = [item for item in items if known[item.id][:-1] != _compared(item)]
    facts = await _facts(connection, changed, known, at)
    await change(connection, repo, [rows.repo_values(item, at) for item in items])
    former = {item.id: RepoName(known[item.id].owner, known[item.id].name) for item in changed}
    renamed = [item for item in changed if item.name != former[item.id]]
    # Names apart: they hardly ever change, and writing them means writing their index.
    names = [{"id": item.id, **rows.name_values(item.name)} for item in renamed]
    await change(connection, repo, names)
    aliases = [
        {"name_key": old.key, "repo_id": item.id, "name": str(old), "until": at}
        for item in renamed
        if (old := former[item.id]).key != item.name.key
    ]
    await upsert(connection, repo_alias, aliases)
    await keep(connection, facts)
    return {name.key for item in renamed for name in (item.name, former[item.id])}


def _compared(item: Repo) -> tuple[Any, ...]:
    """What a row's `_COMPARED` is where nothing happened."""
    name = item.name
    return (name.owner, name.name, item.archived, item.is_fork, item.license, item.stars, None)


async def _facts(
    connection: AsyncConnection, items: Sequence[Repo], known: Mapping[int, Any], at: datetime
) -> list[dict[str, Any]]:
    rising = [item.id for item in items if needs_past(known[item.id].stars, item.stars)]
    told = await milestones_and_corrections(connection, rising, at - _REMEMBERED)
    peak = await peaks(connection, rising)
    facts = []
    for item in items:
        old = known[item.id]
        before = Before(
            name=RepoName(old.owner, old.name),
            stars=old.stars,
            archived=old.archived,
            is_fork=old.is_fork,
            license=old.license,
            gone=old.gone_at is not None,
            peak=peak.get(item.id, 0),
            told=told.get(item.id, ()),
        )
        facts += [fact(item.id, at, each) for each in changes(before, item)]
    return facts
