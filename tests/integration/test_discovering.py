"""A full discovery by the real client: every repo, at the price of its pages, though cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import cache
from math import ceil

import pytest

from hypecurve.adapters.github.slices import PAGE, query, whole
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.ports import Lately, Term
from hypecurve.services.tracker.discover import discover
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.searching import Index, parse
from hypecurve.standin.world import FIRST_ID, World
from support.github import UNTIL, Setting, connected

TERMS = [Term("llm"), Term("gpt"), Term("mcp-server", is_topic=True)]
BAR = 100
MOST = 1.4
"""Requests for each full page of results that there is."""

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@cache
def large_world() -> World:
    """More repos to a term than a search gives: it has to be cut."""
    return World.make(5, 4_000, until=UNTIL, story=False)


@cache
def there() -> dict[Term, set[int]]:
    """What each term finds, by the world's own books."""
    index, part = Index(large_world()), whole(BAR, Lately())
    return {
        term: {FIRST_ID + found for found in index.find(parse(query(term, part)), UNTIL).tolist()}
        for term in TERMS
    }


def pages() -> int:
    return sum(ceil(len(found) / PAGE) for found in there().values())


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with connected(large_world()) as setting:
        yield setting


@pytest.fixture(scope="module")
def uncut() -> int:
    """What all the terms cost in requests where nothing fails."""

    async def asked() -> int:
        async with connected(large_world()) as other:
            for term in TERMS:
                assert [page async for page in other.github.search(term, BAR)]
            return other.standin.spent.requests

    return asyncio.run(asked())


async def _known(store: SqlStore) -> set[int]:
    async with store.read() as tx:
        return {int(each.id) for each in await tx.catalogue.watched()}


async def test_a_full_discovery_costs_little_more_than_its_pages(
    store: SqlStore, setting: Setting
) -> None:
    assert max(map(len, there().values())) > 1_000, "else nothing is cut"
    found = await discover(store, setting.github, setting.clock, TERMS, BAR)
    assert found.error is None
    assert await _known(store) == set.union(*there().values())
    assert setting.standin.spent.requests <= MOST * pages()


@pytest.mark.parametrize("after", [1, 9, 14, 25])
async def test_an_outage_in_the_middle_costs_at_most_a_slice_of_each_term(
    store: SqlStore, setting: Setting, uncut: int, after: int
) -> None:
    setting.standin.faults.add(Fault(FaultKind.BAD_GATEWAY, on="search", times=None, after=after))
    cut = await discover(store, setting.github, setting.clock, TERMS, BAR)
    assert isinstance(cut.error, SourceUnavailable)
    setting.standin.faults.clear()
    spent = setting.standin.spent.requests
    due = [term for term in TERMS if term in cut.unread]
    assert due[-1] == TERMS[-1], "behind an outage the others are tried too"
    again = await discover(store, setting.github, setting.clock, due, BAR)
    assert again.error is None
    assert await _known(store) == set.union(*there().values())
    assert setting.standin.spent.requests - spent <= uncut - after + 1_000 // PAGE
