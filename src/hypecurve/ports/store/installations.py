"""Installations and picks, as they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hypecurve.domain.installation import Installation
from hypecurve.domain.pick import Pick
from hypecurve.domain.subscription import Channel, Tenant


class InstallationLog(Protocol):
    """Who installed the app. Here the `secret` of an installation is sealed: never in clear."""

    async def keep(self, installation: Installation, at: datetime) -> None:
        """Keep an installation; one of the same tenant is replaced."""
        ...

    async def find(self, tenant: Tenant) -> Installation | None:
        """Return a tenant's installation; None where it has none."""
        ...

    async def all(self, platform: str) -> list[Installation]:
        """Return a platform's installations, by tenant."""
        ...

    async def replace(self, before: Installation, sealed: str, at: datetime) -> bool:
        """Seal other tokens in, in one statement; False where `before` is not what is kept."""
        ...

    async def remove(self, tenant: Tenant, sealed: str | None = None) -> bool:
        """Forget a tenant's installation and its tokens; False where there was none.

        With `sealed`: only where that is what is kept, in one statement; else False.
        """
        ...

    async def merge(self, tenant: Tenant, into: Tenant) -> int:
        """Let all channels of a tenant go on as another one's, as `Subscriptions.move` does it.

        Who did what there did it in the other one. Returns how many channels went.
        """
        ...


class Picks(Protocol):
    """What people want their channel to see."""

    async def add(self, channel: Channel, pick: Pick) -> None:
        """Keep a pick for the channel's next digest; an untold one of the same repo is replaced."""
        ...

    async def waiting(
        self, channel_ids: Sequence[int], since: datetime
    ) -> Mapping[int, list[Pick]]:
        """Return the channels' picks, oldest first, that no digest tells.

        One whose digest was given up unread waits again, as signals do; older than `since` none
        does. Channels without picks are not in it.
        """
        ...

    async def told(self, picks: Mapping[int, Collection[int]]) -> None:
        """Write down which digest tells which picks: ids of picks by the digest's id.

        A handful of statements however many they are.
        """
        ...
