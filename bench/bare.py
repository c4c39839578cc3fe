"""What the platforms' own libraries take by themselves: bots that acknowledge and say a word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve_discord.address import addressed
from hypecurve_discord.library import discord

_SAYING_GOODBYE = 5.0


@asynccontextmanager
async def bare_slack(env: Mapping[str, str]) -> AsyncIterator[None]:
    """Listen as a bolt app that acknowledges a command and answers it."""
    client = AsyncWebClient(env["SLACK_BOT_TOKEN"], base_url=env["SLACK_API_URL"])
    app = AsyncApp(client=client, logger=logging.getLogger("bare"))

    @app.command("/hype")
    async def _slash(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        await ack()
        await respond(f"You wrote {body['text']}")

    handler = AsyncSocketModeHandler(app, env["SLACK_APP_TOKEN"], web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt's
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # bolt's


class _Bare(discord.Client):
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            await interaction.response.autocomplete([])
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content="You wrote something")


@asynccontextmanager
async def bare_discord(env: Mapping[str, str]) -> AsyncIterator[None]:
    """Listen as a client of discord.py that defers, and edits what it deferred."""
    with addressed(env):
        client = _Bare(intents=discord.Intents(guilds=True))
        running = asyncio.create_task(client.start(env["DISCORD_TOKEN"]))
        try:
            yield
        finally:
            await client.close()
            await asyncio.wait({running}, timeout=_SAYING_GOODBYE)
