"""HTTP: what Slack and browsers ask of us, for one workspace or for many.

Every request of Slack's is signed, and no older than five minutes
(docs.slack.dev/authentication/verifying-requests-from-slack). That is looked at before anything in
it is read: bolt, which checks it too, reads the body first.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import parse_qs

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from hypecurve.ports import Asgi, Host
from hypecurve_slack.answering.listeners import attach, parts_of
from hypecurve_slack.installing.access import access
from hypecurve_slack.installing.install import check, flow
from hypecurve_slack.serving.authorizing import authorizer, keep_out
from hypecurve_slack.serving.bolting import new_app
from hypecurve_slack.serving.paths import EVENTS, INSTALL, RETURN, install_url
from hypecurve_slack.serving.seldom import Seldom
from hypecurve_slack.settings import read
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.web import replying_session, web_client, web_session

_DRAIN = 1.5
"""Seconds that answers under way have at the end; the requests have all been answered by then."""
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
"""Seconds since 1970; int() refuses thousands of digits."""
_TEAM = re.compile(r"[TE][A-Z0-9]{1,20}")


@asynccontextmanager
async def web(env: Mapping[str, str], host: Host) -> AsyncIterator[Asgi | None]:
    """Open what answers at `/slack/...`; None where Slack is called over a socket alone.

    BadSetting where a setting cannot be used, or where workspaces could not install the app.
    """
    settings = read(env)
    if not settings.signing_secret and not settings.many:
        yield None
        return
    if settings.many:
        check(host.kit)
    under_way = UnderWay()
    async with web_session() as session, replying_session() as replying:
        client = web_client(settings.api_url, None, session)
        async with access(settings, host.kit, client) as allowed:
            hearing = allowed.hearing(host)
            routes = []
            if settings.signing_secret:
                app = new_app(
                    client,
                    authorizer(allowed, host.kit),
                    signing_secret=settings.signing_secret,
                    install_at=install_url(host.kit) if settings.many else "",
                )
                if allowed.installed is None:
                    keep_out(app, grants=allowed.grants)
                attach(app, parts_of(hearing, replying, under_way))
                routes.append(_events(app, settings.signing_secret))
            if settings.many:
                routes += _installing(flow(settings, host.kit, hearing.events, client))
            try:
                # A slash too many is no reason to send anybody to where a Host header says.
                yield Router(routes, redirect_slashes=False)
            finally:
                await under_way.drain(_DRAIN)


def _events(app: AsyncApp, secret: str) -> Route:
    verifier = SignatureVerifier(secret)
    unsigned = Seldom("a request was not slack's")

    async def events(request: Request) -> Response:
        body = await request.body()
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not _is_signed(verifier, body, timestamp, signature):
            if _is_ssl_check(body):
                return Response()
            unsigned.warn()
            return Response("not signed by Slack\n", HTTPStatus.UNAUTHORIZED)
        try:
            asked = AsyncBoltRequest(
                body=body.decode(),
                query=dict(request.query_params),
                headers=dict(request.headers),
            )
        except ValueError:
            return Response("no JSON and no form\n", HTTPStatus.BAD_REQUEST)
        told = await app.async_dispatch(asked)
        # bolt says to whoever is not let in why; only a command shows a text.
        if told.body[:1] not in {"", "{"} and "command" not in asked.body:
            told.body = ""
        return _response(told)

    return Route(EVENTS.removeprefix("/slack"), events, methods=["POST"])


def _is_signed(verifier: SignatureVerifier, body: bytes, timestamp: str, signature: str) -> bool:
    """Whether the signature is Slack's and fresh; what is no time or no signature is neither."""
    if not (_TIMESTAMP.fullmatch(timestamp) and signature.isascii()):
        return False
    try:
        return verifier.is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        return False


def _is_ssl_check(body: bytes) -> bool:
    """Whether Slack looks at our certificate: that says nothing and wants a 200."""
    return parse_qs(body[:1_000].decode(errors="replace")).get("ssl_check") == ["1"]


def _installing(oauth: AsyncOAuthFlow) -> list[Route]:
    async def install(request: Request) -> Response:
        # bolt writes the team as it is into Slack's address.
        team = request.query_params.get("team", "")
        query = {"team": team} if _TEAM.fullmatch(team) else {}
        return _response(await oauth.handle_installation(_asked(request, query)))

    async def come_back(request: Request) -> Response:
        query = dict(request.query_params)
        return _response(await oauth.handle_callback(_asked(request, query)))

    return [
        Route(INSTALL.removeprefix("/slack"), install, methods=["GET"]),
        Route(RETURN.removeprefix("/slack"), come_back, methods=["GET"]),
    ]


def _asked(request: Request, query: dict[str, str]) -> AsyncBoltRequest:
    return AsyncBoltRequest(body="", query=query, headers=dict(request.headers))


def _response(told: BoltResponse) -> Response:
    response = Response(told.body, told.status)
    for name, values in told.headers.items():
        for value in values:
            # A cookie of ours goes where the browser comes from by itself: after Slack's redirect.
            extra = "; SameSite=Lax" if name == "set-cookie" else ""
            response.headers.append(name, f"{value}{extra}")
    return response
