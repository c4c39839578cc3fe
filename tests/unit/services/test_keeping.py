"""What is deleted once a day, and by which time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.config import Settings
from hypecurve.delivering import Keeping
from hypecurve.holding import Leases
from hypecurve.ports.store import Suspension
from hypecurve.services.keeping import Tidied, tidy
from hypecurve.worker import Service
from support.catalogue import DAY, a_repo, keep, sweep
from support.databases import NOW
from support.kept import ACME, NORI, rows_of
from support.sample_day import sample_taxonomy

HOUR = timedelta(hours=1)


async def _swept(store: SqlStore, at: datetime) -> None:
    await keep(store, [a_repo(2)])
    await sweep(store, at, {2: 600})


async def test_texts_and_picks_of_90_days_and_tenants_of_30_go_and_nothing_goes_before(
    full: SqlStore,
) -> None:
    clock = SetClock(NOW + 30 * DAY)
    await _swept(full, clock.at)
    assert await tidy(full, clock) == Tidied()
    clock.at += HOUR
    # One that came back in the meantime stays, with all it had.
    async with full.write() as tx:
        await tx.reach.suspend(Suspension(NORI, NOW, "removed", NOW, removed=True))
        await tx.reach.restore(NORI)
    assert await tidy(full, clock) == Tidied(tenants=(ACME,))
    assert await tidy(full, clock) == Tidied()
    clock.at = NOW + 90 * DAY
    await _swept(full, clock.at)
    assert await tidy(full, clock) == Tidied()
    clock.at += HOUR
    # Two digests and two notices of the other workspace; the operator's that does not name ACME.
    assert await tidy(full, clock) == Tidied(texts=5, picks=2)
    rows = await rows_of(full)
    assert (rows["digest"], rows["notice"], rows["channel"]) == (2, 5, 3)


async def test_what_was_deleted_is_not_in_the_files_either(full: SqlStore, tmp_path: Path) -> None:
    def naming() -> list[str]:
        files = sorted(tmp_path.glob("full.db*"))
        return [file.name for file in files if ACME.id.encode() in file.read_bytes()]

    async with full.write() as tx:
        await tx.forgetting.tenant(ACME, NOW)
    assert naming()
    async with full.read() as tx:
        # Whoever reads what was before has it still: nobody waits for them.
        assert await tx.reach.suspended() == []
        await _swept(full, NOW + HOUR)
        assert not await full.wipe()
    await tidy(full, SetClock(NOW + HOUR))
    assert naming() == []


async def test_a_clock_that_runs_ahead_deletes_nothing(full: SqlStore) -> None:
    assert await tidy(full, SetClock(NOW + 3_650 * DAY)) == Tidied()
    await _swept(full, NOW + 29 * DAY)
    assert await tidy(full, SetClock(NOW + 3_650 * DAY)) == Tidied()
    await _swept(full, NOW + 30 * DAY)
    assert (await tidy(full, SetClock(NOW + 3_650 * DAY))).tenants == (ACME,)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_without_a_sweep_nothing_tells_the_time(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.reach.suspend(Suspension(NORI, NOW - 31 * DAY, "removed", NOW, removed=True))
    assert await tidy(store, SetClock(NOW)) == Tidied()
    await _swept(store, NOW)
    assert await tidy(store, SetClock(NOW)) == Tidied(tenants=(NORI,))


async def test_once_told_to_end_nothing_is_deleted(full: SqlStore) -> None:
    await _swept(full, NOW + 90 * DAY)
    stop = asyncio.Event()
    stop.set()
    assert await tidy(full, SetClock(NOW + 91 * DAY), stop) == Tidied()


async def test_repos_that_came_to_a_barred_account_go(full: SqlStore) -> None:
    async with full.write() as tx:
        await tx.forgetting.owner("acme", NOW)
    await keep(full, [a_repo(3, name="acme/ragline")])
    assert await tidy(full, SetClock(NOW)) == Tidied(repos=1)


async def test_a_service_deletes_once_a_day_where_it_composes(full: SqlStore) -> None:
    clock = SetClock(NOW)
    one, other = [
        Service(Settings(_env_file=None), full, clock, sample_taxonomy(), {}, holder=name)
        for name in ("host-a:1", "host-b:2")
    ]
    await one.compose()
    async with full.write() as tx:
        await tx.reach.suspend(Suspension(NORI, NOW - 31 * DAY, "removed", NOW, removed=True))
    await other._keeping.run()
    assert await _is_suspended(full)
    await one._keeping.run()
    assert not await _is_suspended(full)
    async with full.write() as tx:
        await tx.reach.suspend(Suspension(NORI, NOW - 31 * DAY, "removed", NOW, removed=True))
    clock.at += 23 * HOUR
    await one._keeping.run()
    assert await _is_suspended(full)
    clock.at += HOUR
    await one._keeping.run()
    assert not await _is_suspended(full)


async def _is_suspended(store: SqlStore) -> bool:
    async with store.read() as tx:
        return NORI in {each.tenant for each in await tx.reach.suspended()}


async def test_what_is_deleted_is_told_in_one_line_of_the_log(full: SqlStore) -> None:
    await _swept(full, NOW + 31 * DAY)
    clock = SetClock(NOW + 31 * DAY)
    keeping = Keeping(full, clock, Leases(full, clock, "host-a:1"))
    with structlog.testing.capture_logs() as lines:
        await keeping.run()
        await keeping.run()
    (line,) = [each for each in lines if each["event"] == "deleted what is not kept any longer"]
    assert (line["texts"], line["picks"], line["tenants"], line["repos"]) == (0, 0, 1, 0)
    assert ACME.id not in str(lines)
