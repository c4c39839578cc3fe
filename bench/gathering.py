"""The real service in many Discord servers: what it holds before the gateway names them, and after.

Each has 20 channels, 10 roles and what else Discord tells of a server; see the stand-in's.
"""

from __future__ import annotations

import argparse
import asyncio

from bench.figures import tell
from bench.watched import cpu, peak, rss, service

from standins.discord_process import discord_process

_STARTED = 12.0
"""Seconds for the start, the first ticks, and a child process that finds nothing to do."""
_LOOK = 4.0
"""Seconds between two looks; who used little of them has read all."""
_LITTLE = 0.1
"""Share of a core."""
_LONGEST = 300.0


def main() -> None:
    """`python -m bench.gathering DATABASE_URL --servers 2500`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--servers", type=int, default=2_500)
    asked = parser.parse_args()
    asyncio.run(_gather(asked.database, asked.servers))


async def _gather(url: str, servers: int) -> None:
    async with discord_process(servers=servers) as discord, service(url, discord.env) as running:
        await asyncio.sleep(_STARTED)
        before = rss(running.pid)
        used = cpu(running.pid)
        await discord.ask("open")
        seconds = await _read(running.pid)
        tell(
            name="gathering",
            before=before,
            after=rss(running.pid),
            peak=peak(running.pid),
            cpu=cpu(running.pid) - used,
            seconds=seconds,
        )


async def _read(pid: int) -> float:
    """Wait until it does little any more; return the seconds that took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() < began + _LONGEST:
        used, at = cpu(pid), loop.time()
        await asyncio.sleep(_LOOK)
        if cpu(pid) - used < _LITTLE * (loop.time() - at):
            return at - began
    message = "it does not come to rest"
    raise TimeoutError(message)


if __name__ == "__main__":
    main()
