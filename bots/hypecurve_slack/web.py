"""The way to Slack's Web API: one session, one client, nothing sent twice by itself."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

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


def web_session() -> aiohttp.ClientSession:
    """Return a session that keeps no connection open and follows the proxy settings."""
    connector = aiohttp.TCPConnector(force_close=True)
    return aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, trust_env=True)


def posting_session(
    api_url: str, patience: aiohttp.ClientTimeout = TIMEOUT
) -> aiohttp.ClientSession:
    """Return a session for bursts of posts to one address; it follows the proxy settings too.

    They are read once: with `trust_env`, aiohttp reads them and .netrc in a thread at each call,
    which takes as long as the rest of it.
    """
    connector = aiohttp.TCPConnector(keepalive_timeout=KEPT, limit=AT_ONCE)
    proxy = proxy_to(api_url)
    return aiohttp.ClientSession(connector=connector, timeout=patience, proxy=proxy)


def replying_session() -> aiohttp.ClientSession:
    """Return a session for answers; each post says its own proxy (`proxy_to`).

    Connections are kept for a moment, as for posts: many ask at once, and to open one for each
    answer takes longer than to say it.
    """
    connector = aiohttp.TCPConnector(keepalive_timeout=KEPT, limit=AT_ONCE)
    return aiohttp.ClientSession(connector=connector, timeout=TIMEOUT)


def proxy_to(url: str) -> str | None:
    """Return the proxy on the way to an address, as HTTPS_PROXY and NO_PROXY say."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


def web_client(
    api_url: str, token: str | None, session: aiohttp.ClientSession | None
) -> AsyncWebClient:
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
