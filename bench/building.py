"""A database as it is after a year (or a month) of watching, written through the store's own port.

Daily sweeps, and every 6 hours for the last 130 days; GitHub's own history of each repo; the
detection at the beginning, a week before the end and at the end, so that the cycle that is
measured is an ordinary one.
A coarse one has weekly sweeps, daily ones for the last 130 days (the days that a cycle reads),
and every 6 hours for the last two: it takes a quarter of the time to build.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
from bench.figures import measured, tell
from bench.world import INTERVAL, TRACKING, UNTIL, make_world
from numpy.typing import NDArray
from sqlalchemy import text

from hypecurve.adapters.sql.store import SqlStore, World, open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_taxonomy
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.services.tracker.detect import detect_changes
from hypecurve.services.tracker.discover import sort_in, source_key
from hypecurve.standin.world import FIRST_ID
from hypecurve.standin.world import World as MadeUpWorld

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_LATELY = timedelta(days=2)
_NEWS = timedelta(days=8)
_PAST_WEEKS = 30
_SIZES = {
    # What the changes alone take: SQLite's pages, PostgreSQL's table with its key.
    "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name = 'star_snapshot'",
    "postgresql": "SELECT pg_total_relation_size('star_snapshot')",
}


def main() -> None:
    """`python -m bench.building URL --repos 18000 --days 365`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--repos", type=int, default=18_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--coarse", action="store_true")
    asked = parser.parse_args()
    with measured("building"):
        instants = list(_instants(asked.days, coarse=asked.coarse))
        asyncio.run(_build(asked.url, make_world(asked.repos), instants))


async def _build(url: str, world: MadeUpWorld, instants: Sequence[datetime]) -> None:
    # What a year brought is no news of the last week.
    news = next(at for at in instants if UNTIL - at <= _NEWS)
    async with open_store(
        url, World("live"), now=instants[0], interval=INTERVAL, keep=KEEP_COLUMNS, durable=False
    ) as store:
        met = np.zeros(world.size, np.bool_)
        placed = met.copy()
        for at in instants:
            await _look(store, world, met, at)
            if at in (instants[0], news, instants[-1]):
                await _judge(store, np.flatnonzero(met & ~placed), at)
                placed = met.copy()
        async with store.write() as tx:
            await tx.subscriptions.add(
                Subscription(
                    Channel.parse("slack:T1/C1"),
                    next_due=UNTIL,
                    heard_cycle=await tx.signals.current_cycle(),
                )
            )
        await _tell_sizes(store, len(instants))


def _instants(days: int, *, coarse: bool) -> Iterator[datetime]:
    far, near, lately = (_WEEK, _DAY, INTERVAL) if coarse else (_DAY, INTERVAL, INTERVAL)
    at = UNTIL - days * _DAY
    while at < UNTIL:
        yield at
        left = UNTIL - at
        at += lately if left <= _LATELY else near if left <= KEEP_COLUMNS else far


async def _look(store: SqlStore, world: MadeUpWorld, met: NDArray[np.bool_], at: datetime) -> None:
    """One sweep; who is new is taken in with its past, and at the last one everybody's facts."""
    there = world.born() <= at.timestamp()
    last = at + INTERVAL >= UNTIL
    told = [world.repo_at(index, at) for index in np.flatnonzero(there & (last | ~met)).tolist()]
    repos = [repo for repo in told if repo is not None]
    past = {
        RepoId(FIRST_ID + index): _past(world, index, at)
        for index in np.flatnonzero(there & ~met).tolist()
    }
    met |= there
    stars = world.stars_at(at).tolist()
    seen = {RepoId(FIRST_ID + index): stars[index] for index in np.flatnonzero(there).tolist()}
    async with store.write() as tx:
        await tx.catalogue.upsert(repos, at, origin=source_key(TRACKING.terms[0], 500))
        await tx.past.save(past, at)
        await tx.stars.record(at, seen)


def _past(world: MadeUpWorld, index: int, at: datetime) -> PastStars | None:
    weeks = world.history(index, at)[:_PAST_WEEKS]
    if not weeks:
        return None
    days = [gain for _, gains in reversed(weeks) for gain in gains]
    first = weeks[-1][0].date()
    return PastStars(first, tuple(days[: (at.date() - first).days + 1]), at)


async def _judge(store: SqlStore, fresh: NDArray[np.intp], at: datetime) -> None:
    await sort_in(store, load_taxonomy(), [RepoId(FIRST_ID + index) for index in fresh.tolist()])
    async with store.write() as tx:
        for term in TRACKING.terms:
            await tx.sources.completed(source_key(term, 500), at)
    await detect_changes(store, interval=INTERVAL, min_stars=500)


async def _tell_sizes(store: SqlStore, sweeps: int) -> None:
    async with store.engine.connect() as connection:
        changes = await connection.scalar(text("SELECT count(*) FROM star_snapshot"))
        size = await connection.scalar(text(_SIZES[connection.dialect.name]))
    tell(name="kept", sweeps=sweeps, changes=changes, bytes_a_change=int(size) / changes)


if __name__ == "__main__":
    main()
