"""The stand-in GitHub in a process of its own.

It prints its address, serves until its input is closed, then prints what was asked of it. What
the repos are like is worked out before anybody asks: the bench is about the one who asks.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime

from bench.figures import tell
from bench.world import UNTIL, make_world

from hypecurve.domain.repo import Repo
from hypecurve.standin.server import StandIn
from hypecurve.standin.world import World


def main() -> None:
    """`python -m bench.standing --repos 18000`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=int, default=18_000)
    asyncio.run(_serve(parser.parse_args().repos))


async def _serve(repos: int) -> None:
    world = make_world(repos)
    _answer_at_once(world)
    async with StandIn(world, now=lambda: UNTIL) as standin:
        tell(name="standing", url=standin.url)
        await asyncio.to_thread(sys.stdin.read)
        tell(name="asked", requests=standin.spent.requests, points=standin.spent.points)


def _answer_at_once(world: World) -> None:
    """Keep each repo as it is at the one instant that is ever asked for."""
    kept = [world.repo_at(index, UNTIL) for index in range(world.size)]

    def repo_at(index: int, at: datetime) -> Repo | None:  # noqa: ARG001 - the method's signature
        return kept[index]

    world.repo_at = repo_at  # type: ignore[method-assign]  # see above


if __name__ == "__main__":
    main()
