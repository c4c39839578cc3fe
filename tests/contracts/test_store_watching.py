"""Whom every store asks the sweeps for: who is met, who is gone, who may be back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import FactKind, RepoState
from hypecurve.domain.repo import RepoId
from hypecurve.ports.store import Found, Source
from support.catalogue import DAY, a_repo, entry_of, keep, listed, lose, meet, untold_facts
from support.databases import NOW

LATER = NOW + DAY


async def _watched(store: SqlStore, gone_since: datetime | None = None) -> list[tuple[int, bool]]:
    async with store.read() as tx:
        return [(each.id, each.gone) for each in await tx.catalogue.watched(gone_since)]


async def test_a_lost_repo_is_no_longer_swept_until_it_is_met_again(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    async with store.write() as tx:
        await tx.catalogue.lost([RepoId(1)], "blocked", LATER)
        await tx.catalogue.lost([RepoId(1)], "blocked", LATER + DAY)
    async with store.read() as tx:
        assert [repo.id for repo in await tx.catalogue.watched()] == [2]
    assert (await entry_of(store, 1)).state is RepoState.GONE
    assert await untold_facts(store) == [(1, FactKind.GONE, "", "blocked")]
    async with store.read() as tx:
        (gone,) = await tx.catalogue.entries(Found(states=frozenset({RepoState.GONE})))
    assert gone.repo.id == 1
    await keep(store, [a_repo(1)], LATER)
    async with store.read() as tx:
        assert [repo.id for repo in await tx.catalogue.watched()] == [1, 2]
    assert (await entry_of(store, 1)).state is RepoState.ACTIVE


async def test_who_takes_in_repos_waits_for_another_who_does(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.catalogue.upsert([a_repo(1), a_repo(9)], NOW)
        other = asyncio.create_task(keep(store, [a_repo(2), a_repo(9)]))
        done, _ = await asyncio.wait({other}, timeout=0.1)
        assert not done
    assert await other == {2}
    async with store.read() as tx:
        assert sorted(repo.slot for repo in await tx.catalogue.watched()) == [0, 1, 2]


async def test_who_is_met_for_the_first_time_enters(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.sources.completed("search:llm", NOW)
    assert await meet(store, [a_repo(1), a_repo(2, 700), a_repo(2, 800)], LATER) == {1, 2}
    assert await meet(store, [a_repo(2), a_repo(3)], LATER + DAY) == {3}
    entry = await entry_of(store, 2)
    assert (entry.repo.stars, entry.first_seen_at, entry.listed_at) == (800, LATER, None)
    async with store.read() as tx:
        found = await tx.catalogue.candidates(500)
    # What brought them, and the look before the one that did.
    first = Source("search:llm", NOW, NOW, NOW)
    assert [(each.repo.id, source) for each, source in found] == [
        (1, first),
        (2, first),
        (3, first),
    ]


async def test_who_is_known_stays_as_the_sweep_counted_it_whatever_a_search_says(
    store: SqlStore,
) -> None:
    counted = a_repo(1, 12_000, "acme/flashkv", description="KV cache", archived=True)
    await keep(store, [counted], origin="search:llm")
    before = await entry_of(store, 1)
    stale = a_repo(1, 9_000, "acme/old-name", license="MIT")
    assert await meet(store, [stale], LATER, "search:gpt") == frozenset()
    assert await entry_of(store, 1) == before
    assert await untold_facts(store) == []


async def test_nobody_met_is_nobody_new(store: SqlStore) -> None:
    assert await meet(store, []) == frozenset()
    assert await keep(store, []) == frozenset()


async def test_thousands_met_at_once_enter(store: SqlStore) -> None:
    many = [a_repo(number) for number in range(1, 40_001)]
    assert len(await meet(store, many)) == 40_000


async def test_who_is_gone_is_asked_for_as_long_as_one_wants(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)])
    await lose(store, [1], LATER)
    await lose(store, [3], LATER + 10 * DAY)
    assert await _watched(store) == [(2, False)]
    assert await _watched(store, LATER) == [(1, True), (2, False), (3, True)]
    assert await _watched(store, LATER + DAY) == [(2, False), (3, True)]
    assert await _watched(store, LATER + 20 * DAY) == [(2, False)]


async def test_who_is_gone_and_met_again_is_asked_for_however_long_it_is_gone(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await lose(store, [1], LATER)
    year = LATER + 365 * DAY
    assert await _watched(store, year) == [(2, False)]
    assert await meet(store, [a_repo(1, 9_999)], year) == frozenset()
    entry = await entry_of(store, 1)
    assert (entry.state, entry.repo.stars) == (RepoState.GONE, 600)
    assert await _watched(store, year) == [(1, True), (2, False)]
    assert await _watched(store) == [(2, False)]
    await keep(store, [a_repo(1)], year)
    assert await _watched(store, year) == [(1, False), (2, False)]
    kinds = [kind for _, kind, _, _ in await untold_facts(store)]
    assert kinds == [FactKind.GONE, FactKind.RETURNED]


async def test_a_search_that_still_shows_a_repo_for_an_hour_does_not_keep_it_for_ever(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await lose(store, [1], NOW)
    await meet(store, [a_repo(1)], LATER)
    assert await _watched(store, LATER) == [(1, True), (2, False)]
    assert await _watched(store, LATER + DAY) == [(2, False)]


async def test_a_search_brings_new_node_ids_of_those_who_are_known_and_nothing_else(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, 700), a_repo(2), a_repo(3)])
    await lose(store, [3])
    found = [replace(a_repo(n, 900, f"acme/other-{n}"), node_id=f"NEW_{n}") for n in (1, 3)]
    assert await meet(store, [*found, a_repo(2)], LATER) == frozenset()
    async with store.read() as tx:
        nodes = [each.node_id for each in await tx.catalogue.watched(NOW)]
    assert nodes == ["NEW_1", "R_2", "NEW_3"]
    repo = (await entry_of(store, 1)).repo
    assert (str(repo.name), repo.stars) == ("acme/repo-1", 700)


async def test_who_was_met_before_it_went_is_not_met_again(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await lose(store, [1], NOW)
    await meet(store, [a_repo(1)], LATER)
    await keep(store, [a_repo(1)], LATER + DAY)
    await lose(store, [1], LATER + 2 * DAY)
    assert await _watched(store, LATER + 9 * DAY) == []
