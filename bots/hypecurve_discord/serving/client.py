"""The connection to Discord's gateway: what people do arrives here, and goes to the answers.

No privileged intents: commands and controls come as interactions. The connection's own trouble
(heartbeats, resuming, moved shards) is discord.py's; only what it gives up on is begun anew here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import structlog

from hypecurve.domain.errors import BadSetting
from hypecurve.ports import Host
from hypecurve_discord.address import addressed, gateway_of, token_of
from hypecurve_discord.answering.interactions import Answering
from hypecurve_discord.answering.items import ITEMS
from hypecurve_discord.library import discord
from hypecurve_discord.offering.sync import differing
from hypecurve_discord.posting.rest import traced
from hypecurve_discord.screens.screens import Opener, Screens
from hypecurve_discord.serving.access import barred
from hypecurve_discord.serving.events import TellingClient
from hypecurve_discord.together import Together

_log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 120.0
"""Seconds before connecting anew, doubled each time."""
FINISHING, LEAVING = 2.0, 2.0
"""Seconds for the answers under way, and for saying goodbye, once it is time to stop."""
SETTLE = 2.0
"""Seconds without another server after which a new session has named them all."""
BETWEEN = 5.0
"""Seconds before another session is begun, where it is not the first: Discord takes one in five.
https://discord.com/developers/docs/events/gateway#rate-limiting"""
SILENCE = 60.0
"""Seconds without a word, heartbeats' answers among them, after which a connection is dead."""
_NOT_AUTHENTICATED = 4004


class HypeClient(TellingClient):
    """A client that answers interactions, and tells what becomes of servers and channels."""

    def __init__(
        self,
        host: Host,
        together: Together,
        settle: float = SETTLE,
        between: float = BETWEEN,
        silence: float = SILENCE,
    ) -> None:
        """Prepare; nothing is connected."""
        super().__init__(
            host,
            max_ratelimit_timeout=30.0,
            guild_ready_timeout=settle,
            heartbeat_timeout=silence,
            http_trace=traced(host.kit.invalid, together),
        )
        self.answering = Answering(host, barred)
        self.screens = Screens(host, self.answering)
        self._between = between

    async def before_identify_hook(self, _: int | None, *, initial: bool = False) -> None:
        """Wait for our turn to begin a session; one that is resumed waits for nothing."""
        if not initial:
            await asyncio.sleep(self._between)

    async def setup_hook(self) -> None:
        """Let discord.py know our controls by their ids."""
        self.add_dynamic_items(*ITEMS, Opener)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what is no control of ours; discord.py runs this as a task of its own."""
        if not await self.screens.heard(interaction):
            await self.answering.heard(interaction)

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Log what an event handler raised."""
        _log.exception("discord event failed", event=event_method)

    async def run_on(self, token: str, gateway: str) -> None:
        """Log in and listen until closed; `gateway`: another one than Discord tells."""
        await self.login(token)
        if gateway:
            # With a number of shards of its own, the library takes the gateway that was set.
            self.shard_count, _, _ = await self.http.get_bot_gateway()
        await self._compare_commands()
        await self.connect()

    async def leave(self) -> None:
        """Finish what is being answered, as long as that takes no more than some seconds."""
        await asyncio.gather(self.answering.finish(FINISHING), self.screens.finish(FINISHING))
        # Not cancelled when it takes too long: a gateway that says no goodbye is left alone.
        closing = asyncio.ensure_future(self.close())
        await asyncio.wait({closing}, timeout=LEAVING)

    async def _compare_commands(self) -> None:
        try:
            names = await differing(self.http, self.application_id)
        except discord.HTTPException as error:
            _log.warning("discord commands not compared", code=error.code)
            return
        if names:
            _log.warning(
                "discord commands differ: run `hypecurve discord sync`", commands=", ".join(names)
            )


async def serve(  # how long it waits is said by name
    env: Mapping[str, str],
    host: Host,
    stop: asyncio.Event,
    together: Together | None = None,
    settle: float = SETTLE,
    between: float = BETWEEN,
    silence: float = SILENCE,
) -> None:
    """Answer commands until `stop` is set; BadSetting where a setting cannot be used.

    An outage is waited out. Ends within 5 seconds after `stop`.
    """
    token, pause, together = token_of(env), FIRST_PAUSE, together or Together()
    with addressed(env):
        while not stop.is_set():
            client = HypeClient(host, together, settle, between, silence)
            together.listen(client.type_of, client.permissions_in)
            try:
                await _until(stop, client.run_on(token, gateway_of(env)))
            except discord.LoginFailure:
                message = "DISCORD_TOKEN is not accepted by Discord: copy it anew."
                raise BadSetting(message) from None
            except discord.ConnectionClosed as closed:
                if closed.code == _NOT_AUTHENTICATED:
                    message = "DISCORD_TOKEN was revoked: copy it anew from the Bot page."
                    raise BadSetting(message) from None
                _log.warning("discord connection closed", code=closed.code)
            except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
                _log.warning("discord not reached", error=type(error).__name__)
            finally:
                together.listen(None)
                await client.leave()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()
            pause = min(2 * pause, LONGEST_PAUSE)


async def _until(stop: asyncio.Event, running: Coroutine[Any, Any, None]) -> None:
    """Run until it ends by itself or `stop` is set; what it raises is raised."""
    task, stopped = asyncio.ensure_future(running), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        for one in (task, stopped):
            one.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)
