"""What every store does with the repos: `ports.store.Catalogue` and `Sources`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import nan

import numpy as np
import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Growth, ListedReason, Place, RepoState
from hypecurve.domain.repo import RepoId
from hypecurve.ports.store import Found, Measured, Source
from support.catalogue import DAY, a_repo, entry_of, keep, listed
from support.databases import NOW

LATER = NOW + DAY


async def _names(store: SqlStore, found: Found) -> list[str]:
    async with store.read() as tx:
        return [entry.repo.name.name for entry in await tx.catalogue.entries(found)]


async def test_everything_github_says_of_a_repo_comes_back_as_it_was(store: SqlStore) -> None:
    full = a_repo(
        1,
        12_345,
        "Acme/FlashKV",
        description="KV-cache 'compression' \N{ROCKET} \u202eevil",
        topics=("kv-cache", "quantization"),
        language="Python",
        license="Apache-2.0",
        forks=0,
        open_issues=3,
        owner_is_organisation=False,
        created_at=datetime(2024, 3, 2, 1, 2, 3, tzinfo=UTC),
        pushed_at=datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC),
        updated_at=datetime(2026, 11, 22, tzinfo=UTC),
        archived=True,
        is_fork=True,
    )
    await keep(store, [full])
    entry = await entry_of(store, 1)
    assert entry.repo == full
    assert entry.place == Place("unsure", "")
    assert (entry.first_seen_at, entry.seen_at) == (NOW, NOW)
    assert (entry.listed_at, entry.listed_reason) == (None, None)
    assert entry.state is RepoState.ACTIVE
    assert entry.growth == Growth(None, None, None)


async def test_what_is_unknown_of_a_repo_stays_unknown(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    repo = (await entry_of(store, 1)).repo
    assert (repo.forks, repo.open_issues, repo.owner_is_organisation) == (None, None, None)
    assert (repo.created_at, repo.language, repo.license) == (None, None, None)


async def test_upsert_names_only_those_that_were_not_known(store: SqlStore) -> None:
    assert await keep(store, [a_repo(1), a_repo(2)]) == {1, 2}
    assert await keep(store, [a_repo(2, 700), a_repo(3), a_repo(3, 800)], LATER) == {3}
    assert (await entry_of(store, 2)).repo.stars == 700
    assert (await entry_of(store, 3)).repo.stars == 800
    assert (await entry_of(store, 2)).first_seen_at == NOW
    assert (await entry_of(store, 2)).seen_at == LATER


async def test_more_repos_than_a_statement_takes_parameters_come_in_at_once(
    store: SqlStore,
) -> None:
    many = [a_repo(number, 500 + number) for number in range(1, 2_001)]
    assert len(await keep(store, many)) == 2_000
    assert await keep(store, many, LATER) == frozenset()
    async with store.read() as tx:
        watched = await tx.catalogue.watched()
    assert [repo.slot for repo in watched] == list(range(2_000))


async def test_an_operators_place_wins_over_any_other(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    ours, theirs = Place("agents", "name"), Place("mcp", "said so", by_operator=True)
    for place, expected in (
        (ours, ours),
        (theirs, theirs),
        (ours, theirs),
        (replace(theirs, category="inference"), replace(theirs, category="inference")),
    ):
        async with store.write() as tx:
            await tx.catalogue.place({RepoId(1): place})
        assert (await entry_of(store, 1)).place == expected


async def test_a_repo_is_listed_once_and_keeps_its_date_and_reason(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    async with store.write() as tx:
        await tx.catalogue.list_as({RepoId(1): ListedReason.CROSSED}, NOW)
        await tx.catalogue.list_as({RepoId(1): ListedReason.BASELINE}, LATER)
    await keep(store, [a_repo(1, 3)], LATER)
    entry = await entry_of(store, 1)
    assert (entry.listed_at, entry.listed_reason) == (NOW, ListedReason.CROSSED)


async def test_entries_are_narrowed_by_what_is_asked(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 900, "acme/flash_kv"), a_repo(2, 800, "acme/voicebox")])
    await listed(store, [a_repo(3, 700, "nori/flashcard")], "mcp")
    await keep(store, [a_repo(4, 9_000, "nori/unlisted")])
    for found, expected in (
        (Found(), ["flash_kv", "voicebox", "flashcard"]),
        (Found(listed=False), ["unlisted", "flash_kv", "voicebox", "flashcard"]),
        (Found(categories=frozenset({"mcp"})), ["flashcard"]),
        (Found(categories=frozenset({"mcp", "agents"})), ["flash_kv", "voicebox", "flashcard"]),
        (Found(text="FLASH"), ["flash_kv", "flashcard"]),
        (Found(text="h_k"), ["flash_kv"]),
        (Found(text="100%"), []),
        (Found(ids=[RepoId(2), RepoId(3), RepoId(99)]), ["voicebox", "flashcard"]),
        (Found(ids=[RepoId(2), RepoId(2)]), ["voicebox"]),
        (Found(ids=[]), []),
        (Found(ids=[RepoId(4)]), []),
        (Found(limit=1), ["flash_kv"]),
    ):
        assert await _names(store, found) == expected, found
        if found.limit is None:
            async with store.read() as tx:
                assert await tx.catalogue.count(found) == len(expected), found


async def test_entries_come_largest_and_latest_first_and_unknown_last(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 900, created_at=NOW - DAY), a_repo(2, 800)])
    await listed(store, [a_repo(3, 700, created_at=NOW - 2 * DAY)], at=LATER)
    growth = [Growth(1, None, 30), Growth(None, 5, 20), Growth(2, 6, None)]
    await _measure(store, growth)
    for order, expected in (
        ("stars", [1, 2, 3]),
        ("day", [3, 1, 2]),
        ("week", [3, 2, 1]),
        ("month", [1, 2, 3]),
        ("listed", [3, 1, 2]),
        ("created", [1, 3, 2]),
    ):
        for ids in (None, [RepoId(number) for number in (3, 2, 1)]):
            async with store.read() as tx:
                entries = await tx.catalogue.entries(Found(ids=ids, order=order))
            assert [entry.repo.id for entry in entries] == expected, (order, ids)


async def test_the_best_of_thousands_of_ids_are_the_best_of_all(store: SqlStore) -> None:
    await listed(store, [a_repo(number, number) for number in range(1, 2_001)])
    ids = [RepoId(number) for number in range(1, 2_001)]
    async with store.read() as tx:
        found = await tx.catalogue.entries(Found(ids=ids, limit=3))
        by_growth = await tx.catalogue.entries(Found(ids=ids, order="week", limit=2))
    assert [entry.repo.id for entry in found] == [2_000, 1_999, 1_998]
    assert [entry.repo.id for entry in by_growth] == [2_000, 1_999]


async def _measure(store: SqlStore, growth: list[Growth]) -> None:
    async with store.write() as tx:
        await tx.catalogue.measure(
            Measured(
                ids=np.arange(1, len(growth) + 1),
                growth=growth,
                usual_week=[41.5] + [None] * (len(growth) - 1),
                states=[RepoState.RISING] + [RepoState.STALLED] * (len(growth) - 1),
            )
        )


async def test_a_cycles_figures_stand_in_the_entries_and_unknown_is_not_zero(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await _measure(store, [Growth(-3, 0, 30), Growth(None, None, None)])
    first, second = await entry_of(store, 1), await entry_of(store, 2)
    assert (first.growth, first.usual_week) == (Growth(-3, 0, 30), 41.5)
    assert first.state is RepoState.RISING
    assert (second.growth, second.usual_week) == (Growth(None, None, None), None)
    assert await _names(store, Found(states=frozenset({RepoState.STALLED}))) == ["repo-2"]
    async with store.read() as tx:
        paces = [(await tx.catalogue.usual_weeks(slots)).tolist() for slots in (1, 3)]
    assert paces == [[41.5], pytest.approx([41.5, nan, nan], nan_ok=True)]


async def test_sizes_count_the_listed_repos_of_each_category(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await listed(store, [a_repo(3)], "mcp")
    await keep(store, [a_repo(4)])
    async with store.read() as tx:
        assert await tx.catalogue.sizes() == {"agents": 2, "mcp": 1}


async def test_candidates_are_about_ai_over_the_bar_and_not_listed_yet(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await keep(store, [a_repo(2, 500), a_repo(3, 499), a_repo(4), a_repo(5)], origin="search:llm")
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(4): Place("not-ai", "a partition tool")})
        await tx.catalogue.lost([RepoId(5)], "deleted", NOW)
        await tx.sources.completed("search:llm", NOW)
    async with store.read() as tx:
        found = await tx.catalogue.candidates(500)
    assert [(entry.repo.id, source) for entry, source in found] == [
        (2, Source("search:llm", NOW, NOW, None))
    ]


async def test_the_roster_says_what_the_entries_say(store: SqlStore) -> None:
    created = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    pushed = datetime(2026, 11, 1, tzinfo=UTC)
    await listed(store, [a_repo(8, created_at=created, archived=True), a_repo(3, pushed_at=pushed)])
    await keep(store, [a_repo(5)], LATER)
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(5): Place("not-ai", "a partition tool")})
        await tx.catalogue.lost([RepoId(3)], "deleted", LATER)
    async with store.read() as tx:
        roster = await tx.catalogue.roster()
        entries = await tx.catalogue.entries(Found(listed=False))
    by_slot = sorted(entries, key=lambda entry: entry.slot)
    assert roster.ids.tolist() == [entry.repo.id for entry in by_slot]
    assert _aware(roster.created_at) == [entry.repo.created_at for entry in by_slot]
    assert _aware(roster.pushed_at) == [entry.repo.pushed_at for entry in by_slot]
    assert _aware(roster.first_seen_at) == [entry.first_seen_at for entry in by_slot]
    assert roster.archived.tolist() == [entry.repo.archived for entry in by_slot]
    assert roster.gone.tolist() == [entry.state is RepoState.GONE for entry in by_slot]
    assert roster.listed.tolist() == [entry.listed_at is not None for entry in by_slot]
    assert roster.about_ai.tolist() == [entry.place.category != "not-ai" for entry in by_slot]


def _aware(column: np.ndarray) -> list[datetime | None]:
    return [None if np.isnat(value) else value.item().replace(tzinfo=UTC) for value in column]


async def test_the_roster_of_an_empty_catalogue_is_empty(store: SqlStore) -> None:
    async with store.read() as tx:
        roster = await tx.catalogue.roster()
        _, slots = await tx.stars.columns([NOW], timedelta(hours=3))
    assert (len(roster.ids), slots) == (0, 0)
