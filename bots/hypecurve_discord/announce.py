"""What Discord's bot announces of itself; discord.py is imported when it is first needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from hypecurve.domain.message import Message
from hypecurve.ports import Asgi, BotSetting, BotTask, Host, Kit, Messenger
from hypecurve_discord.together import Together

SETTINGS = (
    BotSetting("DISCORD_TOKEN", "The bot's token, from your application's Bot page.", secret=True),
    BotSetting(
        "DISCORD_API_URL",
        "Another address of Discord's API, such as a REST proxy's.",
    ),
    BotSetting(
        "DISCORD_GATEWAY_URL",
        "Another address of Discord's gateway.",
    ),
)


async def _sync(env: Mapping[str, str], _: str) -> str:
    """Register the slash commands where they changed; say in a line what was done."""
    from hypecurve_discord.offering.sync import sync  # noqa: PLC0415 - discord.py: 0.4 s

    return await sync(env)


async def _invite(env: Mapping[str, str], _: str) -> str:
    """Return the links that bring the bot into a server, or to a person."""
    from hypecurve_discord.offering.inviting import invite  # noqa: PLC0415 - as above

    return await invite(env)


class DiscordBot:
    """`ports.Bot` for Discord."""

    name = "discord"
    settings: Sequence[BotSetting] = SETTINGS
    pictures_digests = True
    tasks: Sequence[BotTask] = (
        BotTask("sync", "Tell Discord of the slash commands, where they changed.", _sync),
        BotTask("invite", "Print the links that add the app to a server, or to you.", _invite),
    )

    def __init__(self) -> None:
        """Listening and posting in one process share what the gateway tells of channels."""
        self._together = Together()

    def missing(self, env: Mapping[str, str]) -> Sequence[str]:
        """Return the names of the settings it still needs."""
        return [name for name in ("DISCORD_TOKEN",) if name not in env]

    def render(self, message: Message) -> Sequence[Mapping[str, Any]]:
        """Return the JSON body of the one post a message becomes."""
        from hypecurve_discord.rendering.components import body  # noqa: PLC0415 - catalogues: not at start
        from hypecurve_discord.rendering.pictures import NAME  # noqa: PLC0415 - as above

        return (body(message, NAME),)

    def layout(self, message: Message) -> Iterator[str]:
        """Yield lines that show in a terminal how Discord lays the post out."""
        from hypecurve_discord.rendering.components import body  # noqa: PLC0415 - as above
        from hypecurve_discord.rendering.layout import lines  # noqa: PLC0415 - as above
        from hypecurve_discord.rendering.pictures import NAME, alt_of  # noqa: PLC0415 - as above

        return lines(body(message, NAME), alt_of(message.picture) if message.picture else "")

    def connect(self, env: Mapping[str, str], kit: Kit) -> AbstractAsyncContextManager[Messenger]:
        """Open what posting needs, over REST only; BadSetting where a setting cannot be used."""
        from hypecurve_discord.posting.messenger import connect  # noqa: PLC0415 - discord.py: 0.4 s

        return connect(env, kit, together=self._together)

    async def probe(self, env: Mapping[str, str]) -> str:
        """Return as whom Discord knows the token; a HypecurveError says what to do."""
        from hypecurve_discord.probing import probe  # noqa: PLC0415 - discord.py: 0.4 s

        return await probe(env)

    async def serve(self, env: Mapping[str, str], host: Host, stop: asyncio.Event) -> None:
        """Answer commands until `stop` is set; BadSetting where a setting cannot be used."""
        from hypecurve_discord.serving.client import serve  # noqa: PLC0415 - discord.py: 0.4 s

        await serve(env, host, stop, self._together)

    @asynccontextmanager
    async def web(self, env: Mapping[str, str], host: Host) -> AsyncIterator[Asgi | None]:
        """Open nothing: Discord is called, and answers on the gateway."""
        del env, host
        yield None
