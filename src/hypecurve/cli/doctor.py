"""`doctor`: is everything there that the service needs, and what to do where it is not.

It changes nothing: no database is made or migrated, nothing is posted, no token is shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from hypecurve.cli import checks, facing, reaching
from hypecurve.cli.checks import Check, State
from hypecurve.cli.common import note, one_of, runs

if TYPE_CHECKING:
    from hypecurve.ports import Clock

WITHIN = 10.0
"""Seconds for whoever is asked to answer."""
_CONNECTING = "8"
"""Seconds for PostgreSQL to take a connection: a thread that waits for it cannot be called back."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor")(runs(doctor))


async def doctor(
    style: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Look at everything the service needs; exit with 1 where something fails."""
    import os

    one_of("--format", style, ("text", "json"))
    os.environ.setdefault("PGCONNECT_TIMEOUT", _CONNECTING)
    found = []
    async for check in examine():
        found.append(check)
        if style == "text":
            typer.echo(in_one_line(check))
    if style == "json":
        typer.echo(json.dumps([asdict(check) for check in found], ensure_ascii=False, indent=1))
    else:
        note(summary(found))
    if any(check.state is State.FAIL for check in found):
        raise typer.Exit(1)


def in_one_line(check: Check) -> str:
    """Return `warn  token       accepted, ...`."""
    return f"{check.state.value:<6}{check.name:<13}{' '.join(check.says.split())}"


def summary(found: list[Check]) -> str:
    """Return how it went as a whole."""
    count = Counter(check.state for check in found)
    if not count[State.FAIL]:
        more = f", {count[State.WARN]} to look at" if count[State.WARN] else ""
        return f"Nothing fails{more}."
    return f"{count[State.FAIL]} failed, {count[State.WARN]} to look at."


async def examine(
    *,
    clock: Clock | None = None,
    free: Callable[[Path], int] = checks.free_space,
    zone: Callable[[str], tzinfo] = ZoneInfo,
    within: float = WITHIN,
) -> AsyncIterator[Check]:
    """Yield the checks in order, each as soon as it is known.

    `free`: bytes that are free where a folder is; `within`: seconds for each to answer.
    """
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import load_bots

    clock = clock or SystemClock()
    bots = load_bots()
    read = checks.read_settings(bots)
    for check in read.checks:
        yield check
    for check in await reaching.database(read, clock, within):
        yield check
    answer = await reaching.github(read, clock, within)
    standing = None if isinstance(answer, Check) else answer
    if isinstance(answer, Check):
        yield answer
    else:
        yield reaching.token(answer, clock.now())
        yield reaching.points(answer)
    async for check in reaching.platforms(bots, within):
        yield check
    for check in facing.keys(read, clock):
        yield check
    async for check in facing.http(read, within):
        yield check
    yield reaching.clock(standing)
    yield checks.disk(read, free)
    yield checks.time_zones(zone)
    yield checks.operator_channel(read, bots)
