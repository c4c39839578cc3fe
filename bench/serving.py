"""What answers on a platform, in a process of its own: our bot over a store, or a bare one.

It finds the platform where the environment's settings say, and serves until its input is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog
from bench.bare import bare_discord, bare_slack
from bench.figures import tell
from bench.world import INTERVAL, UNTIL

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_bots, load_taxonomy
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.chat.manners import Manners
from hypecurve.ports import Host
from hypecurve.services.delivery.presence import Presence
from support.bots import kit

_CONNECTS = 2.0
"""Seconds for the socket."""
_BARE = {"slack": bare_slack, "discord": bare_discord}


def main() -> None:
    """`python -m bench.serving slack [DATABASE_URL]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("platform", choices=list(_BARE))
    parser.add_argument("database", nargs="?")
    asked = parser.parse_args()
    # Nobody reads what stands on the standard output behind the first line.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(_serve(asked.platform, asked.database))


async def _serve(platform: str, database: str | None) -> None:
    bot = load_bots()[platform]
    env = {each.name: os.environ[each.name] for each in bot.settings if each.name in os.environ}
    async with _ours(platform, env, database) if database else _BARE[platform](env):
        await asyncio.sleep(_CONNECTS)
        tell(name="serving")
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def _ours(platform: str, env: Mapping[str, str], database: str) -> AsyncIterator[None]:
    clock, stop = SetClock(UNTIL), asyncio.Event()
    async with open_store(database, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS) as store:
        desk = ServiceDesk(store, clock, load_taxonomy())
        polite = Manners(desk, ServiceForms(desk))
        host = Host(polite, polite, Presence(store, clock), kit())
        serving = asyncio.create_task(load_bots()[platform].serve(env, host, stop))
        try:
            yield
        finally:
            stop.set()
            await serving


if __name__ == "__main__":
    main()
