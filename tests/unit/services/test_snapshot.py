"""Snapshot: what answered is kept, whatever goes wrong with a few."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.errors import (
    SourceError,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.ports import Clock, Standing, SweepBatch
from hypecurve.ports.store import Sweep
from hypecurve.services.tracker.snapshot import snapshot
from support.catalogue import a_repo, entry_of, keep
from support.databases import INTERVAL, NOW
from support.sources import MemoryGitHub

REFUSED = SourceRefused("the acme organization forbids access by this kind of token")
UNREADABLE = SourceUnavailable("GitHub answered 500")
LIMITED = SourceLimited("GitHub asks to wait", retry_after=4_000)


@dataclass
class FailingGitHub(MemoryGitHub):
    """It fails for some who are asked for alone, and in some readings."""

    alone: Mapping[int, SourceError] = field(default_factory=dict)
    readings: Mapping[int, SourceError] = field(default_factory=dict)
    """By the number of the reading; the first is 1. It fails behind its first page."""
    asked: list[int] = field(default_factory=list)
    looked: int = 0
    read: int = 0

    async def repo(self, which: RepoName | RepoId) -> Repo:
        assert isinstance(which, int)
        self.asked.append(which)
        if which in self.alone:
            raise self.alone[which]
        return await super().repo(which)

    async def standing(self) -> Standing:
        self.looked += 1
        return await super().standing()

    async def sweep(self, node_ids: Sequence[str]) -> AsyncIterator[SweepBatch]:
        self.read += 1
        number = self.read
        async for batch in super().sweep(node_ids):
            yield batch
            if number in self.readings:
                raise self.readings[number]


async def _look(store: SqlStore, github: MemoryGitHub, clock: Clock) -> Sweep:
    found = await snapshot(store, github, clock, INTERVAL)
    assert found is not None
    return found


async def _gone(store: SqlStore, numbers: Sequence[int]) -> list[int]:
    """Who of them is known to be gone."""
    return [n for n in numbers if (await entry_of(store, n)).gone_why is not None]


async def _without(
    store: SqlStore, gone: int, alone: Mapping[int, SourceError]
) -> tuple[FailingGitHub, Sweep]:
    """Sweep twenty repos, the first of which are not there any more."""
    github = FailingGitHub(alone=alone)
    github.add(a_repo(number) for number in range(1, 21))
    await keep(store, list(github.repos.values()))
    github.gone = dict.fromkeys(range(1, gone + 1), "not found")
    return github, await _look(store, github, SetClock(NOW))


@pytest.mark.parametrize("error", [REFUSED, UNREADABLE])
async def test_one_that_gets_no_answer_keeps_nobody_behind_it_from_being_resolved(
    store: SqlStore, error: SourceError
) -> None:
    github, sweep = await _without(store, 3, {1: error})
    assert await _gone(store, [1, 2, 3]) == [2, 3]
    assert (sweep.expected, sweep.seen) == (18, 17), "it is missed, and not gone"
    assert github.asked == [1, 2, 3]


@pytest.mark.parametrize(
    ("vain", "asked"),
    [({1, 2, 3, 4}, 9), ({1, 2, 3, 4, 5}, 5), ({1, 2, 3, 4, 6, 7, 8, 9}, 9)],
)
@pytest.mark.parametrize("backend", ["sqlite"])
async def test_five_in_a_row_without_an_answer_are_an_outage(
    store: SqlStore, vain: set[int], asked: int
) -> None:
    github, _ = await _without(store, 9, dict.fromkeys(vain, UNREADABLE))
    assert github.asked == list(range(1, asked + 1))


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_limit_ends_the_questions(store: SqlStore) -> None:
    github, sweep = await _without(store, 9, {2: LIMITED})
    assert github.asked == [1, 2]
    assert (sweep.expected, sweep.seen) == (19, 11)


@pytest.mark.parametrize("stands", [SourceRefused("bad credentials"), LIMITED])
@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_refusal_that_is_of_our_token_ends_the_questions(
    store: SqlStore, stands: SourceError
) -> None:
    github = FailingGitHub(alone={2: REFUSED}, stands=stands)
    github.add(a_repo(number) for number in range(1, 9))
    await keep(store, list(github.repos.values()))
    github.gone = dict.fromkeys(range(1, 6), "not found")
    await _look(store, github, SetClock(NOW))
    assert github.asked == [1, 2]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_an_owner_that_refuses_all_its_repos_costs_one_question_more(
    store: SqlStore,
) -> None:
    github, _ = await _without(store, 12, dict.fromkeys(range(1, 12), REFUSED))
    assert await _gone(store, range(1, 13)) == [12]
    assert github.looked == 1


@pytest.mark.parametrize("error", [LIMITED, REFUSED, UNREADABLE])
async def test_a_second_reading_that_fails_costs_only_those_that_were_in_doubt(
    store: SqlStore, error: SourceError
) -> None:
    github, clock = FailingGitHub(page=2), SetClock(NOW)
    github.add(a_repo(number, 3_000) for number in range(1, 21))
    await keep(store, list(github.repos.values()))
    await _look(store, github, clock)
    for number in (3, 4, 5):
        github.star(number, 9_000)
    github.readings = {github.read + 2: error}
    clock.at += INTERVAL
    sweep = await _look(store, github, clock)
    assert (sweep.expected, sweep.seen) == (20, 19), "two were read twice before it failed"
    stars = [(await entry_of(store, number)).repo.stars for number in (3, 4, 5)]
    assert stars == [9_000, 9_000, 3_000]


async def test_a_newcomer_keeps_what_it_was_met_with_until_a_sweep_is_believed(
    store: SqlStore,
) -> None:
    github, clock = MemoryGitHub(), SetClock(NOW)
    github.add([a_repo(1, 620)])
    async with store.write() as tx:
        await tx.catalogue.meet([a_repo(1, 600)], NOW, "search:llm")
        await tx.catalogue.upsert([a_repo(1, 610), a_repo(2, 700)], NOW, counted=False)
    assert [(await entry_of(store, number)).repo.stars for number in (1, 2)] == [600, 700]
    github.add([a_repo(2, 710)])
    await _look(store, github, clock)
    assert [(await entry_of(store, number)).repo.stars for number in (1, 2)] == [620, 710]
