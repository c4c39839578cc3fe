"""The tokens of workspaces that installed the app: kept sealed, renewed in time.

With token rotation a token lives 12 hours and its refresh token is good for one exchange only
(docs.slack.dev/authentication/using-token-rotation). So one exchange at a time is under way in a
process, it is not called off with whoever asked for it, and one that another service won is found
in the store.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from hypecurve.domain.errors import (
    HypecurveError,
    KeyLost,
    SendError,
    SendFailed,
    SendUnclear,
    TenantRefused,
    TokenSealed,
)
from hypecurve.domain.installation import Installation
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Installations
from hypecurve_slack.posting.tokens import Grant
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.settings import Settings

FRESH = 60.0
"""Seconds that a token is taken as it is without a look into the store."""
AHEAD = 2 * 3600.0
"""Seconds before its end that a token is renewed."""
_LOOKS, _BETWEEN = 4, 0.25
"""How often, and after how many seconds, the store is looked at for another's exchange."""
_END = 2.0
"""Seconds that what is under way has when we end."""
_USED = frozenset({"invalid_refresh_token", "invalid_grant", "token_expired", "token_revoked"})
_OF_SOMEBODY = "user_"
"""How the fields begin that tell of who installed the app, and of a token of theirs."""
_log = structlog.get_logger(__name__)


def to_text(item: SlackInstallation) -> str:
    """Return an installation with its tokens as JSON; what `from_text` reads.

    Who installed it is not in it: once sealed, nobody could be taken out of it any more.
    """
    values = item.to_dict_for_copying().items()
    shown = {key: v.isoformat() if isinstance(v, datetime) else v for key, v in values}
    return json.dumps({key: v for key, v in shown.items() if not key.startswith(_OF_SOMEBODY)})


def from_text(text: str) -> SlackInstallation:
    """Return an installation as `to_text` wrote it."""
    whole: dict[str, Any] = json.loads(text)
    values = {key: v for key, v in whole.items() if not key.startswith(_OF_SOMEBODY)}
    values["bot_scopes"] = values.get("bot_scopes") or ""
    return SlackInstallation(user_id="", **values)


async def oauth_access(
    client: AsyncWebClient, settings: Settings, fields: Mapping[str, str]
) -> AsyncSlackResponse:
    """Call oauth.v2.access as our app; raises what slack_sdk raises (`refusals.NETWORK`).

    slack_sdk (3.47) gives id and secret to aiohttp's BasicAuth, which aiohttp (3.14) warns of and
    will drop; Slack takes them as fields too.
    """
    ours = {"client_id": settings.client_id, "client_secret": settings.client_secret}
    return await client.api_call("oauth.v2.access", data={**ours, **fields})


@dataclass(frozen=True, slots=True)
class Renewal:
    """Exchanges the refresh tokens of one app. `now`: seconds since 1970."""

    client: AsyncWebClient
    settings: Settings
    now: Callable[[], float] = time.time

    def ends_in(self, item: SlackInstallation) -> float:
        """Return the seconds that a token is good for."""
        ends = item.bot_token_expires_at
        return float("inf") if ends is None else ends - self.now()

    async def exchange(self, item: SlackInstallation) -> SlackInstallation:
        """Return it with a new token; raises what slack_sdk raises (`refusals.NETWORK`)."""
        fields = {"grant_type": "refresh_token", "refresh_token": item.bot_refresh_token or ""}
        answer = await oauth_access(self.client, self.settings, fields)
        renewed = from_text(to_text(item))
        renewed.bot_token = str(answer.get("access_token"))
        renewed.bot_refresh_token = str(answer.get("refresh_token"))
        renewed.bot_token_expires_at = int(self.now()) + int(str(answer.get("expires_in")))
        return renewed


@dataclass(frozen=True, slots=True)
class _Held:
    at: float
    grant: Grant


class InstalledTokens:
    """`tokens.Installed` over the installations; `install_at` is where the app is installed."""

    def __init__(
        self, installations: Installations, renewal: Renewal, install_at: str = ""
    ) -> None:
        """Know no token yet."""
        self._installations = installations
        self._renewal = renewal
        self._install_at = install_at
        self._held: dict[Tenant, _Held] = {}
        self._finding: dict[Tenant, asyncio.Task[Grant]] = {}
        self._unsaved: dict[Tenant, tuple[str, SlackInstallation]] = {}
        """What was exchanged and could not be kept: from which text, and what it became."""
        self._told: set[Tenant] = set()

    async def of(self, tenant: Tenant) -> str:
        """Return a tenant's token; TenantRefused where nobody installed the app there."""
        return (await self.grant(tenant)).token

    async def grant(self, tenant: Tenant) -> Grant:
        """Return a tenant's token, at most a minute old, and as whom it lets us act."""
        held = self._held.get(tenant)
        if held is not None and asyncio.get_running_loop().time() - held.at < FRESH:
            return held.grant
        finding = self._finding.get(tenant)
        if finding is None:
            finding = self._finding[tenant] = asyncio.create_task(self._find(tenant))
            finding.add_done_callback(lambda done: self._found(tenant, done))
        return await asyncio.shield(finding)

    async def again(self, tenant: Tenant, refused: str) -> str | None:
        """Return what the store has now, where that is another token than the refused one."""
        self._held.pop(tenant, None)
        try:
            token = await self.of(tenant)
        except SendError:
            return None
        return None if token == refused else token

    async def drop(self, tenant: Tenant, refused: str) -> bool:
        """Delete a token that Slack says is gone; False where another is kept, or none."""
        self.forget(tenant)
        try:
            kept = await self._installations.find(tenant)
            if kept is None or from_text(kept.secret).bot_token != refused:
                return False
        except HypecurveError as error:
            _log.warning("tokens were not looked up", tenant=str(tenant), reason=str(error))
            return False
        try:
            return await self._installations.remove(tenant, kept.secret)
        except HypecurveError as error:
            _log.warning("tokens were not removed", tenant=str(tenant), reason=str(error))
            return True

    def last(self, tenant: Tenant) -> Grant | None:
        """Return what was found at last, however long ago that is."""
        held = self._held.get(tenant)
        return None if held is None else held.grant

    def forget(self, tenant: Tenant) -> None:
        """Look a tenant up anew the next time."""
        self._held.pop(tenant, None)

    async def end(self) -> None:
        """Let exchanges under way be kept."""
        if self._finding:
            await asyncio.wait({*self._finding.values()}, timeout=_END)

    def _found(self, tenant: Tenant, done: asyncio.Task[Grant]) -> None:
        self._finding.pop(tenant, None)
        # Looked at also where nobody waits for it any more: asyncio would complain.
        if done.cancelled() or done.exception() is not None:
            if not done.cancelled() and isinstance(done.exception(), TenantRefused):
                self._held.pop(tenant, None)
            return
        self._held[tenant] = _Held(asyncio.get_running_loop().time(), done.result())

    async def _find(self, tenant: Tenant) -> Grant:
        kept = await self._kept(tenant)
        if kept is None:
            form = to_say("Nobody has installed the app in {tenant}{where}.")
            raise TenantRefused(form, code="not_installed", tenant=tenant, where=self._where())
        found = await self._renewed(kept)
        self._told.discard(tenant)
        return Grant(found.bot_token or "", found.bot_user_id or "", found.bot_id or "")

    async def _kept(self, tenant: Tenant) -> Installation | None:
        try:
            return await self._installations.find(tenant)
        except KeyLost:
            form = to_say(
                "No key of HYPECURVE_SECRET_KEYS opens the tokens of {tenant}: put the old key "
                "back, or let it be installed anew{where}."
            )
            lost = TokenSealed(form, code="key_lost", tenant=tenant, where=self._where())
            if tenant not in self._told:
                self._told.add(tenant)
                _log.error("a key is lost", tenant=str(tenant), reason=str(lost))
            raise lost from None
        except HypecurveError as error:
            form = to_say("The tokens of {tenant} cannot be looked up now.")
            raise SendFailed(form, code="store", tenant=tenant) from error

    def _where(self) -> str:
        return f": {self._install_at}" if self._install_at else ""

    async def _renewed(self, kept: Installation) -> SlackInstallation:
        """Return an installation whose token is good for a while."""
        before, after = self._unsaved.pop(kept.tenant, ("", None))
        if after is not None and before == kept.secret:
            return await self._keep(kept, after)
        found = from_text(kept.secret)
        if self._renewal.ends_in(found) > AHEAD or not found.bot_refresh_token:
            return found
        try:
            renewed = await self._renewal.exchange(found)
        except (*NETWORK, ValueError) as error:
            return await self._without(kept, found, trouble(error))
        return await self._keep(kept, renewed)

    async def _without(
        self, kept: Installation, found: SlackInstallation, error: SendError
    ) -> SlackInstallation:
        """Return the token that is good although the exchange failed."""
        if error.code in _USED:
            # Another service may have been first; it keeps what it got within moments.
            for _ in range(_LOOKS):
                now = await self._kept(kept.tenant)
                if now is not None and now.secret != kept.secret:
                    return from_text(now.secret)
                await asyncio.sleep(_BETWEEN)
        if self._renewal.ends_in(found) > 0:
            _log.warning("a token was not renewed", tenant=str(kept.tenant), code=error.code)
            return found
        if error.code in _USED:
            form = to_say(
                "Slack does not renew the token of {tenant} ({word}): let it be installed "
                "anew{where}."
            )
            raise TenantRefused(
                form, code=error.code, tenant=kept.tenant, word=error.code, where=self._where()
            )
        if isinstance(error, SendUnclear):
            form = to_say("Slack did not renew the token of {tenant} ({word}).")
            raise SendFailed(form, code=error.code, tenant=kept.tenant, word=error.code)
        raise error

    async def _keep(self, kept: Installation, renewed: SlackInstallation) -> SlackInstallation:
        """Keep a new token, unless the app was installed anew or removed meanwhile."""
        try:
            if not await self._installations.replace(kept, to_text(renewed)):
                now = await self._installations.find(kept.tenant)
                return renewed if now is None else from_text(now.secret)
        except HypecurveError as error:
            # The old refresh token is used up: this one is all there is, until it is kept.
            self._unsaved[kept.tenant] = (kept.secret, renewed)
            _log.error("a token could not be kept", tenant=str(kept.tenant), reason=str(error))
        return renewed
