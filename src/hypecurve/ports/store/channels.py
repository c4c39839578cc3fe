"""Channels, their subscriptions, and what is on its way to them, as they are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hypecurve.domain.delivery import Delivery, DeliveryState, Step
from hypecurve.domain.message import Message
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Subscription


@dataclass(frozen=True, slots=True)
class Listener:
    """A channel as the composing of digests sees it."""

    id: int
    channel: Channel
    subscriptions: tuple[Subscription, ...]
    followed: frozenset[RepoId]


@dataclass(frozen=True, slots=True)
class Released:
    """Signals of digests that never arrived: they are the next digest's."""

    signal_ids: frozenset[int] = frozenset()
    after_cycle: int = 0
    """All of them came after this cycle."""
    since: datetime | None = None
    """When the last digest was composed that did not end so; None where there is none."""


class Subscriptions(Protocol):
    """Who wants to hear what."""

    async def add(self, subscription: Subscription) -> Subscription:
        """Keep a new subscription and return it with its id."""
        ...

    async def change(self, subscription: Subscription) -> None:
        """Replace a subscription by its id."""
        ...

    async def remove(self, ids: Sequence[int]) -> None:
        """End subscriptions."""
        ...

    async def listener(self, channel: Channel) -> Listener | None:
        """Return a channel with its subscriptions; None where nobody ever subscribed."""
        ...

    async def listeners(self) -> list[Listener]:
        """Return every channel that has a subscription."""
        ...

    async def due(self, now: datetime, limit: int) -> list[int]:
        """Return ids of channels with a subscription due and not paused, the longest first."""
        ...

    async def lock(self, channel_id: int) -> Listener | None:
        """Return a channel and hold it until this transaction ends."""
        ...

    async def hold(self, channel: Channel) -> Listener:
        """Return a channel, known from now on, and hold it until this transaction ends.

        Who changes what a channel hears reads it through this: two changes at once, or a change
        while a digest is composed, come one after the other.
        """
        ...

    async def follow(self, channel: Channel, repo_id: RepoId, *, on: bool) -> None:
        """Follow a repo in a channel, or no longer."""
        ...


class Outbox(Protocol):
    """The only hand-off between the tracker and the bots."""

    async def put(
        self,
        listener: Listener,
        due_at: datetime,
        cycles: tuple[int, int],
        at: datetime,
        *,
        signal_ids: Sequence[int],
        message: Message | None,
    ) -> int | None:
        """Freeze a digest, its members and its delivery.

        `cycles`: it covers those after the first and up to the second. `message` None: a quiet
        day, no delivery. Returns the digest's id; None where this channel and due time had one
        already. Members another digest holds already are left out, those of one that released them
        move to this one.
        """
        ...

    async def notify(
        self, channel: Channel, key: str, message: Message, at: datetime
    ) -> int | None:
        """Freeze a notice: a message of its own beside the digests, with its delivery.

        `key` says what it tells: a channel gets each only once. Returns the delivery's id; None
        where the channel had it already.
        """
        ...

    async def noticed(self, channel: Channel, keys: Collection[str]) -> frozenset[str]:
        """Return for which of the keys this channel had a notice, or has one on its way.

        One that expired or was dropped, and of which nothing was sent, it never had.
        """
        ...

    async def reported(self, channel_id: int, signal_ids: Sequence[int]) -> frozenset[int]:
        """Return which of the signals a digest of this channel holds already."""
        ...

    async def released(self, channel_id: int, since: datetime) -> Released:
        """Return what expired or dropped digests of a channel held, from `since` on.

        A digest of which a step was sent, or may have been, releases nothing: it was read.
        """
        ...

    async def expire(self, channel_id: int, at: datetime) -> None:
        """Give up a channel's held deliveries, their reasons kept: its next digest is due."""
        ...

    async def resume(self, platforms: Sequence[str], now: datetime, oldest: datetime) -> None:
        """Let held deliveries be tried again whose next try has come.

        Those of a digest composed before `oldest` are given up instead.
        """
        ...

    async def claim(
        self, platforms: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> list[Delivery]:
        """Take pending deliveries that may be tried now, at most one for each channel.

        They are `sending` until they are settled, or until the lease runs out.
        """
        ...

    async def content(self, delivery: Delivery) -> tuple[Channel, Message]:
        """Return where a delivery goes and what it says."""
        ...

    async def step(self, delivery_id: int, number: int, step: Step) -> None:
        """Write where one step stands."""
        ...

    async def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
        next_try_at: datetime | None = None,
        counted: bool = True,
    ) -> None:
        """Move a delivery on; IllegalMove where it cannot go there."""
        ...

    async def recent(self, channel: Channel | None = None, limit: int = 20) -> list[Delivery]:
        """Return deliveries, newest first."""
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
