"""One look at Discord by the token, over REST: logged in, and in a line what went wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from hypecurve.domain.errors import (
    BadSetting,
    HypecurveError,
    PlatformRefused,
    SendFailed,
    SendLimited,
)
from hypecurve_discord.address import addressed, token_of
from hypecurve_discord.library import discord

PATIENCE = 60.0
"""Seconds that Discord may ask us to wait; a day's limit of new commands is longer."""


@asynccontextmanager
async def entered(env: Mapping[str, str]) -> AsyncIterator[discord.Client]:
    """Yield a client that has logged in and is connected to no gateway.

    BadSetting where Discord does not take the token or the address is not Discord's, SendError
    where it refuses or does not answer: also for what is asked while inside.
    """
    token = token_of(env)
    with addressed(env):
        intents = discord.Intents(guilds=True)  # without it the library warns
        async with discord.Client(intents=intents, max_ratelimit_timeout=PATIENCE) as client:
            try:
                await client.login(token)  # /users/@me and /oauth2/applications/@me
                yield client
            except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
                raise _wrong(error) from None
            except (KeyError, TypeError, AttributeError):
                raise _no_discord() from None


def _wrong(error: Exception) -> HypecurveError:
    match error:
        case discord.LoginFailure():
            return BadSetting(
                "DISCORD_TOKEN is not accepted by Discord: copy it anew from the Bot page of your "
                "Discord application."
            )
        case discord.NotFound():
            return _no_discord()
        case discord.RateLimited():
            wait = f"{error.retry_after:.0f}"
            return SendLimited(
                f"Discord asks to wait {wait} s: try again then.",
                code="429",
                retry_after=error.retry_after,
            )
        case discord.HTTPException():
            code = str(error.code or error.status)
            return PlatformRefused(
                f"Discord refuses ({error.status}, code {error.code}): if it lasts, see "
                "discordstatus.com.",
                code=code,
            )
    message = (
        f"Discord cannot be reached ({type(error).__name__}): check the network, the proxy "
        "settings and DISCORD_API_URL."
    )
    return SendFailed(message, code="unreachable")


def _no_discord() -> BadSetting:
    return BadSetting("DISCORD_API_URL does not lead to Discord: it ends in /api/v10.")
