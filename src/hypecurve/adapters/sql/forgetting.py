"""Forgetting, on SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.domain.subscription import Channel, Tenant


class SqlForgetting:
    """`ports.store.Forgetting`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def tenant(self, tenant: Tenant) -> int:
        """Delete a tenant; return how many channels."""
        raise NotImplementedError

    async def channel(self, place: Channel) -> bool:
        """Delete one channel and all that hangs on it; False where nobody knows it."""
        raise NotImplementedError

    async def person(self, platform: str, user_id: str) -> int:
        """Take a user out of everything; return how many rows spoke of them."""
        raise NotImplementedError

    async def owner(self, login: str, at: datetime) -> int:
        """Delete a GitHub account's repos, and bar it from now on."""
        raise NotImplementedError

    async def texts(self, before: datetime) -> int:
        """Delete the texts of digests and notices that were settled before; return how many."""
        raise NotImplementedError

    async def suspended(self, before: datetime) -> list[Tenant]:
        """Delete tenants that have been suspended since before; return which."""
        raise NotImplementedError
