"""The stand-in Discord as a process of its own, for what must not share a core with it.

    async with discord_process(channels=10_000, enforced=True) as discord:
        discord.env, discord.channels               # the bot's settings; discord:2000/1000000, ...
        await discord.ask("faults 0.05 7 1.5")      # share, seed, seconds that a call hangs
        report = await discord.ask("report")        # what was taken so far
        report["accepted"], report["doubles"], report["limited"], report["busiest"]
        found = await discord.ask("commands FILE 50")   # /hype and each line of it, 50 at once
        found["acks"], found["answers"], found["lost"]  # p50, p99, most: seconds; how many
        await discord.ask("open")                       # with `servers`: the gateway speaks at last

`servers`: so many of the usual size beside; its gateway says nothing until it is told to. The
gateway tells of all the channels: a bot that listens in the process that posts spares that
process one question for each of them. It ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from standins.discord_crowd import crowd
from standins.discord_guilds import guild, guild_id
from standins.discord_payloads import Json, StandInChannel
from standins.discord_platform import DiscordStandIn, Faults

_HERE = Path(__file__).resolve().parent.parent
_IN_A_GUILD = 500
"""Channels that Discord allows in a server."""
_FIRST_GUILD, _FIRST_CHANNEL = 2_000, 1_000_000


@dataclass(frozen=True, slots=True)
class DiscordProcess:
    """The running process, as who started it sees it."""

    env: dict[str, str]
    channels: list[str]
    """Written as `discord:SERVER/CHANNEL`."""
    process: asyncio.subprocess.Process

    async def ask(self, line: str) -> dict[str, Any]:
        """Give it an order and return its answer."""
        reading, writing = self.process.stdout, self.process.stdin
        assert reading is not None
        assert writing is not None
        writing.write(f"{line}\n".encode())
        return dict(json.loads(await reading.readline()))


@asynccontextmanager
async def discord_process(
    *, channels: int = 1, enforced: bool = False, servers: int = 0
) -> AsyncIterator[DiscordProcess]:
    """Start it with so many channels; `enforced`: it takes no more than 50 requests a second."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "standins.discord_process"),
        *(f"--channels={channels}", f"--servers={servers}"),
        *(["--enforced"] if enforced else []),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_HERE)},
        limit=2**22,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        told = json.loads(await process.stdout.readline())
        yield DiscordProcess(told["env"], told["channels"], process)
    finally:
        process.stdin.close()
        await process.wait()


def place(number: int) -> tuple[str, str]:
    """Return the server and the id of a channel by its number, from 0."""
    return str(_FIRST_GUILD + number // _IN_A_GUILD), str(_FIRST_CHANNEL + number)


def report(discord: DiscordStandIn) -> dict[str, Any]:
    """Return the figures of what was taken; `busiest`: the most requests within any second."""
    taken = discord.accepted
    return {
        "accepted": len(taken),
        "doubles": len(discord.twice()),
        "requests": discord.pace.requests,
        "limited": discord.pace.refused,
        "busiest": discord.pace.busiest,
        "seconds": taken[-1].at - taken[0].at if taken else 0.0,
        "faults": len(discord.faults.made) if discord.faults is not None else 0,
    }


def main() -> None:
    """Serve until the input ends; its first line tells the settings and the channels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--servers", type=int, default=0)
    parser.add_argument("--enforced", action="store_true")
    asked = parser.parse_args()
    asyncio.run(_serve(asked.channels, asked.servers, enforced=asked.enforced))


async def _serve(channels: int, servers: int, *, enforced: bool) -> None:
    discord = _Wide(servers)
    places = [place(number) for number in range(channels)]
    discord.channels |= {number: StandInChannel(number, guild=guild) for guild, number in places}
    discord.guilds |= {guild for guild, _ in places}
    discord.pace.enforced = enforced
    async with discord:
        _tell({"env": discord.env, "channels": [f"discord:{g}/{n}" for g, n in places]})
        while line := (await asyncio.to_thread(sys.stdin.readline)).split():
            if line[0] == "faults":
                share, seed, discord.hanging = float(line[1]), int(line[2]), float(line[3])
                discord.faults = Faults(share, Random(seed))  # noqa: S311  # no secret
            if line[0] == "commands":
                texts = (await asyncio.to_thread(Path(line[1]).read_text)).splitlines()
                _tell(await crowd(discord, texts, int(line[2])))
                continue
            if line[0] == "open":
                discord.gateway.here.set()
                await discord.gateway.sessions(identified=1)
            _tell(report(discord))


class _Wide(DiscordStandIn):
    """Many channels, or many servers of the usual size beside them."""

    def __init__(self, servers: int) -> None:
        super().__init__(wide=True)
        self.numbers = range(servers)
        if servers:
            self.gateway.here.clear()

    def ready(self, shard: int = 0, shards: int = 1) -> list[tuple[str, Json]]:
        (_, ready), *few = super().ready(shard, shards)
        here = [n for n in self.numbers if (guild_id(n) >> 22) % shards == shard]
        ready["guilds"] += [{"id": str(guild_id(n)), "unavailable": True} for n in here]
        return [("READY", ready), *few, *(("GUILD_CREATE", guild(n)) for n in here)]


def _tell(figures: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
