"""Who may be acted for: the workspace of SLACK_BOT_TOKEN, those that installed the app, or both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.ports import Host, Kit
from hypecurve_slack.installing.installed import InstalledTokens, Renewal
from hypecurve_slack.installing.leaving import Leaving
from hypecurve_slack.posting.tokens import EveryWorkspace, Grants, OneWorkspace
from hypecurve_slack.serving.paths import install_url
from hypecurve_slack.settings import Settings


@dataclass(frozen=True, slots=True)
class Access:
    """Whose tokens there are. `installed` is None where no workspace can install the app."""

    grants: Grants
    installed: InstalledTokens | None
    client: AsyncWebClient
    """Without a token of its own."""

    def hearing(self, host: Host) -> Host:
        """Return a host whose events let go of the tokens of who leaves."""
        kept = None if self.installed is None else host.kit.installations
        events = Leaving(host.events, self.client, self.grants, self.installed, kept)
        return replace(host, events=events)


@asynccontextmanager
async def access(settings: Settings, kit: Kit, client: AsyncWebClient) -> AsyncIterator[Access]:
    """Open what finds tokens; at the end an exchange under way is kept."""
    one = OneWorkspace(client, settings.token) if settings.token else None
    if not settings.many and one is not None:
        yield Access(one, None, client)
        return
    kit.sealer.seal("")  # without a key nobody's tokens could be read: that is no tenant's fault
    installed = InstalledTokens(kit.installations, Renewal(client, settings), install_url(kit))
    try:
        yield Access(EveryWorkspace(installed, one), installed, client)
    finally:
        await installed.end()
