"""The way to Slack's Web API: one session, one client, nothing sent twice by itself."""

from __future__ import annotations

import logging

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

AT_ONCE = 400
"""Deliveries under way: each waits for Slack's answer, and a thread reply for its second."""
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
"""Seconds; Slack's own answers come within a few. `connect` counts the wait for a free connection
too, so that what ends there has surely sent nothing."""
KEPT = 4.0
"""Seconds that an idle connection is kept, for a burst of posts. aiohttp (3.14) sends a POST on a
kept connection and does not send it again when that was closed meanwhile: nobody knows then
whether it was read. It never takes a connection whose end it has seen; what is left is a server
that closes in the very moment of the next request. Servers close idle connections after a minute
or so, so that one idle for a few seconds is not about to be closed."""


def web_session(
    timeout: aiohttp.ClientTimeout = TIMEOUT, *, kept: float | None = None
) -> aiohttp.ClientSession:
    """Return a session that follows the proxy settings.

    `kept`: seconds that idle connections are kept; None: every call has one of its own.
    """
    if kept is None:
        connector = aiohttp.TCPConnector(force_close=True, limit=AT_ONCE)
    else:
        connector = aiohttp.TCPConnector(keepalive_timeout=kept, limit=AT_ONCE)
    return aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=True)


def web_client(api_url: str, token: str | None, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client of the Web API without retries; `token` where no call names its own."""
    logger = logging.getLogger("hypecurve_slack.web")
    # slack_sdk (3.47) takes a logger of no level for one of DEBUG, and writes out every body.
    logger.setLevel(logging.WARNING)
    client = AsyncWebClient(
        token=token, base_url=api_url, session=session, retry_handlers=[], logger=logger
    )
    # slack_sdk reads HTTP(S)_PROXY but not NO_PROXY; the session reads all three.
    client.proxy = None
    return client
