"""The Slack bot as it runs, in Socket Mode against a stand-in Slack on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypecurve.ports import Host
from hypecurve_slack.sockets import PACE, Pace, serve
from standins.slack import SlackStandIn


@asynccontextmanager
async def running(slack: SlackStandIn, host: Host, pace: Pace = PACE) -> AsyncIterator[None]:
    """Run the bot until the end of the block, and let no error of its pass unseen."""
    settings = {
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }
    stop = asyncio.Event()
    sockets = slack.sockets._total
    task = asyncio.create_task(serve(settings, host, stop, pace))
    try:
        await slack.connected(sockets + 1)
        yield
    finally:
        stop.set()
        async with asyncio.timeout(5):
            await task
