"""What GitHub does to a tracker over months: told once, in the right words, never as a signal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import FactKind, RepoState
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.ports.store import Found
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.identity import FIRST_ID
from hypecurve.standin.world import World
from support.catalogue import entry_of
from support.reader import BEGIN, EVENT, Reader, reading
from support.whole import EVERY, findable, small_world

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
K = SignalKind
NEW = RepoName("acme", "newname")


def a_world() -> tuple[World, int, int]:
    """A small world, and two repos of it without a story of their own."""
    world = small_world(80)
    one, other = findable(world, 2)
    return world, one, other


def old(world: World, index: int) -> str:
    """What a repo is called at first."""
    return str(world.facts[index].name)


async def facts_of(reader: Reader, index: int) -> list[FactKind]:
    async with reader.store.read() as tx:
        return [fact.kind for fact in await tx.catalogue.facts_of(RepoId(FIRST_ID + index))]


async def test_a_renamed_repo_keeps_its_past_and_is_told_of_once(store: SqlStore) -> None:
    world, index, _ = a_world()
    new = RepoName(world.facts[index].name.owner, "newname")
    world.rename(index, EVENT, new)
    async with reading(store, world, index) as reader:
        before = await entry_of(store, FIRST_ID + index)
        await reader.days(3)
        (line,) = reader.told("renamed", f"was {old(world, index)}")
        assert str(new) in line
        after = await entry_of(store, FIRST_ID + index)
        assert (after.repo.id, after.first_seen_at) == (before.repo.id, before.first_seen_at)
        assert after.growth.day is not None, "its counts go on under the new name"
        assert await reader.kinds(index) == [K.RENAMED]


async def test_a_transferred_repo_is_said_to_have_moved(store: SqlStore) -> None:
    world, index, _ = a_world()
    world.rename(index, EVENT, NEW, organisation=True)
    async with reading(store, world, index) as reader:
        await reader.days(3)
        (line,) = reader.told("moved", f"was {old(world, index)}")
        assert str(NEW) in line
        assert await reader.kinds(index) == [K.MOVED]
        assert (await entry_of(store, FIRST_ID + index)).repo.owner_is_organisation


async def test_an_old_name_that_another_repo_takes_leads_to_its_new_holder(
    store: SqlStore,
) -> None:
    world, index, other = a_world()
    name = world.facts[index].name
    world.rename(index, EVENT, NEW)
    world.rename(other, EVENT + timedelta(hours=1), name)
    async with reading(store, world, index, other) as reader:
        await reader.days(3)
        assert len(reader.told(str(NEW), str(name), "another repo")) == 1
        assert sorted(await reader.kinds(index)) == [K.MOVED, K.NAME_TAKEN]
        assert await reader.kinds(other) == [K.MOVED]
        async with store.read() as tx:
            holder, moved = await tx.catalogue.find(name), await tx.catalogue.find(NEW)
        assert holder is not None
        assert moved is not None
        assert (holder.repo.id, moved.repo.id) == (FIRST_ID + other, FIRST_ID + index)
        assert await reader.spoke(other) == [], "it was watched before, under another name"


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("deleted", "deleted or made private"),
        ("private", "deleted or made private"),
        ("dmca", "copyright (DMCA)"),
        ("tos", "terms"),
    ],
)
async def test_a_repo_that_is_gone_is_told_of_with_the_reason_github_gives(
    store: SqlStore, why: str, words: str
) -> None:
    world, index, _ = a_world()
    world.remove(index, EVENT, why)
    async with reading(store, world, index) as reader:
        await reader.days(3)
        assert len(reader.told(old(world, index), words)) == 1
        assert await reader.kinds(index) == [K.GONE]
        entry = await entry_of(store, FIRST_ID + index)
        assert entry.state is RepoState.GONE
        async with store.read() as tx:
            listed = await tx.catalogue.entries(Found())
        assert FIRST_ID + index not in {each.repo.id for each in listed}


async def test_a_repo_made_private_and_public_again_is_told_of_twice_and_is_no_newcomer(
    store: SqlStore,
) -> None:
    world, index, _ = a_world()
    world.remove(index, EVENT, "private", until=EVENT + timedelta(days=1))
    async with reading(store, world, index) as reader:
        await reader.days(4)
        assert await reader.kinds(index) == [K.GONE, K.RETURNED]
        assert len(reader.told(old(world, index), "back on GitHub")) == 1
        entry = await entry_of(store, FIRST_ID + index)
        assert entry.state is not RepoState.GONE
        assert await reader.worth() is Health.GOOD


async def test_an_archived_repo_and_its_return_are_told_of_once_each(store: SqlStore) -> None:
    world, index, _ = a_world()
    world.archive(index, EVENT, until=EVENT + timedelta(days=1))
    async with reading(store, world, index) as reader:
        await reader.days(4)
        assert await reader.kinds(index) == [K.ARCHIVED, K.UNARCHIVED]
        assert len(reader.told(old(world, index), " archived by its owner")) == 1
        assert len(reader.told(old(world, index), "unarchived by its owner")) == 1


async def test_a_purge_of_20000_stars_and_its_return_are_corrections(store: SqlStore) -> None:
    world, index, _ = a_world()
    world.purge(index, 20_000, bought=120, taken=1, returns=-1)
    async with reading(store, world, index) as reader:
        await reader.days(2)
        growth = (await entry_of(store, FIRST_ID + index)).growth
        assert (growth.day, growth.week, growth.month) == (None, None, None), "nobody lost these"
        await reader.days(5)
        assert (await entry_of(store, FIRST_ID + index)).growth.day is not None
        assert [kind for kind in await reader.kinds(index) if kind is not K.MILESTONE] == [
            K.CORRECTED,
            K.CORRECTED,
        ]
        assert len(reader.told(old(world, index), "count corrected", "23,517 to 3,517")) == 1
        assert len(reader.told(old(world, index), "stars given back", "3,517 to 23,517")) == 1
        assert await facts_of(reader, index) == [FactKind.CORRECTED] * 2
        assert await reader.spoke(index) == []


async def test_a_count_read_wrong_once_is_never_written_down(store: SqlStore) -> None:
    world, index, other = a_world()
    for each, stars in ((index, 0), (other, 900_000)):
        # Nobody pushes to it: no search shows it before the sweep does.
        world.life(each).last_push = EVENT - timedelta(days=30)
        world.misread(each, stars, EVENT)
    async with reading(store, world, index, other) as reader:
        await reader.days(3)
        for each in (index, other):
            assert await facts_of(reader, each) == [FactKind.MISREAD]
            assert await reader.kinds(each) == []
            assert reader.told(old(world, each)) == []
            async with store.read() as tx:
                now = reader.github.clock.now()
                repo_id = RepoId(FIRST_ID + each)
                history = await tx.stars.history(repo_id, now - timedelta(days=9), now)
            counts = [snapshot.stars for snapshot in history.snapshots]
            assert len(counts) == 13
            assert 0 < min(counts) <= max(counts) < 900_000


@pytest.mark.parametrize("resolves", [True, False])
async def test_a_node_id_that_changes_its_form_loses_no_repo(
    store: SqlStore, *, resolves: bool
) -> None:
    world, index, _ = a_world()
    world.renode(index, EVENT, resolves=resolves)
    async with reading(store, world, index) as reader:
        before = (await entry_of(store, FIRST_ID + index)).repo.node_id
        await reader.days(2)
        entry = await entry_of(store, FIRST_ID + index)
        assert entry.repo.node_id != before
        assert await reader.kinds(index) == []
        assert entry.growth.day is not None
        assert (await reader.sweep()).seen == (await reader.sweep()).expected


async def test_a_description_of_10000_characters_with_control_marks_does_no_harm(
    store: SqlStore,
) -> None:
    world, index, _ = a_world()
    hostile = "An LLM \x00\x1b[31m\u202e\ud800 <!channel> @everyone *x* \u200b" * 200
    world.describe(index, EVENT, hostile[:10_000].encode("utf-8", "ignore").decode())
    world.archive(index, EVENT)
    async with reading(store, world, index) as reader:
        await reader.days(2)
        kept = (await entry_of(store, FIRST_ID + index)).repo.description
        assert len(kept) <= 1_000
        assert kept.isprintable()
        assert await reader.kinds(index) == [K.ARCHIVED]
        assert all(line.isprintable() for line in reader.told(old(world, index)))


async def test_a_repo_created_in_the_future_is_not_announced_for_its_youth(
    store: SqlStore,
) -> None:
    world, index, other = a_world()
    world.tell_created(index, EVENT + timedelta(days=2_000))
    # One that the search brings later, and that is old and large already.
    world.remove(other, EVENT - timedelta(days=90), "private", until=EVENT)
    world.tell_created(other, EVENT + timedelta(days=2_000))
    async with reading(store, world, index) as reader:
        await reader.days(3)
        assert await reader.spoke(index) == []
        assert await reader.spoke(other) == []
        assert (await entry_of(store, FIRST_ID + other)).listed_at is not None


async def test_a_detached_fork_is_told_of_once_and_is_not_new(store: SqlStore) -> None:
    world, index, other = a_world()
    world.make_fork(index, of=other, until=EVENT)
    async with reading(store, world) as reader:
        # Searches leave forks out: somebody wanted this one, and the operator let it in.
        repo = await reader.github.github.repo(RepoId(FIRST_ID + index))
        assert repo.is_fork
        async with store.write() as tx:
            await tx.catalogue.meet([repo], reader.github.clock.now(), "submission")
        await reader.follow(index)
        await reader.days(3)
        assert FactKind.DETACHED in await facts_of(reader, index)
        assert await reader.spoke(index) == []
        assert (await entry_of(store, FIRST_ID + index)).listed_at is not None


async def test_a_sweep_that_sees_60_percent_leaves_the_others_unknown(store: SqlStore) -> None:
    world, index, _ = a_world()
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
    world, index, _ = a_world()
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
