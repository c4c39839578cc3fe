"""The stand-in Slack as a process of its own, for what must not share a core with it.

    async with slack_process(teams=2_000, gap=1.0) as slack:
        slack.api_url, slack.tokens                      # where it is, a token for each team
        await slack.ask("faults 0.05 7 1.5")             # share, seed, seconds that a call hangs
        report = await slack.ask("report")               # what was taken so far
        report["accepted"], report["doubles"], report["least_gap"], report["seconds"]
        found = await slack.ask("commands FILE 50")      # /hype and each line of it, 50 at once
        found["acks"], found["answers"], found["lost"]   # p50, p99, most: seconds; how many

It ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standins.slack import SlackStandIn
from standins.slack_crowd import crowd

_HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class SlackProcess:
    """The running process, as who started it sees it."""

    api_url: str
    tokens: dict[str, str]
    process: asyncio.subprocess.Process

    async def ask(self, line: str) -> dict[str, Any]:
        """Give it an order and return its answer."""
        reading, writing = self.process.stdout, self.process.stdin
        assert reading is not None
        assert writing is not None
        writing.write(f"{line}\n".encode())
        return dict(json.loads(await reading.readline()))


@asynccontextmanager
async def slack_process(*, teams: int = 1, gap: float = 0.0) -> AsyncIterator[SlackProcess]:
    """Start it with so many teams; `gap`: the seconds that a channel's messages must keep."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "standins.slack_process", f"--teams={teams}", f"--gap={gap}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_HERE)},
        limit=2**22,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        told = json.loads(await process.stdout.readline())
        yield SlackProcess(told["api_url"], told["tokens"], process)
    finally:
        process.stdin.close()
        await process.wait()


def main() -> None:
    """Serve until the input ends; its first line tells the address and the tokens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=1)
    parser.add_argument("--gap", type=float, default=0.0)
    asked = parser.parse_args()
    asyncio.run(_serve(asked.teams, asked.gap))


async def _serve(teams: int, gap: float) -> None:
    async with SlackStandIn(brief=True) as slack:
        slack.ledger.gap = gap
        _tell({"api_url": slack.api_url, "tokens": slack.workspaces(teams)})
        while line := (await asyncio.to_thread(sys.stdin.readline)).split():
            if line[0] == "faults":
                share, seed, hang = float(line[1]), int(line[2]), float(line[3])
                slack.faults(share, random.Random(seed), hang=hang)  # noqa: S311  # no secret
            if line[0] == "commands":
                texts = (await asyncio.to_thread(Path(line[1]).read_text)).splitlines()
                _tell(await crowd(slack, texts, int(line[2])))
                continue
            _tell(report(slack))


def report(slack: SlackStandIn) -> dict[str, Any]:
    """Return the figures of what was taken; `least_gap` is null where no channel has two."""
    ledger = slack.ledger
    taken = ledger.accepted
    least = ledger.least_gap()
    return {
        "accepted": len(taken),
        "doubles": len(ledger.doubles()),
        "limited": ledger.limited,
        "least_gap": None if math.isinf(least) else least,
        "seconds": taken[-1].at - taken[0].at if taken else 0.0,
        "drawn": dict(slack.chaos.drawn),
    }


def _tell(figures: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
