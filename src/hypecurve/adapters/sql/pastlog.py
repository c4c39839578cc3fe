"""GitHub's own star history of the repos, on SQL: one packed row a repo."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, cast, extract, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.searching import matching
from hypecurve.adapters.sql.statements import POSTGRES, among, columns_of, upsert
from hypecurve.adapters.sql.tables import repo, star_past
from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.pasts import PackedPasts
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.ports.store import Filled, Found

_AT_ONCE = 2048
"""Repos packed together: their days lie in the processor's cache while they are worked on."""


class SqlPastLog:
    """`ports.store.PastLog`."""

    def __init__(self, connection: AsyncConnection, site: str) -> None:
        """Work inside the connection's transaction; `site`: where people look at the repos."""
        self._connection = connection
        self._site = site

    async def save(self, past: Mapping[RepoId, PastStars | None], at: datetime) -> None:
        """Keep histories; None is kept too, as "asked, has none"."""
        await upsert(
            self._connection,
            star_past,
            [
                {"repo_id": key, **rows.past_values(found)}
                for key, found in past.items()
                if found is not None
            ],
        )
        these = among(self._connection, repo.c.id, past)
        await self._connection.execute(update(repo).where(these).values(past_asked_at=at))

    async def failed(self, ids: Sequence[RepoId], at: datetime) -> None:
        """Note whose history was asked in vain: it is asked again, after all others."""
        these = among(self._connection, repo.c.id, ids)
        await self._connection.execute(update(repo).where(these).values(past_tried_at=at))

    async def asked(self, since: datetime) -> int:
        """Return how many repos were asked for their history after an instant."""
        statement = select(func.count()).select_from(repo)
        asked = (repo.c.past_asked_at > since) | (repo.c.past_tried_at > since)
        return int(await self._connection.scalar(statement.where(asked)) or 0)

    async def of(self, ids: Sequence[RepoId] | None = None) -> dict[RepoId, PastStars]:
        """Return the histories that are there."""
        statement = select(star_past)
        if ids is not None:
            statement = statement.where(among(self._connection, star_past.c.repo_id, ids))
        result = await self._connection.execute(statement)
        return {RepoId(row["repo_id"]): rows.past(row) for row in result.mappings()}

    async def packed(self, ids: Sequence[RepoId]) -> AsyncIterator[PackedPasts]:
        """Return the same packed, some thousand repos at a time."""
        fetched_at: ColumnElement[Any] = star_past.c.fetched_at
        if self._connection.dialect.name == POSTGRES:
            # numpy reads SQLite's texts as they come; a datetime for each row would cost more.
            fetched_at = cast(func.round(extract("epoch", fetched_at) * 1_000_000), BigInteger)
        statement = select(
            star_past.c.repo_id, star_past.c.first_day, fetched_at, star_past.c.days
        ).order_by(star_past.c.repo_id)
        for start in range(0, len(ids), _AT_ONCE):
            these = among(self._connection, star_past.c.repo_id, ids[start : start + _AT_ONCE])
            found = await columns_of(self._connection, statement.where(these))
            if found[0]:
                yield _packed(*found)

    async def filled(self, found: Found) -> Filled:
        """Return of how many of the matching repos the past was asked."""
        asked = func.count(repo.c.past_asked_at)
        statement = matching(select(asked, func.count()).select_from(repo), found)
        return Filled(*(await self._connection.execute(statement)).one())

    async def missing(
        self, limit: int, first: Collection[str] = frozenset()
    ) -> list[CatalogueEntry]:
        """Return repos nobody has asked the history of: those of the categories `first` first."""
        statement = (
            select(repo)
            .where(repo.c.past_asked_at.is_(None), repo.c.gone_at.is_(None))
            .order_by(
                repo.c.category == NOT_AI,
                repo.c.past_tried_at.asc().nulls_first(),
                repo.c.category.in_(sorted(first)).desc(),
                repo.c.listed_at.is_(None).desc(),
                repo.c.stars.desc(),
                repo.c.id,
            )
            .limit(limit)
        )
        result = await self._connection.execute(statement)
        return [rows.entry(row, self._site) for row in result.mappings()]


def _packed(
    ids: Sequence[int],
    first_days: Sequence[Any],
    fetched_at: Sequence[Any],
    days: Sequence[bytes],
) -> PackedPasts:
    whole = np.frombuffer(b"".join(days), "<i4")
    lengths = [len(each) // whole.itemsize for each in days]
    return PackedPasts(
        repo_ids=np.array(ids, np.int64),
        first_days=np.array(first_days, "datetime64[D]"),
        fetched_at=np.array(fetched_at, "datetime64[us]"),
        starts=np.cumsum([0, *lengths], dtype=np.int64),
        days=whole.astype(np.int32, copy=False),
    )
