"""A full discovery over all terms into an empty database, and whether it found every repo."""

from __future__ import annotations

import argparse
import asyncio
from math import ceil

from bench.figures import measured, tell
from bench.world import INTERVAL, TOKEN, TRACKING, UNTIL, make_world

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.adapters.github.slices import PAGE, query, whole
from hypecurve.adapters.sql.store import World, open_store
from hypecurve.ports import Lately
from hypecurve.services.tracker.discover import discover
from hypecurve.standin.searching import Index, parse


def main() -> None:
    """`python -m bench.discovering DATABASE_URL GITHUB_URL --repos 18000`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("github")
    parser.add_argument("--repos", type=int, default=18_000)
    parser.add_argument("--crowd", type=int, default=0)
    asked = parser.parse_args()
    asyncio.run(_discover(asked.database, asked.github))
    _tell_all(asked.repos, asked.crowd)


async def _discover(database: str, api: str) -> None:
    clock = SetClock(UNTIL)
    with measured("discovery") as found:
        async with (
            open_github(api, TOKEN, clock=clock) as github,
            open_store(database, World("live"), now=UNTIL, interval=INTERVAL) as store,
        ):
            done = await discover(store, github, clock, TRACKING.terms, TRACKING.min_stars)
        if done.error is not None:
            raise done.error
        found["met"] = done.met


def _tell_all(repos: int, crowd: int) -> None:
    """What there was to find, and the pages that it fills."""
    index = Index(make_world(repos, crowd))
    part = whole(TRACKING.min_stars, Lately())
    found = [index.find(parse(query(term, part)), UNTIL).tolist() for term in TRACKING.terms]
    tell(
        name="there",
        totals=[len(each) for each in found],
        pages=sum(ceil(len(each) / PAGE) for each in found),
        repos=len(set().union(*found)),
    )


if __name__ == "__main__":
    main()
