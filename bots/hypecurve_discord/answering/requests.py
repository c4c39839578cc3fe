"""Requests that answer an interaction: acknowledged in time, and sent again where a line breaks.

What Discord refuses is raised; so is a rate limit that would take too long to wait for.
https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from hypecurve_discord.answering.asked import Interaction
from hypecurve_discord.library import discord
from hypecurve_discord.rendering.pictures import NAME

Json = dict[str, Any]

NETWORK = (OSError, aiohttp.ClientError, TimeoutError)
REFUSALS = (discord.HTTPException, discord.RateLimited)
"""What Discord says no with; the latter is discord.py's own, before it asks."""
TOO_LATE = frozenset({10062, 40060, 10015, 50027})
"""Unknown interaction, already acknowledged, unknown webhook, its token is spent: too late."""
ORIGINAL = "/messages/@original"
PAUSES = (1.0, 3.0)
"""Seconds before an edit is tried again: it comes to the same however often it arrives."""
_A_TRY = 40.0
"""Seconds for a request of ours."""
_ALREADY = 40060
_SAID = "said"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """A picture that is sent with a message, and what it shows in words."""

    png: bytes
    alt: str


async def acknowledged(interaction: Interaction, *, turning: bool = False) -> bool:
    """Tell Discord that an answer comes: in time, before anything else is asked or awaited.

    The answer is theirs alone; in direct messages with us everything is, and stays to be read.
    """
    response = interaction.response
    if turning:
        return await first(interaction, response.defer)
    alone = not interaction.context.dm_channel
    return await first(interaction, lambda: response.defer(ephemeral=alone, thinking=True))


async def first(interaction: Interaction, answer: Callable[[], Awaitable[object]]) -> bool:
    """Give the first answer, once more where the line breaks; True once there is one."""
    if interaction.response.is_done():
        return True
    for last in (False, True):
        try:
            await answer()
        except NETWORK:
            if last:
                raise
        except discord.HTTPException as error:
            if not (last and error.code == _ALREADY):  # the first one may have arrived
                raise
            return True
        else:
            return True
    return False


async def request(
    interaction: Interaction, method: str, path: str, content: Json, picture: File | None
) -> None:
    """Send one form; an edit again where the line broke."""
    route = discord.http.Route(
        method,
        "/webhooks/{webhook_id}/{webhook_token}" + path,
        webhook_id=interaction.application_id,
        webhook_token=interaction.token,
    )
    sent = {} if method == "DELETE" else _written(content, picture)
    for pause in (*(() if method == "POST" else PAUSES), None):
        try:
            async with asyncio.timeout(_A_TRY):
                await interaction.client.http.request(route, **sent)
        except (*NETWORK, discord.DiscordServerError) as error:
            if pause is None:
                raise
            _log.info("discord answer sent again", error=type(error).__name__)
            await asyncio.sleep(pause)
        else:
            return


def _written(content: Json, picture: File | None) -> Json:
    """Return the arguments of a request: JSON, or a form of several parts, the file one of them.

    The files that are named are all there are: an edit keeps none of the message before it.
    """
    if picture is None:
        return {"json": {**content, "attachments": []}}
    shown = {"id": 0, "filename": NAME} | ({"description": picture.alt} if picture.alt else {})
    written = json.dumps({**content, "attachments": [shown]}, ensure_ascii=False)
    file = {"name": "files[0]", "filename": NAME, "content_type": "image/png"}
    return {"form": [{"name": "payload_json", "value": written}, {**file, "value": picture.png}]}


def error_name(error: Exception) -> str:
    """Return what a log says of a refusal: Discord's own number, or what discord.py calls it."""
    code = getattr(error, "code", None)
    return type(error).__name__ if code is None else str(code)


def note_said(interaction: Interaction) -> None:
    """Note that who asked has their answer."""
    interaction.extras[_SAID] = True


def is_said(interaction: Interaction) -> bool:
    """Whether who asked has their answer, maybe without its picture yet."""
    return _SAID in interaction.extras
