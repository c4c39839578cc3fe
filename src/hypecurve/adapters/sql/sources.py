"""What brings the repos, on SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.statements import upsert
from hypecurve.adapters.sql.tables import source
from hypecurve.ports.store import Source


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
        return Source(
            key,
            row.first_complete_at,
            row.complete_at,
            row.previous_at,
            row.rest or "",
            row.rest_at,
            row.lately_at,
        )

    async def completed(self, key: str, at: datetime) -> None:
        """Note that a source was read to its end."""
        known = await self.source(key)
        row = {
            "key": key,
            "first_complete_at": known.first_complete_at or at,
            "complete_at": at,
            "previous_at": known.complete_at,
            "rest": None,
            "rest_at": None,
        }
        await upsert(self._connection, source, [row])

    async def stopped(self, key: str, rest: str, began: datetime) -> None:
        """Note what is left of a reading; what was left before is forgotten."""
        row = {"key": key, "rest": rest or None, "rest_at": began if rest else None}
        await upsert(self._connection, source, [row])

    async def looked_lately(self, key: str, at: datetime) -> None:
        """Note that what was pushed or created lately was read to its end."""
        await upsert(self._connection, source, [{"key": key, "lately_at": at}])

    async def began(self) -> datetime | None:
        """Return when the oldest reading began that was cut off or goes on."""
        statement = select(func.min(source.c.rest_at))
        found: datetime | None = await self._connection.scalar(statement)
        return found
