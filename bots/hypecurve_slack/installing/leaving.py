"""What Slack tells, where workspaces install the app by themselves: who leaves takes the tokens."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.errors import HypecurveError, SendError, TenantRefused
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Events, Installations
from hypecurve_slack.posting.tokens import Installed, whose

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Leaving:
    """`ports.Events` that forgets the tokens of tenants that are gone, and tells on."""

    events: Events
    installations: Installations
    tokens: Installed
    client: AsyncWebClient

    async def channel_open(self, channel: Channel) -> None:
        """Tell on."""
        await self.events.channel_open(channel)

    async def channel_joined(self, channel: Channel, locale: str) -> None:
        """Tell on."""
        await self.events.channel_joined(channel, locale)

    async def channel_closed(self, channel: Channel, code: str, reason: str) -> None:
        """Tell on."""
        await self.events.channel_closed(channel, code, reason)

    async def channel_moved(self, old: Channel, new: Channel) -> None:
        """Tell on."""
        await self.events.channel_moved(old, new)

    async def tenant_changed(self, tenant: Tenant) -> None:
        """Tell on."""
        await self.events.tenant_changed(tenant)

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        """Tell on."""
        await self.events.tenant_refused(tenant, reason)

    async def tenant_here(self, tenant: Tenant) -> None:
        """Tell on; what was known of its token may be out of date."""
        self.tokens.forget(tenant)
        await self.events.tenant_here(tenant)

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        """Forget the tokens and tell on, unless the app was installed anew meanwhile.

        Slack repeats what it could not tell for an hour; so the token that is kept is tried first.
        """
        self.tokens.forget(tenant)
        if await self._is_good(tenant):
            _log.info("told of an installation that is over", tenant=str(tenant), reason=reason)
            return
        try:
            await self.installations.remove(tenant)
        except HypecurveError as error:
            _log.warning("tokens were not removed", tenant=str(tenant), reason=str(error))
        self.tokens.forget(tenant)
        await self.events.tenant_gone(tenant, reason)
        _log.info("the app was removed", tenant=str(tenant), reason=reason)

    async def _is_good(self, tenant: Tenant) -> bool:
        """Whether an installation is kept and Slack takes its token."""
        with suppress(TenantRefused, SendError):
            return await whose(self.client, await self.tokens.of(tenant)) == tenant
        return False
