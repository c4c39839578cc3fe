"""Discover, snapshot, backfill: each keeps what it did, whatever happens to the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Place, RepoState
from hypecurve.domain.errors import SourceGone, SourceLimited, SourceUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.ports import Lately, Term
from hypecurve.ports.store import Source
from hypecurve.services.tracker.backfill import Backfilled, backfill
from hypecurve.services.tracker.discover import Discovered, discover, sort_in, source_key
from hypecurve.services.tracker.snapshot import snapshot
from support.catalogue import DAY, a_repo, entry_of, keep, listed
from support.databases import INTERVAL, NOW
from support.sources import MemoryGitHub
from support.tracking import an_ai_repo, past_of, taxonomy

CLOCK = SetClock(NOW)
HOUR = timedelta(hours=1)
LLM, GPT, MCP = Term("llm"), Term("gpt"), Term("mcp", is_topic=True)


@pytest.fixture
def backend() -> str:
    """The store's contracts hold the databases together; whole cycles are tried on both."""
    return "sqlite"


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
        return set(await tx.past.of())


def _ids(*numbers: int) -> frozenset[RepoId]:
    return frozenset(map(RepoId, numbers))


async def test_discovery_keeps_what_the_searches_bring(
    store: SqlStore, github: MemoryGitHub
) -> None:
    github.terms = {"llm": set(range(1, 21)), "topic:mcp": set(range(11, 26))}
    found = await discover(store, github, CLOCK, [LLM, MCP], 500)
    assert found == Discovered(25, _ids(*range(1, 26)))
    assert await discover(store, github, CLOCK, [LLM, MCP], 500) == Discovered(25)
    assert (await _source(store, MCP)).first_complete_at == NOW


async def test_a_search_leaves_a_count_as_the_sweep_saw_it(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await keep(store, [github.repos[1]])
    github.star(1, 999)
    assert await discover(store, github, CLOCK, [LLM], 500) == Discovered(30, _ids(*range(2, 31)))
    assert (await entry_of(store, 1)).repo.stars == 501
    await snapshot(store, github, CLOCK, INTERVAL)
    assert (await entry_of(store, 1)).repo.stars == 999


async def test_a_term_cut_short_keeps_its_pages_and_has_no_completion(
    store: SqlStore, github: MemoryGitHub
) -> None:
    limited = SourceLimited("wait", retry_after=60)
    github.cut_short = {"gpt": limited}
    github.terms = {"llm": {1}}
    found = await discover(store, github, CLOCK, [LLM, GPT, MCP], 500)
    assert found == Discovered(11, _ids(1, *range(21, 31)), {GPT: limited, MCP: limited})
    assert found.error is limited
    assert [term for term, _, _ in github.searched] == [LLM, GPT], "behind a limit nobody asks"
    assert (await _source(store, LLM)).complete_at == NOW
    assert (await _source(store, GPT)) == Source(source_key(GPT, 500), rest="10", rest_at=NOW)
    assert (await _source(store, MCP)).complete_at is None
    async with store.read() as tx:
        assert len(await tx.catalogue.watched()) == 11


async def test_a_term_that_fails_does_not_stop_the_others(
    store: SqlStore, github: MemoryGitHub
) -> None:
    outage, another = SourceUnavailable("an outage"), SourceUnavailable("another")
    github.cut_short = {"gpt": outage, "llm": another}
    github.terms = {"gpt": set(range(1, 16)), "llm": {1}, "topic:mcp": {30}}
    found = await discover(store, github, CLOCK, [GPT, LLM, MCP], 500)
    assert found == Discovered(12, _ids(1, *range(6, 16), 30), {GPT: outage, LLM: another})
    assert (await _source(store, GPT)).complete_at is None
    assert (await _source(store, MCP)).complete_at == NOW


@pytest.mark.parametrize(
    ("later", "goes_on_from"), [(HOUR, "10"), (11.9 * HOUR, "10"), (12 * HOUR, ""), (2 * DAY, "")]
)
async def test_a_search_goes_on_where_it_was_cut_off_if_that_was_lately(
    store: SqlStore, github: MemoryGitHub, later: timedelta, goes_on_from: str
) -> None:
    github.cut_short = {"llm": SourceUnavailable("an outage")}
    await discover(store, github, CLOCK, [LLM], 500)
    github.cut_short = {}
    found = await discover(store, github, SetClock(NOW + later), [LLM], 500)
    assert github.searched == [(LLM, None, ""), (LLM, None, goes_on_from)]
    assert found.new == _ids(*range(1, 21)), "what came before the outage was kept"
    done = Source(
        source_key(LLM, 500),
        first_complete_at=NOW + later,
        complete_at=NOW + later,
        # What was pushed to since the reading began is looked at once more.
        lately_at=NOW if goes_on_from else NOW + later,
    )
    assert await _source(store, LLM) == done


async def test_a_search_that_is_killed_goes_on_where_it_was(
    store: SqlStore, github: MemoryGitHub
) -> None:
    class Killed(BaseException):
        """The process is gone."""

    github.cut_short = {"llm": Killed()}  # type: ignore[dict-item] # no error of the source's
    with pytest.raises(Killed):
        await discover(store, github, CLOCK, [LLM], 500)
    github.cut_short = {}
    await discover(store, github, CLOCK, [LLM], 500)
    assert github.searched[-1] == (LLM, None, "10")
    async with store.read() as tx:
        assert len(await tx.catalogue.watched()) == 30


async def test_a_baseline_that_is_read_in_two_goes_is_one_baseline(
    store: SqlStore, github: MemoryGitHub
) -> None:
    github.cut_short = {"llm": SourceUnavailable("an outage")}
    await discover(store, github, CLOCK, [LLM], 500)
    github.cut_short = {}
    await discover(store, github, SetClock(NOW + HOUR), [LLM], 500)
    source = await _source(store, LLM)
    for number in (30, 1):
        entry = await entry_of(store, number)
        assert source.first_complete_at is not None
        assert entry.first_seen_at <= source.first_complete_at
    assert source.previous_at is None


async def test_between_full_searches_what_is_young_or_was_pushed_to_lately_is_looked_for(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await discover(store, github, CLOCK, [LLM], 500)
    old = NOW - 400 * DAY
    github.add(
        [
            an_ai_repo(31, created_at=NOW - 29 * DAY, pushed_at=NOW - 2 * DAY),
            an_ai_repo(32, created_at=old, pushed_at=NOW - HOUR / 2),
            an_ai_repo(33, created_at=old, pushed_at=NOW - 2 * HOUR),
        ]
    )
    later = SetClock(NOW + 6 * HOUR)
    found = await discover(store, github, later, [], 500, lately=[LLM])
    assert found.new == _ids(31, 32)
    assert github.searched[1:] == [
        (LLM, Lately(created=later.at - 30 * DAY), ""),
        (LLM, Lately(pushed=NOW - HOUR), ""),
    ]
    source = await _source(store, LLM)
    assert (source.complete_at, source.lately_at) == (NOW, later.at)
    await discover(store, github, SetClock(later.at + HOUR), [], 500, lately=[LLM])
    assert github.searched[-1] == (LLM, Lately(pushed=later.at - HOUR), "")


async def test_slices_that_are_cut_short_are_looked_at_again_from_where_they_began(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await discover(store, github, CLOCK, [LLM, GPT], 500)
    github.add([an_ai_repo(31, created_at=NOW)])
    github.cut_short = {"llm": SourceUnavailable("an outage")}
    later = SetClock(NOW + 6 * HOUR)
    found = await discover(store, github, later, [], 500, lately=[LLM, GPT])
    assert list(found.unread) == [LLM]
    assert (await _source(store, LLM)).lately_at == NOW
    assert (await _source(store, GPT)).lately_at == later.at
    assert (await _source(store, LLM)).rest == "", "a slice is no reading of the whole"


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
    assert await snapshot(store, github, CLOCK, INTERVAL) is None


async def test_a_sweep_keeps_counts_facts_and_who_was_missed(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await keep(store, list(github.repos.values()), NOW - DAY)
    github.star(1, 777)
    github.silent = {2, 29}
    github.gone = {3: "blocked"}
    found = await snapshot(store, github, CLOCK, INTERVAL)
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
        await snapshot(store, github, CLOCK, INTERVAL)
    async with store.read() as tx:
        assert await tx.stars.latest() is None
        assert len(await tx.catalogue.watched()) == 30


async def test_a_renamed_repo_is_the_same_repo_in_the_next_sweep(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await keep(store, [github.repos[1]])
    await snapshot(store, github, SetClock(NOW), INTERVAL)
    github.add([an_ai_repo(1, 510, name="nori/elsewhere")])
    await snapshot(store, github, SetClock(NOW + DAY), INTERVAL)
    assert await _seen(store, 1) == [501, 510]
    assert str((await entry_of(store, 1)).repo.name) == "nori/elsewhere"


async def test_the_past_is_asked_within_the_budget_and_goes_on_where_it_was(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, list(github.repos.values()))
    github.past = {n: past_of([1] * 210) for n in range(1, 31) if n != 30}
    assert await backfill(store, github, CLOCK, budget=12) == Backfilled(12, complete=False)
    assert await _past(store) == set(range(19, 30))
    later = SetClock(NOW + HOUR)
    assert await backfill(store, github, later, budget=18) == Backfilled(18, complete=True)
    later = SetClock(NOW + 2 * HOUR)
    assert await backfill(store, github, later, budget=18) == Backfilled(0, complete=True)
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
    github.past[20] = limited = SourceLimited("wait", retry_after=60)
    ended = await backfill(store, github, CLOCK, budget=99)
    assert ended == Backfilled(10, complete=False, error=limited)
    assert await _past(store) == set(range(21, 31))
    github.past[20] = past_of([2] * 210)
    assert await backfill(store, github, CLOCK, budget=99) == Backfilled(20, complete=True)
    assert await _past(store) == set(range(1, 31))


async def test_the_budget_is_that_of_an_hour_whoever_asked_in_it(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, list(github.repos.values()))
    github.past = {30: SourceUnavailable("502")}
    for minutes, asked in ((0, 10), (20, 2), (40, 0), (60, 10)):
        clock = SetClock(NOW + timedelta(minutes=minutes))
        budget = 10 if minutes == 0 else 12
        assert (await backfill(store, github, clock, budget=budget)).asked == asked


async def test_one_bad_answer_costs_one_repo_which_is_asked_after_all_others(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, list(github.repos.values()))
    github.past = {n: past_of([1] * 210) for n in range(1, 31)}
    github.past[29] = SourceUnavailable("the days of a week do not add up")
    ended = await backfill(store, github, CLOCK, budget=12)
    assert ended == Backfilled(12, complete=False, in_vain=1)
    assert await _past(store) == {30, *range(19, 29)}
    later = SetClock(NOW + HOUR)
    assert (await backfill(store, github, later, budget=19)).in_vain == 1
    assert github.asked_past[12:] == [f"acme/repo-{n}" for n in (*range(18, 0, -1), 29)]


async def test_an_outage_ends_the_backfill_and_blocks_nobody_afterwards(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, list(github.repos.values()))
    bad = SourceUnavailable("502")
    github.past = dict.fromkeys(range(20, 31), bad)
    ended = await backfill(store, github, CLOCK, budget=99)
    assert ended == Backfilled(5, complete=False, in_vain=5, error=bad)
    # Histories that are bad for good must not stand before the others for ever.
    for hour in (1, 2, 3):
        await backfill(store, github, SetClock(NOW + hour * HOUR), budget=99)
    async with store.read() as tx:
        assert {int(e.repo.id) for e in await tx.past.missing(99)} == set(range(20, 31))


async def test_a_repo_without_a_past_or_gone_is_asked_once(
    store: SqlStore, github: MemoryGitHub
) -> None:
    await listed(store, [github.repos[1], github.repos[2]])
    github.past = {1: SourceGone("deleted")}
    assert await backfill(store, github, CLOCK, budget=9) == Backfilled(2, complete=True)
    later = SetClock(NOW + HOUR)
    assert await backfill(store, github, later, budget=9) == Backfilled(0, complete=True)
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
        (past,) = (await tx.past.of()).values()
    assert past.days == tuple(range(154, 210))
