"""Who can be reached: channels that refuse, tenants that are gone, platforms left alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hypecurve.domain.breaker import Breaker
from hypecurve.domain.subscription import Channel, Tenant


@dataclass(frozen=True, slots=True)
class Pause:
    """A channel refuses what is posted. Nobody wished for it: it ends when the cause is gone."""

    since: datetime
    code: str
    """The platform's own word."""
    reason: str
    """What is wrong and how to mend it, in English."""
    probe_at: datetime | None
    """When it is tried again; None: only once the platform, or somebody, says that it may be."""
    refusals: int = 1


@dataclass(frozen=True, slots=True)
class Suspension:
    """A tenant in which the app is not installed any more, or its token is no good."""

    tenant: Tenant
    since: datetime
    """Since the app was surely removed, where it was."""
    reason: str
    probe_at: datetime
    """When it is asked again."""
    refusals: int = 1
    removed: bool = False
    """It surely removed the app; else a token of ours may be wrong."""


class Reach(Protocol):
    """Which channels, tenants and platforms can be reached."""

    async def pause(self, channel: Channel, pause: Pause) -> None:
        """Pause a channel, or go on with its pause: what is pending for it is held."""
        ...

    async def resume(self, channel: Channel) -> bool:
        """End a channel's pause, where it has one: what is held may be tried at once."""
        ...

    async def paused(self, tenant: Tenant | None = None) -> Mapping[Channel, Pause]:
        """Return the channels that are paused, of one tenant or of all."""
        ...

    async def suspend(self, suspension: Suspension) -> None:
        """Suspend a tenant, or go on with that: what is queued for it is dropped.

        Its subscriptions and its channels stay as they are.
        """
        ...

    async def restore(self, tenant: Tenant) -> bool:
        """End a tenant's suspension, where it has one."""
        ...

    async def suspended(self, platforms: Collection[str] | None = None) -> list[Suspension]:
        """Return the tenants that are suspended, of some platforms or of all."""
        ...

    async def breakers(self, platform: str | None = None) -> Mapping[str, Breaker]:
        """Return the breakers that are not as new, by key: a platform's own and its tenants'."""
        ...

    async def breaker(self, key: str) -> Breaker:
        """Return one breaker and hold it until this transaction ends."""
        ...

    async def keep(self, breakers: Sequence[Breaker]) -> None:
        """Write breakers."""
        ...
