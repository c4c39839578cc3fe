"""What every store does with GitHub's own star histories: `ports.store.PastLog`."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Place
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.ports.store import Filled, Found
from support.catalogue import DAY, a_repo, keep, listed
from support.databases import NOW


async def test_githubs_own_history_comes_back_whole(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2), a_repo(3)])
    days = tuple(int(day) for day in np.arange(210) ** 2)
    past = PastStars(date(2026, 4, 26), days, NOW - timedelta(minutes=5))
    async with store.write() as tx:
        await tx.past.save({RepoId(1): past, RepoId(2): None}, NOW)
    async with store.read() as tx:
        assert await tx.past.of() == {1: past}
        assert await tx.past.of([RepoId(2), RepoId(3)]) == {}
        assert await tx.past.of([]) == {}
    longer = PastStars(date(2025, 11, 30), (1, *days), NOW)
    async with store.write() as tx:
        await tx.past.save({RepoId(1): longer}, NOW)
    async with store.read() as tx:
        assert await tx.past.of([RepoId(1)]) == {1: longer}


async def test_who_was_asked_and_has_none_is_not_asked_again(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 900), a_repo(2, 800), a_repo(3, 700)])
    await keep(store, [a_repo(4, 50), a_repo(5, 60), a_repo(6, 9_000)])
    async with store.write() as tx:
        await tx.catalogue.lost([RepoId(6)], "deleted", NOW)
        assert (await tx.past.filled(Found())).share == 0.0
        waiting = await tx.past.missing(10)
        assert [entry.repo.id for entry in waiting] == [5, 4, 1, 2, 3]
        assert [entry.repo.id for entry in await tx.past.missing(2)] == [5, 4]
        await tx.past.save({RepoId(5): None, RepoId(1): None, RepoId(2): None}, NOW)
    async with store.read() as tx:
        waiting = await tx.past.missing(10)
        assert [entry.repo.id for entry in waiting] == [4, 3]
        assert (await tx.past.filled(Found())).share == pytest.approx(2 / 3)
        assert (await tx.past.filled(Found(categories=frozenset({"mcp"})))).share == 0.0


async def test_who_is_not_about_ai_is_asked_last_and_who_was_asked_in_vain_before_them(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, 90_000), a_repo(2, 700), a_repo(3, 650)])
    await keep(store, [a_repo(4), a_repo(5, 5_000)])
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(5): Place("not-ai", "a partition tool")})
        await tx.past.failed([RepoId(1)], NOW + DAY)
        await tx.past.failed([RepoId(4)], NOW)
    async with store.read() as tx:
        assert [entry.repo.id for entry in await tx.past.missing(9)] == [2, 3, 4, 1, 5]


async def test_who_was_asked_is_counted_with_those_asked_in_vain(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 6)])
    async with store.write() as tx:
        await tx.past.save({RepoId(1): None}, NOW)
        await tx.past.save({RepoId(2): None, RepoId(3): None}, NOW + DAY)
        await tx.past.failed([RepoId(4)], NOW + DAY)
    async with store.read() as tx:
        counts = [await tx.past.asked(NOW + days * DAY) for days in (-1, 0, 1)]
    assert counts == [4, 3, 0]


async def test_those_of_the_wanted_categories_are_asked_first(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 900), a_repo(2, 800)], "agents")
    await listed(store, [a_repo(3, 700), a_repo(4, 600), a_repo(5, 9_000)], "mcp")
    await keep(store, [a_repo(6, 50), a_repo(7, 40)])
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(7): Place("mcp", "topic mcp")})
        await tx.past.failed([RepoId(5)], NOW)
    for first, expected in (
        (frozenset[str](), [6, 7, 1, 2, 3, 4, 5]),
        (frozenset({"mcp"}), [7, 3, 4, 6, 1, 2, 5]),
        (frozenset({"mcp", "agents"}), [7, 1, 2, 3, 4, 6, 5]),
        (frozenset({"no-such"}), [6, 7, 1, 2, 3, 4, 5]),
    ):
        async with store.read() as tx:
            found = [entry.repo.id for entry in await tx.past.missing(9, first)]
            two = [entry.repo.id for entry in await tx.past.missing(2, first=first)]
        assert (found, two) == (expected, expected[:2]), first


async def test_how_far_the_past_is_filled_in_is_counted_by_repos(store: SqlStore) -> None:
    async with store.read() as tx:
        assert await tx.past.filled(Found()) == Filled(0, 0)
    assert Filled(0, 0).share == 0.0
    await listed(store, [a_repo(number) for number in range(1, 4)])
    await listed(store, [a_repo(4)], "mcp")
    await keep(store, [a_repo(5)])
    async with store.write() as tx:
        await tx.past.save({RepoId(1): None, RepoId(5): None}, NOW)
        await tx.past.failed([RepoId(2)], NOW)
    async with store.read() as tx:
        assert await tx.past.filled(Found()) == Filled(1, 4)
        assert await tx.past.filled(Found(listed=False)) == Filled(2, 5)
        assert await tx.past.filled(Found(categories=frozenset({"mcp"}))) == Filled(0, 1)
