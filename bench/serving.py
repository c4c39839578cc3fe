"""What answers in Slack, in a process of its own: our bot over a store, or a bare bolt app.

The bare one only acknowledges and says a word: what Slack's own library takes by itself. It serves
until its input is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from bench.figures import tell
from bench.world import INTERVAL, UNTIL
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_bots, load_taxonomy
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.chat.manners import Manners
from hypecurve.ports import Host
from hypecurve.services.delivery.presence import Presence
from standins.slack import SlackStandIn
from support.bots import kit

_CONNECTS = 2.0
"""Seconds for the socket."""


def main() -> None:
    """`python -m bench.serving SLACK_API_URL [DATABASE_URL]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slack")
    parser.add_argument("database", nargs="?")
    asked = parser.parse_args()
    # Nobody reads what stands on the standard output behind the first line.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(_serve(asked.slack, asked.database))


async def _serve(slack: str, database: str | None) -> None:
    async with _ours(slack, database) if database else _bare(slack):
        await asyncio.sleep(_CONNECTS)
        tell(name="serving")
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def _ours(slack: str, database: str) -> AsyncIterator[None]:
    env = {
        "SLACK_BOT_TOKEN": SlackStandIn.token,
        "SLACK_APP_TOKEN": SlackStandIn.app_token,
        "SLACK_API_URL": slack,
    }
    clock, stop = SetClock(UNTIL), asyncio.Event()
    async with open_store(database, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS) as store:
        desk = ServiceDesk(store, clock, load_taxonomy())
        polite = Manners(desk, ServiceForms(desk))
        host = Host(polite, polite, Presence(store, clock), kit())
        serving = asyncio.create_task(load_bots()["slack"].serve(env, host, stop))
        try:
            yield
        finally:
            stop.set()
            await serving


@asynccontextmanager
async def _bare(slack: str) -> AsyncIterator[None]:
    client = AsyncWebClient(SlackStandIn.token, base_url=slack)
    app = AsyncApp(client=client, logger=logging.getLogger("bare"))

    @app.command("/hype")
    async def _slash(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        await ack()
        await respond(f"You wrote {body['text']}")

    handler = AsyncSocketModeHandler(app, SlackStandIn.app_token, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt's
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # bolt's


if __name__ == "__main__":
    main()
