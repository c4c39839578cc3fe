"""Whose token a call carries: one for each workspace that installed the app."""

from __future__ import annotations

import asyncio
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.errors import SendFailed, SendUnclear, TenantRefused
from hypecurve.domain.subscription import Tenant
from hypecurve_slack.refusals import NETWORK, trouble


class Tokens(Protocol):
    """The bot tokens of workspaces."""

    async def of(self, tenant: Tenant) -> str:
        """Return a workspace's token; TenantRefused where there is none.

        Another SendError, but never SendUnclear, where nobody can say now.
        """
        ...


class OneWorkspace:
    """The one token of SLACK_BOT_TOKEN. Slack is asked once whose it is."""

    def __init__(self, client: AsyncWebClient, token: str) -> None:
        """Take a client that retries nothing by itself."""
        self._client = client
        self._token = token
        self._tenant: Tenant | None = None
        self._asking = asyncio.Lock()

    async def of(self, tenant: Tenant) -> str:
        """Return the token for its own workspace: channel ids are only unique within one."""
        if self._tenant is None:
            async with self._asking:
                self._tenant = self._tenant or await whose(self._client, self._token)
        if tenant != self._tenant:
            message = f"The token belongs to {self._tenant}, not to {tenant}."
            raise TenantRefused(message, code="wrong_workspace")
        return self._token


async def whose(client: AsyncWebClient, token: str) -> Tenant:
    """Ask Slack whose a token is; raises a SendError, but never SendUnclear."""
    try:
        answer = await client.api_call("auth.test", params={"token": token})
    except NETWORK as error:
        found = trouble(error)
        if isinstance(found, SendUnclear):
            # Only a question went wrong: nothing can have been posted.
            message = f"Slack did not say whose token this is ({found.code})."
            raise SendFailed(message, code=found.code) from error
        raise found from error
    return Tenant("slack", str(answer.get("team_id")))
