"""What every store knows of the searches: `ports.store.Sources`."""

from __future__ import annotations

from datetime import datetime

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.ports.store import Source
from support.catalogue import DAY, a_repo, keep
from support.databases import NOW

LATER = NOW + DAY
KEY = "search:llm"


async def _source(store: SqlStore, key: str = KEY) -> Source:
    async with store.read() as tx:
        return await tx.sources.source(key)


async def test_a_source_remembers_its_first_its_last_and_the_look_before(store: SqlStore) -> None:
    async with store.read() as tx:
        assert await tx.sources.source("search:llm") == Source("search:llm")
    for at, expected in (
        (NOW, Source("search:llm", NOW, NOW, None)),
        (LATER, Source("search:llm", NOW, LATER, NOW)),
        (LATER + DAY, Source("search:llm", NOW, LATER + DAY, LATER)),
    ):
        async with store.write() as tx:
            await tx.sources.completed("search:llm", at)
        async with store.read() as tx:
            assert await tx.sources.source("search:llm") == expected
            assert await tx.sources.source("search:gpt") == Source("search:gpt")


async def test_a_repo_met_by_two_sources_belongs_to_the_first(store: SqlStore) -> None:
    await keep(store, [a_repo(1)], origin="search:llm")
    await keep(store, [a_repo(1)], LATER, origin="search:gpt")
    async with store.read() as tx:
        ((_, source),) = await tx.catalogue.candidates(500)
    assert source.key == "search:llm"


async def test_the_look_before_a_repo_was_met_stays_however_often_its_source_is_read(
    store: SqlStore,
) -> None:
    for n, at in enumerate((NOW, LATER, LATER + DAY)):
        await keep(store, [a_repo(n + 1)], at, origin="search:llm")
        async with store.write() as tx:
            await tx.sources.completed("search:llm", at)
    async with store.read() as tx:
        found = await tx.catalogue.candidates(500)
    # The first was met before any complete look: there the source's own stands.
    assert [source.previous_at for _, source in found] == [LATER, NOW, LATER]


async def test_a_reading_that_was_cut_off_goes_on_and_is_forgotten_when_it_is_complete(
    store: SqlStore,
) -> None:
    async with store.write() as tx:
        await tx.sources.completed(KEY, NOW)
        await tx.sources.stopped(KEY, '["500..900"]', LATER)
        await tx.sources.stopped(KEY, '["700..900"]', LATER)
    assert await _source(store) == Source(KEY, NOW, NOW, None, rest='["700..900"]', rest_at=LATER)
    async with store.write() as tx:
        await tx.sources.completed(KEY, LATER + DAY)
    assert await _source(store) == Source(KEY, NOW, LATER + DAY, NOW)


async def test_a_baseline_that_was_cut_off_is_none_yet(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.sources.stopped(KEY, "half", NOW)
    cut = await _source(store)
    assert (cut.first_complete_at, cut.complete_at, cut.rest) == (None, None, "half")
    async with store.write() as tx:
        await tx.sources.completed(KEY, LATER)
    assert await _source(store) == Source(KEY, LATER, LATER, None)


async def test_a_reading_with_nothing_left_has_no_beginning(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.sources.stopped(KEY, "half", NOW)
        await tx.sources.stopped(KEY, "", LATER)
    assert await _source(store) == Source(KEY)


async def test_a_look_at_what_is_late_is_no_reading_to_the_end(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.sources.looked_lately(KEY, NOW)
    assert await _source(store) == Source(KEY, lately_at=NOW)
    async with store.write() as tx:
        await tx.sources.completed(KEY, LATER)
        await tx.sources.stopped(KEY, "half", LATER)
        await tx.sources.looked_lately(KEY, LATER + DAY)
    assert await _source(store) == Source(
        KEY, LATER, LATER, None, rest="half", rest_at=LATER, lately_at=LATER + DAY
    )
    assert await _source(store, "search:gpt") == Source("search:gpt")


async def test_it_is_known_since_when_a_search_goes_on(store: SqlStore) -> None:
    async def began() -> datetime | None:
        async with store.read() as tx:
            return await tx.sources.began()

    assert await began() is None
    async with store.write() as tx:
        await tx.sources.stopped(KEY, "page 2", LATER)
        await tx.sources.stopped("search:gpt", "page 7", NOW)
    assert await began() == NOW
    async with store.write() as tx:
        await tx.sources.completed("search:gpt", LATER)
    assert await began() == LATER
