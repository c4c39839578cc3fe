"""What every store makes of a sweep's worth: counts that stand still are not believed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import star_column
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.ports.store import Sweep
from support.catalogue import DAY, a_repo, instants, keep, sweep
from support.databases import INTERVAL, NOW

HOUR = timedelta(hours=1)


async def _four(store: SqlStore, third: Health = Health.STILL) -> list[datetime]:
    """Four sweeps, the third of this worth: who grew lately has an old count there."""
    await keep(store, [a_repo(1), a_repo(2)])
    at = instants(4)
    for instant, seen in zip(
        at, ({1: 10, 2: 5}, {1: 20, 2: 5}, {1: 10, 2: 5}, {1: 30, 2: 6}), strict=True
    ):
        await sweep(store, instant, seen)
    async with store.write() as tx:
        await tx.stars.mark(3, third)
    return at


@pytest.mark.parametrize("limit", [1, 3, 4, 99])
async def test_the_last_sweeps_come_newest_first_whatever_they_are_worth(
    store: SqlStore, limit: int
) -> None:
    at = await _four(store)
    async with store.read() as tx:
        found = await tx.stars.recent(limit)
    sweeps = [
        Sweep(n, at[n - 1], 2, 2, Health.STILL if n == 3 else Health.GOOD) for n in (4, 3, 2, 1)
    ]
    assert found == sweeps[:limit]


async def _columns(
    store: SqlStore, at: list[datetime], within: timedelta = HOUR
) -> list[list[int] | None]:
    async with store.read() as tx:
        columns, _ = await tx.stars.columns(at, within)
    return [None if column is None else column.tolist() for column in columns]


async def _history(store: SqlStore, number: int) -> list[int]:
    async with store.read() as tx:
        found = await tx.stars.history(RepoId(number), NOW, NOW + DAY)
    return [snapshot.stars for snapshot in found.snapshots]


async def test_a_sweep_is_good_until_it_is_marked(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    assert (await sweep(store, NOW, {1: 5}, [2])).health is Health.GOOD
    async with store.write() as tx:
        await tx.stars.mark(1, Health.PARTIAL)
    async with store.read() as tx:
        assert await tx.stars.latest() == Sweep(1, NOW, 2, 1, Health.PARTIAL)


@pytest.mark.parametrize("built_anew", [False, True])
async def test_a_sweep_that_stands_still_is_passed_over_and_a_partial_one_is_not(
    store: SqlStore, *, built_anew: bool
) -> None:
    at = await _four(store)
    if built_anew:
        async with store.write() as tx:
            await tx.stars._connection.execute(delete(star_column))
    assert await _columns(store, at) == [[10, 5], [20, 5], None, [30, 6]]
    assert await _columns(store, [at[2] - HOUR, at[2] + HOUR], INTERVAL) == [[20, 5], [30, 6]]
    async with store.write() as tx:
        await tx.stars.mark(3, Health.PARTIAL)
    assert (await _columns(store, at))[2] == [10, 5]


async def test_a_history_passes_over_counts_that_stood_still(store: SqlStore) -> None:
    await _four(store)
    assert (await _history(store, 1), await _history(store, 2)) == ([10, 20, 30], [5, 5, 6])


async def test_a_partial_sweep_is_part_of_a_history(store: SqlStore) -> None:
    await _four(store, Health.PARTIAL)
    assert await _history(store, 1) == [10, 20, 10, 30]


async def test_what_stood_still_and_then_was_true_is_told_from_then_on(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    for instant, stars in zip(instants(3), (10, 12, 12), strict=True):
        await sweep(store, instant, {1: stars})
    async with store.write() as tx:
        await tx.stars.mark(2, Health.STILL)
    assert await _history(store, 1) == [10, 12]


async def test_the_latest_sweep_is_the_last_that_is_believed_unless_one_asks_for_any(
    store: SqlStore,
) -> None:
    at = await _four(store)
    async with store.write() as tx:
        await tx.stars.mark(4, Health.STILL)
    async with store.read() as tx:
        believed = await tx.stars.latest()
        whatever = await tx.stars.latest(whatever_health=True)
        before = await tx.stars.latest(at[2], whatever_health=True)
    assert believed == Sweep(2, at[1], 2, 2)
    assert whatever == Sweep(4, at[3], 2, 2, Health.STILL)
    assert before == Sweep(3, at[2], 2, 2, Health.STILL)


async def test_the_next_sweep_has_the_next_number_whatever_the_last_was_worth(
    store: SqlStore,
) -> None:
    at = await _four(store)
    async with store.write() as tx:
        await tx.stars.mark(4, Health.STILL)
    assert (await sweep(store, at[3] + INTERVAL, {1: 31, 2: 6})).number == 5


async def test_the_last_count_of_each_repo_is_known_however_long_ago(store: SqlStore) -> None:
    async with store.read() as tx:
        assert (await tx.stars.last_known()).tolist() == []
    await keep(store, [a_repo(1), a_repo(2), a_repo(3)])
    first, second, third = instants(3, every=30 * DAY)
    await sweep(store, first, {1: 5, 2: 7})
    await sweep(store, second, {2: 8}, [1])
    await sweep(store, third, {2: 0})
    async with store.read() as tx:
        known = (await tx.stars.last_known()).tolist()
    # Slots without a count are -1, or not there at the end.
    assert [*known, -1][:3] == [5, 0, -1]
