"""Ctrl-C and SIGTERM: it ends within 5 seconds, loses nothing, and the next run goes on."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World
from support.processes import Ran, Service, run_here, started, update_here

WITHIN = 5.0
SERVICE_WITHIN = 10.0
BOTH = pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "sigterm"]
)
STOPPED = "stopped: what came until now is kept, and the next run goes on from there"


@dataclass
class Surroundings:
    """A made-up GitHub, and the folder that everything runs in."""

    github: StandIn
    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": self.github.url,
            "GITHUB_TOKEN": TOKEN,
            "HYPECURVE_SEARCH_TERMS": "llm",
            "HYPECURVE_BACKFILL_PER_HOUR": "60",
        }

    async def run(self, *arguments: str) -> Ran:
        return await run_here(*arguments, folder=self.folder, settings=self.settings)

    async def update(self, only: str | None = None) -> list[str]:
        return await update_here(only, folder=self.folder, settings=self.settings)

    def one(self, question: str) -> object:
        """Ask the database for one value."""
        with closing(sqlite3.connect(self.folder / "hypecurve.db")) as database:
            return database.execute(question).fetchone()[0]

    def searches(self) -> int:
        return sum(asked.resource == "search" for asked in self.github.requests)

    async def held(self) -> None:
        """Wait until the stand-in holds a request back."""
        async with asyncio.timeout(30):
            await self.github.held()

    async def goes_on(self) -> None:
        """Run another cycle, to its end."""
        self.github.release()
        self.github.faults.clear()
        await self.update()
        assert self.one("SELECT count(*) FROM lease") == 0


@pytest.fixture
async def around(tmp_path: Path) -> AsyncIterator[Surroundings]:
    world = World.make(7, 900, until=datetime.now(UTC), story=False)
    async with StandIn(world, now=lambda: datetime.now(UTC)) as github:
        yield Surroundings(github, tmp_path)


async def told(service: Service, number: signal.Signals, within: float = WITHIN) -> int:
    """Send a signal; the exit status, if it came in time."""
    began = time.monotonic()
    status = await service.stop(number, within=2 * within)
    assert time.monotonic() - began < within
    assert "Traceback" not in service.log
    return status


@BOTH
async def test_in_the_middle_of_a_search_the_next_run_goes_on_where_it_was(
    around: Surroundings, number: signal.Signals, status: int
) -> None:
    await around.update()
    needed, everything = around.searches(), around.one("SELECT count(*) FROM repo")
    (around.folder / "hypecurve.db").unlink()
    around.github.requests.clear()

    around.github.hold(on="search", after=needed - 1)
    async with started("update", folder=around.folder, settings=around.settings) as service:
        await around.held()
        assert await told(service, number) == status
    assert service.lines[1:] == [STOPPED]
    kept = around.one("SELECT count(*) FROM repo")
    assert kept == 100 * (needed - 1)
    assert around.one("SELECT rest FROM source")
    assert around.one("SELECT count(*) FROM lease") == 0
    await around.goes_on()
    assert around.one("SELECT count(*) FROM repo") == everything
    assert around.one("SELECT rest FROM source") is None


async def test_during_a_long_wait_that_github_asked_for(around: Surroundings) -> None:
    around.github.faults.add(Fault(FaultKind.SECONDARY_LIMIT, after=1, seconds=3_000))
    async with started("update", folder=around.folder, settings=around.settings) as service:
        await service.says("GitHub asks to wait until")
        assert await told(service, signal.SIGINT) == 130
    assert service.lines[-1] == STOPPED
    assert around.one("SELECT count(*) FROM lease") == 0
    await around.goes_on()


async def test_in_the_middle_of_a_sweep(around: Surroundings) -> None:
    around.github.hold(on="graphql", after=1)
    async with started("update", folder=around.folder, settings=around.settings) as service:
        await around.held()
        assert await told(service, signal.SIGTERM) == 143
    assert service.lines[-1] == STOPPED
    assert around.one("SELECT count(*) FROM sweep") == 0, "half a look is none"
    await around.goes_on()
    assert around.one("SELECT count(*) FROM sweep") == 1


async def test_in_the_middle_of_the_backfill_every_history_that_came_is_kept(
    around: Surroundings,
) -> None:
    around.github.hold(on="core", after=42)  # two of them ask how GitHub sees us
    async with started("update", folder=around.folder, settings=around.settings) as service:
        await around.held()
        assert await told(service, signal.SIGTERM) == 143
    assert service.lines[-1] == STOPPED
    assert around.one("SELECT count(*) FROM repo WHERE past_asked_at IS NOT NULL") == 40
    assert around.one("SELECT count(*) FROM cycle WHERE number > 0") == 0, "nothing was judged"
    around.github.release()
    assert (await around.update("detect"))[-1].startswith("cycle 1: ")
    assert around.one("SELECT count(*) FROM sweep") == 1
    shown = await around.run("status")
    assert re.search(
        r"^star history 60 of \d+ \(\d+ %\), about \d+ h to go$", shown.out, re.MULTILINE
    )
    assert await around.update("detect") == ["the last sweep has been judged already"]


async def test_while_the_database_makes_it_wait_in_a_thread(around: Surroundings) -> None:
    assert (await around.run("db", "upgrade")).status == 0
    around.github.hold(on="search", after=1)
    async with started("update", folder=around.folder, settings=around.settings) as service:
        await around.held()
        file = around.folder / "hypecurve.db"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            around.github.release()
            # The page is kept now: its transaction waits for the one above.
            await _busy(around)
            assert await told(service, signal.SIGTERM) == 143
    assert service.lines[-1] == STOPPED
    assert service.lines.count(STOPPED) == 1
    assert around.one("PRAGMA integrity_check") == "ok"


async def _busy(around: Surroundings) -> None:
    async with asyncio.timeout(30):
        while around.searches() < 2:  # noqa: ASYNC110 - the stand-in has no event for an answer
            await asyncio.sleep(0.02)


async def test_the_service_ends_with_its_child_and_gives_its_leases_back(
    around: Surroundings,
) -> None:
    around.github.hold(on="graphql", after=1)
    async with started("run", "tracker", folder=around.folder, settings=around.settings) as service:
        await around.held()
        # To be told to end is how a service ends.
        assert await told(service, signal.SIGINT, SERVICE_WITHIN) == 0
    assert STOPPED in service.log
    assert "service stopped" in service.lines[-1]
    assert around.one("SELECT count(*) FROM lease") == 0
    await around.goes_on()


async def test_a_service_that_cannot_write_ends_in_time_too(around: Surroundings) -> None:
    around.github.hold(on="graphql", after=1)
    async with started("run", "tracker", folder=around.folder, settings=around.settings) as service:
        await around.held()
        file = around.folder / "hypecurve.db"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await told(service, signal.SIGTERM, SERVICE_WITHIN) == 0
    assert "cut off" in service.lines[-1]
