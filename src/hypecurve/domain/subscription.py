"""Who wants to hear what, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time

from hypecurve.domain.errors import BadChannel
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind

ALL_DAYS = frozenset(range(7))
WORKDAYS = frozenset(range(5))
_CHANNEL = re.compile(
    r"(?P<platform>[a-z][a-z0-9]*):(?P<tenant>[A-Za-z0-9@._-]{1,64})/(?P<id>[A-Za-z0-9._-]{1,64})"
)


@dataclass(frozen=True, slots=True, order=True)
class Tenant:
    """Who installed the bot: a Slack team or enterprise, a Discord server or user."""

    platform: str
    id: str

    def __str__(self) -> str:
        """`slack:T123`."""
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """A place in a tenant where messages go, written `slack:T123/C456`."""

    tenant: Tenant
    id: str

    @classmethod
    def parse(cls, text: str) -> Channel:
        """Read `PLATFORM:TENANT/CHANNEL`; BadChannel says how to write it."""
        found = _CHANNEL.fullmatch(text.strip())
        if not found:
            message = (
                f"'{text.strip()[:60]}' is not a channel: "
                "write slack:TEAM/CHANNEL, like slack:T123/C456, or discord:SERVER/CHANNEL."
            )
            raise BadChannel(message)
        return cls(Tenant(found["platform"], found["tenant"]), found["id"])

    def __str__(self) -> str:
        """`slack:T123/C456`."""
        return f"{self.tenant}/{self.id}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A local time of day in an IANA zone, on some weekdays (Monday is 0)."""

    at: time = time(9)
    zone: str = "UTC"
    weekdays: frozenset[int] = ALL_DAYS


@dataclass(frozen=True, slots=True)
class Wants:
    """What a subscription asks for. Empty `categories`: all of them."""

    categories: frozenset[str] = frozenset()
    """Category and layer slugs."""
    kinds: frozenset[SignalKind] = frozenset(SUBSCRIBABLE)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a channel wants to hear and when; it belongs to the channel, not to who made it."""

    channel: Channel
    wants: Wants = field(default_factory=Wants)
    schedule: Schedule = field(default_factory=Schedule)
    locale: str = "en"
    created_by: str = ""
    next_due: datetime | None = None
    paused_until: datetime | None = None
    heard_cycle: int = 0
    """The last cycle whose signals a digest for this subscription covered."""
    heard_at: datetime | None = None
    """When that was; None before the first digest."""
    id: int | None = None
