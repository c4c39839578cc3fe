"""How much of GitHub's allowance the past may cost, and whose past is asked first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Place
from hypecurve.domain.errors import SourceError, SourceLimited, SourceRefused, SourceUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.domain.subscription import Channel, Wants
from hypecurve.ports import Allowance, Standing
from hypecurve.ports.store import Filled
from hypecurve.services.answers.subscribe import When, Wish, subscribe
from hypecurve.services.tracker.backfill import Backfilled, backfill, time_left, wanted_categories
from support.catalogue import listed
from support.databases import NOW
from support.sources import MemoryGitHub
from support.tracking import an_ai_repo, past_of, taxonomy

CLOCK = SetClock(NOW)
HOUR = timedelta(hours=1)


@dataclass
class CountingGitHub(MemoryGitHub):
    """Tells its points; `others` spend what is said of them with each history, then a new hour."""

    left: int = 5_000
    of: int = 5_000
    asked_standing: int = 0
    new_hours: Iterator[int] = field(default_factory=lambda: iter(()))
    """When asked for the standing a second time and later: the points of the new hour."""

    async def standing(self) -> Standing:
        """Return the points that are left."""
        self.asked_standing += 1
        if self.asked_standing > 1:
            self.left = next(self.new_hours, self.left)
        return Standing({"core": Allowance(self.left, self.of, NOW + HOUR)})

    async def past_stars(self, repo_id: RepoId, weeks: int) -> PastStars | None:
        """Take a point."""
        self.left -= 1
        return await super().past_stars(repo_id, weeks)


async def _filled(store: SqlStore, github: MemoryGitHub, budget: int = 99) -> Backfilled:
    repos = [an_ai_repo(n, 500 + n) for n in range(1, 31)]
    github.add(repos)
    github.past = {n: past_of([1] * 210) for n in range(1, 31)}
    await listed(store, repos)
    return await backfill(store, github, CLOCK, budget=budget)


@pytest.mark.parametrize("left", [112, 110, 105, 101, 100, 99, 0])
async def test_half_of_the_hours_points_is_left_alone(store: SqlStore, left: int) -> None:
    github = CountingGitHub(left=left, of=200)
    room = max(0, left - 100)
    assert await _filled(store, github) == Backfilled(room, complete=False)
    assert github.left == min(left, 100)
    async with store.read() as tx:
        assert len(await tx.past.of()) == room


@pytest.mark.parametrize("budget", [0, 5, 25])
async def test_the_cap_holds_however_much_there_is(store: SqlStore, budget: int) -> None:
    github = CountingGitHub(left=5_000)
    assert (await _filled(store, github, budget)).asked == budget
    assert github.asked_standing == (1 if budget else 0)


async def test_where_a_new_hour_began_meanwhile_it_goes_on(store: SqlStore) -> None:
    github = CountingGitHub(left=105, of=200, new_hours=iter([200]))
    assert await _filled(store, github) == Backfilled(30, complete=True)


async def test_a_server_that_limits_nobody_is_asked_for_all(store: SqlStore) -> None:
    github = MemoryGitHub(stands=Standing())
    assert await _filled(store, github) == Backfilled(30, complete=True)


@pytest.mark.parametrize("error", [SourceRefused("no token"), SourceLimited("wait")])
async def test_a_github_that_refuses_to_tell_is_not_asked_for_more(
    store: SqlStore, error: SourceError
) -> None:
    github = MemoryGitHub(stands=error)
    assert await _filled(store, github) == Backfilled(0, complete=False, error=error)
    assert github.asked_past == []


async def test_a_standing_that_cannot_be_read_keeps_no_history_back(store: SqlStore) -> None:
    github = MemoryGitHub(stands=SourceUnavailable("an odd answer"))
    assert (await _filled(store, github)).complete


async def _of_twenty(store: SqlStore, github: MemoryGitHub) -> None:
    """Let 20 repos be listed, the largest, whom the first question is about, as number 1."""
    repos = [an_ai_repo(n, 5_000 - n) for n in range(1, 21)]
    github.add(repos)
    github.past = {**{n: past_of([1] * 210) for n in range(1, 21)}, **github.past}
    await listed(store, repos)


async def test_one_repo_that_github_keeps_from_us_keeps_no_other_one_back(store: SqlStore) -> None:
    github = MemoryGitHub(past={1: SourceRefused("the organisation wants another token")})
    await _of_twenty(store, github)
    first = await backfill(store, github, CLOCK, budget=99)
    assert first == Backfilled(20, complete=False, in_vain=1)
    async with store.read() as tx:
        assert await tx.past.of() == {n: github.past[n] for n in range(2, 21)}
    # It is asked again an hour later: nobody knows how long that lasts.
    later = SetClock(NOW + HOUR)
    assert await backfill(store, github, later, budget=99) == Backfilled(
        1, complete=False, in_vain=1
    )


@pytest.mark.parametrize("stands", [SourceRefused("no token"), SourceUnavailable("down")])
async def test_a_refusal_that_may_concern_them_all_ends_it(
    store: SqlStore, stands: SourceError
) -> None:
    refused = SourceRefused("the token has ended")
    github = _Turning(past={3: refused}, then=stands)
    await _of_twenty(store, github)
    found = await backfill(store, github, CLOCK, budget=99)
    assert found == Backfilled(2, complete=False, error=refused)
    async with store.read() as tx:
        assert sorted(await tx.past.of()) == [1, 2]


@dataclass
class _Turning(MemoryGitHub):
    """Answers once how it sees us, and then `then`."""

    then: SourceError | None = None

    async def standing(self) -> Standing:
        found = await super().standing()
        if self.then is not None:
            self.stands = self.then
        return found


async def test_where_every_history_is_refused_few_points_are_spent_on_it(store: SqlStore) -> None:
    """The rest has its turn an hour later, and no cycle fails for it."""
    refused = SourceRefused("this endpoint is not for you")
    github = MemoryGitHub(past=dict.fromkeys(range(1, 8), refused))
    await _of_twenty(store, github)
    assert await backfill(store, github, CLOCK, budget=99) == Backfilled(
        5, complete=False, in_vain=5
    )
    later = SetClock(NOW + HOUR)
    assert await backfill(store, github, later, budget=99) == Backfilled(
        20, complete=False, in_vain=7
    )


async def test_a_history_stays_with_its_repo_when_the_name_passes_on(store: SqlStore) -> None:
    github = MemoryGitHub()
    await listed(store, [an_ai_repo(1, 900)])
    github.add([an_ai_repo(1, 900, name="acme/moved"), an_ai_repo(2, 50_000, name="acme/repo-1")])
    github.past = {1: past_of([1] * 50), 2: past_of([1_000] * 50)}
    await backfill(store, github, CLOCK, budget=9)
    async with store.read() as tx:
        assert await tx.past.of() == {1: github.past[1]}


async def _wants(store: SqlStore, channel: str, *categories: str) -> None:
    wish = Wish(Channel.parse(f"slack:T1/{channel}"), Wants(frozenset(categories)), When())
    await subscribe(store, CLOCK, taxonomy(), wish)


async def test_subscribed_categories_are_asked_first(store: SqlStore) -> None:
    github = MemoryGitHub()
    repos = [an_ai_repo(n, 500 + n) for n in range(1, 7)]
    github.add(repos)
    await listed(store, repos)
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(n): Place("agent-tools", "said so") for n in (2, 4)})
    await _wants(store, "C1", "agent-tools")
    first = await wanted_categories(store, taxonomy())
    assert first == {"agent-tools"}
    await backfill(store, github, CLOCK, budget=3, first=first)
    assert github.asked_past == [f"acme/repo-{n}" for n in (4, 2, 6)]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_who_wants_everything_prefers_nothing(store: SqlStore) -> None:
    assert await wanted_categories(store, taxonomy()) == frozenset()
    await _wants(store, "C1", "agent-tools")
    layer = taxonomy().layers[0]
    await _wants(store, "C2", layer.slug)
    assert await wanted_categories(store, taxonomy()) == {
        "agent-tools",
        *taxonomy().expand([layer.slug]),
    }
    await _wants(store, "C3")
    assert await wanted_categories(store, taxonomy()) == frozenset()


@given(asked=st.integers(0, 20_000), more=st.integers(0, 20_000), an_hour=st.integers(0, 5_000))
def test_the_time_left_is_what_the_budget_takes(asked: int, more: int, an_hour: int) -> None:
    left = time_left(Filled(asked, asked + more), an_hour)
    if not an_hour or not asked + more:
        assert left is None
    else:
        assert left is not None
        assert abs(left / HOUR * an_hour - more) < 0.01
