"""Channels and what they want to hear, and who does what, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.ports.store.reach import Pause


@dataclass(frozen=True, slots=True)
class Listener:
    """A channel as the composing of digests sees it."""

    id: int
    channel: Channel
    subscriptions: tuple[Subscription, ...]
    followed: frozenset[RepoId]
    muted: frozenset[RepoId] = frozenset()
    pause: Pause | None = None
    """It refuses what is posted; None: it takes it."""
    locale: str = ""
    """The language somebody chose for it, as Babel names it; "" where nobody did."""
    calls: str = ""
    """Whom its digests call, by the platform's id of a role; "" nobody."""


class Subscriptions(Protocol):
    """Who wants to hear what."""

    async def add(self, subscription: Subscription) -> Subscription:
        """Keep a new subscription and return it with its id."""
        ...

    async def change(self, *subscriptions: Subscription) -> None:
        """Replace subscriptions by their ids."""
        ...

    async def remove(self, ids: Sequence[int]) -> None:
        """End subscriptions."""
        ...

    async def listener(self, channel: Channel) -> Listener | None:
        """Return a channel with its subscriptions; None where nobody ever subscribed."""
        ...

    async def listeners(self, tenant: Tenant | None = None) -> list[Listener]:
        """Return every channel that has a subscription, of one tenant or of all."""
        ...

    async def speak(self, channel: Channel, locale: str) -> None:
        """Choose a channel's language, also for what it subscribed to before."""
        ...

    async def call(self, channel: Channel, role: str) -> None:
        """Let a channel's digests call a role, by the platform's id; "" nobody."""
        ...

    async def spoken(self, channel: Channel) -> str:
        """Return a channel's language: the one chosen for it, else its first subscription's.

        Else that of who installed the app. As Babel names it; "" where nobody told. One small
        question.
        """
        ...

    async def move(self, old: Channel, new: Channel) -> bool:
        """Let a channel go on under a new id, its subscriptions with it; False: nobody knows it.

        Where the new one is known too, what both hear is the new one's.
        """
        ...

    async def due(self, now: datetime, limit: int, *, beside: Sequence[int] = ()) -> list[int]:
        """Return ids of channels with a subscription due, the longest first.

        Without those `beside`, and without suspended tenants'. Subscriptions paused by a person
        are not due.
        """
        ...

    async def alerting(self, cycle: int, now: datetime, limit: int, *, after: int = 0) -> list[int]:
        """Return ids of channels, above `after` and by id, that want alerts and have cycles unseen.

        Without suspended tenants' and paused channels'; subscriptions paused by a person want none.
        """
        ...

    async def lock(self, channel_ids: Sequence[int]) -> list[Listener]:
        """Return channels and hold them until this transaction ends."""
        ...

    async def hold(self, channel: Channel) -> Listener:
        """Return a channel, known from now on, and hold it until this transaction ends.

        Who changes what a channel hears reads it through this: two changes at once, or a change
        while a digest is composed, come one after the other.
        """
        ...

    async def follow(self, channel: Channel, repo_id: RepoId, *, on: bool) -> None:
        """Follow a repo in a channel, or no longer; what is followed is not muted."""
        ...

    async def mute(self, channel: Channel, repo_id: RepoId, *, on: bool) -> None:
        """Never speak of a repo in a channel, or do again; what is muted is not followed."""
        ...


class Leases(Protocol):
    """Who does what, so that a second service started by accident does nothing twice."""

    async def hold(self, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
        """Take or renew a lease; False where another holder has it."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back."""
        ...

    async def holders(self) -> dict[str, tuple[str, datetime]]:
        """Return (holder, until) of each lease."""
        ...
