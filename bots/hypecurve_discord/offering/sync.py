"""Tells Discord which commands there are: a step of its own, never taken by starting.

https://discord.com/developers/docs/interactions/application-commands#registering-a-command
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp

from hypecurve.domain.errors import BadSetting, PlatformRefused, SendFailed
from hypecurve_discord.address import addressed, token_of
from hypecurve_discord.library import discord
from hypecurve_discord.offering.options import payload

_COMPARED = (
    "type",
    "name",
    "description",
    "required",
    "choices",
    "autocomplete",
    "min_length",
    "max_length",
    "value",
    "contexts",
    "integration_types",
    "default_member_permissions",
    "options",
)
"""What we decide about; Discord's answer holds more, and fills in what was left out."""


async def sync(env: Mapping[str, str]) -> str:
    """Register the commands where they differ from Discord's, and say in a line what was done.

    BadSetting where a setting cannot be used, PlatformRefused where Discord refuses, SendFailed
    where it cannot be reached.
    """
    token = token_of(env)
    with addressed(env):
        async with discord.Client(intents=discord.Intents.none()) as client:
            try:
                await client.login(token)
                names = await differing(client.http, client.application_id)
                if names:
                    app = client.application_id or 0
                    await client.http.bulk_upsert_global_commands(app, payload())
            except discord.LoginFailure:
                message = "DISCORD_TOKEN is not accepted by Discord: copy it anew."
                raise BadSetting(message) from None
            except discord.HTTPException as error:
                message = f"Discord refuses the commands: {error.status}, code {error.code}."
                raise PlatformRefused(message, code=str(error.code)) from error
            except (OSError, aiohttp.ClientError) as error:
                message = "Discord cannot be reached; nothing was registered."
                raise SendFailed(message, code="unreachable") from error
    if not names:
        return "Discord knows the commands already."
    return f"Registered with Discord: {', '.join(names)}."


async def differing(http: discord.http.HTTPClient, application_id: int | None) -> list[str]:
    """Return which commands are not as Discord has them: `/hype top` new or changed, `/x` gone."""
    answered: Any = await http.get_global_commands(application_id or 0)
    ours = {name: _essence(part) for name, part in _parts(payload()).items()}
    theirs = {name: _essence(part) for name, part in _parts(answered).items()}
    return [name for name in (ours | theirs) if ours.get(name) != theirs.get(name)]


def _parts(commands: list[dict[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return each command without its subcommands, and each subcommand, by what people type."""
    parts: dict[str, Mapping[str, Any]] = {}
    for command in commands:
        root = f"/{command['name']}"
        subcommands = [o for o in command.get("options") or [] if o["type"] == 1]
        rest = [o for o in command.get("options") or [] if o["type"] != 1]
        parts[root] = {**command, "options": rest}
        parts |= {f"{root} {sub['name']}": sub for sub in subcommands}
    return parts


def _essence(part: Any) -> Any:  # noqa: ANN401  # any JSON
    """Return JSON with only what we decide about, and nothing that says "as usual"."""
    if isinstance(part, Mapping):
        kept = {key: _essence(part[key]) for key in _COMPARED if key in part}
        return {key: value for key, value in kept.items() if value not in (None, False, [], "")}
    if isinstance(part, list):
        return [_essence(one) for one in part]
    return part
