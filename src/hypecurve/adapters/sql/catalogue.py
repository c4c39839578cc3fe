"""The repos and the sources that bring them, on SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, String, bindparam, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.statements import CHUNK, chunks, upsert
from hypecurve.adapters.sql.tables import repo, repo_alias, repo_fact, source
from hypecurve.domain.catalogue import CatalogueEntry, ListedReason, Place, RepoState
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.ports.store import Fact, Found, Measured, Roster, Source, Watched

MILESTONES = tuple(step * 10**power for power in range(3, 7) for step in (1, 2, 5))
"""Numbers of stars whose passing is a fact: 1,000, 2,000, 5,000, 10,000 ..."""

_ORDERS = {
    "stars": repo.c.stars,
    "day": repo.c.gain_day,
    "week": repo.c.gain_week,
    "month": repo.c.gain_month,
    "listed": repo.c.listed_at,
    "created": repo.c.created_at,
}
_PROGRESS = (source.c.first_complete_at, source.c.complete_at, source.c.previous_at)
_COMPARED = (repo.c.id, repo.c.owner, repo.c.name, repo.c.archived, repo.c.license, repo.c.stars)


class SqlCatalogue:
    """`ports.store.Catalogue`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def upsert(
        self, repos: Sequence[Repo], at: datetime, origin: str = ""
    ) -> frozenset[RepoId]:
        """Take in what GitHub says now; return the ids that were not known before."""
        latest = {item.id: item for item in repos}
        known: dict[int, Any] = {}
        for ids in chunks(list(latest)):
            found = await self._connection.execute(select(*_COMPARED).where(repo.c.id.in_(ids)))
            known.update({row.id: row for row in found})
        fresh = [item for item in latest.values() if item.id not in known]
        if fresh:
            await self._insert(fresh, at, origin)
        await self._update([item for item in latest.values() if item.id in known], known, at)
        return frozenset(item.id for item in fresh)

    async def _insert(self, fresh: Sequence[Repo], at: datetime, origin: str) -> None:
        taken = await self._connection.scalar(select(func.max(repo.c.slot)))
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
            {**rows.repo_values(item, at), **constant, "slot": slot}
            for slot, item in enumerate(fresh, first)
        ]
        await upsert(self._connection, repo, values)

    async def _update(self, items: Sequence[Repo], known: Mapping[int, Any], at: datetime) -> None:
        if not items:
            return
        facts, aliases = [], []
        for item in items:
            old = known[item.id]
            facts += [_fact(item, at, *change) for change in _changes(old, item)]
            old_name = RepoName(old.owner, old.name)
            if old_name.key != item.name.key:
                aliases.append(
                    {
                        "name_key": old_name.key,
                        "repo_id": item.id,
                        "name": str(old_name),
                        "until": at,
                    }
                )
        statement = (
            update(repo)
            .where(repo.c.id == bindparam("b_id"))
            .values(
                {name: bindparam(name) for name in rows.repo_values(items[0], at) if name != "id"}
            )
        )
        values = [rows.repo_values(item, at) for item in items]
        for row in values:
            row["b_id"] = row.pop("id")
        await self._connection.execute(statement, values)
        await upsert(self._connection, repo_alias, aliases)
        if facts:
            await self._connection.execute(repo_fact.insert(), facts)

    async def entries(self, found: Found) -> list[CatalogueEntry]:
        """Return the matching entries."""
        statement = matching(select(repo), found)
        order = _ORDERS[found.order]
        statement = statement.order_by(order.desc().nulls_last(), repo.c.stars.desc(), repo.c.id)
        if found.ids is None:
            result = await self._connection.execute(statement.limit(found.limit))
            return [rows.entry(row) for row in result.mappings()]
        wanted = list(dict.fromkeys(found.ids))
        matched: list[Any] = []
        for ids in chunks(wanted):
            result = await self._connection.execute(statement.where(repo.c.id.in_(ids)))
            matched += result.mappings()
        if len(wanted) > CHUNK:
            # Each piece came in order; all of them together must.
            matched.sort(key=lambda row: (-row["stars"], row["id"]))
            matched.sort(key=lambda row: _falling(row[order.name]))
        return [rows.entry(row) for row in matched[: found.limit]]

    async def count(self, found: Found) -> int:
        """Return how many entries match."""
        statement = matching(select(func.count()).select_from(repo), found)
        if found.ids is not None:
            return len(await self.entries(replace(found, limit=None)))
        return int(await self._connection.scalar(statement) or 0)

    async def sizes(self) -> dict[str, int]:
        """Return how many listed repos each category holds."""
        statement = select(repo.c.category, func.count()).where(repo.c.listed_at.is_not(None))
        result = await self._connection.execute(statement.group_by(repo.c.category))
        return {row[0]: row[1] for row in result}

    async def find(self, name: RepoName) -> CatalogueEntry | None:
        """Look a repo up by its present name or, failing that, by an older one."""
        present = (
            select(repo)
            .where(repo.c.name_key == name.key)
            # A name may have passed to another repo: who was seen under it last has it.
            .order_by(repo.c.gone_at.is_(None).desc(), repo.c.seen_at.desc())
            .limit(1)
        )
        older = (
            select(repo)
            .join(repo_alias, repo_alias.c.repo_id == repo.c.id)
            .where(repo_alias.c.name_key == name.key)
            .order_by(repo_alias.c.until.desc())
            .limit(1)
        )
        for statement in (present, older):
            row = (await self._connection.execute(statement)).mappings().first()
            if row is not None:
                return rows.entry(row)
        return None

    async def place(self, places: Mapping[RepoId, Place]) -> None:
        """Say where repos belong; an operator's word is kept against any other."""
        statement = (
            update(repo)
            .where(
                repo.c.id == bindparam("b_id"),
                repo.c.category_by_operator.is_(False) | bindparam("b_operator"),
            )
            .values(
                category=bindparam("b_category"),
                category_reason=bindparam("b_reason"),
                category_by_operator=bindparam("b_operator"),
            )
        )
        values = [
            {
                "b_id": repo_id,
                "b_category": place.category,
                "b_reason": place.reason,
                "b_operator": place.by_operator,
            }
            for repo_id, place in places.items()
        ]
        if values:
            await self._connection.execute(statement, values)

    async def candidates(self, min_stars: int) -> list[tuple[CatalogueEntry, Source]]:
        """Return repos over the bar that are not listed yet, each with what brought it."""
        statement = (
            select(repo, *_PROGRESS)
            .outerjoin(source, source.c.key == repo.c.origin)
            .where(repo.c.listed_at.is_(None), repo.c.gone_at.is_(None))
            .where(repo.c.stars >= min_stars, repo.c.category != "not-ai")
            .order_by(repo.c.slot)
        )
        result = await self._connection.execute(statement)
        return [
            (
                rows.entry(row),
                Source(row["origin"], *(row[column.name] for column in _PROGRESS)),
            )
            for row in result.mappings()
        ]

    async def list_as(self, listed: Mapping[RepoId, ListedReason], at: datetime) -> None:
        """Let repos through the gate; one that is listed already keeps its date and reason."""
        statement = (
            update(repo)
            .where(repo.c.id == bindparam("b_id"), repo.c.listed_at.is_(None))
            .values(listed_at=at, listed_reason=bindparam("b_reason"))
        )
        values = [{"b_id": key, "b_reason": reason.value} for key, reason in listed.items()]
        if values:
            await self._connection.execute(statement, values)

    async def roster(self) -> Roster:
        """Return the whole catalogue as arrays by slot."""
        times: list[ColumnElement[Any]] = [
            repo.c.created_at,
            repo.c.pushed_at,
            repo.c.first_seen_at,
        ]
        if self._connection.dialect.name == "sqlite":
            # numpy reads ISO texts many times faster than SQLAlchemy makes datetimes of them.
            times = [type_coerce(column, String) for column in times]
        flags = (repo.c.archived, repo.c.gone_at.is_not(None), repo.c.listed_at.is_not(None))
        result = await self._connection.execute(
            select(repo.c.id, *times, *flags, repo.c.category != "not-ai").order_by(repo.c.slot)
        )
        columns = list(zip(*result.all(), strict=True)) or [()] * 8
        return Roster(
            np.array(columns[0], np.int64),
            _instants(columns[1]),
            _instants(columns[2]),
            _instants(columns[3]),
            np.array(columns[4], np.bool_),
            np.array(columns[5], np.bool_),
            np.array(columns[6], np.bool_),
            np.array(columns[7], np.bool_),
        )

    async def watched(self) -> list[Watched]:
        """Return every repo that a sweep asks for, by slot."""
        statement = (
            select(repo.c.id, repo.c.node_id, repo.c.slot)
            .where(repo.c.gone_at.is_(None))
            .order_by(repo.c.slot)
        )
        result = await self._connection.execute(statement)
        return [Watched(RepoId(row.id), row.node_id, row.slot) for row in result]

    async def lost(self, ids: Sequence[RepoId], why: str, at: datetime) -> None:
        """Note repos that are gone: they are no longer swept until they are met again."""
        for part in chunks(list(ids)):
            present = repo.c.id.in_(part) & repo.c.gone_at.is_(None)
            found = await self._connection.execute(select(repo.c.id).where(present))
            facts = [
                {
                    "repo_id": row.id,
                    "kind": SignalKind.GONE.value,
                    "at": at,
                    "before": "",
                    "after": why,
                }
                for row in found
            ]
            if facts:
                await self._connection.execute(repo_fact.insert(), facts)
                await self._connection.execute(
                    update(repo).where(present).values(gone_at=at, gone_why=why)
                )

    async def facts(self) -> list[Fact]:
        """Return the facts no cycle has spoken of yet, oldest first."""
        statement = select(repo_fact).where(repo_fact.c.cycle.is_(None)).order_by(repo_fact.c.id)
        result = await self._connection.execute(statement)
        return [
            Fact(row.id, RepoId(row.repo_id), SignalKind(row.kind), row.at, row.before, row.after)
            for row in result
        ]

    async def told(self, facts: Sequence[Fact], cycle: int) -> None:
        """Note that a cycle spoke of these facts."""
        for part in chunks([fact.id for fact in facts]):
            await self._connection.execute(
                update(repo_fact).where(repo_fact.c.id.in_(part)).values(cycle=cycle)
            )

    async def measure(self, measured: Measured) -> None:
        """Write the cycle's figures into the entries."""
        statement = (
            update(repo)
            .where(repo.c.id == bindparam("b_id"))
            .values(
                gain_day=bindparam("b_day"),
                gain_week=bindparam("b_week"),
                gain_month=bindparam("b_month"),
                usual_week=bindparam("b_usual"),
                state=bindparam("b_state"),
            )
        )
        values = [
            {
                "b_id": repo_id,
                "b_day": growth.day,
                "b_week": growth.week,
                "b_month": growth.month,
                "b_usual": usual,
                "b_state": state.value,
            }
            for repo_id, growth, usual, state in zip(
                measured.ids.tolist(),
                measured.growth,
                measured.usual_week,
                measured.states,
                strict=True,
            )
        ]
        if values:
            await self._connection.execute(statement, values)


class SqlSources:
    """`ports.store.Sources`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def source(self, key: str) -> Source:
        """Return what is known of a source; a new one where nothing is."""
        row = (await self._connection.execute(select(source).where(source.c.key == key))).first()
        if row is None:
            return Source(key)
        return Source(key, row.first_complete_at, row.complete_at, row.previous_at)

    async def completed(self, key: str, at: datetime) -> None:
        """Note that a source was read to its end."""
        known = await self.source(key)
        row = {
            "key": key,
            "first_complete_at": known.first_complete_at or at,
            "complete_at": at,
            "previous_at": known.complete_at,
        }
        await upsert(self._connection, source, [row])


def _falling(value: float | datetime | None) -> tuple[bool, float]:
    """Sorts largest and latest first, unknown last, as the databases are told to."""
    if value is None:
        return True, 0.0
    return False, -(value.timestamp() if isinstance(value, datetime) else value)


def _instants(values: Sequence[Any]) -> NDArray[np.datetime64]:
    """Times as SQLite's text, as PostgreSQL's datetimes, or None, in UTC."""
    plain = [
        value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in values
    ]
    return np.array(plain, "datetime64[s]")


def matching(statement: Any, found: Found) -> Any:  # noqa: ANN401 - a Select of any columns
    """Narrow a statement over `repo` to what was asked for, all but the ids."""
    if found.listed:
        statement = statement.where(repo.c.listed_at.is_not(None))
    if found.categories:
        statement = statement.where(repo.c.category.in_(sorted(found.categories)))
    if RepoState.GONE in found.states:
        statement = statement.where(repo.c.gone_at.is_not(None))
    elif found.states:
        names = [state.value for state in found.states]
        statement = statement.where(repo.c.state.in_(names), repo.c.gone_at.is_(None))
    if found.text:
        statement = statement.where(
            repo.c.name_key.contains(found.text.casefold(), autoescape=True)
        )
    return statement


def _changes(old: Any, new: Repo) -> list[tuple[SignalKind, str, str]]:  # noqa: ANN401 - a row
    changes = []
    old_name = RepoName(old.owner, old.name)
    if old_name.key != new.name.key:
        changes.append((SignalKind.RENAMED, str(old_name), str(new.name)))
    if new.archived and not old.archived:
        changes.append((SignalKind.ARCHIVED, "", ""))
    if old.license and new.license and old.license != new.license:
        changes.append((SignalKind.RELICENSED, old.license, new.license))
    passed = [number for number in MILESTONES if old.stars < number <= new.stars]
    if passed:
        changes.append((SignalKind.MILESTONE, "", str(passed[-1])))
    return changes


def _fact(item: Repo, at: datetime, kind: SignalKind, before: str, after: str) -> dict[str, Any]:
    return {"repo_id": item.id, "kind": kind.value, "at": at, "before": before, "after": after}
