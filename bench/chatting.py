"""Commands as a bot hands them on, one after the other, each timed from its text to its answer.

It tells that it is ready; a line `ask N` asks N of each kind; a line `on` goes on asking until a
line `off`. Both answer with the times in ms.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterator
from itertools import cycle

from bench.figures import tell
from bench.world import INTERVAL, UNTIL

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_taxonomy
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Found, Store

KINDS = ("repo", "rising")
_PAUSE = 0.01
"""Seconds: people type."""
_ASKER = Asker(Channel.parse("slack:T1/C1"), "U1", zone="Europe/Berlin")


def main() -> None:
    """`python -m bench.chatting DATABASE_URL`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    asyncio.run(_chat(parser.parse_args().database))


async def _chat(database: str) -> None:
    async with open_store(database, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS) as store:
        desk = ServiceDesk(store, SetClock(UNTIL), load_taxonomy())
        texts = _texts(await _names(store))
        await _ask(desk, texts, _times())  # what is loaded once
        tell(name="ready")
        while line := (await asyncio.to_thread(sys.stdin.readline)).split():
            times = _times()
            if line[0] == "ask":
                for _ in range(int(line[1])):
                    await _ask(desk, texts, times)
            else:
                tell(name="on")
                off = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
                while not off.done():
                    await _ask(desk, texts, times)
            tell(name="asked", **{kind: _told(times[kind]) for kind in KINDS})


async def _names(store: Store) -> list[str]:
    async with store.read() as tx:
        entries = await tx.catalogue.entries(Found())
    names = [str(entry.repo.name) for entry in entries]
    random.Random(7).shuffle(names)  # noqa: S311 - a sample
    return names


def _texts(names: list[str]) -> Iterator[dict[str, str]]:
    for name in cycle(names):
        yield {"repo": f"repo {name}", "rising": "rising"}


def _times() -> dict[str, list[float]]:
    return {kind: [] for kind in KINDS}


async def _ask(
    desk: ServiceDesk, texts: Iterator[dict[str, str]], times: dict[str, list[float]]
) -> None:
    """Ask one of each kind."""
    for kind, text in next(texts).items():
        began = time.perf_counter()
        await desk.carry_out(_ASKER, text)
        times[kind].append((time.perf_counter() - began) * 1_000)
        await asyncio.sleep(_PAUSE)


def _told(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "n": len(ordered),
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
        "most": ordered[-1],
    }


if __name__ == "__main__":
    main()
