"""A search is cut so that nothing falls off at 1,000, and few requests are spent on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github.slices import CAP, Slice, below, by_created, query, whole
from hypecurve.domain.errors import BadSetting, SourceUnavailable
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.ports import Lately, Term
from hypecurve.standin.world import FIRST_ID, World
from support.github import UNTIL, connected, found

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def repos(*stars: int) -> list[Repo]:
    return [Repo(RepoId(1), "R_1", RepoName("acme", "ragkit"), count) for count in stars]


@pytest.mark.parametrize(
    ("term", "part", "text"),
    [
        (Term("llm"), Slice(500), "llm stars:>=500 is:public"),
        (Term("generative ai"), Slice(500, 700), '"generative ai" stars:500..700 is:public'),
        (Term("gpt-4"), Slice(500), "gpt-4 stars:>=500 is:public"),
        (Term("mcp", is_topic=True), Slice(500), "topic:mcp stars:>=500 is:public"),
        (Term("not"), Slice(500), '"not" stars:>=500 is:public'),
        (Term('x" stars:<5'), Slice(500), '"x stars:<5" stars:>=500 is:public'),
        (Term("智能体"), Slice(500), "智能体 stars:>=500 is:public"),
        (
            Term("llm"),
            Slice(500, 500, DAY, DAY + timedelta(days=1)),
            "llm stars:500..500 is:public created:2026-01-01T00:00:00Z..2026-01-02T00:00:00Z",
        ),
        (
            Term("llm"),
            Slice(500, 500, until=DAY),
            "llm stars:500..500 is:public created:<=2026-01-01T00:00:00Z",
        ),
        (
            Term("llm"),
            Slice(500, 500, since=DAY),
            "llm stars:500..500 is:public created:>=2026-01-01T00:00:00Z",
        ),
    ],
)
def test_a_slice_is_written_as_github_reads_it(term: Term, part: Slice, text: str) -> None:
    assert query(term, part) == text


def test_a_search_of_what_was_pushed_lately_says_so_in_every_slice() -> None:
    text = "llm stars:500..700 is:public pushed:>=2026-01-01T00:00:00Z"
    assert query(Term("llm"), Slice(500, 700), DAY) == text


def test_what_was_created_lately_is_one_range_with_the_dates_of_a_slice() -> None:
    fresh = whole(500, Lately(created=DAY + timedelta(microseconds=9)))
    assert query(Term("llm"), fresh) == "llm stars:>=500 is:public created:>=2026-01-01T00:00:00Z"
    crowd = Slice(500, 500, fresh.since)
    for piece in by_created(crowd, 3_000, [], UNTIL):
        assert piece.since is not None
        assert piece.since >= DAY
        assert query(Term("llm"), piece, DAY).count("created:") == 1
    below_it = below(fresh, repos(*range(1_700, 700, -1)))
    assert [each.since for each in below_it] == [DAY]


@pytest.mark.parametrize(
    ("term", "pushed"), [(Term("words " * 60), None), (Term("words " * 37), DAY)]
)
def test_a_term_too_long_for_github_is_a_bad_setting(term: Term, pushed: datetime | None) -> None:
    with pytest.raises(BadSetting, match="too long"):
        query(term, Slice(500), pushed)


def test_the_next_slice_begins_a_little_above_where_the_last_one_ended() -> None:
    read = repos(*range(1_700, 700, -1))
    assert below(Slice(500), read) == (Slice(500, 705 + 1),)
    assert below(Slice(500, 706), read) == (Slice(500, 705),)
    assert below(Slice(500, 50_000), repos(*range(41_000, 40_000, -1))) == (Slice(500, 40_085),)


def test_a_crowd_of_one_star_count_is_read_by_itself_and_last() -> None:
    read = repos(*[512] * 1_000)
    assert below(Slice(500), read) == (Slice(512, 512), Slice(500, 511))
    assert below(Slice(500, 512), read) == (Slice(512, 512), Slice(500, 511))
    assert below(Slice(512), read) == (Slice(512, 512),)
    # Counts above the slice's own end: the index lags, and its end has not been seen whole.
    assert below(Slice(500, 600), repos(*[900] * 20)) == (Slice(600, 600), Slice(500, 599))


def test_one_repo_that_has_lost_its_stars_since_does_not_make_us_skip_the_others() -> None:
    assert below(Slice(500), repos(*[900] * 19, 510)) == (Slice(500, 901),)


@settings(deadline=None)
@given(low=st.integers(0, 5_000), width=st.integers(1, 500), data=st.data())
def test_slices_always_come_to_an_end(low: int, width: int, data: st.DataObject) -> None:
    part = Slice(low, low + width)
    shown = data.draw(st.lists(st.integers(0, 6_000), min_size=1, max_size=20))
    following = below(part, repos(*sorted(shown, reverse=True)))
    assert all(low <= each.low <= (each.high or 0) <= low + width for each in following)
    assert all(each.high != part.high or each.low == each.high for each in following)


@settings(deadline=None)
@given(low=st.integers(0, 5_000), width=st.integers(1, 500), seed=st.integers(0, 999))
def test_nothing_below_the_end_of_what_was_read_is_left_out(
    low: int, width: int, seed: int
) -> None:
    shown = np.random.default_rng(seed).integers(low, low + width, CAP, endpoint=True).tolist()
    following = below(Slice(low, low + width), repos(*sorted(shown, reverse=True)))
    assert following[-1].low == low
    covered = {each for part in following for each in range(part.low, (part.high or 0) + 1)}
    # What is above the fifth lowest count was seen whole, as far as the order can be trusted.
    assert covered >= set(range(low, sorted(shown)[4] + 1))


dates = st.datetimes(datetime(2010, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


@settings(deadline=None)
@given(seen=st.lists(dates, max_size=100), total=st.integers(CAP + 1, 20_000))
def test_pieces_by_date_cover_all_of_time_without_touching(
    seen: list[datetime], total: int
) -> None:
    pieces = by_created(Slice(500, 500), total, seen, UNTIL)
    assert len(pieces) >= 2
    assert pieces[0].since is None
    assert pieces[-1].until is None
    for before, after in pairwise(pieces):
        assert before.until is not None
        assert after.since == before.until + timedelta(seconds=1)


def test_two_seconds_can_still_be_cut_and_one_cannot() -> None:
    two = Slice(500, 500, DAY, DAY + timedelta(seconds=1))
    first, second = by_created(two, 2_000, [], UNTIL)
    assert (first.until, second.since) == (DAY, DAY + timedelta(seconds=1))
    with pytest.raises(SourceUnavailable, match="same second"):
        by_created(Slice(500, 500, DAY, DAY), 2_000, [DAY], UNTIL)


@pytest.mark.parametrize("term", ["llm", "gpt"])
async def test_no_repo_is_cut_off_and_the_requests_are_few(term: str) -> None:
    world = World.make(5, 18_000, until=UNTIL, story=False)
    async with connected(world) as setting:
        repos = await found(setting.github, term)
        spent = setting.standin.spent.requests
        pattern = re.compile(rf"\b{term}s?\b")
        listed = [
            index
            for index, facts in enumerate(world.facts)
            if world.stars(index, UNTIL) >= 500
            and world.exists(index, UNTIL)
            and pattern.search(f"{facts.name} {facts.description} {facts.topics}".lower())
        ]
    assert len(repos) == len(listed) > 2 * CAP
    assert spent <= 1.1 * ceil(len(listed) / 100)


async def test_one_star_count_with_thousands_of_repos_is_cut_by_creation_date() -> None:
    world = World.make(5, 9_000, until=UNTIL, story=False)
    rng = np.random.default_rng(1)
    # Every second one stands at 512 stars.
    world.curves.total[::2] = 512
    world.curves.born[::2] = rng.uniform(-900, 390, size=4_500)
    world.flat.update(range(0, 9_000, 2))
    async with connected(world) as setting:
        repos = await found(setting.github, "llm")
        spent = setting.standin.spent.requests
    crowd = {id_ - FIRST_ID for id_ in repos} & set(range(0, 9_000, 2))
    wanted = {
        index
        for index in range(0, 9_000, 2)
        if re.search(r"\bllms?\b", f"{world.facts[index]}".lower())
    }
    assert crowd == wanted
    assert len(wanted) > 2 * CAP
    assert spent <= 1.4 * ceil(len(repos) / 100)
