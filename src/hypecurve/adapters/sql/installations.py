"""Installations and picks, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import RowMapping, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.merging import merge
from hypecurve.adapters.sql.places import channel_id_of, is_of
from hypecurve.adapters.sql.releasing import UNREAD
from hypecurve.adapters.sql.statements import among, change, upsert
from hypecurve.adapters.sql.tables import delivery, installation, pick
from hypecurve.domain.installation import Installation
from hypecurve.domain.pick import Pick
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Tenant

_WAITS = or_(
    pick.c.digest_id.is_(None),
    select(delivery.c.id).where(delivery.c.digest_id == pick.c.digest_id, UNREAD).exists(),
)
"""No digest tells the pick, or one that was given up unread."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a pick was made that no digest shows any more: before all that wait."""


class SqlInstallations:
    """`ports.store.InstallationLog`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def keep(self, item: Installation, at: datetime) -> None:
        """Keep an installation; one of the same tenant is replaced."""
        values = {
            "platform": item.tenant.platform,
            "tenant": item.tenant.id,
            "sealed": item.secret,
            "name": item.name,
            "by": item.by,
            "locale": item.locale,
            "at": at,
        }
        await upsert(self._connection, installation, [values])

    async def find(self, tenant: Tenant) -> Installation | None:
        """Return a tenant's installation; None where it has none."""
        statement = select(installation).where(is_of(installation.c, tenant))
        row = (await self._connection.execute(statement)).mappings().first()
        return None if row is None else _installation(row)

    async def all(self, platform: str) -> list[Installation]:
        """Return a platform's installations, by tenant."""
        statement = select(installation).where(installation.c.platform == platform)
        found = await self._connection.execute(statement.order_by(installation.c.tenant))
        return [_installation(row) for row in found.mappings()]

    async def replace(self, before: Installation, sealed: str, at: datetime) -> bool:
        """Seal other tokens in; False where `before` is not what is kept."""
        statement = (
            update(installation)
            .where(is_of(installation.c, before.tenant), installation.c.sealed == before.secret)
            .values(sealed=sealed, at=at)
        )
        return bool((await self._connection.execute(statement)).rowcount)

    async def remove(self, tenant: Tenant, sealed: str | None = None) -> bool:
        """Forget a tenant's installation and its tokens; with `sealed`: only where it is that."""
        statement = delete(installation).where(is_of(installation.c, tenant))
        if sealed is not None:
            statement = statement.where(installation.c.sealed == sealed)
        return bool((await self._connection.execute(statement)).rowcount)

    async def merge(self, tenant: Tenant, into: Tenant) -> int:
        """Let all channels of a tenant go on as another one's; return how many they were."""
        return await merge(self._connection, tenant, into)


class SqlPicks:
    """`ports.store.Picks`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def add(self, place: Channel, item: Pick) -> None:
        """Keep a pick for the channel's next digest; an untold one of the same repo is replaced."""
        channel_id = await channel_id_of(self._connection, place)
        same = (pick.c.channel_id == channel_id, pick.c.repo_id == item.repo_id)
        await self._connection.execute(delete(pick).where(*same, pick.c.digest_id.is_(None)))
        # One that a digest told which was given up stays with it, as its text names who made it;
        # it only waits no longer.
        await self._connection.execute(update(pick).where(*same, _WAITS).values(at=_NEVER))
        values = {
            "channel_id": channel_id,
            "repo_id": item.repo_id,
            "why": item.why,
            "by": item.by,
            "user": item.user,
            "at": item.at,
        }
        await self._connection.execute(pick.insert().values(**values))

    async def waiting(
        self, channel_ids: Sequence[int], since: datetime
    ) -> Mapping[int, list[Pick]]:
        """Return the channels' picks, oldest first, that no digest tells."""
        statement = (
            select(pick)
            .where(among(self._connection, pick.c.channel_id, channel_ids))
            .where(pick.c.at >= since, _WAITS)
            .order_by(pick.c.at, pick.c.id)
        )
        found: dict[int, list[Pick]] = {}
        for row in (await self._connection.execute(statement)).mappings():
            found.setdefault(row["channel_id"], []).append(_pick(row))
        return found

    async def told(self, picks: Mapping[int, Collection[int]]) -> None:
        """Write down which digest tells which picks: ids of picks by the digest's id."""
        values = [
            {"id": pick_id, "digest_id": digest_id}
            for digest_id, ids in picks.items()
            for pick_id in ids
        ]
        await change(self._connection, pick, values)


def _installation(row: RowMapping) -> Installation:
    return Installation(
        tenant=Tenant(row["platform"], row["tenant"]),
        secret=row["sealed"],
        name=row["name"],
        by=row["by"],
        locale=row["locale"],
        at=row["at"],
    )


def _pick(row: RowMapping) -> Pick:
    return Pick(
        repo_id=RepoId(row["repo_id"]),
        why=row["why"],
        by=row["by"],
        at=row["at"],
        user=row["user"],
        id=row["id"],
    )
