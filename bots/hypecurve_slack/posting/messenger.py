"""Posting to Slack: implements `hypecurve.ports.Messenger`.

chat.postMessage knows no idempotency key. So nothing here ever sends a message a second time
unless Slack has said that it did not take the first: slack_sdk's own retries are off, and a
connection is kept for no longer than a burst of posts takes (see `web.KEPT`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import ChannelRefused, MessageRefused, SendUnclear, TenantRefused
from hypecurve.domain.message import Message
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Kit
from hypecurve_slack.installing.access import access
from hypecurve_slack.kept import Kept
from hypecurve_slack.posting.pacing import Pacer
from hypecurve_slack.posting.tokens import Tokens, let_go, whose
from hypecurve_slack.posting.uploading import WAITS, Uploads, about_the_file
from hypecurve_slack.refusals import NETWORK, NO_THREADS, UNTHREADABLE, trouble
from hypecurve_slack.rendering.blocks import fallback, render
from hypecurve_slack.settings import read
from hypecurve_slack.web import AT_ONCE, TIMEOUT, posting_session, web_client

_KEPT_BODIES = 512
"""More than are under way at once: each is rendered once for all its steps."""
_LOOKS = 2
"""Turns of the event loop before a call: one finds that a kept connection has ended, and the next
comes after that was dealt with. Else the call would go into it and be unclear for nothing."""
_JSON = "application/json; charset=utf-8"
_log = structlog.get_logger(__name__)


class SlackMessenger:
    """Posts to the channels of every workspace that there is a token for."""

    at_once = AT_ONCE
    drops_repeats_for = timedelta(0)

    def __init__(
        self,
        client: AsyncWebClient,
        tokens: Tokens,
        uploads: Uploads,
        pacer: Pacer | None = None,
    ) -> None:
        """Take a client that retries nothing by itself, and the pace: one a second, if none."""
        self._client = client
        self._tokens = tokens
        self._uploads = uploads
        self._pacer = pacer or Pacer()
        self._bodies = Kept(_bodies, _KEPT_BODIES)

    async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
        """Return UPLOAD where there is a picture, POST, and THREAD where the message overflows."""
        del channel
        posts = (StepKind.POST, StepKind.THREAD)[: len(self._bodies.of(message))]
        return posts if message.picture is None else (StepKind.UPLOAD, *posts)

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Make one call and return the `ts` of what was posted, or the id of the file.

        Where Slack refuses the blocks, the plain form goes out once instead and the log has an
        error: it is never the channel's fault. Nor is a picture that cannot be shown: the post
        goes out without. A person is written to in the app's own conversation with them. `key` is
        not used: Slack has nothing like it.
        """
        del key
        token = await self._tokens.of(channel.tenant)
        try:
            return await self._step(channel, message, step, ref, token)
        except TenantRefused as error:
            # The app may just have been installed anew: so what was refused is an older token.
            other = await self._tokens.again(channel.tenant, token)
            if other is None:
                await let_go(self._tokens, channel.tenant, token, error)
                raise
            return await self._step(channel, message, step, ref, other)

    async def _step(
        self, channel: Channel, message: Message, step: StepKind, ref: str, token: str
    ) -> str:
        place = {"channel": channel.person or channel.id}
        if step is StepKind.UPLOAD:
            return await self._upload(channel.tenant, message, token)
        part = 1 if step is StepKind.THREAD else 0
        if step is StepKind.THREAD and ref:
            place["thread_ts"] = ref
        try:
            if step is StepKind.POST and ref:
                return await self._post_with_picture(channel, token, place, message, ref)
            return await self._post(channel, token, place, self._bodies.of(message)[part])
        except ChannelRefused as error:
            if error.code != UNTHREADABLE or "thread_ts" not in place:
                raise
            del place["thread_ts"]
            return await self._post(channel, token, place, self._bodies.of(message)[part])
        except MessageRefused as error:
            if error.code in NO_THREADS:
                raise
            _log.error(
                "slack refused blocks", channel=str(channel), step=step.value, code=error.code
            )
        plain = json.dumps(fallback(message)[part])
        return await self._post(channel, token, place, plain)

    async def _upload(self, tenant: Tenant, message: Message, token: str) -> str:
        if message.picture is None:
            return ""
        client = self._client_with(token)
        return await self._uploads.file(client, tenant, message.picture, message.locale)

    async def _post_with_picture(
        self, channel: Channel, token: str, place: Mapping[str, str], message: Message, file_id: str
    ) -> str:
        """Post with the picture, once Slack shows it; without, where it does not."""
        if message.picture is not None:
            client, tenant = self._client_with(token), channel.tenant
            tries = self._uploads.tries(client, tenant, message.picture, message.locale, file_id)
            async with aclosing(tries) as tried:
                async for shown in tried:
                    try:
                        body = self._bodies.of(message, shown)[0]
                        return await self._post(channel, token, place, body)
                    except MessageRefused as error:
                        if not shown or not about_the_file(error):
                            raise
        return await self._post(channel, token, place, self._bodies.of(message)[0])

    def _client_with(self, token: str) -> AsyncWebClient:
        return web_client(self._client.base_url, token, self._client.session)

    async def probe(self, tenant: Tenant) -> None:
        """Ask Slack whose the tenant's token is; TenantRefused where it is not taken."""
        token = await self._tokens.of(tenant)
        try:
            found = await whose(self._client, token)
        except TenantRefused as error:
            await let_go(self._tokens, tenant, token, error)
            raise
        if found != tenant:
            form = to_say("The token of {tenant} belongs to {other}.")
            raise TenantRefused(form, code="wrong_workspace", tenant=tenant, other=found)

    async def _post(self, channel: Channel, token: str, place: Mapping[str, str], body: str) -> str:
        """Make one call when it is the channel's turn; `body` is a JSON object."""
        headers = {"Content-Type": _JSON, "Authorization": f"Bearer {token}"}
        # The place goes in front of what was written once: `{"channel": ...` and `, "text": ...`.
        data = f"{json.dumps(place)[:-1]}, {body[1:]}".encode()
        async with self._pacer.turn(str(channel)):
            for _ in range(_LOOKS):
                await asyncio.sleep(0)
            try:
                answer = await self._client.api_call(
                    "chat.postMessage",
                    data=data,  # type: ignore[arg-type]  # handed to aiohttp as it is
                    headers=headers,
                )
            except NETWORK as error:
                raise trouble(error) from error
        ref = answer.get("ts")
        if not isinstance(ref, str):
            form = to_say("Slack took the message but did not say under which id.")
            raise SendUnclear(form, code="no_ts")
        return ref


def _bodies(message: Message, picture: str) -> tuple[str, ...]:
    """Return the bodies of a message as JSON; `picture`: the id of the file it shows, or ""."""
    return tuple(json.dumps(body) for body in render(message, picture))


@asynccontextmanager
async def connect(
    env: Mapping[str, str],
    kit: Kit,
    *,
    tokens: Tokens | None = None,
    pacer: Pacer | None = None,
    waits: Sequence[float] = WAITS,
    patience: aiohttp.ClientTimeout = TIMEOUT,
) -> AsyncIterator[SlackMessenger]:
    """Open a messenger on one HTTP session; BadSetting where a setting cannot be used.

    `kit.invalid` is never called: Slack bars nobody for answers that were errors. `tokens`: others
    than those of the settings and of who installed the app. `waits`: see `Uploads`.
    """
    settings = read(env)
    async with posting_session(settings.api_url, patience) as session:
        client = web_client(settings.api_url, None, session)
        async with access(settings, kit, client) as allowed:
            found = tokens or allowed.grants
            yield SlackMessenger(client, found, Uploads(kit.charts, waits), pacer)
