"""What every store does with what happens to a repo: facts, each told once."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Fact, FactKind
from hypecurve.domain.repo import RepoId
from support.catalogue import (
    DAY,
    a_repo,
    entry_of,
    keep,
    listed,
    lose,
    speak,
    sweep,
    untold_facts,
)
from support.databases import NOW

LATER = NOW + DAY


async def test_changes_that_followers_want_to_hear_become_facts_once(store: SqlStore) -> None:
    await keep(store, [a_repo(1, 990, license="MIT"), a_repo(2, 4_000)])
    changed = [a_repo(1, 1_010, license="AGPL-3.0", archived=True), a_repo(2, 12_000)]
    await keep(store, changed, LATER)
    await keep(store, changed, LATER + DAY)
    assert sorted(await untold_facts(store)) == [
        (1, FactKind.ARCHIVED, "", ""),
        (1, FactKind.MILESTONE, "", "1000"),
        (1, FactKind.RELICENSED, "MIT", "AGPL-3.0"),
        (2, FactKind.MILESTONE, "", "10000"),
    ]


async def test_what_is_no_change_makes_no_fact(store: SqlStore) -> None:
    await keep(store, [a_repo(1, 1_000, license="MIT", archived=True), a_repo(2, 1_010)])
    await keep(store, [a_repo(1, 1_000, archived=True), a_repo(2, 990)], LATER)
    seen = [a_repo(1, 1_001, license="MIT", archived=True), a_repo(2, 995)]
    await keep(store, seen, LATER + DAY)
    assert await untold_facts(store) == []


async def test_a_fact_is_told_in_one_cycle_only(store: SqlStore) -> None:
    await keep(store, [a_repo(1, 990), a_repo(2, 990)])
    await keep(store, [a_repo(1, 1_010), a_repo(2, 1_010)], LATER)
    async with store.write() as tx:
        first, second = await tx.catalogue.facts()
        assert (first.at, second.at) == (LATER, LATER)
        await tx.catalogue.told([first], 1)
    async with store.read() as tx:
        assert await tx.catalogue.facts() == [second]


async def test_a_milestone_is_told_once_however_often_it_is_passed(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 990), a_repo(2, 990)])
    for day, stars in enumerate((1_001, 999, 1_002, 998, 1_000, 2_003, 900, 1_500, 5_000)):
        await keep(store, [a_repo(1, stars)], NOW + day * DAY)
    await keep(store, [a_repo(2, 1_001)], LATER)
    assert await untold_facts(store) == [
        (1, FactKind.MILESTONE, "", "1000"),
        (1, FactKind.MILESTONE, "", "2000"),
        (1, FactKind.CORRECTED, "2003", "900"),
        (1, FactKind.MILESTONE, "", "5000"),
        (2, FactKind.MILESTONE, "", "1000"),
    ]


async def _days(store: SqlStore, counts: list[int], first: int = 0) -> None:
    """Let repo 1 have these counts, each at a sweep a day after the one before."""
    for day, stars in enumerate(counts, first):
        await keep(store, [a_repo(1, stars)], NOW + day * DAY)
        await sweep(store, NOW + day * DAY, {1: stars})


async def test_a_purge_of_20000_stars_and_its_return_are_two_corrections_and_one_milestone(
    store: SqlStore,
) -> None:
    await _days(store, [49_800, 50_100, 30_100, 30_110, 50_130, 50_200])
    assert await untold_facts(store) == [
        (1, FactKind.MILESTONE, "", "50000"),
        (1, FactKind.CORRECTED, "50100", "30100"),
        (1, FactKind.CORRECTED, "30110", "50130"),
    ]


async def test_what_a_purge_took_passes_no_milestone_when_it_comes_back(store: SqlStore) -> None:
    await _days(store, [50_100, 30_100, 50_130])
    assert [kind for _, kind, _, _ in await untold_facts(store)] == [FactKind.CORRECTED] * 2


async def test_a_count_that_wavers_around_a_milestone_it_had_long_passed_tells_nothing(
    store: SqlStore,
) -> None:
    await _days(store, [1_003, 998, 1_002, 999, 1_001])
    assert await untold_facts(store) == []


async def test_a_rise_long_after_a_purge_gives_nothing_back(store: SqlStore) -> None:
    await _days(store, [700, 600])
    await _days(store, [640, 740], first=130)
    assert await untold_facts(store) == [(1, FactKind.CORRECTED, "700", "600")]


async def test_an_archive_opened_again_and_a_fork_detached_are_facts(store: SqlStore) -> None:
    await keep(store, [a_repo(1, archived=True), a_repo(2, is_fork=True)])
    for day in (1, 2):
        await keep(store, [a_repo(1), a_repo(2)], NOW + day * DAY)
    assert await untold_facts(store) == [
        (1, FactKind.UNARCHIVED, "", ""),
        (2, FactKind.DETACHED, "", ""),
    ]


@pytest.mark.parametrize("why", ["deleted", "dmca", "tos", "blocked"])
async def test_a_repo_lost_twice_is_one_fact_and_the_last_reason_stands(
    store: SqlStore, why: str
) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await lose(store, [1], LATER, why)
    await lose(store, [1, 2], LATER + DAY, "deleted")
    gone = [fact for fact in await untold_facts(store) if fact[1] is FactKind.GONE]
    assert gone == [(1, FactKind.GONE, "", why), (2, FactKind.GONE, "", "deleted")]
    assert (await entry_of(store, 1)).gone_why == "deleted"


async def test_a_repo_made_private_and_public_again_returns_and_is_not_corrected(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, 12_345)])
    await lose(store, [1], LATER)
    for day in (2, 3):
        await keep(store, [a_repo(1, 0)], NOW + day * DAY)
    assert await untold_facts(store) == [
        (1, FactKind.GONE, "", "deleted"),
        (1, FactKind.RETURNED, "", ""),
    ]
    entry = await entry_of(store, 1)
    assert (entry.gone_why, entry.repo.stars) == (None, 0)


async def test_a_noted_fact_stands_among_the_others(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    async with store.write() as tx:
        await tx.catalogue.note(RepoId(1), FactKind.MISREAD, LATER, "0", "600")
    assert await untold_facts(store) == [(1, FactKind.MISREAD, "0", "600")]


async def test_the_facts_of_a_repo_are_its_own_newest_first_told_or_not(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await keep(store, [a_repo(1, archived=True), a_repo(2, archived=True)], LATER)
    cycle = await speak(store, [])
    async with store.write() as tx:
        await tx.catalogue.told(await tx.catalogue.facts(), cycle)
    await keep(store, [a_repo(1)], LATER + DAY)
    async with store.read() as tx:
        found = await tx.catalogue.facts_of(RepoId(1))
        since = await tx.catalogue.facts_of(RepoId(1), LATER)
    assert [(fact.kind, fact.at) for fact in found] == [
        (FactKind.UNARCHIVED, LATER + DAY),
        (FactKind.ARCHIVED, LATER),
    ]
    assert since == [Fact(found[0].id, RepoId(1), FactKind.UNARCHIVED, LATER + DAY)]


async def test_what_happened_is_found_by_its_kind_and_time(store: SqlStore) -> None:
    await keep(store, [a_repo(1, 9_000), a_repo(2, 9_000)])
    await keep(store, [a_repo(1, 8_000), a_repo(2, 9_001)], LATER)
    await keep(store, [a_repo(2, 8_000, archived=True)], LATER + DAY)
    async with store.read() as tx:
        found = [
            await tx.catalogue.facts_after(since, [FactKind.CORRECTED])
            for since in (NOW, LATER, LATER + DAY)
        ]
        both = await tx.catalogue.facts_after(NOW, [FactKind.ARCHIVED, FactKind.CORRECTED])
        nothing = await tx.catalogue.facts_after(NOW, [])
    assert [[fact.repo_id for fact in facts] for facts in found] == [[1, 2], [2], []]
    assert {(fact.repo_id, fact.kind) for fact in both} == {
        (1, FactKind.CORRECTED),
        (2, FactKind.CORRECTED),
        (2, FactKind.ARCHIVED),
    }
    assert nothing == []


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_happened_lately_is_found_without_reading_years_of_facts(
    store: SqlStore,
) -> None:
    plan = text(
        "EXPLAIN QUERY PLAN SELECT * FROM repo_fact "
        "WHERE kind IN ('corrected', 'returned') AND at > '2026-11-22' ORDER BY id"
    )
    async with store.engine.connect() as connection:
        steps = [row.detail for row in await connection.execute(plan)]
    assert "ix_repo_fact_kind_at (kind=? AND at>?)" in steps[0]
