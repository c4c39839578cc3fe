"""The real GitHub client over the stand-in, with a clock that moves only when somebody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import GitHub, open_github
from hypecurve.adapters.github.wire import Patience
from hypecurve.domain.repo import Repo
from hypecurve.ports import SweepBatch, Term
from hypecurve.standin.limits import GENEROUS
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World

UNTIL = datetime(2026, 11, 22, 6, 12, tzinfo=UTC)


@dataclass
class Waits:
    """Stands for sleep: moves the clock at once, and remembers."""

    clock: SetClock
    seconds: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Let the clock be later."""
        self.seconds.append(seconds)
        self.clock.at += timedelta(seconds=seconds)


@dataclass
class Setting:
    """A stand-in, the client that talks to it, and what it waited for."""

    standin: StandIn
    github: GitHub
    waits: Waits
    clock: SetClock

    @property
    def world(self) -> World:
        """What the stand-in shows."""
        return self.standin.world


@asynccontextmanager
async def connected(
    world: World,
    *,
    at: datetime = UNTIL,
    token: str = TOKEN,
    prefix: str = "",
    limits: Mapping[str, int] = GENEROUS,
    max_wait: timedelta = timedelta(minutes=65),
    answer_within: float = 10.0,
) -> AsyncIterator[Setting]:
    """Open both; retries are immediate, so that no test sleeps."""
    clock = SetClock(at)
    waits = Waits(clock)
    patience = Patience(first_pause=0.0, sleep=waits.sleep, answer_within=answer_within)
    async with (
        StandIn(world, now=clock.now, limits=limits) as standin,
        open_github(
            standin.url + prefix,
            token,
            clock=clock,
            on_wait=waits.lines.append,
            max_wait=max_wait,
            patience=patience,
        ) as github,
    ):
        yield Setting(standin, github, waits, clock)


@cache
def read_only_world() -> World:
    """The demo's world; tests that change a world make one of their own."""
    return World.make(7, until=UNTIL)


async def found(github: GitHub, term: str, min_stars: int = 500) -> dict[int, Repo]:
    """Search to the end; the repos by id."""
    repos: dict[int, Repo] = {}
    async for page in github.search(Term(term), min_stars):
        repos |= {repo.id: repo for repo in page.repos}
    return repos


async def swept(github: GitHub, node_ids: list[str]) -> list[SweepBatch]:
    """Sweep to the end; the batches."""
    return [batch async for batch in github.sweep(node_ids)]


def accounted(batches: list[SweepBatch]) -> list[str]:
    """Every node id that the batches speak of, sorted, as often as they do."""
    return sorted(
        node_id
        for batch in batches
        for node_id in (
            *(repo.node_id for repo in batch.repos),
            *(gone.node_id for gone in batch.gone),
            *batch.failed,
        )
    )
