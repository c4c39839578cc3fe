"""What every store does with GitHub's own histories, packed: `ports.store.PastLog.packed`."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from hypecurve.adapters.sql import pastlog
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.pasts import pack
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from support.catalogue import a_repo, keep
from support.databases import NOW


@pytest.mark.parametrize("at_once", [1, 2, 100])
async def test_packed_histories_are_those_that_come_one_by_one(
    store: SqlStore, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pastlog, "_AT_ONCE", at_once)
    await keep(store, [a_repo(number) for number in (7, 1, 3, 2)])
    fetched = NOW - timedelta(minutes=5, microseconds=3)
    pasts = {
        RepoId(7): PastStars(date(2026, 4, 26), tuple(range(210)), fetched),
        RepoId(1): PastStars(date(2026, 11, 20), (4, 100_000, 0), NOW),
        RepoId(3): PastStars(date(2025, 1, 1), (), NOW),
    }
    async with store.write() as tx:
        await tx.past.save({**pasts, RepoId(2): None}, NOW)
    async with store.read() as tx:
        ids = sorted([*pasts, RepoId(2)])
        blocks = [block async for block in tx.past.packed(ids)]
    assert all(block.size <= at_once for block in blocks)
    found = {}
    for block in blocks:
        for place, repo_id in enumerate(block.repo_ids.tolist()):
            days = block.days[block.starts[place] : block.starts[place + 1]]
            found[repo_id] = (days.tolist(), block.first_days[place], block.fetched_at[place])
    for repo_id, past in pasts.items():
        wanted = pack([repo_id], [past])
        assert found.pop(repo_id) == (
            list(past.days),
            wanted.first_days[0],
            wanted.fetched_at[0],
        )
    assert found == {}


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
    assert (block.days.dtype, block.repo_ids.dtype) == (np.int32, np.int64)
