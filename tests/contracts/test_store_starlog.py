"""What every store does with star counts: `ports.store.StarLog`."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import star_column, star_snapshot
from hypecurve.domain.errors import BadData
from hypecurve.domain.repo import RepoId
from hypecurve.ports.store import Sweep
from support.catalogue import DAY, a_repo, instants, keep, listed, sweep
from support.databases import INTERVAL, NOW, opened

FAR = timedelta(days=400)
Seen = dict[int, int]


async def _history(store: SqlStore, number: int) -> list[tuple[datetime, int]]:
    async with store.read() as tx:
        found = await tx.stars.history(RepoId(number), NOW - FAR, NOW + FAR)
    return [(snapshot.at, snapshot.stars) for snapshot in found.snapshots]


async def _columns(store: SqlStore, at: list[datetime]) -> list[list[int] | None]:
    async with store.read() as tx:
        columns, slots = await tx.stars.columns(at, timedelta())
    return [
        None if column is None else [*column.tolist(), *[-1] * (slots - len(column))]
        for column in columns
    ]


async def _rows(store: SqlStore) -> int:
    async with store.read() as tx:
        statement = select(func.count()).select_from(star_snapshot)
        return int(await tx.stars._connection.scalar(statement) or 0)


async def test_a_sweep_says_how_many_were_asked_and_how_many_answered(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2), a_repo(3)])
    async with store.read() as tx:
        assert await tx.stars.latest() is None
    assert await sweep(store, NOW, {1: 5, 2: 6}, [3]) == Sweep(1, NOW, 3, 2)
    second = await sweep(store, NOW + INTERVAL, {1: 5})
    assert second == Sweep(2, NOW + INTERVAL, 1, 1)
    async with store.read() as tx:
        assert await tx.stars.latest() == second
        assert (await tx.stars.latest(NOW + INTERVAL / 2)) == Sweep(1, NOW, 3, 2)
        assert await tx.stars.latest(NOW - INTERVAL) is None


@pytest.mark.parametrize("earlier", [timedelta(), timedelta(seconds=1), 30 * DAY])
async def test_sweeps_come_in_the_order_of_time(store: SqlStore, earlier: timedelta) -> None:
    await keep(store, [a_repo(1)])
    await sweep(store, NOW, {1: 5})
    with pytest.raises(BadData, match="not after the last one"):
        await sweep(store, NOW - earlier, {1: 6})
    assert await _history(store, 1) == [(NOW, 5)]


async def test_a_count_of_a_repo_nobody_knows_is_refused_whole(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    with pytest.raises(BadData, match="not in the catalogue"):
        await sweep(store, NOW, {1: 5, 99: 6})
    async with store.read() as tx:
        assert await tx.stars.latest() is None


async def test_only_changes_are_written(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    counts: list[Seen] = [{1: 5, 2: 9}, {1: 5, 2: 9}, {1: 6, 2: 9}, {1: 6, 2: 9}, {1: 5, 2: 9}]
    for at, seen in zip(instants(5), counts, strict=True):
        await sweep(store, at, seen)
    assert await _rows(store) == 4
    assert [stars for _, stars in await _history(store, 1)] == [5, 5, 6, 6, 5]
    assert [stars for _, stars in await _history(store, 2)] == [9] * 5


async def test_unchanged_missed_and_unwatched_are_three_things(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2), a_repo(3)])
    first, second, third, fourth = instants(4)
    await sweep(store, first, {1: 5, 2: 5, 3: 5})
    await sweep(store, second, {1: 5}, missed=[2])
    await sweep(store, third, {1: 5, 2: 5})
    await sweep(store, fourth, {1: 5, 2: 5, 3: 5})
    assert await _history(store, 1) == [(at, 5) for at in (first, second, third, fourth)]
    assert await _history(store, 2) == [(at, 5) for at in (first, third, fourth)]
    assert await _history(store, 3) == [(at, 5) for at in (first, fourth)]
    assert await _columns(store, [first, second, third, fourth]) == [
        [5, 5, 5],
        [5, -1, -1],
        [5, 5, -1],
        [5, 5, 5],
    ]


async def test_a_repo_missed_before_it_was_ever_seen_is_unknown(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    first, second = instants(2)
    await sweep(store, first, {1: 5}, missed=[2])
    await sweep(store, second, {1: 5, 2: 0})
    assert await _history(store, 2) == [(second, 0)]
    assert await _columns(store, [first, second]) == [[5, -1], [5, 0]]


async def test_history_is_cut_at_both_ends(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    at = instants(6)
    for place, instant in enumerate(at):
        await sweep(store, instant, {1: 100 + place // 3})
    async with store.read() as tx:
        found = await tx.stars.history(RepoId(1), at[1], at[4])
        nothing = await tx.stars.history(RepoId(99), at[0], at[5])
    assert [(each.at, each.stars) for each in found.snapshots] == list(
        zip(at[1:5], [100, 100, 101, 101], strict=True)
    )
    assert found.interval == INTERVAL
    assert nothing.snapshots == ()


def _life(seed: int) -> list[tuple[datetime, Seen, list[int]]]:
    """Sweeps of ten repos that come, are missed, left alone, and met again."""
    chance = random.Random(seed)  # noqa: S311 - a made-up life, the same for each seed
    counts = {number: chance.randrange(1_000) for number in range(1, 11)}
    life = []
    for at in instants(30):
        state = {
            number: chance.choices(["seen", "missed", "left"], [7, 2, 2])[0] for number in counts
        }
        counts = {
            number: max(0, count + chance.choice([0, 0, 0, 1, 7, -3]))
            for number, count in counts.items()
        }
        seen = {number: counts[number] for number in counts if state[number] == "seen"}
        missed = [number for number in counts if state[number] == "missed"]
        jitter = timedelta(seconds=chance.randrange(-600, 600))
        life.append((at + jitter, seen, missed))
    return life


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_history_packed_columns_and_rebuilt_columns_tell_the_same(
    store: SqlStore, seed: int
) -> None:
    await keep(store, [a_repo(number) for number in range(10, 0, -1)])
    life = _life(seed)
    for at, seen, missed in life:
        await sweep(store, at, seen, missed)
    for number in range(1, 11):
        assert await _history(store, number) == [
            (at, seen[number]) for at, seen, _ in life if number in seen
        ]
    every = [at for at, _, _ in life]
    expected = [[seen.get(number, -1) for number in range(10, 0, -1)] for _, seen, _ in life]
    assert await _columns(store, every) == expected
    async with store.write() as tx:
        await tx.stars._connection.execute(delete(star_column))
    assert await _columns(store, every) == expected


async def test_packed_columns_are_dropped_in_time_and_rebuilt_when_asked(database: str) -> None:
    async with opened(database, keep=2 * INTERVAL) as store:
        await keep(store, [a_repo(1), a_repo(2)])
        at = instants(6)
        for place, instant in enumerate(at):
            await sweep(store, instant, {1: place, 2: 7} if place != 1 else {2: 7}, [])
        async with store.read() as tx:
            kept = set(await tx.stars._connection.scalars(select(star_column.c.sweep)))
        assert kept == {0, 4, 5, 6}
        assert await _columns(store, at) == [[0, 7], [-1, 7], [2, 7], [3, 7], [4, 7], [5, 7]]


async def test_columns_take_the_nearest_sweep_within_reach(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    first, second = NOW, NOW + INTERVAL
    await sweep(store, first, {1: 10})
    await sweep(store, second, {1: 20})
    hour = timedelta(hours=1)
    asked = [first - 3 * hour, first - 3.1 * hour, first + 2 * hour, first + 4 * hour, second]
    async with store.read() as tx:
        columns, slots = await tx.stars.columns([*asked, second + DAY], 3 * hour)
    assert slots == 1
    assert [None if column is None else column.tolist() for column in columns] == [
        [10],
        None,
        [10],
        [20],
        [20],
        None,
    ]


async def test_columns_of_a_store_without_sweeps_are_unknown(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    async with store.read() as tx:
        assert await tx.stars.columns([NOW, NOW - DAY], DAY) == ([None, None], 2)


async def test_a_repo_that_enters_later_gets_a_later_slot_and_moves_nobody(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(5)])
    first, second = instants(2)
    await sweep(store, first, {5: 50})
    await keep(store, [a_repo(2)])
    await sweep(store, second, {5: 51, 2: 20})
    assert await _columns(store, [first, second]) == [[50, -1], [51, 20]]


async def test_who_records_a_sweep_waits_for_another_who_does(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    async with store.write() as tx:
        await tx.stars.record(NOW, {RepoId(1): 600})
        other = asyncio.create_task(sweep(store, NOW + DAY, {1: 601}))
        done, _ = await asyncio.wait({other}, timeout=0.1)
        assert not done
    assert (await other).number == 2
