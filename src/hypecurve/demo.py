"""The demo: the real pipeline on a made-up GitHub that listens on this machine alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.adapters.sql.store import SqlStore, World, open_store
from hypecurve.bootstrap import load_taxonomy
from hypecurve.config import DEFAULT_TERMS
from hypecurve.domain.digest import Digest
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.domain.subscription import Wants
from hypecurve.ports import Term
from hypecurve.services.answers.lookup import named
from hypecurve.services.digests.compose import digest_between
from hypecurve.services.tracker.cycle import Tracking, run_cycle
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.story import FOLLOWED
from hypecurve.standin.world import World as MadeUpWorld

SEED = 2026
REPOS = 900
UNTIL = datetime(2026, 11, 22, 6, tzinfo=UTC)
INTERVAL = timedelta(hours=6)
DAY = timedelta(days=1)
_PAGES_OF_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demo ends with."""

    digest: Digest
    signals: int
    requests: int


async def run_demo(
    file: Path, days: int, step: Callable[[datetime, str], None] = lambda _at, _line: None
) -> Shown:
    """Poll the made-up GitHub for so many simulated days and return the last day's digest.

    `file` is made anew. `step` hears the simulated instant and what was done.
    """
    for old in _files(file):
        old.unlink(missing_ok=True)
    taxonomy = load_taxonomy()
    world = MadeUpWorld.make(SEED, REPOS, until=UNTIL)
    start = UNTIL - days * DAY
    clock = SetClock(start)
    tracking = Tracking(
        terms=tuple(Term(term) for term in DEFAULT_TERMS),
        min_stars=500,
        interval=INTERVAL,
        backfill_budget=10_000,
        backfill_weeks=_PAGES_OF_A_YEAR,
    )
    signals = 0
    async with (
        StandIn(world, now=clock.now) as standin,
        open_github(standin.url, TOKEN, clock=clock) as github,
        open_store(
            f"sqlite:///{file}",
            World("demo"),
            now=start,
            interval=INTERVAL,
            durable=False,
        ) as store,
    ):
        for instant in _instants(start):
            clock.at = instant
            found = await run_cycle(
                store, github, clock, taxonomy, tracking, lambda line: step(clock.at, line)
            )
            signals += len(found.signals) if found else 0
        digest = await _last_day(store)
        return Shown(digest, signals, standin.spent.requests)


async def _last_day(store: SqlStore) -> Digest:
    async with store.read() as tx:
        followed = frozenset({(await named(tx, FOLLOWED)).repo.id})
        return await digest_between(
            tx,
            load_taxonomy(),
            Wants(kinds=frozenset(SUBSCRIBABLE)),
            UNTIL - DAY,
            UNTIL,
            "UTC",
            followed,
        )


def _instants(start: datetime) -> Iterator[datetime]:
    instant = start
    while instant <= UNTIL:
        yield instant
        instant += INTERVAL


def _files(file: Path) -> Iterator[Path]:
    """The database and what SQLite keeps beside it."""
    yield from (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm"))
