"""The stand-in GitHub in a process of its own: tells its address, serves until its input is closed.

What the repos are like is worked out before anybody asks: the bench is about the one who asks.
A line `spent` tells what was asked since the last such line; a line `later` lets one interval
pass.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime

from bench.figures import tell
from bench.world import INTERVAL, UNTIL, make_world

from hypecurve.domain.repo import Repo
from hypecurve.standin.server import Spent, StandIn
from hypecurve.standin.world import World


def main() -> None:
    """`python -m bench.standing --repos 18000`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=int, default=18_000)
    parser.add_argument("--crowd", type=int, default=0)
    asked = parser.parse_args()
    asyncio.run(_serve(make_world(asked.repos, asked.crowd)))


async def _serve(world: World) -> None:
    shown = _Shown(world)
    async with StandIn(world, now=lambda: shown.at) as standin:
        tell(name="standing", url=standin.url)
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == "later":
                shown.move(shown.at + INTERVAL)
                tell(name="later", at=shown.at.isoformat())
            else:
                spent, standin.spent = standin.spent, Spent()
                tell(name="spent", requests=spent.requests, points=spent.points)


class _Shown:
    """Keeps each repo as it is at the one instant that is shown."""

    def __init__(self, world: World) -> None:
        self.at = UNTIL
        self._work_out = world.repo_at
        self._size = world.size
        self._kept: list[Repo | None] = []
        self.move(UNTIL)
        world.repo_at = self._repo_at  # type: ignore[method-assign]  # worked out beforehand

    def move(self, at: datetime) -> None:
        self._kept = [self._work_out(index, at) for index in range(self._size)]
        self.at = at

    def _repo_at(self, index: int, at: datetime) -> Repo | None:  # noqa: ARG002 - the method's own
        return self._kept[index]


if __name__ == "__main__":
    main()
