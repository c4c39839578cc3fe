"""Posts to Discord's channels over REST, as the bot, each message once.

Discord drops a message whose nonce it saw within the past few minutes and answers with the first
one, so a send that may have arrived is repeated while it is young. discord.py repeats some errors
itself and hides how often, so a trace keeps count of what went over the wire.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    BadSetting,
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
)
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve_discord.address import addressed, token_of
from hypecurve_discord.components import body, plain_body
from hypecurve_discord.library import discord
from hypecurve_discord.refusals import BANNED_FOR, refusal

_log = structlog.get_logger(__name__)

GREETING = 10.0
"""Seconds that opening waits for Discord to know the token."""

SHORT_WAIT = 1.0
"""Seconds of a rate limit that discord.py may sleep out; longer ones go back to the outbox."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one message is tried, in seconds.

    A nonce holds for "the past few minutes": the last try begins before `young` is over.
    """

    a_try: float = 20.0
    young: float = 60.0
    pauses: tuple[float, ...] = (1.0, 4.0)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class _Wire:
    """What one post's requests came to; `doubt`: one of them may have been taken."""

    doubt: bool = False


_wire: ContextVar[_Wire] = ContextVar("_wire")


class DiscordMessenger:
    """`ports.Messenger` on discord.py's HTTP client; it logs in with the first post."""

    def __init__(self, token: str, patience: Patience | None = None) -> None:
        """Prepare; nothing is sent."""
        self._token = token
        self._patience = patience or Patience()
        self._http: discord.http.HTTPClient | None = None
        self._login = asyncio.Lock()

    async def log_in(self) -> discord.http.HTTPClient:
        """Prove the token, once; discord.LoginFailure where Discord does not know it."""
        async with self._login:
            if self._http is None:
                # A connection kept from before may be dead, and then nobody could tell a platform
                # that is not there from one that took the message: each request has its own.
                http = discord.http.HTTPClient(
                    asyncio.get_running_loop(),
                    aiohttp.TCPConnector(limit=0, force_close=True),
                    http_trace=_trace(),
                )
                # Its constructor takes no less than 30 s: one channel would hold up the others.
                http.max_ratelimit_timeout = SHORT_WAIT
                try:
                    await http.static_login(self._token)
                except BaseException:
                    # It cannot be used again: a second login would find its connector closed.
                    await http.close()
                    raise
                self._http = http
            return self._http

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    def steps(self, message: Message) -> tuple[StepKind, ...]:
        """Return the one call a message takes: what is left out stands behind its button."""
        del message
        return (StepKind.POST,)

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Post and return the message's id; see `ports.Messenger` and `refusals` for the errors."""
        del step, ref
        if not channel.id.isdecimal():
            text = f"'{channel.id}' is not the number of a Discord channel."
            raise ChannelRefused(text, code="not-a-channel")
        try:
            return await self._tried(channel, body(message), key)
        except MessageRefused as refused:
            _log.exception("discord message refused", channel=str(channel), code=refused.code)
        return await self._tried(channel, plain_body(message), key)

    async def _tried(self, channel: Channel, payload: dict[str, Any], key: str) -> str:
        """Send until there is an answer, the patience ends, or trying again makes no sense."""
        wire = _Wire()
        _wire.set(wire)
        loop = asyncio.get_running_loop()
        oldest = loop.time() + self._patience.young
        signed = {**payload, "nonce": key, "enforce_nonce": True}
        for pause in (*self._patience.pauses, None):
            try:
                return await self._once(channel.id, signed)
            except SendUnclear as unclear:
                answered = isinstance(unclear.__cause__, discord.NotFound)
                if pause is None or answered or loop.time() + pause > oldest:
                    raise
                _log.info("discord post repeated", channel=str(channel), why=str(unclear))
                await self._patience.sleep(pause)
            except SendError as error:
                if not wire.doubt:
                    raise
                # An earlier try may have arrived, whatever this one was told.
                message = f"It may have been posted; then: {error}"
                raise SendUnclear(message, code=error.code) from error
        raise AssertionError  # the last pause is None, which raises above

    async def _once(self, channel_id: str, payload: dict[str, Any]) -> str:
        route = discord.http.Route(
            "POST", "/channels/{channel_id}/messages", channel_id=int(channel_id)
        )
        try:
            async with asyncio.timeout(self._patience.a_try):
                http = await self.log_in()
                answer = await http.request(route, json=payload)
                return str(answer["id"])
        except discord.RateLimited as limit:
            message = f"Discord asks to wait {limit.retry_after:.0f} s."
            raise SendLimited(message, code="429", retry_after=limit.retry_after) from limit
        except discord.LoginFailure as error:
            message = "Discord does not accept the token: check DISCORD_TOKEN."
            raise PlatformRefused(message, code="401", retry_after=BANNED_FOR) from error
        except discord.HTTPException as error:
            if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise refusal(error) from error
            raise _broken(error) from error
        except (OSError, aiohttp.ClientError, TypeError, KeyError) as error:
            raise _broken(error) from error


def _broken(error: Exception) -> SendError:
    """Return what a failure without an answer means: only what reached the wire may be posted."""
    match error:
        case discord.HTTPException():
            code, message = str(error.status), f"Discord answered {error.status}."
        case aiohttp.ClientConnectorError():
            code, message = "unreachable", "Discord cannot be reached."
        case TimeoutError():
            code, message = "slow", "Discord did not answer in time."
        case TypeError() | KeyError():
            code, message = "nonsense", "Discord answered nonsense; is there a proxy?"
        case _:
            code, message = "dropped", "The connection to Discord broke."
    return (SendUnclear if _wire.get().doubt else SendFailed)(message, code=code)


@asynccontextmanager
async def connect(
    env: Mapping[str, str], patience: Patience | None = None
) -> AsyncIterator[DiscordMessenger]:
    """Open a messenger; BadSetting where a setting cannot be used.

    Where Discord cannot be reached now, posting will say so: the service can start without it.
    """
    with addressed(env):
        messenger = DiscordMessenger(token_of(env), patience)
        try:
            await _greet(messenger)
            yield messenger
        finally:
            await messenger.close()


async def _greet(messenger: DiscordMessenger) -> None:
    try:
        async with asyncio.timeout(GREETING):
            await messenger.log_in()
    except discord.LoginFailure:
        message = "DISCORD_TOKEN is not accepted by Discord: copy it anew from the Bot page."
        raise BadSetting(message) from None
    except discord.NotFound:
        message = "DISCORD_API_URL does not lead to Discord: it ends in /api/v10."
        raise BadSetting(message) from None
    except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
        _log.warning("discord not reached", error=type(error).__name__)


def _trace() -> aiohttp.TraceConfig:
    """Return a trace that notes for each post whether it may have arrived."""
    trace = aiohttp.TraceConfig()

    async def ended(_: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        wire = _wire.get(None)
        # A good answer counts as well until its body was read: the caller returns then.
        status = params.response.status
        if wire is not None and params.method == "POST":
            wire.doubt |= (
                status < HTTPStatus.MULTIPLE_CHOICES or status >= HTTPStatus.INTERNAL_SERVER_ERROR
            )

    async def broke(_: object, __: object, params: aiohttp.TraceRequestExceptionParams) -> None:
        wire = _wire.get(None)
        if wire is not None and params.method == "POST":
            wire.doubt |= not isinstance(params.exception, aiohttp.ClientConnectorError)

    trace.on_request_end.append(ended)
    trace.on_request_exception.append(broke)
    return trace
