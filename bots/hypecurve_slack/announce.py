"""What this package announces through `hypecurve.bots`; Slack's libraries load when used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from hypecurve.domain.message import Message
from hypecurve.ports import Asgi, BotSetting, BotTask, Host, Kit, Messenger
from hypecurve_slack.settings import SETTINGS


class SlackBot:
    """Slack, as the core sees it: implements `hypecurve.ports.Bot`."""

    name = "slack"
    settings: Sequence[BotSetting] = SETTINGS
    tasks: Sequence[BotTask] = ()

    def missing(self, env: Mapping[str, str]) -> Sequence[str]:
        """Return the names of the settings it still needs."""
        return [name for name in ("SLACK_BOT_TOKEN",) if name not in env]

    def render(self, message: Message) -> Sequence[Mapping[str, Any]]:
        """Return the bodies for chat.postMessage: the post, then its thread reply if there is one.

        The channel and the thread's `ts` are the messenger's to add.
        """
        from hypecurve_slack.blocks import render  # noqa: PLC0415  # late: start-up stays light

        return render(message)

    def layout(self, message: Message) -> Iterator[str]:
        """Yield lines that show in a terminal how Slack lays the message out, with ANSI bold."""
        from hypecurve_slack.blocks import render  # noqa: PLC0415  # late: start-up stays light
        from hypecurve_slack.layout import layout  # noqa: PLC0415  # late: start-up stays light

        return layout(render(message))

    def connect(self, env: Mapping[str, str], kit: Kit) -> AbstractAsyncContextManager[Messenger]:
        """Open a messenger; BadSetting where a setting cannot be used. Calls nobody yet."""
        from hypecurve_slack.messenger import connect  # noqa: PLC0415  # late: loads slack_sdk

        return connect(env, kit)

    async def probe(self, env: Mapping[str, str]) -> str:
        """Return as whom Slack knows the tokens; a HypecurveError says what to do."""
        from hypecurve_slack.probing import probe  # noqa: PLC0415  # late: loads slack_sdk

        return await probe(env)

    async def serve(self, env: Mapping[str, str], host: Host, stop: asyncio.Event) -> None:
        """Answer `/hype` over Socket Mode until `stop` is set, and tell what Slack tells.

        BadSetting where a setting cannot be used or Slack does not take a token.
        """
        from hypecurve_slack.sockets import serve  # noqa: PLC0415  # late: loads slack_bolt

        await serve(env, host, stop)

    @asynccontextmanager
    async def web(self, env: Mapping[str, str], host: Host) -> AsyncIterator[Asgi | None]:
        """Open nothing: over Socket Mode Slack is called."""
        del env, host
        yield None


bot = SlackBot()
