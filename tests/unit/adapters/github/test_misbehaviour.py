"""GitHub misbehaves, the client stays right: over loopback, with a clock that moves by waiting."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import _public_repo, open_github
from hypecurve.adapters.github.wire import Page, Patience
from hypecurve.domain.errors import (
    BadSetting,
    SourceGone,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.domain.repo import RepoName
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.limits import GITHUB
from hypecurve.standin.story import FOLLOWED
from hypecurve.standin.world import World, node_id
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
    assert await setting.github.past_stars(FOLLOWED, 40) is not None


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


async def test_a_secondary_limit_is_waited_for_as_told(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.SECONDARY_LIMIT, on="search", seconds=170))
    assert await found(setting.github, "gpt")
    assert setting.waits.seconds == [170]
    assert setting.waits.lines == ["GitHub asks to wait until 06:14 UTC (search limit)"]


async def test_a_limit_that_names_no_time_is_waited_for_longer_and_longer(
    setting: Setting,
) -> None:
    setting.standin.faults.add(Fault(FaultKind.VAGUE_LIMIT, on="core", times=3))
    await setting.github.repo(FOLLOWED)
    assert setting.waits.seconds == [60, 120, 240]


@pytest.mark.parametrize("kind", [FaultKind.PRIMARY_LIMIT, FaultKind.GRAPHQL_LIMIT])
async def test_a_spent_budget_is_waited_for_until_its_reset(
    setting: Setting, kind: FaultKind
) -> None:
    setting.standin.faults.add(Fault(kind, on="graphql", seconds=1_800))
    batches = await swept(setting.github, ALL)
    assert accounted(batches) == sorted(ALL)
    assert 1_790 <= sum(setting.waits.seconds) <= 1_861


async def test_a_wait_that_is_too_long_is_said_and_not_made() -> None:
    async with connected(read_only_world(), max_wait=timedelta(minutes=10)) as setting:
        setting.standin.faults.add(Fault(FaultKind.PRIMARY_LIMIT, on="core", seconds=3_000))
        with pytest.raises(SourceLimited, match=r"until 07:02 UTC \(core limit\)") as limited:
            await setting.github.repo(FOLLOWED)
    assert limited.value.retry_after == pytest.approx(3_000, abs=1)
    assert setting.waits.seconds == []


async def test_limits_that_never_end_are_given_up() -> None:
    async with connected(read_only_world(), max_wait=timedelta(minutes=10)) as setting:
        setting.standin.faults.add(
            Fault(FaultKind.SECONDARY_LIMIT, on="core", times=None, seconds=0)
        )
        with pytest.raises(SourceLimited):
            await setting.github.repo(FOLLOWED)
        assert setting.standin.spent.requests < 12


async def test_thirty_searches_a_minute_are_never_exceeded() -> None:
    world = World.make(5, 6_000, until=UNTIL, story=False)
    async with connected(world, limits=GITHUB) as setting:
        for term in ("llm", "gpt", "generative ai"):
            await found(setting.github, term)
        assert setting.standin.spent.requests > 30
        assert {asked.status for asked in setting.standin.requests} == {200}
        # Told by the headers: nothing is waited for before the thirtieth.
        assert len(setting.waits.seconds) == (setting.standin.spent.requests - 1) // 30


async def test_a_token_that_expires_midway_is_an_error_that_says_what_to_mend(
    setting: Setting,
) -> None:
    setting.standin.faults.add(Fault(FaultKind.EXPIRED, on="graphql", after=1, times=None))
    with pytest.raises(SourceRefused, match="set GITHUB_TOKEN"):
        await swept(setting.github, ALL)


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


async def test_an_unreachable_host_is_named_in_one_line() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        patience = Patience(first_pause=0.0)
        async with open_github(url, "made-up", clock=SetClock(UNTIL), patience=patience) as github:
            with pytest.raises(SourceUnavailable, match=f"^GitHub cannot be reached at {url}: "):
                await github.repo(RepoName("acme", "ragkit"))
            with pytest.raises(SourceUnavailable, match="cannot be reached"):
                await swept(github, ALL)


@pytest.mark.parametrize(
    "url", ["", "api.github.com", "ftp://x", "https://", "https://user:pw@host", "https://h:x"]
)
async def test_an_address_that_is_none_is_a_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="GITHUB_API_URL"):
        async with open_github(url, "made-up", clock=SetClock(UNTIL)):
            pass


@pytest.mark.parametrize("token", ["two words", "ключ", "line\nbreak"])
async def test_a_token_that_cannot_be_one_is_a_bad_setting_and_not_shown(token: str) -> None:
    with pytest.raises(BadSetting, match="GITHUB_TOKEN") as bad:
        async with open_github("https://api.github.com", token, clock=SetClock(UNTIL)):
            pass
    assert token not in str(bad.value)


async def test_an_address_without_an_api_is_said_to_be_one() -> None:
    async with connected(read_only_world(), prefix="/nowhere") as setting:
        with pytest.raises(SourceRefused, match="check GITHUB_API_URL"):
            await found(setting.github, "gpt")
        with pytest.raises(SourceRefused, match="check GITHUB_API_URL"):
            await swept(setting.github, ALL)


async def test_the_token_never_follows_a_redirect_to_another_host(setting: Setting) -> None:
    async with connected(read_only_world()) as elsewhere:
        there = f"{elsewhere.standin.url}/repos/{FOLLOWED}"
        setting.standin.faults.add(Fault(FaultKind.REDIRECT, location=there))
        with pytest.raises(SourceRefused, match="not followed"):
            await setting.github.repo(FOLLOWED)
        assert elsewhere.standin.spent.requests == 0


async def test_a_redirect_to_no_address_at_all_is_an_outage(setting: Setting) -> None:
    there = "http://127.0.0.1:notaport/"
    setting.standin.faults.add(Fault(FaultKind.REDIRECT, times=None, location=there))
    with pytest.raises(SourceUnavailable, match="RemoteProtocolError"):
        await setting.github.repo(FOLLOWED)


async def test_a_redirect_in_circles_ends(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.REDIRECT, times=None, location=f"/repos/{FOLLOWED}"))
    with pytest.raises(SourceUnavailable, match="round in circles"):
        await setting.github.repo(FOLLOWED)


async def test_requests_go_one_after_the_other(setting: Setting) -> None:
    names = [facts.name for facts in setting.world.facts[60:70]]
    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(setting.github.repo(name))
    assert len(setting.standin.peers) == 1
