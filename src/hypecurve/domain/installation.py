"""Installations: a tenant let the app in, and gave it what it needs to come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hypecurve.domain.subscription import Tenant


@dataclass(frozen=True, slots=True)
class Installation:
    """An app in a tenant. `secret`: its tokens, in the bot's own form; never logged."""

    tenant: Tenant
    secret: str = field(repr=False)
    name: str = ""
    """What people call the tenant; from outside."""
    by: str = ""
    """The user who installed it."""
    locale: str = ""
    """The installer's, as Babel names it; "" where nobody told."""
    at: datetime | None = None
    """When it was last installed or its tokens changed; the store gives it."""
