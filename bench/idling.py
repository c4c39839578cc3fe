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

from bench.audience import place
from bench.figures import tell
from bench.world import INTERVAL

from hypecurve.adapters.clock import SystemClock
from hypecurve.adapters.sql.store import World, open_store
from hypecurve.bootstrap import KEEP_COLUMNS
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.subscription import Alerts, Subscription
from standins.discord_process import discord_process
from standins.slack import SlackStandIn
from standins.slack_process import slack_process

_STARTED = 20.0
"""Seconds for the start, the first ticks, and a child process that finds nothing to do."""
_REPOS = 2_000
_CHANNELS = 500
"""Of each platform."""
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
    await _prepare(url)
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
                if service.returncode is None:
                    service.terminate()
                _, log = await service.communicate()
                tell(name="log", lines=log.decode().splitlines())


async def _prepare(url: str) -> None:
    """A catalogue that was looked at this very minute, and channels that are due tomorrow."""
    now = SystemClock().now()
    repos = [
        Repo(RepoId(number), f"R_{number}", RepoName("acme", f"tool-{number}"), 500 + number)
        for number in range(1, _REPOS + 1)
    ]
    world = World("live", _NOBODY.partition("://")[2])
    async with (
        open_store(url, world, now=now, interval=INTERVAL, keep=KEEP_COLUMNS) as store,
        store.write() as tx,
    ):
        await tx.catalogue.upsert(repos, now)
        await tx.stars.record(now, {repo.id: repo.stars for repo in repos})
        cycle = await tx.signals.next_cycle(now)
        for number in range(_CHANNELS):
            for platform in ("slack", "discord"):
                await tx.subscriptions.add(
                    Subscription(
                        place(platform, number),
                        next_due=now + timedelta(days=1),
                        heard_cycle=cycle,
                        alerts=Alerts(),
                        alerted_cycle=cycle,
                    )
                )


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
