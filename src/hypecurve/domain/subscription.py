"""Who wants to hear what, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from hypecurve.domain.errors import BadChannel
from hypecurve.domain.saying import to_say
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind

ALL_DAYS = frozenset(range(7))
WORKDAYS = frozenset(range(5))
UNTIL_RESUMED = datetime(9000, 1, 1, tzinfo=UTC)
"""What is paused until then waits for somebody's word."""
_CHANNEL = re.compile(
    r"(?P<platform>[a-z][a-z0-9]*):(?P<tenant>[A-Za-z0-9@._-]{1,64})/(?P<id>@?[A-Za-z0-9._-]{1,63})"
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
    """A place in a tenant where messages go, written `slack:T123/C456`.

    `slack:T123/@U1` is wherever one person of the tenant is written to alone.
    """

    tenant: Tenant
    id: str

    @classmethod
    def parse(cls, text: str) -> Channel:
        """Read `PLATFORM:TENANT/CHANNEL`; BadChannel says how to write it."""
        found = _CHANNEL.fullmatch(text.strip())
        if not found:
            form = to_say(
                "'{slip}' is not a channel: "
                "write slack:TEAM/CHANNEL, like slack:T123/C456, or discord:SERVER/CHANNEL."
            )
            raise BadChannel(form, slip=text.strip()[:60])
        return cls(Tenant(found["platform"], found["tenant"]), found["id"])

    @classmethod
    def of_person(cls, tenant: Tenant, user_id: str) -> Channel:
        """Return where one person of a tenant is written to alone."""
        return cls(tenant, f"@{user_id}")

    @property
    def person(self) -> str:
        """The user id of the one person it belongs to; "" for a place of several."""
        return self.id[1:] if self.id.startswith("@") else ""

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
    least_stars: int = 0
    """Repos of fewer stars are left out."""
    without_languages: frozenset[str] = frozenset()
    """Languages left out, casefolded as GitHub names them: "jupyter notebook"."""
    without_owners: frozenset[str] = frozenset()
    """Owners left out, casefolded."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """What is posted as soon as it is noticed, beside the digests."""

    a_day: int = 3
    """At most so many in a day of the channel's zone; the rest goes into the digest."""
    quiet_from: time | None = time(22)
    quiet_until: time | None = time(8)
    """Hours of the channel's zone in which none is posted; both None: there are none."""


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
    speaks_when_quiet: bool = False
    """A day without news gets a line that says so."""
    alerts: Alerts | None = None
    """None: everything waits for the digest."""
    alerted_cycle: int = 0
    """The last cycle whose signals were looked through for alerts."""
    id: int | None = None
