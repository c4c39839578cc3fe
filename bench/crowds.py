"""The parts of the bench in which fifty people at a time ask the bots themselves."""

from __future__ import annotations

from bench.databases import Aged, Databases
from bench.running import Figures, run
from bench.setting import REPOS, Bench
from bench.table import beside

COMMANDS = 2_000
_ACK, _ANSWER = 0.5, 2
"""Seconds, p99."""


def slack(bench: Bench) -> None:
    """Commands in Slack, beside a bolt app that acknowledges."""
    _crowd(bench, "slack", "a bare bolt app")


def discord(bench: Bench) -> None:
    """Commands and what is being typed in Discord, beside a client of discord.py that answers."""
    _crowd(bench, "discord", "a bare discord.py client")


def _crowd(bench: Bench, platform: str, bare: str) -> None:
    repos, commands = bench.size(REPOS), bench.size(COMMANDS)
    where = f"{platform.title()}, 50 at a time, over {repos:,} repos and a year"
    print(f"\n{commands:,} commands in {where}, s")
    print(f"  {'':<44}{'ack p99':>16}{'answer p50':>12}{'p99':>16}{'most':>8}{'lost':>8}")
    for system, who in (("SQLite", bare), *((each, each) for each in Databases.SYSTEMS)):
        url = bench.databases.copy(Aged(system, "year", repos))
        asked = ["--repos", repos, "--commands", commands, *(["--bare"] if who == bare else [])]
        found = run("bench.crowding", url, platform, *asked)["crowd"]
        _tell(f"{who}, while no cycle runs", found["alone"])
        _tell(f"{who}, while {found['cycles']} cycles run", found["busy"])


def _tell(name: str, told: Figures) -> None:
    acks, answers = told["acks"], told["answers"]
    print(
        f"  {name:<44}{beside(acks['p99'], _ACK, 3):>16}"
        f"{answers['p50']:>12.3f}{beside(answers['p99'], _ANSWER, 3):>16}"
        f"{answers['most']:>8.3f}{beside(told['lost'], 0, 0):>8}",
        flush=True,
    )
