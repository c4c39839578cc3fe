"""What a bot is lent and given in a test: installations in memory, a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hypecurve.adapters.clock import SystemClock
from hypecurve.adapters.sealing import FernetSealer
from hypecurve.domain.asking import Answer, Asker, Filled, Form, Home
from hypecurve.domain.chart import Chart
from hypecurve.domain.errors import NotFound
from hypecurve.domain.installation import Installation
from hypecurve.domain.message import Choice, Message, MessageKind
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Desk, Events, Forms, Host, Kit, Suggestible

KEY = "aHlwZWN1cnZlLXRlc3RzLWtleS1vZi0zMi1ieXRlcyE="
"""A Fernet key."""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
"""The smallest PNG there is."""


@dataclass
class RememberedInstallations:
    """`ports.Installations` in memory."""

    kept: dict[Tenant, Installation] = field(default_factory=dict)

    async def find(self, tenant: Tenant) -> Installation | None:
        return self.kept.get(tenant)

    async def keep(self, installation: Installation) -> None:
        now = datetime.now(UTC)
        self.kept[installation.tenant] = replace(installation, at=now)

    async def replace(self, before: Installation, secret: str) -> bool:
        found = self.kept.get(before.tenant)
        if found is None or found.secret != before.secret:
            return False
        self.kept[before.tenant] = replace(found, secret=secret, at=datetime.now(UTC))
        return True

    async def remove(self, tenant: Tenant, secret: str | None = None) -> bool:
        found = self.kept.get(tenant)
        if found is None or secret not in {None, found.secret}:
            return False
        del self.kept[tenant]
        return True

    async def merge(self, tenant: Tenant, into: Tenant) -> int:
        del into
        self.kept.pop(tenant, None)
        return 0


@dataclass
class Drawn:
    """`ports.Charts` that remembers what it was to draw; every picture is one pixel."""

    charts: list[Chart] = field(default_factory=list)

    async def draw(self, chart: Chart, locale: str = "en") -> bytes:  # noqa: ARG002 - the port's
        self.charts.append(chart)
        return PIXEL


class SuggestsNothing:
    """What a desk of a few words leaves out of `ports.Desk`."""

    async def spoken_to(self, asker: Asker) -> Asker:
        return asker

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        del asker, kind, typed
        return ()


class HearsNothing:
    """What a small listener leaves out of `ports.Events`."""

    async def channel_joined(self, channel: Channel, locale: str) -> None:
        del channel, locale

    async def tenant_met(self, channel: Channel, locale: str, since: datetime) -> None:
        del channel, locale, since

    async def channel_closed(self, channel: Channel, code: str, reason: str) -> None:
        del channel, code, reason

    async def channel_moved(self, old: Channel, new: Channel) -> None:
        del old, new

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        del tenant, reason


class NoForms:
    """`ports.Forms` of a service that has none."""

    async def form(self, asker: Asker, subscription_id: int | None = None) -> Form:
        raise NotFound(str((asker, subscription_id)))

    async def fill(self, asker: Asker, filled: Filled) -> Answer:
        raise NotFound(str((asker, filled)))

    async def preview(self, asker: Asker, filled: Filled) -> Message:
        raise NotFound(str((asker, filled)))

    async def home(self, asker: Asker, channels: object = None) -> Home:  # noqa: ARG002 - the port's
        return Home(Message(MessageKind.NOTICE, "Nothing here"))


def kit(invalid: Callable[[], None] = lambda: None, *, public_url: str = "") -> Kit:
    """Return what a bot is lent."""
    sealer = FernetSealer([KEY], SystemClock())
    return Kit(invalid, RememberedInstallations(), sealer, Drawn(), public_url)


def host(
    desk: Desk, events: Events, lent: Kit | None = None, *, forms: Forms | None = None
) -> Host:
    """Return what a bot that serves is given."""
    return Host(desk, NoForms() if forms is None else forms, events, lent or kit())
