"""Whose request it is: the tenant, its client, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt.async_app import AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.subscription import Tenant


@dataclass(frozen=True, slots=True)
class Workspace:
    """A team or an enterprise that installed the app."""

    tenant: Tenant
    client: AsyncWebClient
    """With the tenant's own token."""
    us: str
    """Our own user id there."""


def tenant_of(who: AuthorizeResult, *, everywhere: bool = False) -> Tenant:
    """Return who installed the app; `everywhere`: for an enterprise as a whole."""
    return Tenant("slack", (everywhere and who.enterprise_id) or who.team_id or "")


def workspace_of(context: AsyncBoltContext) -> Workspace:
    """Return the workspace that bolt found out to be asking."""
    who = context.authorize_result
    if who is None or context.client is None:
        message = "bolt lets nothing through that nobody installed"
        raise RuntimeError(message)
    return Workspace(
        tenant_of(who, everywhere=bool(context.is_enterprise_install)),
        context.client,
        who.bot_user_id or who.user_id or "",
    )
