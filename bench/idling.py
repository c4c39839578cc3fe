"""A whole service with nothing to do: tracker, deliveries and both bots, for a minute."""

from __future__ import annotations

import argparse
import asyncio
from datetime import timedelta

from bench.audience import place
from bench.figures import tell
from bench.watched import NOBODY, cpu, rss, service
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
            "SLACK_BOT_TOKEN": SlackStandIn.token,
            "SLACK_APP_TOKEN": SlackStandIn.app_token,
            "SLACK_API_URL": slack.api_url,
            **discord.env,
        }
        async with service(url, settings) as running:
            await asyncio.sleep(_STARTED)
            before = cpu(running.pid)
            await asyncio.sleep(seconds)
            share = (cpu(running.pid) - before) / seconds
            tell(name="idling", share=share, rss=rss(running.pid), seconds=seconds)


async def _prepare(url: str) -> None:
    """A catalogue that was looked at this very minute, and channels that are due tomorrow."""
    now = SystemClock().now()
    repos = [
        Repo(RepoId(number), f"R_{number}", RepoName("acme", f"tool-{number}"), 500 + number)
        for number in range(1, _REPOS + 1)
    ]
    world = World("live", NOBODY.partition("://")[2])
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


if __name__ == "__main__":
    main()
