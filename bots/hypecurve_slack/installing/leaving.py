"""Who removes the app takes its tokens, once Slack says so of the token that is kept.

Slack repeats for an hour what it could not tell, and keeps to no order: the app may be installed
again by the time that we hear of its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.errors import HypecurveError, TenantRefused
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Events, Installations
from hypecurve_slack.posting.tokens import ELSEWHERE, REMOVED, Grants, Installed, whose

WAITS = (2.0, 10.0, 60.0, 300.0, 900.0)
"""Seconds until it is looked at again."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Leaving:
    """`ports.Events` that looks whether who is said to have left has done so, and tells on."""

    events: Events
    client: AsyncWebClient
    grants: Grants
    installed: Installed | None = None
    """None: SLACK_BOT_TOKEN is all there is."""
    installations: Installations | None = None
    waits: Sequence[float] = WAITS
    _looking: set[Tenant] = field(default_factory=set)

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

    async def tenant_met(self, channel: Channel, locale: str, since: datetime) -> None:
        """Tell on."""
        await self.events.tenant_met(channel, locale, since)

    async def tenant_changed(self, tenant: Tenant) -> None:
        """Tell on."""
        await self.events.tenant_changed(tenant)

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        """Tell on."""
        await self.events.tenant_refused(tenant, reason)

    async def tenant_here(self, tenant: Tenant) -> None:
        """Tell on; what was known of its token may be out of date."""
        self._forget(tenant)
        await self.events.tenant_here(tenant)

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        """Tell on, and delete the tokens, where Slack does not take them any more.

        Where it does not say, or a database is locked, it is looked at again for a while. After
        that the next sending finds out.
        """
        if tenant in self._looking:
            return
        self._looking.add(tenant)
        try:
            look = _Look(self, tenant, reason)
            for wait in (*self.waits, None):
                if await look.is_over():
                    return
                if wait is not None:
                    await asyncio.sleep(wait)
            _log.warning("whether the app was removed is not known", tenant=str(tenant))
        finally:
            self._looking.discard(tenant)

    def _forget(self, tenant: Tenant) -> None:
        if self.installed is not None:
            self.installed.forget(tenant)


@dataclass(slots=True)
class _Look:
    """Looks at one tenant that is said to have removed the app."""

    leaving: Leaving
    tenant: Tenant
    reason: str
    was_told: bool = False

    async def is_over(self) -> bool:
        """Look once; whether there is nothing left to do."""
        leaving, tenant = self.leaving, self.tenant
        leaving._forget(tenant)  # noqa: SLF001  # of this module
        kept = None
        try:
            if leaving.installations is not None:
                kept = await leaving.installations.find(tenant)
            found = await whose(leaving.client, await leaving.grants.of(tenant))
        except TenantRefused as error:
            return await self._refused(error, kept)
        except HypecurveError as error:
            _log.info("slack does not say who left", tenant=str(tenant), reason=str(error))
            return False
        if found != tenant:
            return False
        if self.was_told:
            # It came back between Slack's no and our telling.
            await leaving.events.tenant_here(tenant)
        _log.info("told of an installation that is over", tenant=str(tenant), reason=self.reason)
        return True

    async def _refused(self, error: TenantRefused, kept: Installation | None) -> bool:
        leaving, tenant = self.leaving, self.tenant
        if leaving.installations is None:
            if error.code == ELSEWHERE:
                _log.info("told of another workspace", tenant=str(tenant), reason=self.reason)
            elif error.code in REMOVED:
                await leaving.events.tenant_gone(tenant, self.reason)
            else:
                await leaving.events.tenant_refused(tenant, str(error))
            return True
        # Suspended first: were we to end in between, its probe would find the tokens refused.
        await leaving.events.tenant_gone(tenant, self.reason)
        self.was_told = True
        try:
            if kept is not None and not await leaving.installations.remove(tenant, kept.secret):
                return False
        except HypecurveError as problem:
            _log.warning("tokens were not removed", tenant=str(tenant), reason=str(problem))
            return False
        leaving._forget(tenant)  # noqa: SLF001  # of this module
        _log.info("the app was removed", tenant=str(tenant), reason=self.reason)
        return True
