"""The parts of the bench that look at the whole service while it has nothing to do."""

from __future__ import annotations

from bench.running import run
from bench.setting import Bench
from bench.table import beside

SERVERS = 2_500
"""Of Discord, in one process."""
_MINUTE = 60
_SHORT = 10
_MIB = 1_048_576 / 1_000_000


def idling(bench: Bench) -> None:
    """The whole service with nothing to do."""
    url = bench.databases.empty()
    seconds = _SHORT if bench.asked.quick else _MINUTE
    found = run("bench.idling", url, "--seconds", seconds)["idling"]
    print(f"\nAn idle service with both bots, for {seconds} s after its start")
    share, held = beside(found["share"] * 100, 1, 2), beside(found["rss"], 150, 0)
    print(f"  CPU, % of a core: {share}; memory, MiB: {held}", flush=True)


def servers(bench: Bench) -> None:
    """The service in as many Discord servers as one connection may have."""
    number = bench.size(SERVERS)
    found = run("bench.gathering", bench.databases.empty(), "--servers", number)["gathering"]
    print(f"\nThe service in {number:,} Discord servers, each with 20 channels and 10 roles")
    before, after = found["before"], found["after"]
    print(
        f"  memory, MB: {before * _MIB:.0f} before they are named,"
        f" {beside(after * _MIB, 400, 0)} after, {found['peak'] * _MIB:.0f} at most;"
        f" {(after - before) * 1024 / number:.0f} KiB a server"
    )
    print(f"  CPU, s, to read them: {found['cpu']:.1f}", flush=True)
