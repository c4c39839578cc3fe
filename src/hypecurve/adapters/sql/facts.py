"""What GitHub told of repos, fact by fact, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.statements import among
from hypecurve.adapters.sql.tables import repo_fact, star_snapshot, sweep
from hypecurve.domain.catalogue import Fact, FactKind
from hypecurve.domain.changes import Change
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId

FactRow = dict[str, Any]


def fact(repo_id: int, at: datetime, change: Change) -> FactRow:
    """A change as a row."""
    return {
        "repo_id": repo_id,
        "kind": change.kind.value,
        "at": at,
        "before": change.before,
        "after": change.after,
    }


async def keep(connection: AsyncConnection, facts: Sequence[FactRow]) -> None:
    """Keep facts."""
    if facts:
        await connection.execute(repo_fact.insert(), facts)


async def keep_once(connection: AsyncConnection, facts: Sequence[FactRow], kind: FactKind) -> None:
    """Keep facts of one kind, each only once in the life of a repo, whatever the letters' case."""
    if not facts:
        return
    these = among(connection, repo_fact.c.repo_id, {each["repo_id"] for each in facts})
    known = await connection.execute(
        select(repo_fact.c.repo_id, repo_fact.c.before).where(these, repo_fact.c.kind == kind.value)
    )
    told = {(row.repo_id, row.before.casefold()) for row in known}
    new = {
        key: each
        for each in facts
        if (key := (each["repo_id"], each["before"].casefold())) not in told
    }
    await keep(connection, list(new.values()))


async def untold(connection: AsyncConnection) -> list[Fact]:
    """Return the facts no cycle has spoken of yet, oldest first."""
    return await _read(
        connection, select(repo_fact).where(repo_fact.c.cycle.is_(None)).order_by(repo_fact.c.id)
    )


async def of_repo(
    connection: AsyncConnection, repo_id: RepoId, since: datetime | None
) -> list[Fact]:
    """Return what is known of one repo's past, newest first; `since` excluded."""
    statement = select(repo_fact).where(repo_fact.c.repo_id == repo_id)
    if since is not None:
        statement = statement.where(repo_fact.c.at > since)
    return await _read(connection, statement.order_by(repo_fact.c.id.desc()))


async def after(
    connection: AsyncConnection, since: datetime, kinds: Collection[FactKind]
) -> list[Fact]:
    """Return what happened of these kinds after an instant, oldest first."""
    these = repo_fact.c.kind.in_([kind.value for kind in kinds]) & (repo_fact.c.at > since)
    return await _read(connection, select(repo_fact).where(these).order_by(repo_fact.c.id))


async def _read(connection: AsyncConnection, statement: Select[Any]) -> list[Fact]:
    result = await connection.execute(statement)
    return [
        Fact(row.id, RepoId(row.repo_id), FactKind(row.kind), row.at, row.before, row.after)
        for row in result
    ]


async def told(connection: AsyncConnection, facts: Sequence[Fact], cycle: int) -> None:
    """Note that a cycle spoke of these facts."""
    if facts:
        these = among(connection, repo_fact.c.id, [each.id for each in facts])
        await connection.execute(update(repo_fact).where(these).values(cycle=cycle))


async def milestones_and_corrections(
    connection: AsyncConnection, ids: Collection[int], since: datetime
) -> Mapping[int, tuple[Change, ...]]:
    """Return all milestones, and the corrections from `since` on, by repo, oldest first."""
    if not ids:
        return {}
    is_milestone = repo_fact.c.kind == FactKind.MILESTONE.value
    is_correction = (repo_fact.c.kind == FactKind.CORRECTED.value) & (repo_fact.c.at >= since)
    found = await connection.execute(
        select(repo_fact)
        .where(among(connection, repo_fact.c.repo_id, ids), or_(is_milestone, is_correction))
        .order_by(repo_fact.c.id)
    )
    known: dict[int, tuple[Change, ...]] = {}
    for row in found:
        change = Change(FactKind(row.kind), row.before, row.after)
        known[row.repo_id] = (*known.get(row.repo_id, ()), change)
    return known


async def peaks(connection: AsyncConnection, ids: Collection[int]) -> Mapping[int, int]:
    """Return the highest count a believed sweep ever saw first, by repo."""
    if not ids:
        return {}
    still = select(sweep.c.number).where(sweep.c.health == Health.STILL.value)
    found = await connection.execute(
        select(star_snapshot.c.repo_id, func.max(star_snapshot.c.stars).label("peak"))
        .where(among(connection, star_snapshot.c.repo_id, ids))
        .where(star_snapshot.c.sweep.not_in(still))
        .group_by(star_snapshot.c.repo_id)
    )
    return {row.repo_id: row.peak for row in found}
