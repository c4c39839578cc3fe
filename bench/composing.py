"""Everything that is due becomes digests and deliveries, as the service composes it."""

from __future__ import annotations

import argparse
import asyncio

from bench.figures import measured
from bench.world import INTERVAL, UNTIL

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_bots, load_taxonomy, pictured
from hypecurve.services.digests.compose import compose_due


def main() -> None:
    """`python -m bench.composing DATABASE_URL`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    asyncio.run(_compose(parser.parse_args().database))


async def _compose(url: str) -> None:
    clock, taxonomy, shown = SetClock(UNTIL), load_taxonomy(), pictured(load_bots())
    with measured("composing") as found:
        async with open_store(url, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS) as store:
            found["digests"] = await compose_due(store, clock, taxonomy, pictured=shown)
            async with store.read() as tx:
                found["left"] = len(await tx.subscriptions.due(UNTIL, 1))


if __name__ == "__main__":
    main()
