"""What is not kept any longer, at somebody's word or because its time has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol

from hypecurve.domain.subscription import Channel, Tenant


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went, in rows."""

    channels: int = 0
    subscriptions: int = 0
    installations: int = 0
    digests: int = 0
    notices: int = 0
    picks: int = 0
    repos: int = 0
    submissions: int = 0
    """Of repos that went; others stay without who made them, and count among the names."""
    blocks: int = 0
    names: int = 0
    """Rows that stay, and do not say any more who or what it was."""
    texts: int = 0
    """Digests and notices that stay without their text."""

    def __bool__(self) -> bool:
        """Whether anything went."""
        return self != Forgotten()

    @classmethod
    def together(cls, several: Iterable[Forgotten]) -> Forgotten:
        """Return what went in all."""
        counted = list(several)
        names = [each.name for each in fields(cls)]
        return cls(**{name: sum(getattr(each, name) for each in counted) for name in names})


@dataclass(frozen=True, slots=True)
class Purged:
    """A suspended tenant of which something was deleted; `over`: nothing of it is left."""

    tenant: Tenant
    forgotten: Forgotten
    over: bool


class Forgetting(Protocol):
    """What is not kept any longer. Repos and counts are not people's and stay.

    What somebody asks for is done whole, within the transaction: after it no table names them.
    Digests and notices of others that name them lose their text; what waits to be sent of these
    is given up, and its other news is the next digest's.
    """

    async def places(self, platform: str, channel_id: str) -> list[Channel]:
        """Return the channels of this id, of whatever tenant."""
        ...

    async def knows(self, tenant: Tenant) -> bool:
        """Whether there is a channel of a tenant, an installation or a suspension."""
        ...

    async def tenant(self, tenant: Tenant, at: datetime) -> Forgotten:
        """Delete a tenant: its channels, what they heard, its installation, who it was."""
        ...

    async def channel(self, channel: Channel, at: datetime) -> Forgotten:
        """Delete one channel and all that hangs on it."""
        ...

    async def person(
        self, platform: str, user_id: str, at: datetime, tenant: Tenant | None = None
    ) -> Forgotten:
        """Take a user out of everything, in one tenant or in all.

        Their own channels (`Channel.person`) and picks go; what they set up for others stays,
        without a name. Digests that tell their picks lose their text.
        """
        ...

    async def owner(self, login: str, at: datetime) -> Forgotten:
        """Delete a GitHub account's repos with all that hangs on them, and bar it from now on.

        Of the bar a digest of the login is kept (`domain.barring`), of each repo its slot, empty.
        """
        ...

    async def readmit(self, login: str) -> bool:
        """Bar an account no longer; False where it was not barred."""
        ...

    async def barred(self, at: datetime) -> Forgotten:
        """Delete what came to an account since it was barred, by a new name or a transfer."""
        ...

    async def texts(self, before: datetime, most: int, at: datetime) -> int:
        """Delete texts of digests and notices that were settled before; return how many.

        The oldest `most` of each; the rows stay. What was made before and waits still is given up.
        """
        ...

    async def picks(self, before: datetime) -> int:
        """Delete picks that were made before; return how many.

        One that a digest tells stays as long as the text: by it that is found.
        """
        ...

    async def suspended(self, before: datetime, most: int, at: datetime) -> Purged | None:
        """Delete `most` channels of a tenant that removed the app before, and did not come back.

        With the last of them goes all else of it. None where no tenant is left.
        """
        ...
