"""The parts of the bench: what is run, and what is told of it beside which target."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import crowds, idle, telling
from bench.cycling import STEPS
from bench.databases import AGES, Aged, Databases, databases
from bench.running import Child, Figures, child, run
from bench.setting import MANY, REPOS, Bench
from bench.table import Table, beside

RECORDED = 4_600
SAMPLE = 300
"""Repos that PyGithub is asked for."""
COMMANDS = 300
"""Of each kind, with no cycle running."""
CYCLES = 4
"""While which commands are asked."""
CROWD = 2_500
POINTS_AN_HOUR = 5_000
RUNS = 3
STARTS = 10


def main() -> None:
    """Run the parts that were asked for and print a table for each."""
    parser = argparse.ArgumentParser(description="what the work costs, beside what it may cost")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--recording", type=Path, help="a folder of recorded histories to replay")
    parser.add_argument("--until", help="the last day of it, like 2025-06-30")
    asked = parser.parse_args()
    for part in asked.parts:
        if part not in PARTS:
            parser.error(f"there is no part '{part}': choose from {', '.join(PARTS)}")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="hypecurve-bench-") as folder:
        with databases(Path(folder)) as kept:
            bench = Bench(asked, Path(folder), kept)
            parts = asked.parts or list(PARTS)
            # All of them beforehand: whatever is measured is measured alone.
            kept.build(each for part in parts for each in _needed(part, bench))
            for part in parts:
                PARTS[part](bench)
                # On a busy machine the wall clock is that of the others, too.
                print(f"  (load at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
        for name, figures in kept.kept.items():
            a_change = beside(figures["bytes_a_change"], 20 if "SQLite" in name else None, 1)
            print(
                f"{name}: {figures['changes']:,} changes in {figures['sweeps']:,} sweeps,"
                f" {a_change} bytes each; built in {figures['wall']:.0f} s"
            )
    print(f"\n{time.perf_counter() - began:.0f} s in all")


def _needed(part: str, bench: Bench) -> list[Aged]:
    """The databases that a part works on."""
    match part:
        case "cycle":
            repos = bench.size(REPOS)
            return [Aged(system, age, repos) for age in AGES for system in Databases.SYSTEMS]
        case "asking" | "crowd" | "crowd-discord":
            return [Aged(system, "year", bench.size(REPOS)) for system in Databases.SYSTEMS]
        case "large":
            return [Aged("SQLite", "year", bench.size(MANY), coarse=True)]
        case "composing" | "delivering":
            return telling.needed(part, bench)
    return []


def replay(bench: Bench) -> None:
    """A made-up recording as large as the one people have, and theirs where there is one."""
    table = Table("Replay, from the folder to the last signal")
    made = bench.folder / "recording"
    run("bench.recording", made, "--repos", bench.size(RECORDED))
    recordings = [("made up", [str(made)])]
    if bench.asked.recording:
        until = ["--until", bench.asked.until] if bench.asked.until else []
        recordings.append((bench.asked.recording.name, [str(bench.asked.recording), *until]))
    for name, arguments in recordings:
        found = run("bench.replaying", *arguments)
        whole = found["whole"]
        what = f"{whole['observations']:,} counts, {whole['repos']:,} repos, {whole['days']:,} days"
        table.work(f"{name}: {what}", whole, wall=180, peak=1_000)
        table.work("  of which reading", found["reading"])


def cycle(bench: Bench) -> None:
    """A full cycle on both databases, young and old, beside the floor."""
    repos = bench.size(REPOS)
    table = Table(f"A full cycle over {repos:,} repos: search, sweep, upsert, detect, compose")
    floor = run("bench.flooring", bench.folder / "floor.db", "--repos", repos)["floor"]
    for system in Databases.SYSTEMS:
        costs: dict[str, list[Figures]] = {age: [] for age in AGES}
        with child("bench.standing", "--repos", repos) as standin:
            # In turns, so that a busy machine is busy for both.
            for age in [*AGES] * RUNS:
                url = bench.databases.copy(Aged(system, age, repos))
                costs[age].append(_one_cycle(url, standin))
        year, month = (sorted(costs[age], key=_cpu)[RUNS // 2] for age in AGES)
        _tell_cycle(table, f"{system}, a year old", year, (6, 250))
        _tell_cycle(table, f"{system}, a month old", month, (6, 250))
        growth = beside(_cpu(year) / _cpu(month), 1.2, 2)
        table.line(f"  CPU, a year against a month: {growth} (each the middle one of {RUNS})")
        table.line(f"  CPU, a year against the floor: {_cpu(year) / floor['cpu']:.1f} x")
    table.work("the floor: parsing, one plain upsert (SQLite)", floor)


def large(bench: Bench) -> None:
    """The same for many more repos, on the database of a smaller installation."""
    repos = bench.size(MANY)
    table = Table(f"A full cycle over {repos:,} repos, a year old (of 235 days one sweep a week)")
    url = bench.databases.copy(Aged("SQLite", "year", repos, coarse=True))
    with child("bench.standing", "--repos", repos) as standin:
        _tell_cycle(table, "SQLite", _one_cycle(url, standin), (30, 800))


def _one_cycle(url: str, standin: Child) -> Figures:
    cost = run("bench.cycling", url, standin.told["standing"]["url"])["cycle"]
    return cost | standin.ask("spent")


def _cpu(cost: Figures) -> float:
    return float(cost["cpu"])


def _tell_cycle(table: Table, name: str, cost: Figures, target: tuple[float, float]) -> None:
    """Tell of a cycle beside its target: seconds and MB."""
    table.work(name, cost, wall=target[0], peak=target[1])
    steps = ", ".join(f"{step} {cost[step]:.2f} s" for step in STEPS)
    table.line(f"  {steps}; {cost['requests']:,} requests, {cost['points']:,} points of GraphQL")


def asking(bench: Bench) -> None:
    """How long a command takes while a cycle runs in another process on the same database."""
    repos = bench.size(REPOS)
    print(f"\nA command over {repos:,} repos with a year of counts, ms")
    print(f"  {'':<44}{'asked':>6}{'p50':>8}{'p99':>18}{'most':>8}", flush=True)
    for system in Databases.SYSTEMS:
        url = bench.databases.copy(Aged(system, "year", repos))
        with (
            child("bench.standing", "--repos", repos) as standin,
            child("bench.chatting", url) as chat,
        ):
            alone = chat.ask(f"ask {COMMANDS}")
            busy, cycles = _while_cycling(chat, standin, url)
        for told, when in ((alone, "no cycle runs"), (busy, f"{cycles} cycles run")):
            for kind, each in told.items():
                p99 = beside(each["p99"], 300, 1)
                print(
                    f"  {f'{system}, {kind}, while {when}':<44}{each['n']:>6}{each['p50']:>8.1f}"
                    f"{p99:>18}{each['most']:>8.1f}",
                    flush=True,
                )


def _while_cycling(chat: Child, standin: Child, url: str) -> tuple[Figures, int]:
    """Ask while cycles run, one after the other, each in a process as the service starts them."""
    at: list[str] = []
    chat.ask("on")
    for _ in range(CYCLES):
        run("bench.cycling", url, standin.told["standing"]["url"], *at)
        at = ["--at", standin.ask("later")["at"]]
    return chat.ask("off"), CYCLES


def sweep(bench: Bench) -> None:
    """Our sweep beside PyGithub asking for one repo after the other, on the same stand-in."""
    repos = bench.size(REPOS)
    table = Table(f"A sweep of {repos:,} repos, nothing kept, GitHub answering at once")
    with child("bench.standing", "--repos", repos) as standin:
        api = standin.told["standing"]["url"]
        ours = run("bench.sweeping", api, "--repos", repos)["sweep"] | standin.ask("spent")
        theirs = run("bench.sweeping", api, "--repos", repos, "--sample", SAMPLE)["sweep"]
        theirs |= standin.ask("spent")
    share = repos / theirs["seen"]
    table.work(f"ours: {ours['seen']:,} repos", ours)
    most = repos // 100 + 5
    table.line(
        f"  {beside(ours['requests'], most, 0)} requests, {beside(ours['points'], most, 0)} points"
    )
    table.work(f"PyGithub, one by one: {theirs['seen']:,} repos", theirs)
    table.line(f"  {theirs['requests']:,} requests, a point each")
    projected = {name: theirs[name] * share for name in ("wall", "cpu")} | {"peak": theirs["peak"]}
    table.work(f"PyGithub, projected from these to {repos:,} repos", projected)
    requests = theirs["requests"] * share
    table.line(
        f"  projected: {requests:,.0f} requests, {requests:,.0f} points,"
        f" {requests / POINTS_AN_HOUR:.1f} h of GitHub's {POINTS_AN_HOUR:,} points an hour;"
        f" ours against it: requests 1 : {requests / ours['requests']:.0f},"
        f" CPU 1 : {projected['cpu'] / ours['cpu']:.0f}"
    )


def discovery(bench: Bench) -> None:
    """What a full discovery asks, beside the pages that its answers fill."""
    repos = bench.size(REPOS)
    table = Table(f"A full discovery of {repos:,} repos over three terms, into an empty database")
    for crowd in (0, bench.size(CROWD)):
        world = ["--repos", repos, "--crowd", crowd]
        with child("bench.standing", *world) as standin:
            api = standin.told["standing"]["url"]
            found = run("bench.discovering", bench.databases.empty(), api, *world)
            requests = standin.ask("spent")["requests"]
        done, there = found["discovery"], found["there"]
        name = "sizes skewed as in life"
        table.work(f"{name}, {crowd:,} of one star count" if crowd else name, done)
        totals = ", ".join(f"{total:,}" for total in there["totals"])
        table.line(
            f"  found {done['met']:,} of {there['repos']:,} ({totals}); {requests:,} requests for"
            f" {there['pages']:,} pages: {beside(requests / there['pages'], 1.4, 2)}"
        )


def detection(bench: Bench) -> None:
    """Nothing but numpy."""
    repos = bench.size(MANY)
    counts = bench.folder / "counts.npy"
    run("bench.detecting", counts, "--make", repos)
    found = run("bench.detecting", counts)
    counts.unlink()
    table = Table(f"The detection alone: {repos:,} repos x 120 days")
    table.work("a daily look, windows and judgement", found["daily look"], wall=2, peak=500)
    table.work("  of which windows from counts", found["windows"])
    table.work("the first look of all, judgement alone", found["first look"])


def startup(_bench: Bench) -> None:
    """The median of ten starts each, in turns, so that a busy machine is busy for both."""
    commands = {
        "hypecurve --version": [str(Path(sys.executable).with_name("hypecurve")), "--version"],
        "hypecurve --help": [str(Path(sys.executable).with_name("hypecurve")), "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    bare = medians["python -c pass"]
    print("\nStart-up, median of 10")
    for name, median in medians.items():
        target = " (target 0.16 s where bare Python takes 0.02)" if "version" in name else ""
        print(f"  {name:<22}{median:6.3f} s {median / bare:5.1f} x bare Python{target}")


PARTS: dict[str, Callable[[Bench], None]] = {
    "replay": replay,
    "cycle": cycle,
    "large": large,
    "asking": asking,
    "crowd": crowds.slack,
    "crowd-discord": crowds.discord,
    "sweep": sweep,
    "discovery": discovery,
    "detection": detection,
    "startup": startup,
    "composing": telling.composing,
    "delivering": telling.delivering,
    "idling": idle.idling,
    "servers": idle.servers,
}


if __name__ == "__main__":
    main()
