"""The parts of the bench that measure how channels are told: composing, delivering."""

from __future__ import annotations

from bench.databases import Aged, Databases
from bench.running import run
from bench.setting import REPOS, Bench
from bench.table import Table, beside

CHANNELS = 10_000
_RATES = {"discord": 44, "slack": 300}
"""Digests a second, at least."""
_NAMES = {"discord": "Discord", "slack": "Slack"}


def needed(part: str, bench: Bench) -> list[Aged]:
    """The databases that a part works on."""
    systems = Databases.SYSTEMS if part == "composing" else ("SQLite",)
    return [_aged(system, bench) for system in systems]


def _aged(system: str, bench: Bench) -> Aged:
    return Aged(system, "month", bench.size(REPOS))


def composing(bench: Bench) -> None:
    """Everybody's digest is due at once."""
    channels, repos = bench.size(CHANNELS), bench.size(REPOS)
    table = Table(f"Compose and enqueue {channels:,} due digests over {repos:,} repos")
    for system in Databases.SYSTEMS:
        url = bench.databases.copy(_aged(system, bench))
        run("bench.audience", url, "--channels", channels)
        done = run("bench.composing", url)["composing"]
        table.work(f"{system}: {done['digests']:,} with news", done, wall=20, peak=400)


def delivering(bench: Bench) -> None:
    """Composed digests go to stand-ins that hold the platforms' limits, from a durable SQLite."""
    channels = bench.size(CHANNELS)
    table = Table(f"Deliver the digests of {channels:,} channels")
    for platform, least in _RATES.items():
        url = bench.databases.copy(_aged("SQLite", bench))
        run("bench.audience", url, "--channels", channels, "--platform", platform)
        run("bench.composing", url)
        found = run("bench.delivering", url, platform, "--channels", channels)
        done, taken = found["delivering"], found["standin"]
        sent = done["states"].get("sent", 0)
        table.work(f"{_NAMES[platform]}: {sent:,} sent of {done['tried']:,}", done)
        rate = beside(sent / done["wall"], least, 1)
        told = f"{taken['accepted']:,} messages taken, {taken['doubles']} twice"
        table.line(f"  {rate} digests a second; {told}, {beside(taken['limited'], 0, 0)} times 429")
        if taken.get("least_gap") is not None:
            table.line(
                f"  least time between two messages of a channel: {taken['least_gap']:.3f} s"
            )
        if "busiest" in taken:
            table.line(f"  most requests in any second: {beside(taken['busiest'], 50, 0)}")
