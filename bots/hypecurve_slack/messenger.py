"""Posting to Slack: implements `hypecurve.ports.Messenger`.

chat.postMessage knows no idempotency key. So nothing here ever sends a message a second time
unless Slack has said that it did not take the first: slack_sdk's own retries are off, and every
call has a connection of its own, for a kept one that died while idle would leave it unclear
whether the request arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import MessageRefused, SendFailed, SendUnclear, TenantRefused
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve_slack.blocks import fallback, render
from hypecurve_slack.markup import Json
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.settings import Settings, read

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
"""Seconds; Slack's own answers come within a few."""
_log = structlog.get_logger(__name__)


class SlackMessenger:
    """Posts to the channels of one workspace, the token's."""

    def __init__(self, client: AsyncWebClient) -> None:
        """Take a client that retries nothing by itself."""
        self._client = client
        self._tenant: Tenant | None = None
        self._asking = asyncio.Lock()

    def steps(self, message: Message) -> tuple[StepKind, ...]:
        """Return POST, and THREAD where the message overflows."""
        return (StepKind.POST, StepKind.THREAD)[: len(render(message))]

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Post one part and return its `ts`.

        Where Slack refuses the blocks, the plain form goes out once instead and the log has an
        error: it is never the channel's fault. `key` is not used: Slack has nothing like it.
        """
        del key
        await self._own(channel)
        part = 1 if step is StepKind.THREAD else 0
        body = {**render(message)[part], "channel": channel.id}
        if step is StepKind.THREAD and ref:
            body["thread_ts"] = ref
        try:
            return await self._post(body)
        except MessageRefused as error:
            _log.error(
                "slack refused blocks", channel=str(channel), step=step.value, code=error.code
            )
        plain = {name: value for name, value in body.items() if name != "blocks"}
        return await self._post({**plain, "text": fallback(message)[part]["text"]})

    async def _post(self, body: Json) -> str:
        try:
            answer = await self._client.api_call("chat.postMessage", json=body)
        except NETWORK as error:
            raise trouble(error) from error
        ref = answer.get("ts")
        if not isinstance(ref, str):
            message = "Slack took the message but did not say under which id."
            raise SendUnclear(message, code="no_ts")
        return ref

    async def _own(self, channel: Channel) -> None:
        """Hold that a channel belongs to the token's workspace: ids are only unique within it."""
        async with self._asking:
            if self._tenant is None:
                self._tenant = await self._whose()
        if channel.tenant != self._tenant:
            message = f"{channel} does not belong to the workspace of this token, {self._tenant}."
            raise TenantRefused(message, code="wrong_workspace")

    async def _whose(self) -> Tenant:
        try:
            answer = await self._client.api_call("auth.test")
        except NETWORK as error:
            found = trouble(error)
            if isinstance(found, SendUnclear):
                # Only the question who we are went wrong: nothing was posted.
                message = f"Slack did not say whose token this is ({found.code})."
                raise SendFailed(message, code=found.code) from error
            raise found from error
        return Tenant("slack", str(answer.get("team_id")))


@asynccontextmanager
async def connect(env: Mapping[str, str]) -> AsyncIterator[SlackMessenger]:
    """Open a messenger on one HTTP session; BadSetting where a setting cannot be used."""
    settings = read(env)
    async with web_session() as session:
        yield SlackMessenger(web_client(settings, session))


def web_session() -> aiohttp.ClientSession:
    """Return a session that keeps no connection open and follows the proxy settings."""
    connector = aiohttp.TCPConnector(force_close=True)
    return aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, trust_env=True)


def web_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client of the Web API without retries."""
    client = AsyncWebClient(
        token=settings.token, base_url=settings.api_url, session=session, retry_handlers=[]
    )
    # slack_sdk reads HTTP(S)_PROXY but not NO_PROXY; the session reads all three.
    client.proxy = None
    return client
