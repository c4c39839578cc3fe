"""Discover, snapshot, backfill: each keeps what it did, whatever happens to the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Place, RepoState
from hypecurve.domain.errors import SourceGone, SourceLimited, SourceUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.ports import Term
from hypecurve.ports.store import Source
from hypecurve.services.backfill import Backfilled, backfill
from hypecurve.services.discover import Discovered, discover, sort_in, source_key
from hypecurve.services.snapshot import snapshot
from support.catalogue import DAY, a_repo, entry_of, keep, listed
from support.databases import NOW
from support.sources import MemoryGitHub
from support.tracking import an_ai_repo, past_of, taxonomy

CLOCK = SetClock(NOW)
LLM, GPT, MCP = Term("llm"), Term("gpt"), Term("mcp", is_topic=True)


@pytest.fixture
def github() -> MemoryGitHub:
    found = MemoryGitHub()
    found.add(an_ai_repo(n, 500 + n) for n in range(1, 31))
    return found


async def _source(store: SqlStore, term: Term) -> Source:
    async with store.read() as tx:
        return await tx.sources.source(source_key(term, 500))


async def _seen(store: SqlStore, number: int) -> list[int]:
    async with store.read() as tx:
        history = await tx.stars.history(RepoId(number), NOW - DAY, NOW + 9 * DAY)
    return [snapshot.stars for snapshot in history.snapshots]


async def _past(store: SqlStore) -> set[int]:
    async with store.read() as tx:
        return set(await tx.stars.past())


async def test_discovery_keeps_what_the_searches_bring(
    store: SqlStore, github: MemoryGitHub
) -> None:
    github.terms = {"llm": set(range(1, 21)), "topic:mcp": set(range(11, 26))}
    assert await discover(store, github, CLOCK, [LLM, MCP], 500) == Discovered(25, 25)
    assert await discover(store, github, CLOCK, [LLM, MCP], 500) == Discovered(25, 0)
    github.star(1, 999)
    assert await discover(store, github, CLOCK, [LLM], 500) == Discovered(20, 0)
    assert (await entry_of(store, 1)).repo.stars == 999
    assert (await _source(store, MCP)).first_complete_at == NOW


async def test_a_term_cut_short_keeps_its_pages_and_has_no_completion(
    store: SqlStore, github: MemoryGitHub
) -> None:
    github.cut_short = {"gpt": SourceLimited("wait", retry_after=60)}
    github.terms = {"llm": {1}}
    with pytest.raises(SourceLimited):
        await discover(store, github, CLOCK, [LLM, GPT, MCP], 500)
    assert (await _source(store, LLM)).complete_at == NOW
    assert (await _source(store, GPT)) == Source(source_key(GPT, 500))
    assert (await _source(store, MCP)).complete_at is None
    async with store.read() as tx:
        assert len(await tx.catalogue.watched()) == 11


async def test_another_threshold_is_another_source() -> None:
    keys = {source_key(term, bar) for term in (LLM, GPT, MCP, Term("mcp")) for bar in (500, 100)}
    assert len(keys) == 8


async def test_everything_gets_its_place_and_an_operators_stays(store: SqlStore) -> None:
    theirs = Place("mcp", "said so", by_operator=True)
    await keep(store, [an_ai_repo(1), an_ai_repo(2), a_repo(3)])
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(2): theirs})
    assert await sort_in(store, taxonomy(), [RepoId(1)]) == 1
    assert await sort_in(store, taxonomy()) == 1
    assert await sort_in(store, taxonomy()) == 0
    assert (await entry_of(store, 1)).place.category == "agents"
    assert (await entry_of(store, 2)).place == theirs
    assert (await entry_of(store, 3)).place.category == "unsure"
    assert (await entry_of(store, 3)).place.reason


async def test_nothing_watched_is_no_sweep(store: SqlStore, github: MemoryGitHub) -> None:
    assert await snapshot(store, github, CLOCK) is None


async def test_a_sweep_keeps_counts_facts_and_who_was_missed(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await keep(store, list(github.repos.values()), NOW - DAY)
    github.star(1, 777)
    github.silent = {2, 29}
    github.gone = {3: "blocked"}
    found = await snapshot(store, github, CLOCK)
    assert found is not None
    assert (found.at, found.expected, found.seen) == (NOW, 29, 27)
    assert await _seen(store, 1) == [777]
    assert await _seen(store, 2) == []
    assert (await entry_of(store, 1)).seen_at == NOW
    assert (await entry_of(store, 2)).seen_at == NOW - DAY
    assert (await entry_of(store, 2)).state is RepoState.ACTIVE
    assert (await entry_of(store, 3)).state is RepoState.GONE


async def test_a_sweep_that_nobody_answered_is_an_error_and_no_sweep(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await keep(store, list(github.repos.values()))
    github.silent = set(github.repos)
    with pytest.raises(SourceUnavailable, match="not kept"):
        await snapshot(store, github, CLOCK)
    async with store.read() as tx:
        assert await tx.stars.latest() is None
        assert len(await tx.catalogue.watched()) == 30


async def test_a_renamed_repo_is_the_same_repo_in_the_next_sweep(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await keep(store, [github.repos[1]])
    await snapshot(store, github, SetClock(NOW))
    github.add([an_ai_repo(1, 510, name="nori/elsewhere")])
    await snapshot(store, github, SetClock(NOW + DAY))
    assert await _seen(store, 1) == [501, 510]
    assert str((await entry_of(store, 1)).repo.name) == "nori/elsewhere"


async def test_the_past_is_asked_within_the_budget_and_goes_on_where_it_was(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, list(github.repos.values()))
    github.past = {n: past_of([1] * 210) for n in range(1, 31) if n != 30}
    assert await backfill(store, github, CLOCK, budget=12) == Backfilled(12, complete=False)
    assert await _past(store) == set(range(19, 30))
    assert await backfill(store, github, CLOCK, budget=18) == Backfilled(18, complete=True)
    assert await backfill(store, github, CLOCK, budget=18) == Backfilled(0, complete=True)
    assert await _past(store) == set(range(1, 30))
    assert len(github.asked_past) == len(set(github.asked_past)) == 30


async def test_no_budget_asks_nothing(store: SqlStore, github: MemoryGitHub) -> None:
    await listed(store, [github.repos[1]])
    assert await backfill(store, github, CLOCK, budget=0) == Backfilled(0, complete=False)
    assert github.asked_past == []


async def test_an_error_keeps_the_past_that_came_and_asks_on_from_there(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, list(github.repos.values()))
    github.past = {n: past_of([1] * 210) for n in range(1, 31)}
    github.past[20] = SourceLimited("wait", retry_after=60)
    with pytest.raises(SourceLimited):
        await backfill(store, github, CLOCK, budget=99)
    assert await _past(store) == set(range(21, 31))
    github.past[20] = past_of([2] * 210)
    assert await backfill(store, github, CLOCK, budget=99) == Backfilled(20, complete=True)
    assert await _past(store) == set(range(1, 31))


async def test_a_repo_without_a_past_or_gone_is_asked_once(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, [github.repos[1], github.repos[2]])
    github.past = {1: SourceGone("deleted")}
    assert await backfill(store, github, CLOCK, budget=9) == Backfilled(2, complete=True)
    assert await backfill(store, github, CLOCK, budget=9) == Backfilled(0, complete=True)
    assert await _past(store) == set()


async def test_newcomers_are_asked_first_then_the_largest(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, [github.repos[n] for n in range(1, 6)])
    await keep(store, [github.repos[9], github.repos[8]])
    await backfill(store, github, CLOCK, budget=4)
    assert github.asked_past == [f"acme/repo-{n}" for n in (9, 8, 5, 4)]


async def test_only_so_many_weeks_are_asked_for(store: SqlStore, github: MemoryGitHub) -> None:
    await listed(store, [github.repos[1]])
    github.past = {1: past_of(range(210))}
    await backfill(store, github, SetClock(NOW + timedelta(hours=1)), budget=1, weeks=8)
    async with store.read() as tx:
        (past,) = (await tx.stars.past()).values()
    assert past.days == tuple(range(154, 210))
