"""`python -m hypecurve.standin`: the stand-in as a process of its own, for the bench and by hand.

Prints its address, then reads times (ISO 8601) from standard input, one a line, and shows the
world as of each; ends with the input. Every answer to a time is one JSON line of what was spent.
Before the first time it shows the present, by this machine's clock, or stands still at `--until`.

    GITHUB_API_URL=http://127.0.0.1:PORT GITHUB_TOKEN=made-up hypecurve ...
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime

from hypecurve.standin import MADE_UP
from hypecurve.standin.server import StandIn
from hypecurve.standin.world import World


async def serve(world: World, at: datetime | None) -> None:
    """Serve a world until standard input ends; `at` None: by this machine's clock until told."""
    loop = asyncio.get_running_loop()
    async with StandIn(world, now=lambda: at or datetime.now(UTC)) as standin:
        _say(standin.url)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            if line.strip():
                at = _time(line.strip())
            spent = standin.spent
            _say(json.dumps({"requests": spent.requests, "points": spent.points}))


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m hypecurve.standin", description=MADE_UP)
    parser.add_argument("--repos", type=int, default=900, help="how many (900)")
    parser.add_argument("--seed", type=int, default=1, help="which world (1)")
    parser.add_argument("--until", type=_time, default=None, help="its last day, ISO 8601 (now)")
    given = parser.parse_args()
    world = World.make(given.seed, given.repos, until=given.until or datetime.now(UTC))
    asyncio.run(serve(world, given.until))


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
