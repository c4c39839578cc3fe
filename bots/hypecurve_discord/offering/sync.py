"""Tells Discord which commands there are: a step of its own, never taken by starting.

Commands are registered one by one, and only what changed: what servers' admins set for a command
belongs to its number, which stays. All at once would take away a command that Discord makes by
itself (for an Activity), which it refuses.
https://discord.com/developers/docs/interactions/application-commands#registering-a-command
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hypecurve.domain.errors import PlatformRefused
from hypecurve_discord.entering import entered
from hypecurve_discord.library import discord
from hypecurve_discord.offering.comparing import CHAT_INPUT, differing_parts
from hypecurve_discord.offering.options import payload

Json = Mapping[str, Any]


async def sync(env: Mapping[str, str]) -> str:
    """Register the commands where they differ from Discord's, and say in a line what was done.

    BadSetting where a setting cannot be used, PlatformRefused where Discord refuses, SendFailed
    where it cannot be reached.
    """
    async with entered(env) as client:
        app = client.application_id or 0
        known = await _known(client.http, app)
        names = differing_parts(payload(), known)
        done: list[str] = []
        for command in payload():
            before = [each for each in known if each["name"] == command["name"]]
            if differing_parts([command], before):
                await _register(client.http, app, command, done)
        ours = {command["name"] for command in payload()}
        for each in known:
            if each["name"] not in ours:
                with suppress(discord.NotFound):
                    await client.http.delete_global_command(app, each["id"])
    if not names:
        return "Discord knows the commands already."
    return f"Registered with Discord: {', '.join(names)}."


async def differing(http: discord.http.HTTPClient, application_id: int | None) -> list[str]:
    """Return which commands are not as Discord has them: `/hype top` new or changed, `/x` gone."""
    return differing_parts(payload(), await _known(http, application_id or 0))


async def _known(http: discord.http.HTTPClient, app: int) -> list[Json]:
    """Return the slash commands that Discord knows of an application, in all languages."""
    route = discord.http.Route("GET", "/applications/{app}/commands", app=app)
    # The library's own call tells no languages.
    answered: Any = await http.request(route, params={"with_localizations": "true"})
    return [each for each in answered if each.get("type", CHAT_INPUT) == CHAT_INPUT]


async def _register(
    http: discord.http.HTTPClient,
    app: int,
    command: Any,  # noqa: ANN401 - the library types each kind apart
    done: list[str],
) -> None:
    try:
        await http.upsert_global_command(app, command)
    except discord.HTTPException as error:
        before = f" Registered before: {', '.join(done)}." if done else ""
        name = f"/{command['name']}"
        message = f"Discord refuses {name}: {error.status}, code {error.code}.{before}"
        raise PlatformRefused(message, code=str(error.code)) from error
    done.append(f"/{command['name']}")
