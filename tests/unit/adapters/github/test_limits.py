"""GitHub asks to slow down: every wait is the right one, is told, and ends when it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.client import open_github
from hypecurve.domain.errors import (
    SourceLimited,
)
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.limits import GITHUB
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.story import FOLLOWED
from hypecurve.standin.world import World, node_id
from support.github import UNTIL, Setting, accounted, connected, found, read_only_world, swept

ALL = [node_id(index) for index in range(250)]


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with connected(read_only_world()) as setting:
        yield setting


async def test_a_secondary_limit_is_waited_for_as_told(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.SECONDARY_LIMIT, on="search", seconds=170))
    assert await found(setting.github, "gpt")
    assert setting.waits.seconds == [170]
    assert setting.waits.lines == ["GitHub asks to wait until 06:14 UTC (search limit)"]


@pytest.mark.parametrize("skew", [timedelta(hours=-30), timedelta(minutes=50), timedelta(days=9)])
async def test_a_wrong_clock_here_changes_no_wait(setting: Setting, skew: timedelta) -> None:
    setting.standin.skew = skew
    setting.standin.faults.add(Fault(FaultKind.PRIMARY_LIMIT, on="core", seconds=600))
    await setting.github.repo(FOLLOWED)
    assert setting.waits.seconds == [pytest.approx(600, abs=1)]
    # Said by the clock of whoever reads it.
    assert setting.waits.lines == ["GitHub asks to wait until 06:22 UTC (core limit)"]


async def test_the_standing_is_told_while_nothing_is_left(setting: Setting) -> None:
    setting.standin.limits.empty("core", UNTIL, 1_800)
    assert (await setting.github.standing()).allowances["core"].left == 0
    assert (await setting.github.standing()).allowances["core"].left == 0
    assert setting.waits.seconds == []


async def test_a_secondary_limit_holds_for_the_standing_too(setting: Setting) -> None:
    setting.standin.faults.add(Fault(FaultKind.SECONDARY_LIMIT, on="core", seconds=90))
    assert (await setting.github.standing()).allowances
    assert setting.waits.seconds == [90]
    assert setting.waits.lines == ["GitHub asks to wait until 06:13 UTC (secondary limit)"]


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


@pytest.mark.parametrize(
    "limit",
    [
        Fault(FaultKind.SECONDARY_LIMIT, on="core", seconds=3_000),
        Fault(FaultKind.PRIMARY_LIMIT, on="core", seconds=3_000),
        Fault(FaultKind.VAGUE_LIMIT, on="core"),
    ],
    ids=lambda fault: fault.kind.name,
)
async def test_a_wait_ends_at_once_when_it_is_cancelled(limit: Fault) -> None:
    clock, told = SetClock(UNTIL), asyncio.Event()
    async with StandIn(read_only_world(), now=clock.now, limits=GITHUB) as standin:
        standin.faults.add(replace(limit))
        # Waits for real: this is the sleep of the service itself.
        async with open_github(
            standin.url, TOKEN, clock=clock, on_wait=lambda _line: told.set()
        ) as github:
            asking = asyncio.create_task(github.repo(FOLLOWED))
            async with asyncio.timeout(5):
                await told.wait()
                asking.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asking
                # And it leaves the way free for the next one.
                assert (await github.standing()).allowances
