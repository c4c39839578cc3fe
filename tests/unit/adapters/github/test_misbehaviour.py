"""GitHub misbehaves, the client stays right: over loopback, with a clock that moves by waiting."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hypecurve.adapters.github.client import _public_repo
from hypecurve.adapters.github.wire import Page
from hypecurve.domain.errors import (
    SourceGone,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.domain.repo import RepoId
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.story import FOLLOWED, RENAMED
from hypecurve.standin.world import FIRST_ID, World, node_id
from support.github import UNTIL, Setting, accounted, connected, found, read_only_world, swept

ALL = [node_id(index) for index in range(250)]
PASSING = [
    FaultKind.BAD_GATEWAY,
    FaultKind.TRUNCATED,
    FaultKind.HTML,
    FaultKind.DROPPED,
    FaultKind.NONSENSE,
]


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with connected(read_only_world()) as setting:
        yield setting


@pytest.mark.parametrize("kind", PASSING)
async def test_a_passing_fault_is_not_noticed_by_a_search(
    setting: Setting, kind: FaultKind
) -> None:
    whole = await found(setting.github, "gpt")
    setting.standin.faults.add(Fault(kind, on="search", after=1, times=2))
    assert await found(setting.github, "gpt") == whole


@pytest.mark.parametrize("kind", [*PASSING, FaultKind.PARTIAL])
async def test_a_passing_fault_costs_a_sweep_no_repo(setting: Setting, kind: FaultKind) -> None:
    setting.standin.faults.add(Fault(kind, on="graphql", after=1, times=1))
    batches = await swept(setting.github, ALL)
    assert accounted(batches) == sorted(ALL)
    assert not [each for batch in batches for each in batch.failed]


@pytest.mark.parametrize("kind", PASSING)
async def test_a_passing_fault_is_not_noticed_when_asking_for_the_past(
    setting: Setting, kind: FaultKind
) -> None:
    setting.standin.faults.add(Fault(kind, on="core", times=2))
    by_id = RepoId(FIRST_ID + setting.world.cast["renamed"])
    assert await setting.github.past_stars(by_id, 40) is not None


@pytest.mark.parametrize("kind", PASSING)
async def test_a_passing_fault_is_not_noticed_when_asking_for_one_repo_or_our_standing(
    setting: Setting, kind: FaultKind
) -> None:
    by_id = RepoId(FIRST_ID + setting.world.cast["renamed"])
    setting.standin.faults.add(Fault(kind, on="core", times=2))
    assert (await setting.github.repo(by_id)).name == RENAMED
    setting.standin.faults.add(Fault(kind, on="core", times=2))
    assert (await setting.github.standing()).allowances


async def test_silence_is_given_up_and_asked_again() -> None:
    async with connected(read_only_world(), answer_within=0.2) as setting:
        setting.standin.faults.add(Fault(FaultKind.STALLED, on="core"))
        assert (await setting.github.repo(FOLLOWED)).name == FOLLOWED


async def test_an_outage_ends_in_one_line(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.BAD_GATEWAY, times=None))
    with pytest.raises(SourceUnavailable, match=re.escape("GitHub answered 502: Server Error.")):
        await setting.github.repo(FOLLOWED)
    assert setting.standin.spent.requests == 4


async def test_incomplete_results_are_asked_for_again(setting: Setting) -> None:
    whole = await found(setting.github, "gpt")
    setting.standin.faults.add(Fault(FaultKind.INCOMPLETE, on="search", times=2))
    assert await found(setting.github, "gpt") == whole


async def test_a_search_that_stays_incomplete_never_ends_as_if_it_were_whole(
    setting: Setting,
) -> None:
    setting.standin.faults.add(Fault(FaultKind.INCOMPLETE, on="search", after=1, times=None))
    with pytest.raises(SourceUnavailable, match="ran out of time"):
        await found(setting.github, "gpt")


async def test_a_batch_too_large_is_halved_until_it_fits(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.TOO_LARGE, on="graphql", times=None, above=30))
    batches = await swept(setting.github, ALL)
    assert accounted(batches) == sorted(ALL)
    assert not [each for batch in batches for each in batch.failed]
    # 10 batches of 25 answer; the rest is the price of trying larger ones now and then.
    assert setting.standin.spent.requests <= 14


async def test_the_batch_grows_again_after_a_bad_moment(setting: Setting) -> None:
    ids = [node_id(index) for index in range(900)]
    setting.standin.faults.add(Fault(FaultKind.BAD_GATEWAY, on="graphql", times=1))
    await swept(setting.github, ids)
    assert setting.standin.requests[-2].nodes == 100


async def test_one_poisoned_repo_fails_alone() -> None:
    world = World.make(5, 300, until=UNTIL, story=False)
    async with connected(world) as setting:
        setting.standin.faults.poison(node_id(123))
        batches = await swept(setting.github, ALL)
    assert accounted(batches) == sorted(ALL)
    assert [each for batch in batches for each in batch.failed] == [node_id(123)]


async def test_nodes_that_stay_empty_for_no_reason_are_unknown_not_gone(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.PARTIAL, on="graphql", times=None))
    batches = await swept(setting.github, ALL[:9])
    assert accounted(batches) == sorted(ALL[:9])
    assert len([each for batch in batches for each in batch.failed]) == 1
    assert not [each for batch in batches for each in batch.gone]


async def test_an_outage_in_the_middle_of_a_sweep_leaves_the_rest_unknown(
    setting: Setting,
) -> None:
    setting.standin.faults.add(Fault(FaultKind.BAD_GATEWAY, on="graphql", after=1, times=None))
    batches = await swept(setting.github, ALL)
    assert accounted(batches) == sorted(ALL)
    assert len(batches[0].repos) + len(batches[0].gone) == 100
    assert sum(len(batch.failed) for batch in batches) == 150
    assert setting.waits.lines[-1].endswith("repos stay unknown.")


async def test_an_outage_at_the_beginning_of_a_sweep_is_an_error(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.BAD_GATEWAY, on="graphql", times=None))
    with pytest.raises(SourceUnavailable, match="502"):
        await swept(setting.github, ALL)


async def test_a_token_that_expires_midway_is_an_error_that_says_what_to_mend(
    setting: Setting,
) -> None:
    setting.standin.faults.add(Fault(FaultKind.EXPIRED, on="graphql", after=1, times=None))
    with pytest.raises(SourceRefused, match="set GITHUB_TOKEN"):
        await swept(setting.github, ALL)


async def test_a_sweep_that_sees_some_of_the_repos_calls_the_others_unknown(
    setting: Setting,
) -> None:
    setting.standin.faults.add(Fault(FaultKind.PARTIAL, on="graphql", times=None, share=0.4))
    batches = await swept(setting.github, ALL)
    assert accounted(batches) == sorted(ALL)
    unknown = sum(len(batch.failed) for batch in batches)
    assert 0.3 * len(ALL) < unknown < 0.5 * len(ALL)
    assert sum(len(batch.gone) for batch in batches) <= 2
    # Those without an answer are asked once more, and not for ever.
    assert setting.standin.spent.requests == 4


async def test_a_repo_made_private_is_gone_and_comes_back() -> None:
    world = World.make(5, 80, until=UNTIL, story=False)
    world.remove(4, UNTIL - timedelta(hours=1), "private", UNTIL + timedelta(hours=1))
    async with connected(world) as setting:
        [hidden] = await swept(setting.github, [node_id(4)])
        setting.clock.at += timedelta(hours=2)
        [public] = await swept(setting.github, [node_id(4)])
    assert [each.why for each in hidden.gone] == ["not found"]
    assert len(public.repos) == 1


def test_a_private_repo_that_the_token_may_see_is_gone_to_a_public_catalogue() -> None:
    with pytest.raises(SourceGone, match="private"):
        _public_repo(Page({"private": True}))
