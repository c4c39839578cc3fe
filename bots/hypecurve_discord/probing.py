"""Who Discord takes us for, and whether it knows our commands as they are; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from hypecurve.domain.errors import BadSetting, HypecurveError, PlatformRefused, SendFailed
from hypecurve.domain.outside import clean
from hypecurve_discord.address import addressed, token_of
from hypecurve_discord.library import discord
from hypecurve_discord.offering.sync import differing

_LONGEST = 60
_SHOWN = 3
"""Commands that are named."""


async def probe(env: Mapping[str, str]) -> str:
    """Return as whom the token is known, and which commands are to be registered.

    BadSetting where Discord does not take the token or the address is not Discord's, SendError
    where it refuses or does not answer.
    """
    token = token_of(env)
    with addressed(env):
        async with discord.Client(intents=discord.Intents(guilds=True)) as client:
            try:
                await client.login(token)  # /users/@me and /oauth2/applications/@me
                names = await differing(client.http, client.application_id)
            except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
                raise _wrong(error) from None
            except (KeyError, TypeError, AttributeError):
                raise _no_discord() from None
            name = clean(client.user.name if client.user else "?", _LONGEST)
            who = f"as {name} (application {client.application_id})"
    if not names:
        return f"{who}, commands in step"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = f"{', '.join(names[:_SHOWN])}{more}"
    return f"{who}; commands to be registered by `hypecurve discord sync`: {listed}"


def _wrong(error: Exception) -> HypecurveError:
    match error:
        case discord.LoginFailure():
            return BadSetting(
                "DISCORD_TOKEN is not accepted by Discord: copy it anew from the Bot page of your "
                "Discord application."
            )
        case discord.NotFound():
            return _no_discord()
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
