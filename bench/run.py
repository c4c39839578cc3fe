"""`make bench`: what the work costs, beside what it may cost.

    python bench/run.py [PART ...] [--quick] [--recording DIR [--until DATE]]

Parts: replay, cycle, detection, startup; all of them if none is named, in under ten minutes on two
cores. Each figure is of a process of its own. `--quick` is a tenth of the size, to see that it
runs: its figures say nothing beside the targets.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REPOS = 18_000
MANY = 100_000
RECORDED = 4_600
YEAR, MONTH = 365, 30
POINTS_AN_HOUR = 5_000
STARTS = 10

Found = dict[str, dict[str, Any]]


def main() -> None:
    """Run the parts that were asked for and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--recording", type=Path, help="a folder of recorded histories to replay")
    parser.add_argument("--until", help="the last day of it, like 2025-06-30")
    asked = parser.parse_args()
    for part in asked.parts:
        if part not in PARTS:
            parser.error(f"there is no part '{part}': choose from {', '.join(PARTS)}")
    began = time.perf_counter()
    for part in asked.parts or PARTS:
        # A folder of its own: parts leave nothing behind, and do not fill the disk together.
        with tempfile.TemporaryDirectory(prefix="hypecurve-bench-") as folder:
            PARTS[part](asked, Path(folder))
    print(f"\n{time.perf_counter() - began:.0f} s in all")


# --- the parts --------------------------------------------------------------------------------


def replay(asked: argparse.Namespace, folder: Path) -> None:
    """A made-up recording as large as the one people have, and theirs where there is one."""
    table = Table("Replay, from the folder to the last signal")
    made = folder / "recording"
    run("bench.recording", made, "--repos", size(asked, RECORDED))
    recordings = [("made up", [str(made)])]
    if asked.recording:
        until = ["--until", asked.until] if asked.until else []
        recordings.append((asked.recording.name, [str(asked.recording), *until]))
    for name, arguments in recordings:
        found = run("bench.replaying", *arguments)
        whole = found["whole"]
        what = f"{whole['observations']:,} counts, {whole['repos']:,} repos, {whole['days']:,} days"
        table.work(f"{name}: {what}", whole, wall=180, peak=1_000)
        table.work("  of which reading", found["reading"])


def cycle(asked: argparse.Namespace, folder: Path) -> None:
    """A full cycle on both databases, young and old, beside the floor."""
    repos = size(asked, REPOS)
    table = Table(f"A full cycle over {repos:,} repos: sweep, upsert, detect, compose")
    floor = run("bench.flooring", folder / "floor.db", "--repos", repos)["floor"]
    kept: list[tuple[str, dict[str, Any]]] = []
    asks: dict[str, Any] = {}
    with child("bench.postgres", folder / "postgres") as server:
        addresses = {
            "SQLite": {name: f"sqlite:///{folder / name}.db" for name in ("year", "month")},
            "PostgreSQL": server["serving"],
        }
        for database, urls in addresses.items():
            costs = {}
            for age, days in (("year", YEAR), ("month", MONTH)):
                built = run("bench.building", urls[age], "--repos", repos, "--days", days)
                kept.append((f"{database}, a {age}", built["kept"] | built["building"]))
                with child("bench.standing", "--repos", repos) as standin:
                    address = standin["standing"]["url"]
                    costs[age] = run("bench.cycling", urls[age], address)["cycle"]
                asks = standin["asked"]
                table.work(f"{database}, a {age} old", costs[age], wall=6, peak=250)
                steps = ", ".join(f"{x} {costs[age][x]:.2f} s" for x in STEPS)
                table.line(f"  {steps}")
            growth = costs["year"]["cpu"] / costs["month"]["cpu"]
            table.line(f"  CPU, a year against a month: {growth:.2f} x (target 1.2)")
            table.line(
                f"  CPU, a year against the floor: {costs['year']['cpu'] / floor['cpu']:.1f} x"
            )
    table.work("the floor: parsing, one plain upsert (SQLite)", floor)
    requests, points = asks["requests"], asks["points"]
    one_by_one = repos / POINTS_AN_HOUR
    print(f"  a sweep: {requests:,} requests, {points:,} points (target {repos // 100 + 5:,})")
    print(f"  one by one, as PyGithub asks: {repos:,} requests, {one_by_one:.1f} h of the limit")
    print(f"  ratio: 1 : {repos / max(requests, 1):.0f}")
    for name, figures in kept:
        print(
            f"  {name}: {figures['changes']:,} changes in {figures['sweeps']:,} sweeps,"
            f" {figures['bytes_a_change']:.1f} bytes each (target 20 on SQLite);"
            f" built in {figures['wall']:.0f} s"
        )


STEPS = ("sweep", "detect", "compose")


def detection(asked: argparse.Namespace, folder: Path) -> None:
    """Nothing but numpy."""
    repos = size(asked, MANY)
    counts = folder / "counts.npy"
    run("bench.detecting", counts, "--make", repos)
    found = run("bench.detecting", counts)
    table = Table(f"The detection alone: {repos:,} repos x 120 days")
    table.work("a daily look, windows and judgement", found["daily look"], wall=2, peak=500)
    table.work("  of which windows from counts", found["windows"])
    table.work("the first look of all, judgement alone", found["first look"])


def startup(_asked: argparse.Namespace, _folder: Path) -> None:
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


PARTS = {"replay": replay, "cycle": cycle, "detection": detection, "startup": startup}


# --- how they are run and told ----------------------------------------------------------------


def size(asked: argparse.Namespace, full: int) -> int:
    """The number of repos."""
    return full // 10 if asked.quick else full


def run(module: str, *arguments: object) -> Found:
    """Run a module in a process of its own; return its lines by name."""
    command = _command(module, *arguments)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - our own
    return _found(done.stdout.splitlines())


@contextmanager
def child(module: str, *arguments: object) -> Iterator[Found]:
    """Keep a module running while the block does; its last words are there after the block."""
    command = _command(module, *arguments)
    with subprocess.Popen(  # noqa: S603 - our own
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        found = _found([process.stdout.readline()])
        yield found
        process.stdin.close()
        found.update(_found(process.stdout.read().splitlines()))


def _command(module: str, *arguments: object) -> list[str]:
    # Parts take minutes: whoever waits sees what is at work.
    print(f"... {module.removeprefix('bench.')}", file=sys.stderr, flush=True)
    return [sys.executable, "-m", module, *map(str, arguments)]


def _found(lines: Sequence[str]) -> Found:
    told = [json.loads(line) for line in lines if line.startswith("{")]
    return {each.pop("name"): each for each in told}


class Table:
    """Lines with wall, CPU and peak memory, each beside its target and the ratio to it."""

    def __init__(self, title: str) -> None:
        """Begin one; every line is shown as it comes."""
        head = f"{'wall s':>16}{'CPU s':>8}{'peak MiB':>18}"
        print(f"\n{title}\n  {'':<64}{head}", flush=True)

    def work(
        self,
        name: str,
        cost: Mapping[str, Any],
        *,
        wall: float | None = None,
        peak: float | None = None,
    ) -> None:
        """Add what a piece of work cost; `wall` in s and `peak` in MB are the targets."""
        taken, held = _beside(cost["wall"], wall, 2), _beside(cost["peak"], peak, 0)
        print(f"  {name:<64}{taken:>16}{cost['cpu']:>8.2f}{held:>18}", flush=True)

    def line(self, text: str) -> None:
        """Add a remark."""
        print(f"  {text}", flush=True)


def _beside(value: float, target: float | None, digits: int) -> str:
    """`4.10 / 6 68%`: the figure, its target, and how much of it."""
    figure = f"{value:.{digits}f}"
    return figure if target is None else f"{figure} / {target:.0f} {value / target:.0%}"


if __name__ == "__main__":
    main()
