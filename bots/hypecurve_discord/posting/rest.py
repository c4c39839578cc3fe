"""One call to Discord over REST: at its pace, with what became of it as a SendError.

discord.py repeats some errors itself and hides how often. aiohttp's trace sees every request that
goes over the wire, those repeats too: it keeps them to the pace, counts the answers that lead to a
ban, and knows whether one of them may have been taken.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import aiohttp

from hypecurve.domain.errors import PlatformRefused, SendLimited
from hypecurve.domain.saying import to_say
from hypecurve_discord.library import discord
from hypecurve_discord.posting.endings import broken, certain, limited
from hypecurve_discord.posting.pictures import File
from hypecurve_discord.posting.wire import Wire
from hypecurve_discord.refusals import BANNED_FOR, refusal, seconds
from hypecurve_discord.together import Together

SLOW_TO_OPEN = 0.25
"""Seconds of opening a connection after which a request asks for its turn again: those that waited
for the same network would all go at once."""
KEPT_FOR = 4.0
"""Seconds an idle connection is kept: far less than the minutes Discord keeps it, so that one that
is used again is hardly ever dead. One that is makes a post doubtful, which its nonce mends."""
SHORT_WAIT = 1.0
"""Seconds of a rate limit that discord.py may sleep out; longer ones go back to the outbox."""
_INVALID = frozenset({401, 403, 429})


_wire: ContextVar[Wire | None] = ContextVar("_wire", default=None)


class _Client(discord.http.HTTPClient):
    """discord.py's, with one change: it looks for old buckets once a minute.

    It does so with each channel that is new to it, through all: 50 million times for 10,000.
    """

    _looks_at = 0.0

    def _try_clear_expired_ratelimits(self) -> None:
        now = self.loop.time()
        if now >= self._looks_at:
            self._looks_at = now + 60.0
            super()._try_clear_expired_ratelimits()


class Rest:
    """discord.py's HTTP client, logged in with the first call."""

    def __init__(
        self, token: str, invalid: Callable[[], None], together: Together, a_try: float = 20.0
    ) -> None:
        """Prepare; nothing is sent.

        `invalid` is called for each 401, 403 and 429; `a_try`: seconds one call may take.
        """
        self._token = token
        self._a_try = a_try
        self._invalid = invalid
        self.me = ""
        """Our own number; "" before the login."""
        self._http: discord.http.HTTPClient | None = None
        self._login = asyncio.Lock()
        self._together = together
        self._held_until = 0.0

    async def call(
        self,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None = None,
        *,
        wire: Wire | None = None,
        file: File | None = None,
        **names: int,
    ) -> Any:  # noqa: ANN401 - any JSON
        """Make one call and return the JSON answered; `names` fill the `{names}` of the path.

        `wire`: where it is one more of several calls for the same. `file` goes in one request with
        the payload, which calls it number 0 of its attachments. Raises what the answer means
        (see `refusals`), SendUnclear where it may have been done and SendFailed where it surely was
        not; none of its requests begins once the wire is not young any more.
        """
        wire = wire or Wire()
        try:
            async with asyncio.timeout(self._a_try):
                return await self._asked(wire, _route(method, path, names), payload, file)
        except SendLimited as limit:
            if wire.doubt:
                raise certain(limit, wire) from limit
            raise
        except discord.RateLimited as limit:
            raise certain(limited(limit.retry_after), wire) from limit
        except discord.LoginFailure as error:
            form = to_say("Discord does not accept the token: check DISCORD_TOKEN.")
            raise PlatformRefused(form, code="401", retry_after=BANNED_FOR) from error
        except discord.HTTPException as error:
            if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise certain(refusal(error), wire) from error
            raise broken(error, wire) from error
        except (OSError, aiohttp.ClientError, TypeError, KeyError) as error:
            raise broken(error, wire) from error

    async def _asked(
        self,
        wire: Wire,
        route: discord.http.Route,
        payload: Mapping[str, Any] | None,
        file: File | None,
    ) -> Any:  # noqa: ANN401 - any JSON
        http = await self.log_in()
        before = _wire.set(wire)
        try:
            if payload is None:
                return await http.request(route)
            if file is not None:
                # Bytes, not a stream: discord.py writes the form anew for each of its repeats.
                return await http.request(route, form=_form(payload, file))
            return await http.request(route, json=payload)
        except asyncio.CancelledError:
            # Cut off in a wait for a global limit, discord.py would make all wait for ever.
            http._global_over.set()  # noqa: SLF001 - nothing else puts it right
            raise
        finally:
            _wire.reset(before)

    async def log_in(self) -> discord.http.HTTPClient:
        """Prove the token, once; discord.LoginFailure where Discord does not know it."""
        if self._http is not None:
            return self._http
        async with self._login:
            if self._http is None:
                http = _Client(
                    asyncio.get_running_loop(),
                    aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_FOR),
                    http_trace=self._trace(),
                )
                # Its constructor takes no less than 30 s: one channel would hold up the others.
                http.max_ratelimit_timeout = SHORT_WAIT
                try:
                    told = await http.static_login(self._token)
                except BaseException:
                    # It cannot be used again: a second login would find its connector closed.
                    await http.close()
                    raise
                self.me = str(told.get("id", "")) if isinstance(told, dict) else ""
                self._http = http
            return self._http

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    async def _turn(self) -> None:
        """Wait until a request may go out; SendLimited where Discord makes all of us wait long.

        Every answer would be one more 429 then, and these count towards the ban.
        """
        while True:
            await self._together.turn()
            left = self._held_until - asyncio.get_running_loop().time()
            if left <= 0:
                return
            if left > SHORT_WAIT:
                raise limited(left)
            await asyncio.sleep(left)

    def _trace(self) -> aiohttp.TraceConfig:
        trace = _counted(self._invalid)
        trace.on_request_start.append(self._began)
        trace.on_connection_create_end.append(self._opened)
        trace.on_connection_reuseconn.append(_connected)
        trace.on_request_end.append(self._ended)
        trace.on_request_exception.append(_broke)
        return trace

    async def _began(self, _: object, context: SimpleNamespace, __: object) -> None:
        await self._turn()
        # Two rounds of the loop: a kept connection that was closed meanwhile is known to be then.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        context.began = asyncio.get_running_loop().time()
        _in_time()
        if (wire := _wire.get()) is not None:
            wire.connected = False

    async def _opened(self, _: object, context: SimpleNamespace, __: object) -> None:
        if asyncio.get_running_loop().time() - context.began > SLOW_TO_OPEN:
            await self._turn()
        _in_time()
        await _connected()

    async def _ended(self, _: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        status, headers = params.response.status, params.response.headers
        if "X-RateLimit-Global" in headers or headers.get("X-RateLimit-Scope") == "global":
            wait = seconds(headers.get("Retry-After"), SHORT_WAIT)
            self._held_until = asyncio.get_running_loop().time() + wait
        # A good answer counts as well until its body was read: the caller returns then.
        if (wire := _wire.get()) is not None:
            wire.doubt |= not (
                HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
            )


def _in_time() -> None:
    """SendLimited where the request comes too late: discord.py repeats, and a machine may sleep."""
    wire = _wire.get()
    if wire is not None and not wire.is_young():
        form = to_say("It was too late for another try.")
        raise SendLimited(form, code="late", retry_after=SHORT_WAIT)


async def _connected(*_: object) -> None:
    if (wire := _wire.get()) is not None:
        wire.connected = True


async def _broke(*_: object) -> None:
    if (wire := _wire.get()) is not None:
        wire.doubt |= wire.connected


def traced(invalid: Callable[[], None], together: Together) -> aiohttp.TraceConfig:
    """Return a trace for the listening side: the same pace, except for answers to people.

    Discord's 50 a second do not hold for these, and they must be there within three seconds.
    """
    trace = _counted(invalid)

    async def began(_: object, __: object, params: aiohttp.TraceRequestStartParams) -> None:
        if not {"interactions", "webhooks"} & set(params.url.parts):
            await together.turn()

    trace.on_request_start.append(began)
    return trace


def _counted(invalid: Callable[[], None]) -> aiohttp.TraceConfig:
    """Return a trace that calls `invalid` for each answer that counts towards a ban.

    https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
    """
    trace = aiohttp.TraceConfig()

    async def ended(_: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        status = params.response.status
        if status in _INVALID and params.response.headers.get("X-RateLimit-Scope") != "shared":
            invalid()

    trace.on_request_end.append(ended)
    return trace


def _route(method: str, path: str, names: Mapping[str, int]) -> discord.http.Route:
    # It takes any names, and its annotation speaks of one that is not among them.
    rest: Any = names
    return discord.http.Route(method, path, **rest)


def _form(payload: Mapping[str, Any], file: File) -> list[dict[str, Any]]:
    """https://discord.com/developers/docs/reference#uploading-files."""
    return [
        {"name": "payload_json", "value": json.dumps(payload)},
        {
            "name": "files[0]",
            "value": file.content,
            "filename": file.name,
            "content_type": "image/png",
        },
    ]
