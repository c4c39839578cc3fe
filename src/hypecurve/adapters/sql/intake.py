"""Taking in what GitHub says: new repos, changed ones, and the facts that lie in a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.statements import among, change, one_writer, upsert
from hypecurve.adapters.sql.tables import repo, repo_alias, repo_fact, source
from hypecurve.domain.catalogue import FactKind, RepoState
from hypecurve.domain.changes import Before, Change, changes, milestone
from hypecurve.domain.repo import Repo, RepoId, RepoName

_COMPARED = (
    *(repo.c.id, repo.c.owner, repo.c.name, repo.c.archived, repo.c.is_fork, repo.c.license),
    *(repo.c.stars, repo.c.gone_at),
)


async def meet(
    connection: AsyncConnection, repos: Sequence[Repo], at: datetime, origin: str
) -> frozenset[RepoId]:
    """Insert what is new; of what is known only note that it was met, if it was gone."""
    await one_writer(connection)
    latest = {item.id: item for item in repos}
    these = among(connection, repo.c.id, latest)
    known = set(await connection.scalars(select(repo.c.id).where(these)))
    fresh = [item for item in latest.values() if item.id not in known]
    if fresh:
        await _insert(connection, fresh, at, origin)
        await _take_names(connection, fresh, at)
    gone = these & repo.c.gone_at.is_not(None)
    await connection.execute(update(repo).where(gone).values(met_at=at))
    return frozenset(item.id for item in fresh)


async def take_in(
    connection: AsyncConnection, repos: Sequence[Repo], at: datetime, origin: str
) -> frozenset[RepoId]:
    """Insert what is new, update what is known; return the ids that were not known before."""
    await one_writer(connection)
    latest = {item.id: item for item in repos}
    found = await connection.execute(select(*_COMPARED).where(among(connection, repo.c.id, latest)))
    known = {row.id: row for row in found}
    fresh = [item for item in latest.values() if item.id not in known]
    if fresh:
        await _insert(connection, fresh, at, origin)
        await _take_names(connection, fresh, at)
    await _update(connection, [item for item in latest.values() if item.id in known], known, at)
    return frozenset(item.id for item in fresh)


async def _insert(
    connection: AsyncConnection, fresh: Sequence[Repo], at: datetime, origin: str
) -> None:
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
) -> None:
    if not items:
        return
    told = await _told(connection, items, known)
    facts, aliases, renamed = [], [], []
    for item in items:
        old = known[item.id]
        before = Before(
            name=RepoName(old.owner, old.name),
            stars=old.stars,
            archived=old.archived,
            is_fork=old.is_fork,
            license=old.license,
            gone=old.gone_at is not None,
            told=tuple(told.get(item.id, ())),
        )
        facts += [_fact(item.id, at, each) for each in changes(before, item)]
        if before.name == item.name:
            continue
        renamed.append(item)
        if before.name.key != item.name.key:
            aliases.append(
                {
                    "name_key": before.name.key,
                    "repo_id": item.id,
                    "name": str(before.name),
                    "until": at,
                }
            )
    await change(connection, repo, [rows.repo_values(item, at) for item in items])
    # Names apart: they hardly ever change, and writing them means writing their index.
    names = [{"id": item.id, **rows.name_values(item.name)} for item in renamed]
    await change(connection, repo, names)
    await upsert(connection, repo_alias, aliases)
    await _keep(connection, facts)
    if renamed:
        await _take_names(connection, renamed, at)
        await _lose_names(connection, aliases, at)


async def _told(
    connection: AsyncConnection, items: Sequence[Repo], known: Mapping[int, Any]
) -> Mapping[int, list[Change]]:
    """What was told before of counts that rise far or past a milestone: it may be told already."""
    ids = [
        item.id
        for item in items
        if milestone(item.stars) > milestone(known[item.id].stars)
        or item.stars > known[item.id].stars * _LEAP
    ]
    if not ids:
        return {}
    counted = (FactKind.MILESTONE.value, FactKind.CORRECTED.value)
    found = await connection.execute(
        select(repo_fact)
        .where(among(connection, repo_fact.c.repo_id, ids), repo_fact.c.kind.in_(counted))
        .order_by(repo_fact.c.id)
    )
    told: dict[int, list[Change]] = {}
    for row in found:
        each = Change(FactKind(row.kind), row.before, row.after)
        told.setdefault(row.repo_id, []).append(each)
    return told


_LEAP = 1.005
"""Rises by a smaller share cannot give back a purge, which took 1 % at least."""


async def _take_names(connection: AsyncConnection, items: Sequence[Repo], at: datetime) -> None:
    """Tell of those who were called before as one of these is called now."""
    holders = {item.name.key: item for item in items}
    keys = list(holders)
    former = await connection.execute(
        select(repo_alias.c.repo_id, repo_alias.c.name_key)
        .where(repo_alias.c.name_key.in_(keys))
        .order_by(repo_alias.c.repo_id)
    )
    facts = [
        _taken(row.repo_id, at, holders[row.name_key].name)
        for row in former
        if row.repo_id != holders[row.name_key].id
    ]
    # One that is gone keeps its last name: no alias tells of it.
    gone = await connection.execute(
        select(repo.c.id, repo.c.name_key)
        .where(repo.c.name_key.in_(keys), repo.c.gone_at.is_not(None))
        .order_by(repo.c.id)
    )
    facts += [
        _taken(row.id, at, holders[row.name_key].name)
        for row in gone
        if row.id != holders[row.name_key].id
    ]
    await _keep_new(connection, facts)


async def _lose_names(
    connection: AsyncConnection, aliases: Sequence[Mapping[str, Any]], at: datetime
) -> None:
    """Tell of those whose former name somebody had taken before we heard of the new one."""
    former = {alias["name_key"]: alias for alias in aliases}
    present = await connection.execute(
        select(repo.c.id, repo.c.owner, repo.c.name, repo.c.name_key)
        .where(repo.c.name_key.in_(list(former)), repo.c.gone_at.is_(None))
        .order_by(repo.c.id)
    )
    facts = [
        _taken(former[row.name_key]["repo_id"], at, RepoName(row.owner, row.name))
        for row in present
        if row.id != former[row.name_key]["repo_id"]
    ]
    await _keep_new(connection, facts)


def _taken(repo_id: int, at: datetime, name: RepoName) -> dict[str, Any]:
    return _fact(repo_id, at, Change(FactKind.NAME_TAKEN, str(name)))


async def _keep_new(connection: AsyncConnection, facts: Sequence[dict[str, Any]]) -> None:
    """Keep facts about names, each only once in the life of a repo."""
    ids = [fact["repo_id"] for fact in facts]
    if not ids:
        return
    known = await connection.execute(
        select(repo_fact.c.repo_id, repo_fact.c.before)
        .where(among(connection, repo_fact.c.repo_id, ids))
        .where(repo_fact.c.kind == FactKind.NAME_TAKEN.value)
    )
    told = {(row.repo_id, row.before.casefold()) for row in known}
    await _keep(
        connection,
        [fact for fact in facts if (fact["repo_id"], fact["before"].casefold()) not in told],
    )


async def _keep(connection: AsyncConnection, facts: Sequence[dict[str, Any]]) -> None:
    if facts:
        await connection.execute(repo_fact.insert(), facts)


def _fact(repo_id: int, at: datetime, change: Change) -> dict[str, Any]:
    return {
        "repo_id": repo_id,
        "kind": change.kind.value,
        "at": at,
        "before": change.before,
        "after": change.after,
    }
