"""What people fill in: a form over what a channel hears, and how a tenant's channels fare."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Answer, Asker, Filled, Form, Home
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel


@dataclass(frozen=True, slots=True)
class ServiceForms:
    """`ports.Forms` over the services, with what the desk has."""

    desk: ServiceDesk

    async def form(self, asker: Asker, subscription_id: int | None = None) -> Form:
        """Return what a channel hears, to be changed."""
        raise NotImplementedError

    async def fill(self, asker: Asker, filled: Filled) -> Answer:
        """Let the channel hear just that."""
        raise NotImplementedError

    async def preview(self, asker: Asker, filled: Filled) -> Message:
        """Return the digest as it would be sent now to who had filled it in so."""
        raise NotImplementedError

    async def home(self, asker: Asker, channels: Collection[Channel] | None = None) -> Home:
        """Return how the tenant's channels fare."""
        raise NotImplementedError
