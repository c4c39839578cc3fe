"""What every store does with GitHub's own histories, packed: `ports.store.PastLog.packed`."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.pasts import pack
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from support.catalogue import a_repo, keep
from support.databases import NOW


async def test_packed_histories_are_those_that_come_one_by_one(store: SqlStore) -> None:
    ids = [RepoId(number) for number in range(2_101, 0, -1)]  # more than are packed at once
    await keep(store, [a_repo(number) for number in ids])
    fetched = NOW - timedelta(minutes=5, microseconds=3)
    pasts = {key: PastStars(date(2026, 4, 26), tuple(range(key % 7)), fetched) for key in ids[1:]}
    pasts[RepoId(9)] = PastStars(date(2025, 1, 1), (4, 100_000, 0), NOW)
    async with store.write() as tx:
        await tx.past.save({**pasts, ids[0]: None}, NOW)
    found = {}
    async with store.read() as tx:
        async for block in tx.past.packed(ids):
            for place, key in enumerate(block.repo_ids.tolist()):
                days = block.days[block.starts[place] : block.starts[place + 1]].tolist()
                found[key] = (days, block.first_days[place], block.fetched_at[place])
    wanted = pack(list(pasts), list(pasts.values()))
    assert found == {
        key: (list(past.days), first_day, fetched_at)
        for (key, past), first_day, fetched_at in zip(
            pasts.items(), wanted.first_days, wanted.fetched_at, strict=True
        )
    }


async def test_of_repos_without_a_history_nothing_is_packed(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    async with store.read() as tx:
        assert [block async for block in tx.past.packed([])] == []
        assert [block async for block in tx.past.packed([RepoId(1), RepoId(9)])] == []


async def test_packed_days_are_whole_numbers_of_four_bytes(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    async with store.write() as tx:
        await tx.past.save({RepoId(1): PastStars(date(2026, 11, 20), (1, 2), NOW)}, NOW)
    async with store.read() as tx:
        (block,) = [block async for block in tx.past.packed([RepoId(1)])]
    assert block.days.dtype == np.dtype(np.int32)
    assert block.days.tolist() == [1, 2]
