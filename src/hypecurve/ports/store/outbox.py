"""What is on its way to channels, as it is kept: the only hand-off between tracker and bots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hypecurve.domain.delivery import Delivery, DeliveryState, Step
from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that was taken to be sent, with where it goes and what it says."""

    delivery: Delivery
    channel: Channel
    message: Message | None
    """None where what is frozen cannot be read: a newer version may have written it."""
    key: str = ""
    """The notice's key; "" for a digest."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A delivery as people look at it."""

    delivery: Delivery
    channel: Channel
    made_at: datetime
    """When it was frozen."""
    due_at: datetime | None
    """Which digest it is; None for a notice."""
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a try at a delivery ended."""

    state: DeliveryState
    reason: str = ""
    next_try_at: datetime | None = None
    counted: bool = True
    """It was an attempt."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the sender of one delivery writes down at once: (number, step)s, and its end."""

    delivery_id: int
    steps: tuple[tuple[int, Step], ...] = ()
    settled: Settled | None = None


class Outbox(Protocol):
    """Deliveries: the row is the only truth, whoever drives the sending."""

    async def claim(
        self,
        platform: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        barred: Collection[Tenant] = (),
        beside: Collection[int] = (),
    ) -> list[Claimed]:
        """Take deliveries that may be tried now, at most one for each channel, the oldest first.

        Pending ones whose time has come, and `sending` ones whose lease ran out. Never of a
        channel that has one under way, of a suspended tenant or of the `barred` ones. They are
        `sending` until they are settled, or until the lease runs out. `beside`: ids of channels for
        which the caller itself has one under way, whatever the clock says of its lease.
        """
        ...

    async def adopt(self, platform: str, now: datetime) -> None:
        """Let what is `sending` to a platform be claimed at once: who sent it is no more.

        For the one that has just become the platform's sender. A sender that lives all the same
        loses nothing but the right to begin a step that another began.
        """
        ...

    async def step(self, delivery_id: int, number: int, step: Step) -> None:
        """Write where one step stands.

        A step that begins (`sending`) may do so while its delivery is `sending`, and once: begun
        by another sender, or done, it is IllegalMove, and the call must not be made. Uploads and
        publishing may begin again. What is sent stays so.
        """
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
        """Move a delivery on; IllegalMove where it cannot go there.

        Where it stands already it stays, uncounted: an outcome may be written twice. That it was
        sent is true wherever another sender has put it since. To `pending` it goes back from
        `dead` and `unknown` by `retry` alone. For a tenant that is suspended nothing waits: what
        is to be `pending` or `held` is dropped, or `sent` where its post stands.
        """
        ...

    async def record(
        self, records: Sequence[Record], at: datetime
    ) -> Sequence[HypecurveError | None]:
        """Write what many senders have to write, each as by `step` and then `settle`.

        A handful of statements however many they are. What cannot be is left out whole, and why is
        told in its place: NotFound or IllegalMove.
        """
        ...

    async def retry(self, delivery_id: int, at: datetime) -> None:
        """Send a dead or unknown delivery again, by an operator's own word.

        Its unknown steps are forgotten, those that were sent are not sent again. NotFound;
        IllegalMove where it is neither dead nor unknown.
        """
        ...

    async def give_up(self, platform: str, now: datetime, oldest: datetime) -> int:
        """Let deliveries expire that were frozen before `oldest` and never got anywhere.

        Pending and held ones; their last reason is kept. Those whose post stands in the channel are
        sent then, without what was to come behind it. Returns how many there were of both.
        """
        ...

    async def wake(self, platform: str, now: datetime, latest: datetime) -> None:
        """Let the oldest held delivery of each paused channel be tried whose probe has come.

        Not where one is on its way already. What is held in a channel that is not paused any more
        may all be tried. What is to be tried after `latest` only, a clock that was wrong put there:
        its time has come too.
        """
        ...

    async def find(self, delivery_id: int) -> Sending | None:
        """Return one delivery."""
        ...

    async def recent(
        self,
        channel: Channel | None = None,
        limit: int = 20,
        states: Collection[DeliveryState] | None = None,
    ) -> list[Sending]:
        """Return deliveries, newest first; `states` None: of any."""
        ...

    async def recent_of_each(self, most: int, tenant: Tenant | None = None) -> list[Sending]:
        """Return the last deliveries of every channel, of one tenant or of all, newest first.

        `most` of each channel.
        """
        ...

    async def counts(self) -> Mapping[DeliveryState, int]:
        """Return how many deliveries stand where."""
        ...
