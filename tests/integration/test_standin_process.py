"""The stand-in runs as a process of its own, and its clock moves as it is told."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.standin.server import TOKEN
from hypecurve.standin.story import FOLLOWED

UNTIL = datetime(2026, 11, 22, 6, 12, tzinfo=UTC)


async def test_the_stand_in_serves_until_its_input_ends() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hypecurve.standin", "--repos", "80", "--until", UNTIL.isoformat()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with open_github(url, TOKEN, clock=SetClock(UNTIL)) as github:
        now = await github.repo(FOLLOWED)
        process.stdin.write(b"2026-11-20T06:12:00+00:00\n")
        assert json.loads(await process.stdout.readline()) == {"requests": 1, "points": 0}
        before = await github.repo(FOLLOWED)
    assert (now.archived, before.archived) == (True, False)
    assert before.stars < now.stars
    process.stdin.close()
    assert await process.wait() == 0
