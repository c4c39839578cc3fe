"""Leases, on SQL: one row each, taken by whoever comes first and kept by renewing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.tables import lease
from hypecurve.domain.clocks import MOST_OFF


class SqlLeases:
    """`ports.store.Leases`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def hold(self, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
        """Take or renew a lease; False where another holder has it.

        One that runs further ahead than `ttl` and any clock that is right was given by a wrong one.
        """
        is_sqlite = self._connection.dialect.name == "sqlite"
        insert = sqlite.insert if is_sqlite else postgresql.insert
        until = now + ttl
        held = await self._connection.scalar(
            insert(lease)
            .values(name=name, holder=holder, until=until)
            .on_conflict_do_update(
                index_elements=["name"],
                set_={"holder": holder, "until": until},
                where=or_(
                    lease.c.holder == holder,
                    lease.c.until < now,
                    lease.c.until > until + MOST_OFF,
                ),
            )
            .returning(lease.c.name)
        )
        return held is not None

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back."""
        await self._connection.execute(
            delete(lease).where(lease.c.name == name, lease.c.holder == holder)
        )

    async def holders(self) -> dict[str, tuple[str, datetime]]:
        """Return (holder, until) of each lease."""
        found = await self._connection.execute(select(lease).order_by(lease.c.name))
        return {row.name: (row.holder, row.until) for row in found}
