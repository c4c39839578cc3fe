"""One request at a time; a run that ends in the middle loses nothing that was read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hypecurve.adapters.github.client import GitHub
from hypecurve.domain.errors import (
    SourceUnavailable,
)
from hypecurve.ports import SearchPage, Term
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.story import FOLLOWED
from hypecurve.standin.world import World, node_id
from support.github import UNTIL, Setting, accounted, connected, found, read_only_world, swept

ALL = [node_id(index) for index in range(250)]


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with connected(read_only_world()) as setting:
        yield setting


async def test_requests_go_one_after_the_other(setting: Setting) -> None:
    names = [facts.name for facts in setting.world.facts[60:70]]
    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(setting.github.repo(name))
        group.create_task(found(setting.github, "gpt"))
        group.create_task(swept(setting.github, ALL))
        group.create_task(setting.github.standing())
    assert len(setting.standin.peers) == 1


async def test_nothing_is_asked_while_another_request_waits_for_its_answer(
    setting: Setting,
) -> None:
    setting.standin.hold(on="graphql")
    async with asyncio.TaskGroup() as group:
        sweep = group.create_task(swept(setting.github, ALL))
        await setting.standin.held()
        alone = group.create_task(setting.github.repo(FOLLOWED))
        for _ in range(50):
            await asyncio.sleep(0)
        assert setting.standin.spent.requests == 1
        assert not alone.done()
        setting.standin.release()
    assert accounted(sweep.result()) == sorted(ALL)
    assert alone.result().name == FOLLOWED


async def test_a_request_ends_at_once_when_it_is_cancelled(setting: Setting) -> None:
    setting.standin.hold(on="search", after=2)
    pages: list[SearchPage] = []
    reading = asyncio.create_task(collect(setting.github, pages))
    async with asyncio.timeout(5):
        await setting.standin.held()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        setting.standin.release()
        # What was read is kept, and the next run goes on behind it.
        assert len(pages) == 2
        met = {repo.id for page in pages for repo in page.repos}
        async for page in setting.github.search(Term("llm"), 50, rest=pages[-1].rest):
            met |= {repo.id for repo in page.repos}
    assert met == set(await found(setting.github, "llm", 50))


async def collect(github: GitHub, pages: list[SearchPage]) -> None:
    """Keep every page as it comes."""
    async for page in github.search(Term("llm"), 50):
        pages.append(page)  # noqa: PERF401 - a comprehension would lose them when cancelled


async def test_an_outage_in_the_middle_of_a_search_leaves_where_to_go_on() -> None:
    world = World.make(5, 6_000, until=UNTIL, story=False)
    pages: list[SearchPage] = []
    async with connected(world) as setting:
        setting.standin.faults.add(Fault(FaultKind.BAD_GATEWAY, on="search", after=13, times=4))
        with pytest.raises(SourceUnavailable, match="502"):
            await collect(setting.github, pages)
        before = setting.standin.spent.requests
        met = {repo.id for page in pages for repo in page.repos}
        async for page in setting.github.search(Term("llm"), 50, rest=pages[-1].rest):
            met |= {repo.id for repo in page.repos}
        spent = setting.standin.spent.requests - before
        everything = await found(setting.github, "llm", 50)
    assert len(pages) == 13
    assert met == set(everything)
    # The first slice of ten pages is not read again.
    assert spent <= len(everything) / 100 - 8
