"""Two thousand commands, fifty people at a time, while cycles run on the same database.

Three processes share the cores with the one that answers: the platform, GitHub and the cycles. That
they type is the stand-in platform's work, and so is the clock that the answers are held against.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bench.figures import tell
from bench.running import ROOT
from bench.world import INTERVAL, UNTIL

from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS
from hypecurve.kin import give_way
from hypecurve.ports.store import Found
from standins.discord_crowd import TYPING
from standins.discord_process import discord_process
from standins.slack import SlackStandIn
from standins.slack_process import slack_process

AT_ONCE = 50
_BEGUN = 0.5
"""Seconds until a cycle is at work."""
_WARM = 20
"""Commands before any is timed: what is loaded once."""
_ENV = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}


def main() -> None:
    """`python -m bench.crowding DATABASE_URL slack --repos 18000 --commands 2000 [--bare]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("platform", choices=list(_STANDINS))
    parser.add_argument("--repos", type=int, default=18_000)
    parser.add_argument("--commands", type=int, default=2_000)
    parser.add_argument("--bare", action="store_true")
    asked = parser.parse_args()
    asyncio.run(_crowd(asked.database, asked.platform, asked.repos, asked.commands, asked.bare))


class _Standin(Protocol):
    async def ask(self, line: str) -> dict[str, Any]: ...


@asynccontextmanager
async def _slack() -> AsyncIterator[tuple[_Standin, dict[str, str]]]:
    async with slack_process() as slack:
        tokens = {"SLACK_BOT_TOKEN": SlackStandIn.token, "SLACK_APP_TOKEN": SlackStandIn.app_token}
        yield slack, {**tokens, "SLACK_API_URL": slack.api_url}


@asynccontextmanager
async def _discord() -> AsyncIterator[tuple[_Standin, dict[str, str]]]:
    async with discord_process() as discord:
        yield discord, discord.env


_STANDINS = {"slack": _slack, "discord": _discord}


async def _crowd(
    database: str,
    platform: str,
    repos: int,
    number: int,
    bare: bool,  # noqa: FBT001  # one of what was asked for
) -> None:
    texts = _texts(await _names(database), platform, number + _WARM)
    with tempfile.TemporaryDirectory() as folder:
        warm, timed = (Path(folder) / name for name in ("warm", "timed"))
        warm.write_text("\n".join(texts[:_WARM]))
        timed.write_text("\n".join(texts[_WARM:]))
        arguments = () if bare else (database,)
        async with (
            _STANDINS[platform]() as (standin, env),
            _beside("bench.serving", platform, *arguments, env=env),
            _beside("bench.standing", f"--repos={repos}") as github,
        ):
            await standin.ask(f"commands {warm} 5")
            alone = await standin.ask(f"commands {timed} {AT_ONCE}")
            off = asyncio.Event()
            cycling = asyncio.create_task(_cycle(database, github, off))
            await asyncio.sleep(_BEGUN)
            busy = await standin.ask(f"commands {timed} {AT_ONCE}")
            off.set()
            tell(name="crowd", alone=alone, busy=busy, cycles=await cycling)


async def _names(database: str) -> list[str]:
    async with (
        open_store(database, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS) as store,
        store.read() as tx,
    ):
        entries = await tx.catalogue.entries(Found())
    return [str(entry.repo.name) for entry in entries]


def _texts(names: list[str], platform: str, number: int) -> list[str]:
    """What people ask: mostly cards and lists, and everything else there is that only tells.

    One in fifty wants a picture, which takes ten times as long as a card. In Discord commands
    cannot be misspelt, and every fourth interaction is a repo's name that is being typed.
    """
    rng = random.Random(7)  # noqa: S311 - a sample
    slips = ["risign"] if platform == "slack" else []

    def repo() -> str:
        return rng.choice(names)

    forms: dict[int, Callable[[], str]] = {
        30: lambda: f"repo {repo()}",
        20: lambda: rng.choice(["rising", "new", "stalled", "top", "rising 24h", "top 30d"]),
        15: lambda: f"why {repo()}",
        13: lambda: f"search {repo().rpartition('/')[2][:6]}",
        2: lambda: f"compare {repo()} {repo()}",
        10: lambda: rng.choice(["status", "subscriptions", "categories"]),
        6: lambda: rng.choice(["help", "help subscribe", *slips]),
        4: lambda: "preview",
    }
    if platform == "discord":
        forms[33] = lambda: f"{TYPING} {repo().rpartition('/')[2][:4]}"
    kinds = rng.choices(list(forms), weights=list(forms), k=number)
    return [forms[kind]() for kind in kinds]


async def _cycle(database: str, github: _Beside, off: asyncio.Event) -> int:
    """Run cycles one after the other, as the service starts them, until somebody says so."""
    cycles = 0
    while not off.is_set():
        at = (await github.ask("later"))["at"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.cycling", database, github.told["url"], "--at", at),
            cwd=ROOT,
            env=_ENV,
            stdout=asyncio.subprocess.DEVNULL,
        )
        give_way(process.pid)
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(off.wait())
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            process.terminate()
            await ended
        told.cancel()
        cycles += 1
    return cycles


@dataclass(frozen=True, slots=True)
class _Beside:
    """A module that runs beside; `told`: what it said when it was ready."""

    told: dict[str, Any]
    process: asyncio.subprocess.Process

    async def ask(self, line: str) -> dict[str, Any]:
        """Say a line to it; return its answer."""
        if self.process.stdin is None:
            raise AssertionError
        self.process.stdin.write(f"{line}\n".encode())
        return await _line(self.process)


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    if process.stdout is None:
        raise AssertionError
    while not (line := await process.stdout.readline()).startswith(b"{"):
        if not line:
            message = "it ended"
            raise EOFError(message)
    return dict(json.loads(line))


@asynccontextmanager
async def _beside(
    module: str, *arguments: str, env: Mapping[str, str] | None = None
) -> AsyncIterator[_Beside]:
    """Keep a module running while the block does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        env={**_ENV, **(env or {})},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield _Beside(await _line(process), process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


if __name__ == "__main__":
    main()
