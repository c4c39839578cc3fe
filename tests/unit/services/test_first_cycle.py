"""The first cycle says that it began and how far it is; no later one does."""

from __future__ import annotations

import asyncio

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.ports import Term
from hypecurve.services.tracker.cycle import run_cycle
from hypecurve.services.tracker.first import told_while_first
from support.catalogue import DAY, a_repo, meet, sweep
from support.databases import NOW
from support.tracking import BAR, Tracker, an_ai_repo, taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
TERMS = (Term("llm"), Term("gpt"))


async def test_the_log_says_how_far_the_first_look_is_until_it_ends(store: SqlStore) -> None:
    lines: list[str] = []
    heard = asyncio.Event()

    def tell(line: str) -> None:
        lines.append(line)
        heard.set()

    async def next_line() -> str:
        heard.clear()
        await asyncio.wait_for(heard.wait(), 5)
        return lines[-1]

    await meet(store, [a_repo(1), a_repo(2)])
    async with told_while_first(store, TERMS, 500, tell, every=0.01):
        assert lines[0].startswith("the first search begins: llm, gpt, from 500 stars")
        assert await next_line() == "the first look goes on: 2 repos found so far"
        async with store.write() as tx:
            await tx.past.save({RepoId(1): None}, NOW)
        await sweep(store, NOW, {1: 600, 2: 600})
        await next_line()
        assert await next_line() == (
            "the first look goes on: 2 repos found and counted, the past of 1 loaded"
        )
    ended = len(lines)
    await asyncio.sleep(0)
    assert len(lines) == ended


async def test_what_ends_the_first_look_is_raised_as_it_is(store: SqlStore) -> None:
    broken = SourceUnavailable("502")
    with pytest.raises(SourceUnavailable, match="502"):
        async with told_while_first(store, TERMS, 500, lambda _line: None):
            raise broken


async def test_only_the_first_cycle_says_that_it_begins(store: SqlStore) -> None:
    tracker = Tracker(store, budget=10)
    tracker.github.add([an_ai_repo(1, BAR + 100, created_at=NOW - 400 * DAY)])
    told: list[list[str]] = []
    for _ in range(2):
        tracker.clock.at += DAY
        lines: list[str] = []
        await run_cycle(
            store, tracker.github, tracker.clock, taxonomy(), tracker.tracking, lines.append
        )
        told.append(lines)
    assert told[0][0].startswith("the first search begins: llm")
    assert told[0][1].startswith("discovered 1 repos, 1 new; 1 have")
    assert not any("first" in line for line in told[1])
