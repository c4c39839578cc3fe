"""Socket Mode: no public address is needed, Slack is called and calls back.

bolt dispatches what comes to `hypecurve_slack.answering.listeners`. Where Slack asks over HTTP
instead (see `hypecurve_slack.serving.http`) what is left to do here is to see that SLACK_BOT_TOKEN
is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.domain.errors import BadSetting, SendError, TenantRefused
from hypecurve.ports import Host
from hypecurve_slack.answering.listeners import Parts, attach, parts_of
from hypecurve_slack.installing.access import Access, access
from hypecurve_slack.posting.tokens import whose
from hypecurve_slack.refusals import NETWORK, trouble
from hypecurve_slack.serving.authorizing import OneAuthorizer, authorizer, keep_out, one_of
from hypecurve_slack.serving.bolting import new_app
from hypecurve_slack.serving.paths import install_url
from hypecurve_slack.serving.tickets import socket_logger
from hypecurve_slack.settings import MENDED, Settings, read
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.web import replying_session, web_client, web_session
from hypecurve_slack.workspace import tenant_of


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited for what, in seconds. `close` and `drain` together stay under 5."""

    check: float = 15.0
    """Between looks at whether the socket is open."""
    deaf: float = 60.0
    """After which a socket that stays closed is given up."""
    close: float = 1.5
    """For Slack's goodbye."""
    drain: float = 2.5
    """For the answers under way when `stop` is set."""
    first_wait: float = 1.0
    longest_wait: float = 60.0
    """Between tries to reach Slack, growing from the first to the longest."""


PACE = Pace()
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Service:
    """What serving takes from its beginning to its end."""

    settings: Settings
    host: Host
    client: AsyncWebClient
    parts: Parts
    access: Access
    pace: Pace

    @property
    def install_at(self) -> str:
        """Where the app is installed; "" where it is one workspace's alone."""
        return install_url(self.host.kit) if self.settings.many else ""

    @property
    def under_way(self) -> UnderWay:
        return self.parts.under_way


async def serve(env: Mapping[str, str], host: Host, stop: asyncio.Event, pace: Pace = PACE) -> None:
    """Answer `/hype` and our controls until `stop` is set, and end within 5 s of it.

    What Slack tells of channels and of the installation goes to the host's events, and at each
    connection that the app is installed. BadSetting where a setting cannot be used or Slack does
    not take a token. An unreachable Slack is waited for; so is the end, where there is no
    app-level token.
    """
    settings = read(env)
    if not settings.app_token:
        await _over_http(settings, host, stop, pace)
        return
    async with web_session() as session, replying_session() as replying:
        client = web_client(settings.api_url, settings.token or None, session)
        tokenless = web_client(settings.api_url, None, session)
        under_way = UnderWay()
        async with access(settings, host.kit, tokenless) as allowed:
            hearing = allowed.hearing(host)
            parts = parts_of(hearing, replying, under_way)
            service = _Service(settings, hearing, client, parts, allowed, pace)
            try:
                while not stop.is_set():
                    await _unless(stop, _answer(service))
            finally:
                await under_way.drain(pace.drain)


async def _over_http(settings: Settings, host: Host, stop: asyncio.Event, pace: Pace) -> None:
    """Tell once that the workspace of SLACK_BOT_TOKEN has us, and wait for the end."""
    if not settings.signing_secret:
        _log.warning("slack commands are off: SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are missing")
    elif settings.token:
        async with web_session() as session:
            client = web_client(settings.api_url, settings.token, session)
            found = await _unless(stop, _open(client, settings, pace))
        if found is not None:
            await host.events.tenant_here(tenant_of(found[0]))
    await stop.wait()


async def _answer(service: _Service) -> None:
    """Hold a socket open; return when it has been deaf for too long."""
    client, settings, pace = service.client, service.settings, service.pace
    who, address = await _open(client, settings, pace)
    handler = AsyncSocketModeHandler(
        build_app(service, who), settings.app_token, logger=socket_logger(), web_client=client
    )
    handler.client.proxy = client.proxy
    handler.client.wss_uri = address
    if who is not None:
        handler.client.message_listeners.append(_Hello(service, who))
    try:
        connecting = handler.connect_async()  # type: ignore[no-untyped-call]  # bolt's
        async with asyncio.timeout(pace.deaf):
            await connecting
        _log.info("slack commands are answered", team=who.team_id if who else "each that installed")
        await _until_deaf(handler, pace)
    except TimeoutError:
        pass
    finally:
        await _close(handler, pace.close)
    _log.warning("slack socket is deaf: opening another")


class _Hello:
    """Tells at every connection, also those that slack_sdk renews, that the app is installed."""

    def __init__(self, service: _Service, who: AuthorizeResult) -> None:
        self._service = service
        self._tenant = tenant_of(who)
        self._known = True
        """Slack has just said so: before the first connection."""

    async def __call__(self, _client: object, message: Mapping[str, Any], _raw: object) -> None:
        """Take a message of the socket's; Slack begins each connection with a hello."""
        if message.get("type") == "hello":
            self._service.under_way.start(self._tell())

    async def _tell(self) -> None:
        if not self._known:
            try:
                await whose(self._service.client, self._service.settings.token)
            except TenantRefused as error:
                # SLACK_BOT_TOKEN may merely be wrong: whoever removes the app is told of.
                await self._service.host.events.tenant_refused(self._tenant, str(error))
                return
            except SendError as error:
                _log.warning("slack does not say whose the token is", code=error.code)
                return
        self._known = False
        await self._service.host.events.tenant_here(self._tenant)


async def _until_deaf(handler: AsyncSocketModeHandler, pace: Pace) -> None:
    """Return when the socket has been closed for too long.

    slack_sdk reconnects by itself, but where that fails it tries the same address for ever, and
    the ticket in it is good for seconds only (SocketModeClient.connect, slack_sdk 3.47).
    """
    loop = asyncio.get_running_loop()
    heard = loop.time()
    while loop.time() - heard < pace.deaf:
        await asyncio.sleep(pace.check)
        if await handler.client.is_connected():
            heard = loop.time()


def build_app(service: _Service, who: AuthorizeResult | None) -> AsyncApp:
    """Return the bolt app of one workspace (`who`), knowing already who it is, or of many.

    bolt would ask auth.test before the first acknowledgement, and so could miss its 3 s.
    """
    if who is None or service.access.installed is not None:
        app = new_app(
            service.client,
            authorizer(service.access, service.host.kit),
            install_at=service.install_at,
        )
    else:
        app = new_app(service.client, OneAuthorizer(who))
        keep_out(app, tenant_of(who))
    attach(app, service.parts)
    return app


async def _open(
    client: AsyncWebClient, settings: Settings, pace: Pace
) -> tuple[AuthorizeResult | None, str]:
    """Return who the token is and where the socket is; waits for a Slack out of reach.

    None for no token, "" for no socket.
    """
    wait = pace.first_wait
    while True:
        try:
            return await _hello(client, settings)
        except SendError as error:
            _log.warning("slack is out of reach", code=error.code, wait=wait)
            await asyncio.sleep(error.retry_after or wait)
            wait = min(2 * wait, pace.longest_wait)


async def _hello(client: AsyncWebClient, settings: Settings) -> tuple[AuthorizeResult | None, str]:
    who = await _introduced(client, settings.token) if settings.token else None
    if not settings.app_token:
        return who, ""
    try:
        opened = await client.apps_connections_open(app_token=settings.app_token)
    except NETWORK as error:
        wrong = _wrong("SLACK_APP_TOKEN", trouble(error))
        raise wrong from None
    return who, str(opened.get("url"))


async def _introduced(client: AsyncWebClient, token: str) -> AuthorizeResult:
    try:
        answer = await client.api_call("auth.test")
    except NETWORK as error:
        wrong = _wrong("SLACK_BOT_TOKEN", trouble(error))
        raise wrong from None
    return one_of(answer, token)


def _wrong(name: str, error: SendError) -> Exception:
    """Return BadSetting where it is the token that Slack does not take."""
    if isinstance(error, TenantRefused) or error.code in {
        "not_allowed_token_type",
        "missing_scope",
        "no_permission",
    }:
        message = f"Slack does not take {name} ({error.code}): {MENDED[name]}."
        return BadSetting(message)
    return error


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401  # as it is
    """Return what `work` returns; None where `stop` comes first."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


async def _close(handler: AsyncSocketModeHandler, seconds: float) -> None:
    """Close the socket and end the tasks that slack_sdk leaves running."""
    client = handler.client
    with suppress(TimeoutError, *NETWORK):
        async with asyncio.timeout(seconds):
            await handler.close_async()  # type: ignore[no-untyped-call]  # bolt's
    # close() waits for the other side's goodbye first; what it did not come to is done here.
    client.closed = True
    tasks = [
        task
        for task in (
            client.message_processor,
            client.current_session_monitor,
            client.message_receiver,
        )
        if task is not None
    ]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.aiohttp_client_session.close()
