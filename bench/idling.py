"""A whole service with nothing to do: tracker, deliveries and both bots, for a minute.

Reads /proc: on Linux alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from bench.figures import tell
from bench.world import INTERVAL

from hypecurve.adapters.clock import SystemClock
from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS
from hypecurve.domain.repo import RepoId
from hypecurve.ports.store import Found
from standins.discord_process import discord_process
from standins.slack import SlackStandIn
from standins.slack_process import slack_process

_STARTED = 20.0
"""Seconds for the start, the first ticks, and a child process that finds nothing to do."""
_NOBODY = "http://127.0.0.1:9"
_OURS = ("HYPECURVE_", "GITHUB_", "SLACK_", "DISCORD_", "DATABASE_URL")


def main() -> None:
    """`python -m bench.idling DATABASE_URL --seconds 60`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    asyncio.run(_idle(asked.database, asked.seconds))


async def _idle(url: str, seconds: float) -> None:
    await _look_just_now(url)
    async with slack_process() as slack, discord_process(channels=100) as discord:
        settings = {
            "DATABASE_URL": url,
            "GITHUB_TOKEN": "made-up",
            "GITHUB_API_URL": _NOBODY,
            "SLACK_BOT_TOKEN": SlackStandIn.token,
            "SLACK_APP_TOKEN": SlackStandIn.app_token,
            "SLACK_API_URL": slack.api_url,
            **discord.env,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        with tempfile.TemporaryDirectory() as folder:
            service = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hypecurve", "run"),
                cwd=folder,
                env={**kept, **settings},
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                await asyncio.sleep(_STARTED)
                before = _cpu(service.pid)
                await asyncio.sleep(seconds)
                share = (_cpu(service.pid) - before) / seconds
                tell(name="idling", share=share, rss=_rss(service.pid), seconds=seconds)
            finally:
                service.terminate()
                _, log = await service.communicate()
                tell(name="log", lines=log.decode().splitlines())


async def _look_just_now(url: str) -> None:
    """Let the last sweep be of this minute, so that the tracker has nothing to do."""
    now = SystemClock().now()
    async with (
        open_store(url, None, now=now, interval=INTERVAL, keep=KEEP_COLUMNS) as store,
        store.write() as tx,
    ):
        repos = [entry.repo for entry in await tx.catalogue.entries(Found(listed=False))]
        await tx.stars.record(
            now - timedelta(minutes=1), {RepoId(repo.id): repo.stars for repo in repos}
        )
        await tx.signals.next_cycle(now - timedelta(minutes=1))


def _cpu(pid: int) -> float:
    """Seconds of a core that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ticks: int = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks


def _rss(pid: int) -> float:
    """MiB that it holds now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
