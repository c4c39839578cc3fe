"""What lies in the change from one look at a repo to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain import gains
from hypecurve.domain.catalogue import FactKind
from hypecurve.domain.changes import (
    MILESTONES,
    Before,
    Change,
    Counted,
    in_counts,
    in_words,
    is_purge,
    milestone,
    needs_past,
)
from hypecurve.domain.repo import Repo, RepoId, RepoName
from support.catalogue import a_repo

K = FactKind
COUNTS = st.integers(0, 3_000_000)
NAMES = st.sampled_from(["acme/kv", "Acme/KV", "acme/kv-next", "nori/kv", "NORI/kv"])
LICENSES = st.sampled_from([None, "MIT", "Apache-2.0"])
REPOS = st.builds(
    a_repo,
    st.just(1),
    COUNTS,
    NAMES,
    archived=st.booleans(),
    is_fork=st.booleans(),
    license=LICENSES,
)


Known = tuple[Before, Counted]


def _before(repo: Repo, *, gone: bool = False, told: tuple[Change, ...] = ()) -> Known:
    words = Before(repo.name, repo.archived, repo.is_fork, repo.license, gone)
    return words, Counted(repo.stars, gone, repo.stars, told)


def _changes(before: Known, now: Repo) -> list[Change]:
    words, counted = before
    return [*in_words(words, now), *in_counts(counted, now.stars)]


def _life(*counts: int) -> list[Change]:
    """All changes of a repo that has these counts, one look after the other."""
    told: list[Change] = []
    for place in range(1, len(counts)):
        peak = max(counts[:place])
        before = Counted(counts[place - 1], peak=peak, told=tuple(told))
        told += in_counts(before, counts[place])
    return told


def _kinds(before: Known, now: Repo) -> list[FactKind]:
    return [change.kind for change in _changes(before, now)]


@given(repo=REPOS)
def test_what_did_not_change_is_no_change(repo: Repo) -> None:
    assert _changes(_before(repo), repo) == []


@given(first=REPOS, second=REPOS, gone=st.booleans())
def test_each_kind_is_told_once_and_not_again_at_the_next_look(
    first: Repo, second: Repo, *, gone: bool
) -> None:
    found = _changes(_before(first, gone=gone), second)
    assert len({change.kind for change in found}) == len(found)
    assert _changes(_before(second, told=tuple(found)), second) == []


@given(first=REPOS, second=REPOS)
def test_a_name_changes_within_its_owner_or_moves_and_case_is_nothing(
    first: Repo, second: Repo
) -> None:
    found = [c for c in _changes(_before(first), second) if c.kind in {K.RENAMED, K.MOVED}]
    same_owner = first.name.owner.lower() == second.name.owner.lower()
    if first.name.key == second.name.key:
        assert found == []
    else:
        kind = K.RENAMED if same_owner else K.MOVED
        assert found == [Change(kind, str(first.name), str(second.name))]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"archived": False}, {"archived": True}, [K.ARCHIVED]),
        ({"archived": True}, {"archived": False}, [K.UNARCHIVED]),
        ({"is_fork": True}, {"is_fork": False}, [K.DETACHED]),
        ({"is_fork": False}, {"is_fork": True}, []),
        ({"license": "MIT"}, {"license": "AGPL-3.0"}, [K.RELICENSED]),
        ({"license": "MIT"}, {"license": None}, []),
        ({"license": None}, {"license": "MIT"}, []),
    ],
)
def test_what_github_says_beside_the_counts(
    before: dict[str, Any], now: dict[str, Any], expected: list[FactKind]
) -> None:
    assert _kinds(_before(a_repo(1, **before)), a_repo(1, **now)) == expected


def test_who_returns_under_another_name_and_with_other_counts_is_told_so() -> None:
    before = Before(RepoName("acme", "kv"), gone=True), Counted(12_345, gone=True, peak=12_345)
    assert _kinds(before, a_repo(1, 0, "nori/kv")) == [K.RETURNED, K.MOVED]


@pytest.mark.parametrize(
    ("before", "after", "purge"),
    [
        (83_576, 61_785, True),
        (5_000, 4_950, True),
        (5_000, 4_951, False),
        (50, 0, True),
        (49, 0, False),
        (100_000, 99_000, True),
        (100_000, 99_001, False),
        (600, 700, False),
    ],
)
def test_a_fall_of_50_stars_and_1_percent_is_a_correction(
    before: int, after: int, *, purge: bool
) -> None:
    assert is_purge(before, after) is purge
    corrected = [Change(K.CORRECTED, str(before), str(after))] if purge else []
    assert [c for c in _life(before, after) if c.kind is K.CORRECTED] == corrected


@given(before=COUNTS, after=COUNTS)
def test_the_facts_and_the_detection_mean_the_same_by_a_purge(before: int, after: int) -> None:
    (detected,) = gains.is_purge(np.array([after - before]), np.array([float(before)]))
    assert is_purge(before, after) == detected


def test_a_purge_and_its_return_are_two_corrections_and_no_milestone() -> None:
    assert _life(50_100, 30_100, 30_110, 50_130, 50_140) == [
        Change(K.CORRECTED, "50100", "30100"),
        Change(K.CORRECTED, "30110", "50130"),
    ]


def test_only_the_last_purge_can_be_given_back_and_only_once() -> None:
    assert _life(1_900, 1_800, 1_500, 1_600) == [
        Change(K.CORRECTED, "1900", "1800"),
        Change(K.CORRECTED, "1800", "1500"),
    ]
    kinds = [change.kind for change in _life(1_900, 1_600, 1_900, 2_200)]
    assert kinds == [K.CORRECTED, K.CORRECTED, K.MILESTONE]


@given(taken=st.integers(50, 100_000), share=st.floats(-0.5, 0.5))
def test_what_comes_back_may_differ_by_a_fifth(taken: int, share: float) -> None:
    back = round(taken * (1 + share))
    told = [change.kind for change in _life(taken + 100, 100, 100 + back)]
    assert (told.count(K.CORRECTED) == 2) == (abs(back - taken) <= 0.2 * taken)


@given(counts=st.lists(COUNTS, min_size=2, max_size=12))
def test_a_milestone_is_told_at_most_once_and_only_at_a_new_height(counts: list[int]) -> None:
    told = [int(change.after) for change in _life(*counts) if change.kind is K.MILESTONE]
    assert told == sorted(set(told))
    assert all(each > milestone(counts[0]) for each in told)
    passed = milestone(max(counts))
    assert told[-1:] == ([passed] if passed > milestone(counts[0]) else [])


@given(stars=COUNTS)
def test_a_milestone_is_the_last_one_passed(stars: int) -> None:
    passed = milestone(stars)
    assert passed <= stars
    assert not any(passed < each <= stars for each in MILESTONES)


@given(before=COUNTS, after=COUNTS, taken=st.integers(50, 3_000_000), passed=COUNTS)
def test_the_past_is_needed_wherever_it_changes_what_is_told(
    before: int, after: int, taken: int, passed: int
) -> None:
    told = (
        Change(K.MILESTONE, "", str(milestone(passed))),
        Change(K.CORRECTED, str(before + taken), str(before)),
    )
    informed = Counted(before, peak=passed, told=told)
    if not needs_past(before, after):
        assert list(in_counts(informed, after)) == list(in_counts(Counted(before), after))


def test_ids_play_no_part() -> None:
    repo = Repo(RepoId(7), "R_7", RepoName("acme", "kv"), 600)
    assert _changes((Before(RepoName("acme", "kv")), Counted(600)), repo) == []
