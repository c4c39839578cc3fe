"""Taking in what GitHub says: new repos, changed ones, and the facts that lie in a change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.statements import (
    among,
    change,
    one_writer,
    upsert,
)
from hypecurve.adapters.sql.tables import repo, repo_alias, repo_fact, source
from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import SignalKind

MILESTONES = tuple(step * 10**power for power in range(3, 7) for step in (1, 2, 5))
"""Numbers of stars whose passing is a fact: 1,000, 2,000, 5,000, 10,000 ..."""

_COMPARED = (repo.c.id, repo.c.owner, repo.c.name, repo.c.archived, repo.c.license, repo.c.stars)


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
    facts, aliases, renamed = [], [], []
    told = await _milestones_told(
        connection,
        [item.id for item in items if _milestone(item.stars) > _milestone(known[item.id].stars)],
    )
    for item in items:
        old = known[item.id]
        facts += [_fact(item, at, *each) for each in _changes(old, item, told.get(item.id, 0))]
        old_name = RepoName(old.owner, old.name)
        if old_name == item.name:
            continue
        renamed.append({"id": item.id, **rows.name_values(item.name)})
        if old_name.key != item.name.key:
            aliases.append(
                {
                    "name_key": old_name.key,
                    "repo_id": item.id,
                    "name": str(old_name),
                    "until": at,
                }
            )
    await change(connection, repo, [rows.repo_values(item, at) for item in items])
    # Names apart: they hardly ever change, and writing them means writing their index.
    await change(connection, repo, renamed)
    await upsert(connection, repo_alias, aliases)
    if facts:
        await connection.execute(repo_fact.insert(), facts)


async def _milestones_told(connection: AsyncConnection, ids: Sequence[RepoId]) -> Mapping[int, int]:
    """The highest milestone told of each repo: a count may fall and pass one again."""
    if not ids:
        return {}
    found = await connection.execute(
        select(repo_fact.c.repo_id, repo_fact.c.after)
        .where(repo_fact.c.kind == SignalKind.MILESTONE.value)
        .where(among(connection, repo_fact.c.repo_id, ids))
    )
    told: dict[int, int] = {}
    for row in found:
        told[row.repo_id] = max(told.get(row.repo_id, 0), int(row.after))
    return told


def _milestone(stars: int) -> int:
    """The last milestone at or under a count, 0 before the first."""
    passed = bisect_right(MILESTONES, stars)
    return MILESTONES[passed - 1] if passed else 0


def _changes(
    old: Any,  # noqa: ANN401 - a row
    new: Repo,
    told: int,
) -> list[tuple[SignalKind, str, str]]:
    changes = []
    old_name = RepoName(old.owner, old.name)
    if old_name != new.name and old_name.key != new.name.key:
        changes.append((SignalKind.RENAMED, str(old_name), str(new.name)))
    if new.archived and not old.archived:
        changes.append((SignalKind.ARCHIVED, "", ""))
    if old.license and new.license and old.license != new.license:
        changes.append((SignalKind.RELICENSED, old.license, new.license))
    passed = _milestone(new.stars)
    if passed > max(_milestone(old.stars), told):
        changes.append((SignalKind.MILESTONE, "", str(passed)))
    return changes


def _fact(item: Repo, at: datetime, kind: SignalKind, before: str, after: str) -> dict[str, Any]:
    return {"repo_id": item.id, "kind": kind.value, "at": at, "before": before, "after": after}
