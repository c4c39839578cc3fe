"""Whose token a call carries: one for each workspace that installed the app."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.errors import SendError, SendFailed, SendUnclear, TenantRefused
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Tenant
from hypecurve_slack.refusals import NETWORK, trouble

ELSEWHERE = "wrong_workspace"
"""The code where a token is another workspace's."""
REMOVED = frozenset({"account_inactive", "token_revoked"})
"""What Slack says of a token that was good and whose app was removed."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a tenant lets us do: act as `us` with `token`."""

    token: str = field(repr=False)
    us: str = ""
    """Our own user id there."""
    bot: str = ""


class Tokens(Protocol):
    """The bot tokens of workspaces."""

    async def of(self, tenant: Tenant) -> str:
        """Return a workspace's token; TenantRefused where there is none.

        Another SendError, but never SendUnclear, where nobody can say now.
        """
        ...

    async def again(self, tenant: Tenant, refused: str) -> str | None:
        """Return another token where Slack refused this one; None where there is no other."""
        ...

    async def drop(self, tenant: Tenant, refused: str) -> bool:
        """Delete a token that Slack says is gone; False where it is not one that was installed.

        What cannot be deleted now is refused again the next time somebody asks.
        """
        ...


class Grants(Tokens, Protocol):
    """The same, and as whom we act."""

    async def grant(self, tenant: Tenant) -> Grant:
        """Return a workspace's token and our id there; raises as `of` does."""
        ...

    def last(self, tenant: Tenant) -> Grant | None:
        """Return what was found at last, however long ago that is; asks nobody."""
        ...


class OneWorkspace:
    """The one token of SLACK_BOT_TOKEN. Slack is asked once whose it is."""

    def __init__(self, client: AsyncWebClient, token: str) -> None:
        """Take a client that retries nothing by itself."""
        self._client = client
        self._token = token
        self._tenant: Tenant | None = None
        self._grant = Grant(token)
        self._asking = asyncio.Lock()

    async def of(self, tenant: Tenant) -> str:
        """Return the token for its own workspace: channel ids are only unique within one."""
        return (await self.grant(tenant)).token

    async def again(self, tenant: Tenant, refused: str) -> str | None:  # noqa: ARG002  # the port's
        """There is no other one."""
        return None

    async def drop(self, tenant: Tenant, refused: str) -> bool:  # noqa: ARG002  # the port's
        """Whoever hosts us gave it, and may have given a wrong one."""
        return False

    async def grant(self, tenant: Tenant) -> Grant:
        """Return the token for its own workspace, and as whom it lets us act."""
        if self._tenant is None:
            async with self._asking:
                if self._tenant is None:
                    self._tenant, self._grant = await introduced(self._client, self._token)
        if tenant != self._tenant:
            form = to_say("The token of {tenant} belongs to {other}.")
            raise TenantRefused(form, code=ELSEWHERE, tenant=tenant, other=self._tenant)
        return self._grant

    def last(self, tenant: Tenant) -> Grant | None:
        """Return the token for its own workspace, where that is known."""
        return self._grant if tenant == self._tenant else None


class Installed(Grants, Protocol):
    """The tokens of workspaces that installed the app; see `installed.InstalledTokens`."""

    def forget(self, tenant: Tenant) -> None:
        """Look a tenant up anew the next time."""
        ...


class EveryWorkspace:
    """The tokens that were installed, and SLACK_BOT_TOKEN for its own workspace beside them."""

    def __init__(self, installed: Grants, one: Grants | None) -> None:
        """Take both; one that is installed goes first: it is the newer one."""
        self._installed = installed
        self._one = one

    async def of(self, tenant: Tenant) -> str:
        """Return a workspace's token."""
        return (await self.grant(tenant)).token

    async def again(self, tenant: Tenant, refused: str) -> str | None:
        """Return another token where Slack refused this one."""
        return await self._installed.again(tenant, refused)

    async def drop(self, tenant: Tenant, refused: str) -> bool:
        """Delete a token that Slack says is gone."""
        return await self._installed.drop(tenant, refused)

    async def grant(self, tenant: Tenant) -> Grant:
        """Return a workspace's token and our id there."""
        try:
            return await self._installed.grant(tenant)
        except SendError as error:
            if self._one is None:
                raise
            try:
                return await self._one.grant(tenant)
            except TenantRefused as other:
                raise (error if other.code == ELSEWHERE else other) from None

    def last(self, tenant: Tenant) -> Grant | None:
        """Return what was found at last."""
        found = self._installed.last(tenant)
        return self._one.last(tenant) if found is None and self._one is not None else found


async def let_go(tokens: Tokens, tenant: Tenant, refused: str, error: TenantRefused) -> None:
    """Delete a refused token where the error says that its app was removed, and mark it so."""
    if error.code in REMOVED:
        error.removed = await tokens.drop(tenant, refused)


async def whose(client: AsyncWebClient, token: str) -> Tenant:
    """Ask Slack whose a token is; raises a SendError, but never SendUnclear."""
    tenant, _ = await introduced(client, token)
    return tenant


async def introduced(client: AsyncWebClient, token: str) -> tuple[Tenant, Grant]:
    """Ask Slack whose a token is and as whom it lets us act; raises as `whose` does."""
    try:
        answer = await client.api_call("auth.test", params={"token": token})
    except NETWORK as error:
        found = trouble(error)
        if isinstance(found, SendUnclear):
            # Only a question went wrong: nothing can have been posted.
            form = to_say("Slack did not say whose token this is ({word}).")
            raise SendFailed(form, code=found.code, word=found.code) from error
        raise found from error
    everywhere = answer.get("is_enterprise_install") and answer.get("enterprise_id")
    tenant = Tenant("slack", str(everywhere or answer.get("team_id")))
    us, own = (str(answer.get(key) or "") for key in ("user_id", "bot_id"))
    return tenant, Grant(token, us, own)
