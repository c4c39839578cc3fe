"""Forgetting, on SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import disowning, rows
from hypecurve.adapters.sql.dropping import drop, drop_channels
from hypecurve.adapters.sql.places import is_channel, is_of
from hypecurve.adapters.sql.purging import channels_of, drop_texts, first_away
from hypecurve.adapters.sql.statements import one_holder
from hypecurve.adapters.sql.tables import (
    block,
    breaker,
    channel,
    digest,
    installation,
    pick,
    submission,
    subscription,
    suspension,
)
from hypecurve.adapters.sql.untelling import Name, untell, untell_picks
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Forgotten, Purged

_SOMEBODY = "forgotten"
"""Who submitted a repo, of whom nothing is to be known: "" is an operator."""


class SqlForgetting:
    """`ports.store.Forgetting`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def places(self, platform: str, channel_id: str) -> list[Channel]:
        """Return the channels of this id, of whatever tenant."""
        wanted = (channel.c.platform == platform, channel.c.place == channel_id)
        found = await self._connection.execute(select(channel).where(*wanted))
        return sorted(rows.channel(row) for row in found.mappings())

    async def knows(self, tenant: Tenant) -> bool:
        """Whether there is a channel of a tenant, an installation or a suspension."""
        tables = (channel, installation, suspension)
        found = [select(table.c.tenant).where(is_of(table.c, tenant)).exists() for table in tables]
        return bool(await self._connection.scalar(select(or_(*found))))

    async def tenant(self, tenant: Tenant, at: datetime) -> Forgotten:
        """Delete a tenant: its channels, what they heard, its installation, who it was."""
        await one_holder(self._connection)
        ids = await channels_of(self._connection, tenant)
        done = [
            await drop_channels(self._connection, ids),
            await self._rest(tenant, at, everywhere=True),
        ]
        return Forgotten.together(done)

    async def _rest(self, tenant: Tenant, at: datetime, *, everywhere: bool) -> Forgotten:
        """Delete what a tenant has beside its channels; `everywhere`: see `untell`."""
        installations = await drop(self._connection, installation, is_of(installation.c, tenant))
        await drop(self._connection, suspension, is_of(suspension.c, tenant))
        await drop(self._connection, breaker, breaker.c.key == str(tenant))
        done = [
            Forgotten(installations=installations),
            await self._users(f"{tenant}/", "", at),
            await untell(self._connection, Name.of_id(tenant.id), at, everywhere=everywhere),
        ]
        return Forgotten.together(done)

    async def channel(self, place: Channel, at: datetime) -> Forgotten:
        """Delete one channel and all that hangs on it."""
        await one_holder(self._connection)
        ids = (await self._connection.scalars(select(channel.c.id).where(is_channel(place)))).all()
        done = [
            await drop_channels(self._connection, ids),
            await untell(self._connection, Name.of_id(place.person or place.id), at),
        ]
        return Forgotten.together(done)

    async def person(
        self, platform: str, user_id: str, at: datetime, tenant: Tenant | None = None
    ) -> Forgotten:
        """Take a user out of everything, in one tenant or in all."""
        await one_holder(self._connection)
        here = channel.c.platform == platform if tenant is None else is_of(channel.c, tenant)
        own = select(channel.c.id).where(here, channel.c.place == f"@{user_id}")
        ids = (await self._connection.scalars(own)).all()
        done = [
            await drop_channels(self._connection, ids),
            await self._users(f"{platform}:" if tenant is None else f"{tenant}/", user_id, at),
            await self._made_by(user_id, here),
            await self._installed_by(user_id, platform, tenant),
            await untell(self._connection, Name.of_id(user_id), at),
        ]
        return Forgotten.together(done)

    async def _made_by(self, user_id: str, here: ColumnElement[bool]) -> Forgotten:
        changed = await self._connection.execute(
            update(subscription)
            .where(subscription.c.created_by == user_id)
            .where(subscription.c.channel_id.in_(select(channel.c.id).where(here)))
            .values(created_by="")
        )
        return Forgotten(names=changed.rowcount)

    async def _installed_by(self, user_id: str, platform: str, tenant: Tenant | None) -> Forgotten:
        here = installation.c.platform == platform
        if tenant is not None:
            here = is_of(installation.c, tenant)
        changed = await self._connection.execute(
            update(installation).where(here, installation.c.by == user_id).values(by="")
        )
        return Forgotten(names=changed.rowcount)

    async def _users(self, begins: str, user_id: str, at: datetime) -> Forgotten:
        """Forget users by what is written `slack:T1/U1`: of a tenant, or one wherever they are."""

        def theirs(column: ColumnElement[str], before: str = "") -> ColumnElement[bool]:
            found = column.startswith(before + begins, autoescape=True)
            return found & column.endswith(f"/{user_id}", autoescape=True) if user_id else found

        texts = await untell_picks(self._connection, theirs(pick.c.user), at)
        submitted = await self._connection.execute(
            update(submission).where(theirs(submission.c.user)).values(user=_SOMEBODY)
        )
        return Forgotten(
            picks=await drop(self._connection, pick, theirs(pick.c.user)),
            blocks=await drop(self._connection, block, theirs(block.c.key, "user:")),
            names=submitted.rowcount,
            texts=texts,
        )

    async def owner(self, login: str, at: datetime) -> Forgotten:
        """Delete a GitHub account's repos with all that hangs on them, and bar it from now on."""
        return await disowning.disown(self._connection, login, at)

    async def readmit(self, login: str) -> bool:
        """Bar an account no longer; False where it was not barred."""
        return await disowning.readmit(self._connection, login)

    async def barred(self, at: datetime) -> Forgotten:
        """Delete what came to an account since it was barred, by a new name or a transfer."""
        logins = await disowning.barred_owners(self._connection)
        return Forgotten.together([await self.owner(login, at) for login in logins])

    async def texts(self, before: datetime, most: int, at: datetime) -> int:
        """Delete texts of digests and notices that were settled before; return how many."""
        return await drop_texts(self._connection, before, most, at)

    async def picks(self, before: datetime) -> int:
        """Delete picks that were made before and whose text is gone; return how many."""
        kept = select(digest.c.id).where(digest.c.id == pick.c.digest_id)
        told = kept.where(digest.c.message.is_not(None)).exists()
        return await drop(self._connection, pick, pick.c.at < before, ~told)

    async def suspended(self, before: datetime, most: int, at: datetime) -> Purged | None:
        """Delete `most` channels of a tenant that removed the app before."""
        await one_holder(self._connection)
        tenant = await first_away(self._connection, before)
        if tenant is None:
            return None
        ids = await channels_of(self._connection, tenant, most)
        done = await drop_channels(self._connection, ids)
        if await channels_of(self._connection, tenant, 1):
            return Purged(tenant, done, over=False)
        # All texts are read for who asks to be forgotten; nobody does here, and others write.
        rest = await self._rest(tenant, at, everywhere=False)
        return Purged(tenant, Forgotten.together([done, rest]), over=True)
