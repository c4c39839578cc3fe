"""Sweeps that cannot be trusted as a whole: nothing is said by them, and digests wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.health import Health
from hypecurve.ports.store import Found
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.world import World
from support.reader import BEGIN, EVENT, reading
from support.whole import EVERY, findable, small_world

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def a_world() -> tuple[World, int]:
    """A small world, and a repo of it without a story of its own."""
    world = small_world(80)
    return world, findable(world, 1)[0]


async def test_a_sweep_that_sees_60_percent_leaves_the_others_unknown(store: SqlStore) -> None:
    world, index = a_world()
    async with reading(store, world, index) as reader:
        await reader.days(1)
        said = await reader.announced()
        reader.github.standin.faults.add(
            Fault(FaultKind.PARTIAL, on="graphql", times=None, share=0.4)
        )
        await reader.until(reader.github.clock.at + EVERY)
        sweep = await reader.sweep()
        assert sweep.health is Health.PARTIAL
        assert 0.4 < sweep.seen / sweep.expected < 0.8
        assert await reader.announced() == said
        async with store.read() as tx:
            listed = await tx.catalogue.entries(Found())
        assert len(listed) > 50, "nobody is gone for not having answered"
        reader.github.standin.faults.clear()
        await reader.days(1)
        assert await reader.worth() is Health.GOOD


async def test_a_digest_waits_three_hours_for_a_degraded_source_and_then_says_so(
    store: SqlStore,
) -> None:
    world, index = a_world()
    world.archive(index, EVENT)
    async with reading(store, world, index) as reader:
        await reader.days(1)
        reader.heard.clear()
        clock, faults = reader.github.clock, reader.github.standin.faults
        world.archive(index, EVENT, until=clock.at)
        clock.at += timedelta(minutes=45)
        faults.add(Fault(FaultKind.PARTIAL, on="graphql", times=None, share=0.4))
        await reader.cycle()
        due = clock.at.replace(hour=8, minute=0)
        for hours, digests in ((0, 0), (2.9, 0), (3.1, 1)):
            clock.at = due + timedelta(hours=hours)
            await reader.read()
            assert len(reader.heard) == digests
        assert len(reader.told("GitHub answered for", "of the repos")) == 1


async def test_a_day_on_which_the_whole_catalogue_stands_still_says_nothing(
    store: SqlStore,
) -> None:
    world = small_world(400)
    still = BEGIN + 2 * EVERY + timedelta(minutes=1)
    world.stand_still(still, still + timedelta(days=1))
    async with reading(store, world) as reader:
        await reader.until(still)
        said = await reader.announced()
        await reader.until(still + timedelta(days=1))
        assert await reader.worth() is Health.STILL
        assert await reader.announced() == said
        async with store.read() as tx:
            last = await tx.stars.latest()
            shown = {entry.slot: entry.repo.stars for entry in await tx.catalogue.entries(Found())}
            assert last is not None
            (believed,), _ = await tx.stars.columns([last.at], EVERY / 2)
        assert last.at <= still, "no count of that day is believed"
        assert believed is not None
        assert shown == {slot: believed[slot] for slot in shown}, "and none is shown"
        await reader.days(2)
        assert await reader.worth() is Health.GOOD
