"""A service that finds a sweep nobody judged: its cycle was killed before it could."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import World
from support.processes import started


async def test_a_service_judges_at_once_what_a_killed_cycle_left(tmp_path: Path) -> None:
    world = World.make(7, 120, until=datetime.now(UTC), story=False)
    async with StandIn(world, now=lambda: datetime.now(UTC)) as github:
        settings = {
            "GITHUB_API_URL": github.url,
            "GITHUB_TOKEN": TOKEN,
            "HYPECURVE_BACKFILL_PER_HOUR": "30",
        }
        github.hold(on="core", after=9)
        async with started("update", folder=tmp_path, settings=settings) as update:
            async with asyncio.timeout(30):
                await github.held()
            assert await update.stop(signal.SIGKILL) == -signal.SIGKILL
        github.release()
        file = tmp_path / "hypecurve.db"
        with closing(sqlite3.connect(file)) as database, database:
            assert database.execute("SELECT count(*) FROM sweep").fetchone() == (1,)
            assert database.execute("SELECT number FROM cycle").fetchone() == (0,)
            # Killed, it gave nothing back: what it held runs out.
            past = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=1)
            database.execute("UPDATE lease SET until = ?", [f"{past:%Y-%m-%d %H:%M:%S.%f}"])
        async with started("run", "tracker", folder=tmp_path, settings=settings) as service:
            await service.says("cycle 1: ")
            assert await service.stop() == 0
        with closing(sqlite3.connect(file)) as database:
            assert database.execute("SELECT number FROM cycle").fetchone() == (1,)
            assert database.execute("SELECT count(*) FROM sweep").fetchone() == (1,)
