"""What this package announces through `hypecurve.bots`; Slack's libraries load when used."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from hypecurve.domain.message import Message
from hypecurve.ports import Asgi, BotSetting, BotTask, Host, Kit, Messenger
from hypecurve_slack.manifest import HELP, run
from hypecurve_slack.settings import SETTINGS, missing, over_http


class SlackBot:
    """Slack, as the core sees it: implements `hypecurve.ports.Bot`."""

    name = "slack"
    settings: Sequence[BotSetting] = SETTINGS
    pictures_digests = False  # one compact message, as few lines as can be
    tasks: Sequence[BotTask] = (BotTask("manifest", HELP, run),)

    def missing(self, env: Mapping[str, str]) -> Sequence[str]:
        """Return the names of the settings it still needs."""
        return missing(env)

    def render(self, message: Message) -> Sequence[Mapping[str, Any]]:
        """Return the bodies for chat.postMessage: the post, then its thread reply if there is one.

        The channel and the thread's `ts` are the messenger's to add.
        """
        from hypecurve_slack.rendering.blocks import render  # noqa: PLC0415  # late: start-up stays light

        return render(message)

    def layout(self, message: Message) -> Iterator[str]:
        """Yield lines that show in a terminal how Slack lays the message out, with ANSI bold."""
        from hypecurve_slack.rendering.blocks import render  # noqa: PLC0415  # late: start-up stays light
        from hypecurve_slack.rendering.layout import layout  # noqa: PLC0415  # late: start-up stays light

        return layout(render(message))

    def connect(self, env: Mapping[str, str], kit: Kit) -> AbstractAsyncContextManager[Messenger]:
        """Open a messenger; BadSetting where a setting cannot be used. Calls nobody yet."""
        from hypecurve_slack.posting.messenger import connect  # noqa: PLC0415  # late: loads slack_sdk

        return connect(env, kit)

    async def probe(self, env: Mapping[str, str]) -> str:
        """Return as whom Slack knows the tokens; a HypecurveError says what to do."""
        from hypecurve_slack.probing import probe  # noqa: PLC0415  # late: loads slack_sdk

        return await probe(env)

    async def serve(self, env: Mapping[str, str], host: Host, stop: asyncio.Event) -> None:
        """Answer `/hype` over Socket Mode until `stop` is set, and tell what Slack tells.

        Without SLACK_APP_TOKEN it only waits: over HTTP `web` answers.

        BadSetting where a setting cannot be used or Slack does not take a token.
        """
        from hypecurve_slack.serving.sockets import serve  # noqa: PLC0415  # late: loads slack_bolt

        await serve(env, host, stop)

    def web(self, env: Mapping[str, str], host: Host) -> AbstractAsyncContextManager[Asgi | None]:
        """Open what answers Slack over HTTP, and installs; None where a socket does for all.

        BadSetting where a setting cannot be used.
        """
        if not over_http(env):
            return nullcontext()  # an idle socket needs neither starlette nor what is behind it
        from hypecurve_slack.serving.http import web  # noqa: PLC0415  # late: loads slack_bolt, starlette

        return web(env, host)


bot = SlackBot()
