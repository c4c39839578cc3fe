"""What a search finds, told from each repo by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.domain.repo import RepoName
from hypecurve.standin.searching import BadQuery, Index, parse
from hypecurve.standin.world import World
from support.asking import DAY, HOUR, UNTIL, Asking


@cache
def eventful() -> World:
    """A world with its story, and more; nobody writes to it later."""
    world = World.make(7, 900, until=UNTIL)
    world.archive(30, UNTIL - 9 * DAY, UNTIL - DAY)
    world.make_fork(31, of=30)
    world.tell_created(32, UNTIL + DAY)
    world.describe(33, UNTIL - DAY, "nothing of interest")
    world.rename(34, UNTIL - DAY, RepoName("acme", "flashkv-llm"))
    world.life(35).last_push = UNTIL - 40 * DAY
    return world


INDEX = cache(lambda: Index(eventful()))


def found(query: str, at: datetime) -> set[int]:
    return set(INDEX().find(parse(query), at).tolist())


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@settings(deadline=None, max_examples=60)
@given(
    back=st.timedeltas(timedelta(0), 40 * DAY),
    pushed=st.timedeltas(timedelta(0), 60 * DAY),
    created=st.timedeltas(timedelta(0), 2_000 * DAY),
    stars=st.integers(0, 3_000),
)
def test_qualifiers_narrow_a_search_together(
    back: timedelta, pushed: timedelta, created: timedelta, stars: int
) -> None:
    at = (UNTIL - back).replace(microsecond=0)
    since, born = at - pushed, at - created
    since, born = since.replace(microsecond=0), born.replace(microsecond=0)
    query = f"stars:>={stars} pushed:>={stamp(since)} created:>={stamp(born)} fork:true"
    world = eventful()
    assert found(query, at) == {
        index
        for index in range(world.size)
        if (repo := world.repo_at(index, at))
        and repo.stars >= stars
        and repo.pushed_at
        and repo.pushed_at >= since
        and repo.created_at
        and repo.created_at >= born
    }


def test_a_range_of_pushes_holds_both_its_ends() -> None:
    repo = eventful().repo_at(100, UNTIL)
    assert repo
    assert repo.pushed_at
    second = timedelta(seconds=1)
    for query, there in (
        (f"pushed:>={stamp(repo.pushed_at)}", True),
        (f"pushed:>={stamp(repo.pushed_at + second)}", False),
        (f"pushed:<={stamp(repo.pushed_at)}", True),
        (f"pushed:<{stamp(repo.pushed_at)}", False),
        (f"pushed:{stamp(repo.pushed_at)}..{stamp(repo.pushed_at)}", True),
        (f"pushed:{repo.pushed_at:%Y-%m-%d}", True),
    ):
        assert (100 in found(query, UNTIL)) is there, query


def test_what_was_pushed_lately_is_a_part_of_the_whole_that_grows() -> None:
    counts = [
        len(found(f"stars:>=500 pushed:>={stamp(UNTIL - back)}", UNTIL))
        for back in (6 * HOUR, DAY, 7 * DAY, 400 * DAY)
    ]
    assert 0 < counts[0] < counts[1] < counts[2] < counts[3]
    assert counts[1] < counts[3] / 2


def test_who_asks_for_forks_alone_finds_nothing_else() -> None:
    assert found("fork:only", UNTIL) == {31}


def test_a_repo_is_found_by_what_it_is_called_and_says_now() -> None:
    assert 34 in found("flashkv", UNTIL)
    assert 34 not in found("flashkv", UNTIL - 2 * DAY)
    assert found("interest", UNTIL) == {33}
    assert found("interest", UNTIL - 2 * DAY) == set()


@pytest.mark.parametrize("query", ["pushed:lately", "pushed:>=x", "fork:maybe"])
def test_a_qualifier_that_makes_no_sense_is_refused(query: str) -> None:
    with pytest.raises(BadQuery):
        parse(query)


async def test_what_was_pushed_lately_is_found_over_http(github: Asking) -> None:
    since = UNTIL - 6 * HOUR
    items = await github.search(f"stars:>=0 is:public pushed:>={stamp(since)}")
    assert items
    assert all(item["pushed_at"] >= stamp(since) for item in items.values())
