"""A walk through a search finds every repo, cut off or not, and asks for few pages.

The searches are answered from memory, as GitHub answers them: by stars, at most 1,000 a query.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github.payloads import Listing
from hypecurve.adapters.github.slices import CAP, PAGE, Slice
from hypecurve.adapters.github.walking import Found, walk
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.repo import Repo, RepoId, RepoName

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
LEAST = 500


def now() -> datetime:
    return NOW


@dataclass
class Shelf:
    """Repos to be searched; `asked` are the pages that were."""

    repos: list[Repo]
    asked: list[tuple[Slice, int]] = field(default_factory=list)
    hidden: int = 0
    """So many of the least are counted and never listed."""
    odd: frozenset[int] = frozenset()
    """These are listed and cannot be read."""
    _found: dict[Slice, tuple[int, list[Repo]]] = field(default_factory=dict)

    async def ask(self, part: Slice, number: int) -> Listing:
        """Return a page as GitHub does."""
        self.asked.append((part, number))
        if part not in self._found:
            inside = [repo for repo in self.repos if _lies_in(repo, part)]
            inside.sort(key=lambda repo: -repo.stars)
            self._found[part] = (len(inside), inside[: len(inside) - self.hidden][:CAP])
        total, shown = self._found[part]
        page = shown[(number - 1) * PAGE : number * PAGE]
        repos = tuple(repo for repo in page if repo.id not in self.odd)
        return Listing(total, repos, len(page) - len(repos))

    @property
    def ids(self) -> set[int]:
        """Which repos there are."""
        return {repo.id for repo in self.repos}


def _lies_in(repo: Repo, part: Slice) -> bool:
    at = repo.created_at or NOW
    return (
        part.low <= repo.stars
        and (part.high is None or repo.stars <= part.high)
        and (part.since is None or part.since <= at)
        and (part.until is None or at <= part.until)
    )


def filled(seed: int, size: int, crowd: int) -> Shelf:
    """Repos of skewed sizes, `crowd` more of one count, created in bursts."""
    rng = np.random.default_rng(seed)
    skewed = LEAST + np.minimum(rng.pareto(1.1, size) * 300, 90_000).astype(int)
    stars = np.concatenate([skewed, np.full(crowd, LEAST + int(rng.integers(0, 40)))]).tolist()
    days = np.round(rng.exponential(300, len(stars)), 2).tolist()
    return Shelf(
        [
            Repo(
                RepoId(number),
                f"R_{number}",
                RepoName("acme", f"r{number}"),
                count,
                created_at=(NOW - timedelta(days=ago)).replace(microsecond=0),
            )
            for number, (count, ago) in enumerate(zip(stars, days, strict=True))
        ]
    )


Pages = AsyncGenerator[tuple[Found, list[Slice]], None]


async def read(pages: Pages, most: int | None = None) -> tuple[set[int], list[list[Slice]]]:
    """Read so many pages: the ids met, and what was left behind each page."""
    met: set[int] = set()
    left: list[list[Slice]] = []
    async with aclosing(pages):
        async for found, rest in pages:
            met.update(repo.id for repo in found)
            left.append(rest)
            if len(left) == most:
                break
    return met, left


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 9_999),
    size=st.integers(0, 3_000),
    crowd=st.sampled_from([0, 0, 200, 900, 2_500]),
    data=st.data(),
)
async def test_a_walk_cut_at_any_page_finds_what_a_whole_one_finds(
    seed: int, size: int, crowd: int, data: st.DataObject
) -> None:
    shelf = filled(seed, size, crowd)
    met, left = await read(walk(shelf.ask, [Slice(LEAST)], now))
    assert met == shelf.ids
    assert left[-1] == []
    assert all(left[:-1])
    cut = data.draw(st.integers(1, len(left)), label="pages before the cut")
    before, kept = await read(walk(shelf.ask, [Slice(LEAST)], now), cut)
    assert kept == left[:cut]
    after, _ = await read(walk(shelf.ask, kept[-1], now))
    assert before | after == shelf.ids


async def test_a_walk_cut_again_and_again_comes_to_its_end() -> None:
    shelf = filled(3, 2_500, 1_500)
    met: set[int] = set()
    todo = [Slice(LEAST)]
    cuts = 0
    while todo:
        found, left = await read(walk(shelf.ask, todo, now), 12)
        met |= found
        todo = left[-1]
        cuts += 1
    assert met == shelf.ids
    assert cuts > 3


async def test_what_is_left_stays_the_same_until_a_slice_is_done() -> None:
    shelf = filled(1, 2_400, 0)
    _, left = await read(walk(shelf.ask, [Slice(LEAST)], now))
    assert left[:9] == [[Slice(LEAST)]] * 9
    assert left[9] != left[8]
    assert left[9][0].low == LEAST


@pytest.mark.parametrize(
    ("size", "crowd"), [(40, 0), (950, 0), (5_000, 0), (12_000, 0), (2_000, 2_500)]
)
async def test_few_pages_are_asked_for(size: int, crowd: int) -> None:
    shelf = filled(11, size, crowd)
    await read(walk(shelf.ask, [Slice(LEAST)], now))
    # Cutting one star count by dates costs a first look at it and uneven pieces.
    assert len(shelf.asked) <= (1.4 if crowd else 1.06) * ceil(len(shelf.repos) / PAGE) + 1


async def collect(pages: Pages, seen: list[tuple[Found, list[Slice]]]) -> None:
    """Keep every page, those before an error too."""
    async for page in pages:
        seen.append(page)  # noqa: PERF401 - a comprehension would lose them with the error


async def test_an_empty_search_is_one_page() -> None:
    shelf = Shelf([])
    assert await read(walk(shelf.ask, [Slice(LEAST)], now)) == (set(), [[]])


async def test_a_slice_that_brings_too_little_is_read_twice_and_is_left_to_be_read() -> None:
    shelf = filled(2, 300, 0)
    shelf.hidden = 60
    seen: list[tuple[Found, list[Slice]]] = []
    with pytest.raises(SourceUnavailable, match="gave 240 of 300 repos"):
        await collect(walk(shelf.ask, [Slice(LEAST)], now), seen)
    assert [number for _, number in shelf.asked] == [1, 2, 3, 1, 2, 3]
    assert [rest for _, rest in seen] == [[Slice(LEAST)]] * 6


async def test_a_few_that_are_counted_and_never_listed_do_not_hold_up_a_search() -> None:
    shelf = filled(2, 300, 0)
    shelf.hidden = 3
    met, left = await read(walk(shelf.ask, [Slice(LEAST)], now))
    assert len(met) == 297
    assert left[-1] == []


@pytest.mark.parametrize(
    ("size", "hidden"), [(1, 1), (2, 1), (2, 2), (5, 1), (9, 2), (20, 2), (21, 2), (30, 3)]
)
async def test_one_or_two_of_few_that_are_never_listed_do_not_hold_up_a_search_either(
    size: int, hidden: int
) -> None:
    shelf = filled(2, size, 0)
    shelf.hidden = hidden
    met, left = await read(walk(shelf.ask, [Slice(LEAST)], now))
    assert len(met) == size - hidden
    assert left[-1] == []


@pytest.mark.parametrize(("size", "hidden"), [(3, 3), (20, 3), (29, 3), (100, 11)])
async def test_more_than_two_and_more_than_a_tenth_are_too_many(size: int, hidden: int) -> None:
    shelf = filled(2, size, 0)
    shelf.hidden = hidden
    with pytest.raises(SourceUnavailable, match=f"gave {size - hidden} of {size}"):
        await read(walk(shelf.ask, [Slice(LEAST)], now))


async def test_what_cannot_be_read_is_no_reason_to_read_a_slice_again() -> None:
    shelf = filled(2, 300, 0)
    shelf.odd = frozenset(range(40))
    met, left = await read(walk(shelf.ask, [Slice(LEAST)], now))
    assert met == shelf.ids - shelf.odd
    assert [number for _, number in shelf.asked] == [1, 2, 3]
    assert left[-1] == []
    # Nor does it make up for what is not listed when it is.
    shelf = filled(2, 300, 0)
    shelf.odd, shelf.hidden = frozenset(range(40)), 80
    with pytest.raises(SourceUnavailable, match="gave 220 of 300"):
        await read(walk(shelf.ask, [Slice(LEAST)], now))


async def test_what_cannot_be_cut_any_further_is_an_error_behind_its_first_page() -> None:
    shelf = filled(2, 0, 1_200)
    shelf.repos = [
        Repo(each.id, each.node_id, each.name, LEAST, created_at=NOW) for each in shelf.repos
    ]
    part = Slice(LEAST, LEAST, NOW, NOW)
    seen: list[tuple[Found, list[Slice]]] = []
    with pytest.raises(SourceUnavailable, match="same second"):
        await collect(walk(shelf.ask, [part], now), seen)
    assert [(len(found), rest) for found, rest in seen] == [(PAGE, [part])]
