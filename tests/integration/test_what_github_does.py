"""What GitHub does to a tracker over months: told once, in the right words, never as a signal."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from hypecurve.domain.catalogue import CatalogueEntry, FactKind, RepoState
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.ports.store import Found
from hypecurve.standin.identity import FIRST_ID
from hypecurve.standin.world import World
from support.databases import opened
from support.reader import EVENT, Reader, reading
from support.whole import findable, small_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
K = SignalKind
CAST = (
    *("renamed", "moved", "left its name", "took the name", "deleted", "private", "dmca", "tos"),
    *("away for a day", "archived for a day", "purged", "read as 0", "read as 900,000"),
    *("new node id", "new node id, the old one lost", "described", "of the future"),
    *("late, and of the future", "fork", "forked"),
)
"""Repos without a story of their own, and what happens to them in this one week."""
HOSTILE = "An LLM \x00\x1b[31m\u202e <!channel> @everyone *x* \u200b" * 250


@dataclass
class Week:
    """A week in which everything happens, each to another repo, and what was heard of it."""

    reader: Reader
    cast: Mapping[str, int]
    begun: Mapping[str, CatalogueEntry] = field(default_factory=dict)
    """The entries before anything happened."""
    midway: Mapping[str, CatalogueEntry] = field(default_factory=dict)
    """The entries two days later."""
    ended: Mapping[str, CatalogueEntry] = field(default_factory=dict)

    async def entries(self) -> dict[str, CatalogueEntry]:
        """What the catalogue knows of everybody now."""
        ids = {FIRST_ID + index: role for role, index in self.cast.items()}
        async with self.reader.store.read() as tx:
            found = await tx.catalogue.entries(Found(ids=[*map(RepoId, ids)], listed=False))
        return {ids[int(entry.repo.id)]: entry for entry in found}

    async def kinds(self, role: str) -> list[SignalKind]:
        """What was said of one of them, without the milestones that it passed."""
        said = await self.reader.kinds(self.cast[role])
        return [kind for kind in said if kind is not K.MILESTONE]

    async def spoke(self, role: str) -> list[SignalKind]:
        """What was announced of one of them to those who do not follow it."""
        return await self.reader.spoke(self.cast[role])

    async def facts(self, role: str) -> list[FactKind]:
        """What GitHub told of one of them, newest first."""
        async with self.reader.store.read() as tx:
            found = await tx.catalogue.facts_of(RepoId(FIRST_ID + self.cast[role]))
        return [fact.kind for fact in found]

    def name(self, role: str) -> RepoName:
        """What one of them was called at first."""
        return self.reader.world.facts[self.cast[role]].name

    def told(self, role: str, *words: str) -> list[str]:
        """The lines of all digests that name one of them and hold these words."""
        return self.reader.told(str(self.name(role)), *words)


def happen(world: World, cast: Mapping[str, int]) -> None:
    """Let everything happen at EVENT."""
    first = world.facts[cast["renamed"]].name
    world.rename(cast["renamed"], EVENT, RepoName(first.owner, "newname"))
    world.rename(cast["moved"], EVENT, RepoName("acme", "moved"), organisation=True)
    left = world.facts[cast["left its name"]].name
    world.rename(cast["left its name"], EVENT, RepoName("acme", "left"))
    world.rename(cast["took the name"], EVENT + timedelta(hours=1), left)
    for why in ("deleted", "private", "dmca", "tos"):
        world.remove(cast[why], EVENT, why)
    day_later = EVENT + timedelta(days=1)
    world.remove(cast["away for a day"], EVENT, "private", until=day_later)
    world.archive(cast["archived for a day"], EVENT, until=day_later)
    world.purge(cast["purged"], 20_000, bought=120, taken=1, returns=-1)
    for role, stars in (("read as 0", 0), ("read as 900,000", 900_000)):
        # Nobody pushes to it: no search shows it before the sweep does.
        world.life(cast[role]).last_push = EVENT - timedelta(days=30)
        world.misread(cast[role], stars, EVENT)
    world.renode(cast["new node id"], EVENT)
    world.renode(cast["new node id, the old one lost"], EVENT, resolves=False)
    world.describe(cast["described"], EVENT, HOSTILE)
    world.archive(cast["described"], EVENT)
    world.tell_created(cast["of the future"], EVENT + timedelta(days=2_000))
    # One that the search brings late, and that is old and large already.
    late = cast["late, and of the future"]
    world.remove(late, EVENT - timedelta(days=90), "private", until=EVENT)
    world.tell_created(late, EVENT + timedelta(days=2_000))
    world.make_fork(cast["fork"], of=cast["forked"], until=EVENT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def week(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Week]:
    """Let the week pass: one run for all the tests, as it passes for one tracker."""
    file = tmp_path_factory.mktemp("week") / "week.db"
    shutil.copyfile(sqlite_template, file)
    world = small_world(150)
    cast = dict(zip(CAST, findable(world, len(CAST)), strict=True))
    happen(world, cast)
    unfollowed = {cast["fork"], cast["late, and of the future"]}
    async with (
        opened(f"sqlite:///{file}") as store,
        reading(store, world, *sorted({*cast.values()} - unfollowed)) as reader,
    ):
        # Searches leave forks out: somebody wanted this one, and the operator let it in.
        fork = await reader.github.github.repo(RepoId(FIRST_ID + cast["fork"]))
        assert fork.is_fork
        async with store.write() as tx:
            await tx.catalogue.meet([fork], reader.github.clock.now(), "submission")
        await reader.follow(cast["fork"])
        found = Week(reader, cast)
        found.begun = await found.entries()
        await reader.days(2)
        found.midway = await found.entries()
        await reader.days(4)
        found.ended = await found.entries()
        yield found


async def test_a_renamed_repo_keeps_its_past_and_is_told_of_once(week: Week) -> None:
    (line,) = week.told("renamed", "renamed")
    assert f"was {week.name('renamed')}" in line
    assert "/newname" in line
    before, after = week.begun["renamed"], week.ended["renamed"]
    assert (after.repo.id, after.first_seen_at) == (before.repo.id, before.first_seen_at)
    assert after.growth.day is not None, "its counts go on under the new name"
    assert await week.kinds("renamed") == [K.RENAMED]


async def test_a_transferred_repo_is_said_to_have_moved(week: Week) -> None:
    (line,) = week.told("moved", "moved")
    assert "acme/moved" in line
    assert await week.kinds("moved") == [K.MOVED]
    assert week.ended["moved"].repo.owner_is_organisation


async def test_an_old_name_that_another_repo_takes_leads_to_its_new_holder(week: Week) -> None:
    name = week.name("left its name")
    assert len(week.reader.told("acme/left", str(name), "another repo")) == 1
    assert sorted(await week.kinds("left its name")) == [K.MOVED, K.NAME_TAKEN]
    assert await week.kinds("took the name") == [K.MOVED]
    async with week.reader.store.read() as tx:
        holder = await tx.catalogue.find(name)
        moved = await tx.catalogue.find(RepoName("acme", "left"))
    assert holder is not None
    assert moved is not None
    assert holder.repo.id == FIRST_ID + week.cast["took the name"]
    assert moved.repo.id == FIRST_ID + week.cast["left its name"]
    assert await week.spoke("took the name") == [], "it was watched before, under another name"


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
    week: Week, why: str, words: str
) -> None:
    assert len(week.told(why, words)) == 1
    assert await week.kinds(why) == [K.GONE]
    assert week.ended[why].state is RepoState.GONE
    async with week.reader.store.read() as tx:
        listed = await tx.catalogue.entries(Found())
    assert FIRST_ID + week.cast[why] not in {each.repo.id for each in listed}


async def test_a_repo_made_private_and_public_again_is_told_of_twice_and_is_no_newcomer(
    week: Week,
) -> None:
    assert await week.kinds("away for a day") == [K.GONE, K.RETURNED]
    assert len(week.told("away for a day", "back on GitHub")) == 1
    assert week.ended["away for a day"].state is not RepoState.GONE
    assert await week.reader.worth() is Health.GOOD


async def test_an_archived_repo_and_its_return_are_told_of_once_each(week: Week) -> None:
    assert await week.kinds("archived for a day") == [K.ARCHIVED, K.UNARCHIVED]
    assert len(week.told("archived for a day", " archived by its owner")) == 1
    assert len(week.told("archived for a day", "unarchived by its owner")) == 1


async def test_a_purge_of_20000_stars_and_its_return_are_corrections(week: Week) -> None:
    growth = week.midway["purged"].growth
    assert (growth.day, growth.week, growth.month) == (None, None, None), "nobody lost these"
    assert week.ended["purged"].growth.day is not None
    assert await week.kinds("purged") == [K.CORRECTED, K.CORRECTED]
    assert await week.facts("purged") == [FactKind.CORRECTED] * 2
    for words in ("count corrected", "stars given back"):
        assert len(week.told("purged", words)) == 1


@pytest.mark.parametrize("role", ["read as 0", "read as 900,000"])
async def test_a_count_read_wrong_once_is_never_written_down(week: Week, role: str) -> None:
    assert await week.facts(role) == [FactKind.MISREAD]
    assert await week.kinds(role) == []
    assert week.told(role) == []
    repo_id, now = week.ended[role].repo.id, week.reader.github.clock.now()
    async with week.reader.store.read() as tx:
        history = await tx.stars.history(repo_id, now - timedelta(days=9), now)
    counts = [snapshot.stars for snapshot in history.snapshots]
    assert len(counts) == 1 + 6 * 4
    assert 0 < min(counts) <= max(counts) < 900_000


@pytest.mark.parametrize("role", ["new node id", "new node id, the old one lost"])
async def test_a_node_id_that_changes_its_form_loses_no_repo(week: Week, role: str) -> None:
    assert week.ended[role].repo.node_id != week.begun[role].repo.node_id
    assert await week.kinds(role) == []
    assert week.midway[role].growth.day is not None
    sweep = await week.reader.sweep()
    assert sweep.seen == sweep.expected


async def test_a_description_of_10000_characters_with_control_marks_does_no_harm(
    week: Week,
) -> None:
    assert len(HOSTILE) >= 10_000
    kept = week.ended["described"].repo.description
    assert len(kept) <= 1_000
    assert kept.isprintable()
    assert await week.kinds("described") == [K.ARCHIVED]
    assert all(line.isprintable() for line in week.told("described"))


@pytest.mark.parametrize("role", ["of the future", "late, and of the future"])
async def test_a_repo_created_in_the_future_is_not_announced_for_its_youth(
    week: Week, role: str
) -> None:
    assert await week.spoke(role) == []
    assert week.ended[role].listed_at is not None


async def test_a_detached_fork_is_told_of_once_and_is_not_new(week: Week) -> None:
    assert await week.facts("fork") == [FactKind.DETACHED]
    assert await week.spoke("fork") == []
    assert week.begun["fork"].listed_at is None
    assert week.ended["fork"].listed_at is not None
