"""The repos and what is known of them, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    cast,
    extract,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import facts, names, rows
from hypecurve.adapters.sql.intake import meet, take_counts, take_in
from hypecurve.adapters.sql.searching import first_of, matching, ranked
from hypecurve.adapters.sql.statements import (
    POSTGRES,
    among,
    change,
    columns_of,
    first,
)
from hypecurve.adapters.sql.tables import repo, source
from hypecurve.domain.catalogue import (
    CatalogueEntry,
    Fact,
    FactKind,
    ListedReason,
    Place,
)
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.changes import Change
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.ports.store import Found, Measured, Roster, Source, Watched

_ORDERS = {
    "stars": repo.c.stars,
    "day": repo.c.gain_day,
    "week": repo.c.gain_week,
    "month": repo.c.gain_month,
    "listed": repo.c.listed_at,
    "created": repo.c.created_at,
}
_PROGRESS = (
    source.c.first_complete_at,
    source.c.complete_at,
    # The look before the one that met the repo, however often the source was read since.
    func.coalesce(repo.c.looked_before_at, source.c.previous_at).label("previous_at"),
)
_TIMES = ("created_at", "pushed_at", "first_seen_at")
_NAT = -(2**63)


class SqlCatalogue:
    """`ports.store.Catalogue`."""

    def __init__(self, connection: AsyncConnection, site: str) -> None:
        """Work inside the connection's transaction; `site`: where people look at the repos."""
        self._connection = connection
        self._site = site

    async def meet(self, repos: Sequence[Repo], at: datetime, origin: str) -> frozenset[RepoId]:
        """Take in what a search or a submission brought; return the ids that are new to us."""
        return await meet(self._connection, repos, at, origin)

    async def upsert(
        self, repos: Sequence[Repo], at: datetime, origin: str = "", *, counted: bool = True
    ) -> frozenset[RepoId]:
        """Take in what GitHub says now; return the ids that were not known before."""
        return await take_in(self._connection, repos, at, origin, counted=counted)

    async def take_counts(
        self, seen: Mapping[RepoId, int], at: datetime, since: datetime | None
    ) -> None:
        """Take over the counts of a sweep that is believed, and keep the facts in them."""
        await take_counts(self._connection, seen, at, since)

    async def entries(self, found: Found) -> list[CatalogueEntry]:
        """Return the matching entries."""
        statement = self._matching(select(repo), found)
        order = _ORDERS[found.order]
        statement = statement.order_by(order.desc().nulls_last(), repo.c.stars.desc(), repo.c.id)
        if found.offset:
            statement = statement.offset(found.offset)
        result = await self._connection.execute(first(statement, found.limit))
        return [rows.entry(row, self._site) for row in result.mappings()]

    async def count(self, found: Found) -> int:
        """Return how many entries match."""
        statement = self._matching(select(func.count()).select_from(repo), found)
        return int(await self._connection.scalar(statement) or 0)

    def _matching(self, statement: Any, found: Found) -> Any:  # noqa: ANN401 - a Select of any columns
        statement = matching(statement, found)
        if found.ids is not None:
            statement = statement.where(among(self._connection, repo.c.id, found.ids))
        return statement

    async def search(
        self,
        text: str,
        limit: int,
        *,
        names_only: bool = False,
        listed: bool = True,
        offset: int = 0,
    ) -> tuple[list[CatalogueEntry], int]:
        """Return `limit` repos that hold every word of a text, and how many do."""
        hits = matching(ranked(text, names_only=names_only), Found(listed=listed))
        ids, total = await first_of(self._connection, hits, limit, offset)
        found = await self.entries(Found(ids=ids, listed=False)) if ids else []
        by_id = {entry.repo.id: entry for entry in found}
        return [by_id[key] for key in ids], total

    async def sizes(self, found: Found | None = None) -> dict[str, int]:
        """Return how many listed repos each category holds, of all or of those that match."""
        statement = matching(select(repo.c.category, func.count()), found or Found())
        result = await self._connection.execute(statement.group_by(repo.c.category))
        return {row[0]: row[1] for row in result}

    async def find(self, name: RepoName) -> CatalogueEntry | None:
        """Look a repo up by its present name or, failing that, by an older one."""
        row = await names.find(self._connection, name)
        return None if row is None else rows.entry(row, self._site)

    async def place(self, places: Mapping[RepoId, Place]) -> None:
        """Say where repos belong; an operator's word is kept against any other."""
        for by_operator, where in ((True, ""), (False, "NOT repo.category_by_operator")):
            values = [
                {
                    "id": repo_id,
                    "category": place.category,
                    "category_reason": place.reason,
                    "category_by_operator": by_operator,
                }
                for repo_id, place in places.items()
                if place.by_operator is by_operator
            ]
            await change(self._connection, repo, values, where)

    async def candidates(self, min_stars: int) -> list[tuple[CatalogueEntry, Source]]:
        """Return repos over the bar that are not listed yet, each with what brought it."""
        statement = (
            select(repo, *_PROGRESS)
            .outerjoin(source, source.c.key == repo.c.origin)
            .where(repo.c.listed_at.is_(None), repo.c.gone_at.is_(None))
            .where(repo.c.stars >= min_stars, repo.c.category != NOT_AI)
            # A fork is what it was forked from until its operator says otherwise, or GitHub does.
            .where(~repo.c.is_fork | repo.c.category_by_operator)
            .order_by(repo.c.slot)
        )
        result = await self._connection.execute(statement)
        return [
            (
                rows.entry(row, self._site),
                Source(row["origin"], *(row[column.name] for column in _PROGRESS)),
            )
            for row in result.mappings()
        ]

    async def list_as(self, listed: Mapping[RepoId, ListedReason], at: datetime) -> None:
        """Let repos through the gate; one that is listed already keeps its date and reason."""
        values = [
            {"id": repo_id, "listed_at": at, "listed_reason": reason.value}
            for repo_id, reason in listed.items()
        ]
        await change(self._connection, repo, values, "repo.listed_at IS NULL")

    async def roster(self) -> Roster:
        """Return the whole catalogue as arrays by slot."""
        times: list[ColumnElement[Any]] = [repo.c[name] for name in _TIMES]
        if self._connection.dialect.name == POSTGRES:
            # numpy takes whole numbers and SQLite's texts as they come; a datetime for each time
            # would cost more than all the rest.
            times = [_seconds(column) for column in times]
        flags = (repo.c.archived, repo.c.gone_at.is_not(None), repo.c.listed_at.is_not(None))
        about_ai = repo.c.category != NOT_AI
        columns = await columns_of(
            self._connection,
            select(repo.c.id, *times, *flags, about_ai).order_by(repo.c.slot),
        )
        return Roster(
            np.array(columns[0], np.int64),
            *(np.array(column, "datetime64[s]") for column in columns[1:4]),
            *(np.array(column, np.bool_) for column in columns[4:]),
        )

    async def usual_weeks(self, slots: int) -> NDArray[np.float64]:
        """Return the usual pace of each repo, stars a week, by slot; NaN unknown."""
        known = select(repo.c.slot, repo.c.usual_week).where(repo.c.usual_week.is_not(None))
        places, paces = await columns_of(self._connection, known)
        weeks = np.full(slots, np.nan)
        inside = np.array(places, np.int64) < slots
        weeks[np.array(places, np.int64)[inside]] = np.array(paces, np.float64)[inside]
        return weeks

    async def watched(self, gone_since: datetime | None = None) -> list[Watched]:
        """Return every repo that a sweep asks for, by slot."""
        asked: ColumnElement[bool] = repo.c.gone_at.is_(None)
        if gone_since is not None:
            asked = asked | (repo.c.gone_at >= gone_since) | (repo.c.met_at >= gone_since)
        is_gone = repo.c.gone_at.is_not(None).label("gone")
        statement = select(repo.c.id, repo.c.node_id, repo.c.slot, is_gone).where(asked)
        result = await self._connection.execute(statement.order_by(repo.c.slot))
        return [
            Watched(RepoId(row.id), row.node_id, row.slot, gone=bool(row.gone)) for row in result
        ]

    async def lost(self, ids: Sequence[RepoId], why: str, at: datetime) -> None:
        """Note repos that are gone, and why; of those that were gone already only the new why."""
        these = among(self._connection, repo.c.id, ids)
        found = await self._connection.execute(
            select(repo.c.id, repo.c.name_key)
            .where(these, repo.c.gone_at.is_(None))
            .order_by(repo.c.id)
        )
        new = {RepoId(row.id): row.name_key for row in found}
        gone = Change(FactKind.GONE, "", why)
        await facts.keep(self._connection, [facts.fact(key, at, gone) for key in new])
        await self._connection.execute(update(repo).where(these).values(gone_why=why))
        if new:
            left = among(self._connection, repo.c.id, new)
            await self._connection.execute(update(repo).where(left).values(gone_at=at))
            await names.tell_of_takers(self._connection, set(new.values()), at)

    async def note(
        self, repo_id: RepoId, kind: FactKind, at: datetime, before: str = "", after: str = ""
    ) -> None:
        """Keep a fact."""
        change = Change(kind, before, after)
        await facts.keep(self._connection, [facts.fact(repo_id, at, change)])

    async def facts(self) -> list[Fact]:
        """Return the facts no cycle has spoken of yet, oldest first."""
        return await facts.untold(self._connection)

    async def facts_of(self, repo_id: RepoId, since: datetime | None = None) -> list[Fact]:
        """Return what is known of one repo's past, newest first."""
        return await facts.of_repo(self._connection, repo_id, since)

    async def facts_after(self, since: datetime, kinds: Collection[FactKind]) -> list[Fact]:
        """Return what happened of these kinds after an instant, to all repos, oldest first."""
        return await facts.after(self._connection, since, kinds)

    async def told(self, these: Sequence[Fact], cycle: int) -> None:
        """Note that a cycle spoke of these facts."""
        await facts.told(self._connection, these, cycle)

    async def measure(self, measured: Measured) -> None:
        """Write the cycle's figures into the entries."""
        values = [
            {
                "id": repo_id,
                "gain_day": growth.day,
                "gain_week": growth.week,
                "gain_month": growth.month,
                "usual_week": usual,
                "state": state.value,
            }
            for repo_id, growth, usual, state in zip(
                measured.ids.tolist(),
                measured.growth,
                measured.usual_week,
                measured.states,
                strict=True,
            )
        ]
        await change(self._connection, repo, values)


def _seconds(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whole seconds since 1970 of a time of PostgreSQL's; unknown is numpy's NaT."""
    since = cast(func.floor(extract("epoch", column)), BigInteger)
    return func.coalesce(since, literal(_NAT, BigInteger))
