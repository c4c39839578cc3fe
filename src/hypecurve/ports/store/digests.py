"""What channels were told, as it is kept: digests, their members, and notices beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hypecurve.domain.digest import Unsure
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel


class Outcome(StrEnum):
    """What became of a due time."""

    TOLD = "told"
    """There was news."""
    QUIET = "quiet"
    """There was none; a message, where there is one, says just that."""
    UNSEEN = "unseen"
    """Nothing was found, and the last sweep was degraded: it may just not have been seen."""
    SKIPPED = "skipped"
    """The service was away for too long: what happened then is no news any more."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A digest to be kept with its members and its delivery; `message` None: nothing is sent."""

    channel_id: int
    due_at: datetime
    cycles: tuple[int, int]
    """It covers those after the first and up to the second."""
    outcome: Outcome
    signal_ids: Sequence[int] = ()
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A message beside the digests, to be kept with what it tells and its delivery.

    `key` says what it tells: a channel gets each only once.
    """

    channel_id: int
    key: str
    message: Message
    signal_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """Signals of digests that never arrived: they are the next digest's."""

    signal_ids: frozenset[int] = frozenset()
    after_cycle: int = 0
    """All of them came after this cycle."""
    since: datetime | None = None
    """When the last digest was composed that did not end so; None where there is none."""


@dataclass(frozen=True, slots=True)
class Told:
    """What composing must know of a channel's past."""

    signal_ids: frozenset[int] = frozenset()
    """Signals, of those asked for, that a digest or an alert holds which was not released."""
    released: Released = field(default_factory=Released)
    unsure: tuple[Unsure, ...] = ()
    """Digests with news that may not have arrived, oldest first, until one arrived that says so."""
    quiet_days: int = 0
    """Due times in a row, up to the last one, that were quiet."""
    quiet_since: datetime | None = None
    """When the first of these was due; None where there are none."""


class Digests(Protocol):
    """What channels were told."""

    async def told(
        self, channel_ids: Sequence[int], after_cycle: int, since: datetime
    ) -> Mapping[int, Told]:
        """Return what each of the channels was told of the signals after a cycle.

        `since`: older signals are released by nobody. Every channel asked for is in it.
        """
        ...

    async def freeze(self, digests: Sequence[Frozen], at: datetime) -> list[int | None]:
        """Freeze digests, their members and their deliveries; return their ids in that order.

        None where the channel and due time had one already. Members that another digest or alert
        holds already are left out; those of one that released them move to this one. What is
        frozen for a paused channel is held from the start, for a suspended tenant dropped.
        """
        ...

    async def expire(self, channel_ids: Sequence[int], at: datetime) -> None:
        """Give up what the channels did not get yet, reasons kept: their next digest is due.

        Of digests that are pending, held or dead, and of alerts that are held or dead: the
        next digest tells their news.
        """
        ...

    async def withdraw(self, channel_ids: Sequence[int], at: datetime, why: str) -> None:
        """Give up what waits to be sent to the channels, at their own word, reasons kept.

        Of digests and alerts that are pending or held: their news is told by the next digest
        there is. `why`: the reason of what has none of its own.
        """
        ...

    async def notify(
        self,
        channel: Channel,
        key: str,
        message: Message,
        at: datetime,
        *,
        signal_ids: Sequence[int] = (),
        instead_of: int | None = None,
    ) -> int | None:
        """Freeze a notice: a message of its own beside the digests, with its delivery.

        `key` says what it tells: a channel gets each only once. `signal_ids`: what it tells is no
        digest's any more. `instead_of`: the delivery of another notice, which this one repeats;
        what that told is from now on told by this one, and released if this one comes to nothing.
        Returns the delivery's id; None where the channel had it already.
        """
        ...

    async def notify_all(self, notices: Sequence[Notice], at: datetime) -> int:
        """Freeze notices of channels that are known, each as by `notify`; return how many are new.

        A handful of statements however many they are.
        """
        ...

    async def noticed(self, channel: Channel, keys: Collection[str]) -> frozenset[str]:
        """Return for which of the keys this channel had a notice, or has one on its way.

        One that expired or was dropped, and of which nothing was sent, it never had.
        """
        ...

    async def notices_since(self, since: Mapping[int, datetime], prefix: str) -> Mapping[int, int]:
        """Return how many notices whose key begins so channels had, each from its instant on.

        `since`: by channel; each one asked for is in the answer. What expired or was dropped
        unread is not counted.
        """
        ...

    async def quiet_at(self, channel: Channel) -> datetime | None:
        """Return which digest had nothing to tell and was not sent; None where a later one was."""
        ...

    async def message(self, channel: Channel, digest_id: int) -> Message | None:
        """Return what a digest of this channel says; None where this channel has no such digest.

        NotFound where its text is not kept any longer.
        """
        ...
