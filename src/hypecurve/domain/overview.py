"""How a channel and the whole service fare: what is due, what arrived, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hypecurve.domain.delivery import Delivery, DeliveryState
from hypecurve.domain.subscription import Channel, Subscription


class TroubleKind(StrEnum):
    """What may be wrong."""

    NO_BOT = "no-bot"
    """No bot of the platform is set up, and none is at work."""
    REFUSED = "refused"
    """The channel takes no messages: it is paused until that is mended."""
    SUSPENDED = "suspended"
    """The app is not installed in the tenant any more."""
    LEFT_ALONE = "left-alone"
    """The platform, or the tenant on it, has trouble: nothing is sent there for a while."""
    LATE = "late"
    """A digest should have been composed long ago."""
    ZONE = "zone"
    """The time zone database knows the schedule's zone no more."""
    UNKNOWN = "unknown"
    """The last message may not have arrived."""
    DEAD = "dead"
    """The last message could not be sent."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A delivery as people look at it. Times are aware UTC."""

    delivery: Delivery
    made_at: datetime
    """When it was frozen."""
    due_at: datetime | None
    """Which digest it is; None for a notice."""
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong; `reason` is in English, and says how to mend it where one can."""

    kind: TroubleKind
    about: str
    """A channel, a tenant, a platform or a zone."""
    since: datetime | None = None
    reason: str = ""
    again_at: datetime | None = None
    """When it is tried again."""
    posting: Posting | None = None
    """What did not arrive; None where it is not about one message."""


@dataclass(frozen=True, slots=True)
class ChannelOverview:
    """How one channel fares at an instant."""

    channel: Channel
    at: datetime
    subscriptions: tuple[Subscription, ...] = ()
    last: tuple[Posting, ...] = ()
    """Newest first."""
    troubles: tuple[Trouble, ...] = ()
    followed: tuple[str, ...] = ()
    """Names of repos."""
    muted: tuple[str, ...] = ()
    quiet_at: datetime | None = None
    """When the last digest was due, where it had nothing to tell and was not sent."""
    calls: str = ""
    """The platform's id of the role that its digests call; "" nobody."""

    @property
    def next_due(self) -> datetime | None:
        """When the next digest comes; None where none does."""
        return min((each.next_due for each in self.subscriptions if each.next_due), default=None)

    @property
    def paused_until(self) -> datetime | None:
        """Until when people paused all of it; None where they did not."""
        ends = [each.paused_until for each in self.subscriptions]
        paused = [end for end in ends if end is not None and end > self.at]
        return min(paused) if paused and len(paused) == len(ends) else None


@dataclass(frozen=True, slots=True)
class Overview:
    """How the whole service fares at an instant."""

    at: datetime
    subscribed: int
    """Channels that hear anything."""
    due: int
    """Channels whose digest is due and not composed yet."""
    counts: Mapping[DeliveryState, int]
    """How many deliveries stand where, each state named."""
    left_alone: tuple[Trouble, ...]
    suspended: tuple[Trouble, ...]
    channels: tuple[ChannelOverview, ...]
    """Those that were asked for, by their names."""
