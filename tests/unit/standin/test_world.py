"""A made-up world is the same each time it is asked, at every instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hypecurve.domain.repo import RepoName
from hypecurve.standin import MADE_UP
from hypecurve.standin.world import FIRST_ID, HISTORY_DAYS, World, index_of, node_id

UNTIL = datetime(2026, 11, 22, 6, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def world() -> World:
    """Without a story; nobody writes to it."""
    return World.make(7, until=UNTIL, story=False)


def test_the_same_seed_makes_the_same_world(world: World) -> None:
    again = World.make(7, until=UNTIL, story=False)
    assert again.facts == world.facts
    assert (again.stars_at(UNTIL) == world.stars_at(UNTIL)).all()
    assert [again.repo_at(index, UNTIL) for index in range(50)] == [
        world.repo_at(index, UNTIL) for index in range(50)
    ]


def test_another_seed_makes_another_world(world: World) -> None:
    other = World.make(8, until=UNTIL, story=False)
    assert other.facts != world.facts


def test_every_repo_has_a_name_of_its_own(world: World) -> None:
    names = {facts.name.key for facts in world.facts}
    assert len(names) == world.size == 900
    assert all(RepoName.parse(str(facts.name)) == facts.name for facts in world.facts)


def test_several_repos_share_an_owner(world: World) -> None:
    owners = {facts.name.owner for facts in world.facts}
    assert 450 < len(owners) < 700


def test_most_of_the_catalogue_is_over_the_bar_and_a_little_is_not(world: World) -> None:
    over = (world.stars_at(UNTIL) >= 500).mean()
    assert 0.85 < over < 0.97


def test_sizes_are_skewed_as_in_life(world: World) -> None:
    stars = np.sort(world.stars_at(UNTIL))
    assert stars[-1] > 30 * np.median(stars)
    assert stars[-90:].sum() > stars[:-90].sum()


def test_a_count_between_two_days_lies_between_theirs(world: World) -> None:
    before, between, after = (
        world.curves.total[:, HISTORY_DAYS - 3],
        world.stars_at(UNTIL - 3 * DAY + timedelta(hours=9)),
        world.curves.total[:, HISTORY_DAYS - 2],
    )
    assert (between >= before).all()
    # A few more for the stars that are taken back again.
    assert (between <= after + 9).all()


def test_asking_for_other_instants_in_between_changes_nothing(world: World) -> None:
    first = world.stars_at(UNTIL - DAY).copy()
    world.stars_at(UNTIL)
    assert (world.stars_at(UNTIL - DAY) == first).all()


def test_some_counts_fall_from_one_day_to_the_next(world: World) -> None:
    change = world.stars_at(UNTIL) - world.stars_at(UNTIL - DAY)
    assert 0.01 < (change < 0).mean() < 0.15
    assert 0.15 < (change == 0).mean() < 0.7


def test_weekends_are_slower(world: World) -> None:
    gains = np.diff(world.curves.total[:, : HISTORY_DAYS + 1].astype(np.int64), axis=1).sum(axis=0)
    weekday = (np.arange(HISTORY_DAYS) + world.start.weekday()) % 7
    assert gains[weekday >= 5].mean() < 0.9 * gains[weekday < 5].mean()


def test_the_history_of_stars_adds_up_to_the_counts(world: World) -> None:
    # Those without flutter show exactly what stayed.
    for index in np.flatnonzero(world._flutter == 0)[:40]:
        weeks = world.history(int(index), UNTIL)
        start = max(weeks[-1][0], world.start)
        given = sum(sum(days) for _, days in weeks)
        assert given == world.stars(int(index), UNTIL) - world.stars(int(index), start)


def test_history_comes_in_whole_weeks_newest_first_with_nothing_to_come(world: World) -> None:
    weeks = world.history(0, UNTIL)
    starts = [start for start, _ in weeks]
    assert starts[0] == datetime(2026, 11, 22, tzinfo=UTC)
    assert starts == [starts[0] - each * 7 * DAY for each in range(len(starts))]
    assert all(start.weekday() == 6 for start in starts)
    assert weeks[0][1][1:] == [0] * 6
    assert len(weeks) >= 53


def test_a_purge_takes_stars_away_at_once_and_out_of_the_past() -> None:
    world = World.make(7, 80, until=UNTIL, story=False)
    untouched = World.make(7, 80, until=UNTIL, story=False)
    world.purge(3, 2_600, bought=30, taken=9)
    taken = UNTIL - 9 * DAY + 0.2 * DAY
    lost = world.stars(3, taken - timedelta(minutes=5)) - world.stars(3, taken)
    assert lost == pytest.approx(2_600, abs=10)
    assert world.stars(3, UNTIL) == untouched.stars(3, UNTIL)
    assert world.history(3, UNTIL) == untouched.history(3, UNTIL)
    before = UNTIL - 12 * DAY
    assert sum(map(sum, (days for _, days in world.history(3, before)))) == 2_600 + sum(
        map(sum, (days for _, days in untouched.history(3, before)))
    )


def test_a_repo_is_not_there_before_it_is_created(world: World) -> None:
    young = int(np.argmax(world.curves.born))
    created = world.created_at(young)
    assert UNTIL - 60 * DAY < created < UNTIL
    assert world.repo_at(young, created - DAY) is None
    assert world.repo_at(young, created) is not None
    assert world.find(str(world.facts[young].name), created - DAY) is None


def test_a_rename_is_a_matter_of_time() -> None:
    world = World.make(7, 80, until=UNTIL, story=False)
    old, new = world.facts[5].name, RepoName("somebody", "else")
    world.rename(5, UNTIL - DAY, new)
    assert (world.name_at(5, UNTIL - 2 * DAY), world.name_at(5, UNTIL)) == (old, new)
    assert world.find(str(old), UNTIL - 2 * DAY) == (5, False)
    assert world.find(str(old), UNTIL) == (5, True)
    assert world.find(str(new).upper(), UNTIL) == (5, False)
    assert world.find(str(new), UNTIL - 2 * DAY) is None


@pytest.mark.parametrize(
    "node", ["", "R_madeup", "R_madeup-1", "R_madeup0000080", "R_other1", "R_madeup²"]
)
def test_a_node_id_of_nobody_finds_nobody(node: str) -> None:
    assert index_of(node, 80) is None


def test_a_node_id_finds_its_repo() -> None:
    assert index_of(node_id(79), 80) == 79


def test_ids_fit_into_graphqls_integers() -> None:
    assert FIRST_ID + 100_000 < 2**31


def test_a_large_world_is_quickly_made() -> None:
    world = World.make(1, 18_000, until=UNTIL, story=False)
    assert world.size == len({facts.name.key for facts in world.facts}) == 18_000
    assert world.curves.total.nbytes < 40_000_000


def test_what_is_made_up_says_so() -> None:
    assert "made up" in MADE_UP
