"""The Slack bot as it runs over a database, against a stand-in Slack on loopback.

@BY_EITHER_LINE                  # in Socket Mode, and once more over HTTP
async def test_a_command_is_answered(...): ...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from socket import socket
from typing import Literal

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.changes import Changers
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.chat.manners import Manners
from hypecurve.domain.asking import Answer, Asker, Filled, Form, Home
from hypecurve.domain.message import Choice, Message
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.ports import Host, Suggestible
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.web import listen, serve_http, site
from hypecurve_slack import bot
from hypecurve_slack.serving.sockets import PACE, Pace, serve
from standins.slack import SlackStandIn
from standins.slack_http import HttpRequests
from support.bots import HearsNothing, host
from support.catalogue import CHANNEL, a_repo, listed
from support.databases import NOW
from support.sample_day import sample_taxonomy
from support.slack_web import one_env

Way = Literal["socket", "http"]
"""How Slack reaches the bot."""
BY_EITHER_LINE = pytest.mark.parametrize("line", ["socket", "http"])
"""For tests with a fixture `line`: what they try holds in both modes."""


@dataclass(frozen=True, slots=True)
class Service:
    """A bot that runs: `stop` ends it, `task` is over when it has ended."""

    stop: asyncio.Event
    task: asyncio.Task[None]


@asynccontextmanager
async def running(
    slack: SlackStandIn, host: Host, pace: Pace = PACE, *, line: Way = "socket"
) -> AsyncIterator[Service]:
    """Run the bot until the end of the block, and let no error of its pass unseen."""
    stop = asyncio.Event()
    with listen("127.0.0.1", 0) as listening:
        if line == "http":
            port = listening.getsockname()[1]
            slack.line = HttpRequests(f"http://127.0.0.1:{port}/slack/events")
            serving = _over_http(one_env(slack), host, listening, stop)
        else:
            slack.line = slack.sockets
            settings = {
                "SLACK_BOT_TOKEN": slack.token,
                "SLACK_APP_TOKEN": slack.app_token,
                "SLACK_API_URL": slack.api_url,
            }
            serving = serve(settings, host, stop, pace)
        sockets = slack.sockets.total
        task = asyncio.create_task(serving)
        try:
            if line == "socket":
                await slack.connected(sockets + 1)
            yield Service(stop, task)
        finally:
            stop.set()
            async with asyncio.timeout(5):
                await task


async def _over_http(
    env: Mapping[str, str], host: Host, listening: socket, stop: asyncio.Event
) -> None:
    """Do as the service does: the bot's own part beside what it answers over HTTP."""
    async with bot.web(env, host) as app:
        assert app is not None
        await asyncio.gather(
            bot.serve(env, host, stop), serve_http(site({"slack": app}), listening, stop)
        )


class Nothing(HearsNothing):
    """Events that nobody needs here."""

    async def channel_open(self, channel: Channel) -> None: ...

    async def tenant_changed(self, tenant: Tenant) -> None: ...

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None: ...

    async def tenant_here(self, tenant: Tenant) -> None: ...


class SuggestingDesk(ServiceDesk):
    """The desk, with suggestions that say what was asked."""

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> tuple[Choice, ...]:
        match kind, typed:
            case "place", _:
                return (Choice("Agents", "agents", "Applications"), Choice("MCP", "mcp", "Tools"))
            case "repo", "break":
                raise RuntimeError(typed)
            case _:
                return (Choice(f"{typed} ({asker.channel.id})", f"{kind}/{typed or 'first'}"),)


@dataclass
class SlowForms:
    """Forms that can be made to wait, as over a slow database."""

    forms: ServiceForms
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def form(self, asker: Asker, subscription_id: int | None = None) -> Form:
        await self.gate.wait()
        return await self.forms.form(asker, subscription_id)

    async def fill(self, asker: Asker, filled: Filled) -> Answer:
        await self.gate.wait()
        return await self.forms.fill(asker, filled)

    async def preview(self, asker: Asker, filled: Filled) -> Message:
        await self.gate.wait()
        return await self.forms.preview(asker, filled)

    async def home(self, asker: Asker, channels: Collection[Channel] | None = None) -> Home:
        return await self.forms.home(asker, channels)


@dataclass
class It:
    """Slack, what the bot answers with, and what is kept."""

    slack: SlackStandIn
    store: SqlStore
    forms: SlowForms
    line: Way = "socket"

    @property
    def gate(self) -> asyncio.Event:
        """Open while the database is as fast as it should be."""
        return self.forms.gate

    async def has(self) -> list[Subscription]:
        """What the channel hears."""
        return list(await subscriptions_of(self.store, CHANNEL))

    def said(self) -> list[str]:
        """What everybody in the channel was told."""
        return [each.shown for each in self.slack.channels["C456"].messages]

    async def subscribed(self, text: str = "all at 09:00") -> None:
        """Let the channel hear something."""
        await self.slack.command(f"/hype subscribe {text}")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Run the bot: another one each time."""
        polite = Manners(self.forms.forms.desk, self.forms)
        given = host(polite, Nothing(), forms=polite)
        async with running(self.slack, given, line=self.line):
            yield


@asynccontextmanager
async def bot_over(
    store: SqlStore, line: Way = "socket", *, changes: Changers = "members"
) -> AsyncIterator[It]:
    """Return a Slack, and a bot that can be started over a database with two repos."""
    await listed(store, [a_repo(1), a_repo(2, 900)])
    desk = SuggestingDesk(store, SetClock(NOW), sample_taxonomy(), changes=changes)
    async with SlackStandIn() as slack:
        made = It(slack, store, SlowForms(ServiceForms(desk)), line)
        made.gate.set()
        yield made
