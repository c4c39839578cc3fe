"""One full cycle as the service runs it: sweep over HTTP, upsert, detect, compose one digest."""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import datetime
from itertools import pairwise

from bench.figures import measured
from bench.world import INTERVAL, TOKEN, TRACKING, UNTIL

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_taxonomy
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.tracker.cycle import run_cycle

_END = "end"
STEPS = {"search": "discovered", "sweep": "saw", "detect": "cycle", "compose": _END}
"""Each with the first word of the line that the cycle tells at its end."""


def main() -> None:
    """`python -m bench.cycling DATABASE_URL GITHUB_URL`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("github")
    parser.add_argument("--at", type=datetime.fromisoformat, default=UNTIL)
    asked = parser.parse_args()
    asyncio.run(_cycle(asked.database, asked.github, asked.at))


async def _cycle(database: str, api: str, at: datetime) -> None:
    clock, taxonomy = SetClock(at), load_taxonomy()
    with measured("cycle") as found:
        async with (
            open_github(api, TOKEN, clock=clock) as github,
            open_store(database, None, now=at, interval=INTERVAL, keep=KEEP_COLUMNS) as store,
        ):
            marks = {"": time.perf_counter()}

            def mark(line: str) -> None:
                marks.setdefault(line.split(maxsplit=1)[0], time.perf_counter())

            detected = await run_cycle(store, github, clock, taxonomy, TRACKING, mark)
            found["digests"] = await compose_due(store, clock, taxonomy)
            marks[_END] = time.perf_counter()
        if detected is not None:
            found |= {"seen": detected.sweep.seen, "signals": len(detected.signals)}
            found["health"] = detected.sweep.health.value
        ends = [marks[word] for word in ("", *STEPS.values())]
        found |= {
            name: end - start for name, (start, end) in zip(STEPS, pairwise(ends), strict=True)
        }


if __name__ == "__main__":
    main()
