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
    upsert,
)
from hypecurve.adapters.sql.tables import repo, repo_alias, repo_fact
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
    constant = {
        "origin": origin,
        "first_seen_at": at,
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
    for item in items:
        old = known[item.id]
        facts += [_fact(item, at, *each) for each in _changes(old, item)]
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


def _changes(old: Any, new: Repo) -> list[tuple[SignalKind, str, str]]:  # noqa: ANN401 - a row
    changes = []
    old_name = RepoName(old.owner, old.name)
    if old_name != new.name and old_name.key != new.name.key:
        changes.append((SignalKind.RENAMED, str(old_name), str(new.name)))
    if new.archived and not old.archived:
        changes.append((SignalKind.ARCHIVED, "", ""))
    if old.license and new.license and old.license != new.license:
        changes.append((SignalKind.RELICENSED, old.license, new.license))
    passed = bisect_right(MILESTONES, new.stars)
    if passed > bisect_right(MILESTONES, old.stars):
        changes.append((SignalKind.MILESTONE, "", str(MILESTONES[passed - 1])))
    return changes


def _fact(item: Repo, at: datetime, kind: SignalKind, before: str, after: str) -> dict[str, Any]:
    return {"repo_id": item.id, "kind": kind.value, "at": at, "before": before, "after": after}
