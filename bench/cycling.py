"""One full cycle as the service runs it: sweep over HTTP, upsert, detect, compose one digest."""

from __future__ import annotations

import argparse
import asyncio
import time

from bench.figures import measured
from bench.world import INTERVAL, TRACKING, UNTIL

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_taxonomy
from hypecurve.services.compose import compose_due
from hypecurve.services.cycle import run_cycle

_TOKEN = "made-up"  # noqa: S105 - the stand-in's, a password to nothing


def main() -> None:
    """`python -m bench.cycling DATABASE_URL GITHUB_URL`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("github")
    asked = parser.parse_args()
    asyncio.run(_cycle(asked.database, asked.github))


async def _cycle(database: str, api: str) -> None:
    clock, taxonomy = SetClock(UNTIL), load_taxonomy()
    with measured("cycle") as found:
        async with (
            open_github(api, _TOKEN, clock=clock) as github,
            open_store(database, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS) as store,
        ):
            marks = [time.perf_counter()]
            detected = await run_cycle(
                store,
                github,
                clock,
                taxonomy,
                TRACKING,
                lambda _line: marks.append(time.perf_counter()),
            )
            found["digests"] = await compose_due(store, clock, taxonomy)
            marks.append(time.perf_counter())
        if detected is not None:
            found |= {"seen": detected.sweep.seen, "signals": len(detected.signals)}
        names = ("sweep", "detect", "compose")
        found |= {
            name: end - start for name, start, end in zip(names, marks, marks[1:], strict=False)
        }


if __name__ == "__main__":
    main()
