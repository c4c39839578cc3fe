"""Channels that listen, each with one digest due: half with wishes that many have, half their own.

They are where the stand-ins have theirs, Slack's five to a workspace; all are due at the one
instant that the bench shows, in zones all over the world, and have not heard the last cycle yet.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from bench.figures import measured
from bench.world import INTERVAL, UNTIL

from hypecurve.adapters.sql.store import open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_taxonomy
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Channel, Schedule, Subscription, Tenant, Wants
from hypecurve.ports.store import Found
from standins.discord_process import place as discord_place

TOGETHER = 5
"""Channels in a workspace."""
_SEED = 53
_COMMON = 10
"""Wishes that half of the channels share."""
_ZONES = (
    *("UTC", "Europe/Berlin", "Europe/Paris", "Europe/London", "America/New_York"),
    *("America/Los_Angeles", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Shanghai", "Asia/Kolkata"),
    *("Asia/Singapore", "Australia/Sydney"),
)


def main() -> None:
    """`python -m bench.audience DATABASE_URL --channels 10000 [--platform slack]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--channels", type=int, default=10_000)
    parser.add_argument("--platform", choices=["slack", "discord"])
    asked = parser.parse_args()
    platforms = (asked.platform,) if asked.platform else ("slack", "discord")
    asyncio.run(_gather(asked.database, asked.channels, platforms))


def place(platform: str, number: int) -> Channel:
    """Where channel `number` of a platform is."""
    if platform == "slack":
        return Channel(Tenant("slack", f"T{number // TOGETHER + 1:06}"), f"C{500_000 + number}")
    guild, channel = discord_place(number)
    return Channel(Tenant("discord", guild), channel)


async def _gather(url: str, channels: int, platforms: tuple[str, ...]) -> None:
    rng, taxonomy = random.Random(_SEED), load_taxonomy()  # noqa: S311 - made up
    common = [_wants(rng, taxonomy) for _ in range(_COMMON)]
    with measured("audience", channels=channels):
        async with (
            open_store(
                url, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS, durable=False
            ) as store,
            store.write() as tx,
        ):
            repos = [entry.repo.id for entry in await tx.catalogue.entries(Found())]
            heard = await tx.signals.current_cycle() - 1
            for number, channel in enumerate(_places(channels, platforms)):
                wants = rng.choice(common) if number % 2 else _wants(rng, taxonomy)
                await tx.subscriptions.add(_subscription(rng, channel, wants, heard))
                for repo_id in rng.sample(repos, rng.choice((0, 0, 0, 2, 5))):
                    await tx.subscriptions.follow(channel, repo_id, on=True)


def _places(channels: int, platforms: tuple[str, ...]) -> Iterator[Channel]:
    each = channels // len(platforms)
    for platform in platforms:
        yield from (place(platform, number) for number in range(each))


def _subscription(rng: random.Random, channel: Channel, wants: Wants, heard: int) -> Subscription:
    zone = rng.choice(_ZONES)
    return Subscription(
        channel,
        wants,
        Schedule(UNTIL.astimezone(ZoneInfo(zone)).time(), zone),
        created_by="U1",
        next_due=UNTIL,
        heard_cycle=heard,
        heard_at=UNTIL - timedelta(days=1),
        alerted_cycle=heard,
    )


def _wants(rng: random.Random, taxonomy: Taxonomy) -> Wants:
    """Something that has news: some categories, a layer, seldom all; never only what stalled."""
    layers = [layer.slug for layer in taxonomy.layers]
    categories = [category.slug for category in taxonomy.categories]
    named = rng.sample(categories, rng.randint(3, 6))
    (some,) = rng.choices(([], rng.sample(layers, 1), named), weights=(1, 3, 6))
    kinds = set(rng.choice((SUBSCRIBABLE, SUBSCRIBABLE, (SignalKind.NEW, SignalKind.RISING))))
    return Wants(
        frozenset(some),
        frozenset(kinds),
        least_stars=rng.choice((0, 0, 0, 550, 600)),
        without_languages=frozenset(rng.choice(((), (), (), ("rust",), ("c++", "java")))),
    )


if __name__ == "__main__":
    main()
