"""Standstills: GitHub tells old numbers for a while, and the tracker believes it again in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import FactKind, Growth, RepoState
from hypecurve.domain.health import Health
from hypecurve.ports.store import Measured
from hypecurve.services.tracker.snapshot import snapshot
from support.catalogue import a_repo, entry_of, keep, untold_facts
from support.databases import INTERVAL, NOW
from support.sources import MemoryGitHub

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
REPOS = 40
A_SWEEP = 8
"""Stars that each repo usually gains from one sweep to the next."""
RETRY = timedelta(minutes=45)
H = Health


@dataclass
class Sweeps:
    """Forty repos of the same pace."""

    store: SqlStore
    github: MemoryGitHub = field(default_factory=lambda: MemoryGitHub(page=100))
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))

    async def begin(self) -> None:
        """Let them be known, with their pace."""
        self.github.add(a_repo(number, 970) for number in range(1, REPOS + 1))
        await keep(self.store, list(self.github.repos.values()))
        async with self.store.write() as tx:
            await tx.catalogue.measure(
                Measured(
                    np.arange(1, REPOS + 1),
                    [Growth()] * REPOS,
                    [A_SWEEP * timedelta(weeks=1) / INTERVAL] * REPOS,
                    [RepoState.ACTIVE] * REPOS,
                )
            )
        for _ in range(3):
            assert await self.next(A_SWEEP) is H.GOOD

    def grow(self, stars: int) -> None:
        for number, repo in self.github.repos.items():
            self.github.star(number, repo.stars + stars)

    async def next(self, stars: int, after: timedelta = INTERVAL) -> Health:
        """Sweep after a while in which each repo gained so many stars."""
        self.clock.at += after
        self.grow(stars)
        found = await snapshot(self.store, self.github, self.clock, INTERVAL)
        assert found is not None
        return found.health

    async def stars(self) -> int:
        """What people read of the first repo."""
        return (await entry_of(self.store, 1)).repo.stars


@pytest.fixture
async def sweeps(store: SqlStore) -> Sweeps:
    found = Sweeps(store)
    await found.begin()
    return found


@pytest.mark.parametrize("still", [1, 3])
async def test_a_standstill_that_nothing_makes_up_for_ends_within_a_day_at_the_usual_pace(
    sweeps: Sweeps, still: int
) -> None:
    assert [await sweeps.next(0) for _ in range(still)] == [H.STILL] * still
    looks = [await sweeps.next(1, RETRY) for _ in range(6)]
    assert looks[0] is H.STILL, "an hour is nothing against the hours that are missing"
    assert looks[-1] is H.GOOD
    assert await sweeps.next(A_SWEEP) is H.GOOD
    assert await sweeps.next(0) is H.STILL


async def test_a_standstill_that_is_made_up_for_ends_at_once(sweeps: Sweeps) -> None:
    assert [await sweeps.next(0) for _ in range(2)] == [H.STILL] * 2
    assert await sweeps.next(3 * A_SWEEP) is H.GOOD


async def test_a_standstill_that_goes_on_is_not_believed_however_often_one_looks(
    sweeps: Sweeps,
) -> None:
    looks = [await sweeps.next(0, RETRY) for _ in range(32)]
    assert set(looks[8:]) == {H.STILL}


async def test_yesterdays_numbers_after_nothing_at_all_are_a_leap_and_no_pace(
    sweeps: Sweeps,
) -> None:
    now = dict(sweeps.github.repos)
    for number in now:
        sweeps.github.star(number, 0)
    assert await sweeps.next(0) is H.STILL
    sweeps.github.repos = dict(now)
    assert await sweeps.next(-A_SWEEP) is H.STILL
    sweeps.github.repos = dict(now)
    assert await sweeps.next(3 * A_SWEEP) is H.GOOD


async def test_no_count_of_a_standstill_is_shown_and_no_fact_of_it_told(sweeps: Sweeps) -> None:
    """They have 994 stars each: all stars are lost for a sweep, and 1,002 is a milestone after."""
    right, shown = dict(sweeps.github.repos), await sweeps.stars()
    for number in right:
        sweeps.github.star(number, 0)
    assert await sweeps.next(0) is H.STILL
    assert await sweeps.stars() == shown == 994
    assert await untold_facts(sweeps.store) == []
    sweeps.github.repos = right
    assert await sweeps.next(A_SWEEP, RETRY) is H.GOOD
    assert await sweeps.stars() == 1_002
    told = await untold_facts(sweeps.store)
    assert told == [(n, FactKind.MILESTONE, "", "1000") for n in range(1, REPOS + 1)]


async def test_a_milestone_that_only_a_standstill_saw_is_told_when_it_is_believed(
    sweeps: Sweeps,
) -> None:
    sweeps.github.star(1, 1_001)
    assert await sweeps.next(0) is H.STILL
    assert await untold_facts(sweeps.store) == []
    assert await sweeps.next(2 * A_SWEEP) is H.GOOD
    told = [fact for fact in await untold_facts(sweeps.store) if fact[0] == 1]
    assert told == [(1, FactKind.MILESTONE, "", "1000")]


async def test_what_a_standstill_tells_in_words_is_kept(sweeps: Sweeps) -> None:
    sweeps.github.add([a_repo(1, 994, archived=True)])
    assert await sweeps.next(0) is H.STILL
    assert await untold_facts(sweeps.store) == [(1, FactKind.ARCHIVED, "", "")]
    assert (await entry_of(sweeps.store, 1)).repo.archived


async def test_who_returns_in_a_standstill_without_its_stars_was_not_corrected(
    sweeps: Sweeps,
) -> None:
    sweeps.github.gone = {1: "not found"}
    assert await sweeps.next(A_SWEEP) is H.GOOD
    sweeps.github.gone = {}
    sweeps.github.star(1, 3)
    assert await sweeps.next(0) is H.STILL
    assert await sweeps.stars() == 994
    assert await sweeps.next(2 * A_SWEEP) is H.GOOD
    assert await sweeps.stars() == 19
    kinds = [kind for number, kind, _, _ in await untold_facts(sweeps.store) if number == 1]
    assert kinds == [FactKind.GONE, FactKind.RETURNED]
