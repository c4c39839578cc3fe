"""GitHub's own star history of the repos, on SQL: one packed row a repo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.catalogue import matching
from hypecurve.adapters.sql.statements import among, upsert
from hypecurve.adapters.sql.tables import repo, star_past
from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.ports.store import Filled, Found


class SqlPastLog:
    """`ports.store.PastLog`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

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
        return [rows.entry(row) for row in result.mappings()]
