"""The Slack bot over HTTP, against a stand-in Slack: the real server, the real bolt, loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.message import Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Host, Installations, Kit
from hypecurve.web import listen, serve_http, site
from hypecurve_slack import bot
from standins.slack import SlackStandIn
from standins.slack_http import SIGNING_SECRET, HttpRequests
from standins.slack_oauth import InstallableSlack
from support.bots import HearsNothing, SuggestsNothing, host, kit


@dataclass
class Told(HearsNothing):
    """Events that are written down, each a line."""

    lines: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def channel_open(self, channel: Channel) -> None:
        await self._add(f"open {channel}")

    async def tenant_changed(self, tenant: Tenant) -> None:
        await self._add(f"changed {tenant}")

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        await self._add(f"gone {tenant} {reason}")

    async def tenant_here(self, tenant: Tenant) -> None:
        await self._add(f"here {tenant}")

    async def until(self, total: int) -> list[str]:
        """Wait for so many lines and return them."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.lines) >= total)
        return self.lines

    async def _add(self, line: str) -> None:
        self.lines.append(line)
        async with self._changed:
            self._changed.notify_all()


@dataclass
class Echo(SuggestsNothing):
    """A desk that says what it was asked, and by whom."""

    asked: list[tuple[Asker, str]] = field(default_factory=list)

    async def answer(self, asker: Asker, text: str) -> Answer:
        self.asked.append((asker, text))
        entry = Entry(((Text(f"{asker.channel} asked: {text}"),),), spoken=text)
        section = Section(SectionKind.PLAIN, "", (entry,))
        return Answer(Message(MessageKind.CARD, notification=text, sections=(section,)))


@dataclass
class Reached:
    """The bot, and where it is."""

    url: str
    kit: Kit
    env: Mapping[str, str]
    desk: Echo
    told: Told
    requests: HttpRequests


def one_env(slack: SlackStandIn) -> dict[str, str]:
    """Return the settings for one workspace over HTTP."""
    return {
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
    }


def many_env(slack: InstallableSlack) -> dict[str, str]:
    """Return the settings for workspaces that install the app."""
    return {
        "SLACK_CLIENT_ID": slack.client_id,
        "SLACK_CLIENT_SECRET": slack.client_secret,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
    }


@asynccontextmanager
async def reached(
    slack: SlackStandIn,
    env: Mapping[str, str],
    lent: Kit | None = None,
    installations: Installations | None = None,
) -> AsyncIterator[Reached]:
    """Serve the bot until the end of the block; the stand-in's requests go there."""
    with listen("127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        desk, told = Echo(), Told()
        lent = lent or kit(public_url=url)
        if installations is not None:
            lent = replace(lent, installations=installations)
        given: Host = host(desk, told, lent)
        stop = asyncio.Event()
        async with bot.web(env, given) as app:
            assert app is not None
            serving = asyncio.create_task(serve_http(site({"slack": app}), listening, stop))
            before, slack.line = slack.line, HttpRequests(f"{url}/slack/events")
            try:
                yield Reached(url, lent, env, desk, told, slack.line)
            finally:
                slack.line = before
                stop.set()
                async with asyncio.timeout(5):
                    await serving
