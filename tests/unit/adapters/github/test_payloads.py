"""Payloads become domain values, or SourceUnavailable, whatever GitHub sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github import payloads
from hypecurve.adapters.github.payloads import (
    MAX_DESCRIPTION,
    Listing,
    history_page,
    repo_from_node,
    repo_from_rest,
    search_page,
)
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.repo import Repo, RepoId, RepoName

SAMPLES = Path(__file__).parents[3] / "samples" / "github"
SUNDAY = 1_795_305_600  # 2026-11-22


def sample(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((SAMPLES / name).read_text())


def rest_item(**changes: object) -> dict[str, Any]:
    item: dict[str, Any] = sample("search-page.json")["items"][0]
    return item | changes


def sweep_node(**changes: object) -> dict[str, Any]:
    node: dict[str, Any] = sample("sweep-partial.json")["data"]["nodes"][0]
    return node | changes


def test_a_search_item_becomes_a_repo() -> None:
    page = search_page(sample("search-page.json"))
    assert (page.total, page.unread, page.incomplete) == (2, 0, False)
    assert page.repos[0] == Repo(
        id=RepoId(2_000_000_001),
        node_id="R_kgDOmadeup1",
        name=RepoName("acme", "flashkv"),
        stars=38_214,
        description="KV-cache compression for serving",
        topics=("kv-cache", "quantization"),
        language="Python",
        license="Apache-2.0",
        forks=1_204,
        owner_is_organisation=True,
        created_at=datetime(2024, 3, 1, 9, 30, tzinfo=UTC),
        pushed_at=datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC),
        updated_at=datetime(2026, 11, 22, 5, tzinfo=UTC),
    )


def test_what_github_leaves_out_is_unknown() -> None:
    bare = search_page(sample("search-page.json")).repos[1]
    assert bare.name == RepoName("nori_acme", ".notes")
    assert (bare.description, bare.topics, bare.language) == ("", (), None)
    assert (bare.license, bare.pushed_at) == (None, None)
    assert (bare.archived, bare.is_fork, bare.owner_is_organisation) == (True, True, False)


def test_a_private_repo_in_a_search_is_left_out() -> None:
    page = {"total_count": 1, "incomplete_results": False, "items": [rest_item(private=True)]}
    assert search_page(page) == Listing(1, ())


@pytest.mark.parametrize(("good", "bad"), [(1, 1), (0, 1), (0, 2), (60, 40), (50, 50), (99, 1)])
def test_an_item_that_cannot_be_read_costs_only_itself(good: int, bad: int) -> None:
    items = [rest_item(owner=None)] * bad + [rest_item()] * good
    page = {"total_count": 700, "incomplete_results": False, "items": items}
    assert search_page(page) == Listing(700, (repo_from_rest(rest_item()),) * good, bad)


@pytest.mark.parametrize(("good", "bad"), [(0, 3), (49, 51), (0, 100), (2, 3)])
def test_a_page_of_which_most_cannot_be_read_is_refused(good: int, bad: int) -> None:
    items = [rest_item()] * good + [rest_item(owner=None)] * bad
    page = {"total_count": 700, "incomplete_results": False, "items": items}
    with pytest.raises(SourceUnavailable, match="an owner"):
        search_page(page)


def test_rest_and_graphql_tell_the_same_of_a_repo() -> None:
    rest = repo_from_rest(rest_item(description="KV-cache compression for serving"))
    topics = {"nodes": [{"topic": {"name": each}} for each in rest.topics]}
    assert repo_from_node(sweep_node(repositoryTopics=topics)) == rest


def test_an_empty_repository_without_connection_is_read() -> None:
    repo = repo_from_node(sweep_node(repositoryTopics=None, primaryLanguage=None, licenseInfo=None))
    assert (repo.topics, repo.language, repo.license) == ((), None, None)


WRONG = [
    {"id": None},
    {"id": 0},
    {"id": -5},
    {"id": True},
    {"id": "7"},
    {"id": 1.5},
    {"id": 10**30},
    {"node_id": ""},
    {"node_id": "R_\u0416"},
    {"node_id": "R_\x00"},
    {"node_id": "R_1 2"},
    {"full_name": "acme"},
    {"full_name": "acme/flash/kv"},
    {"full_name": "acme/<!channel>"},
    {"full_name": "acme/.."},
    {"stargazers_count": None},
    {"stargazers_count": -1},
    {"stargazers_count": "many"},
    {"stargazers_count": 2**31},
    {"forks_count": 3_000_000_000},
    {"description": 7},
    {"topics": "kv-cache"},
    {"topics": [None]},
    {"owner": None},
    {"license": "MIT"},
    {"created_at": "yesterday"},
    {"created_at": 7},
    {"pushed_at": "0001-01-01T00:00:00+23:59"},
    {"archived": None},
    {"fork": "no"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_type_is_said_to_be_one(wrong: dict[str, object]) -> None:
    [key] = wrong
    with pytest.raises(SourceUnavailable, match=f"cannot be read: {key}|an owner"):
        repo_from_rest(rest_item(**wrong))


@pytest.mark.parametrize("key", sorted(set(sweep_node()) - {"isPrivate"}))
def test_no_field_of_a_node_may_be_of_another_shape(key: str) -> None:
    with pytest.raises(SourceUnavailable):
        repo_from_node(sweep_node(**{key: [["?"]]}))


def test_counts_and_numbers_that_a_database_holds_are_read() -> None:
    repo = repo_from_rest(rest_item(id=2**40, stargazers_count=2**31 - 1, forks_count=2**31 - 1))
    assert (repo.id, repo.stars, repo.forks) == (2**40, 2**31 - 1, 2**31 - 1)
    with pytest.raises(SourceUnavailable, match="stargazerCount"):
        repo_from_node(sweep_node(stargazerCount=2**31))


def test_a_time_without_a_zone_is_utc() -> None:
    repo = repo_from_rest(rest_item(created_at="2024-03-01T09:30:00"))
    assert repo.created_at == datetime(2024, 3, 1, 9, 30, tzinfo=UTC)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def complaint(read: Callable[[object], object], payload: object) -> str:
    try:
        read(payload)
    except SourceUnavailable as refused:
        return str(refused)
    return ""


READERS: list[Callable[[object], object]] = [
    repo_from_rest,
    repo_from_node,
    search_page,
    history_page,
]


@pytest.mark.parametrize("read", READERS)
@settings(deadline=None)
@given(payload=anything)
def test_any_json_at_all_is_read_or_refused(
    read: Callable[[object], object], payload: object
) -> None:
    assert "\n" not in complaint(read, payload)


@settings(deadline=None)
@given(key=st.sampled_from(sorted(rest_item())), value=anything)
def test_any_value_in_any_field_of_an_item_is_read_or_refused(key: str, value: object) -> None:
    assert "\n" not in complaint(repo_from_rest, rest_item(**{key: value}))


@settings(deadline=None)
@given(key=st.sampled_from(sorted(sweep_node())), value=anything)
def test_any_value_in_any_field_of_a_node_is_read_or_refused(key: str, value: object) -> None:
    assert "\n" not in complaint(repo_from_node, sweep_node(**{key: value}))


CONTROL = "\x00\x1b[2J\r\n\u202e\u2066\u200b\ud83d\U000e0041"


@pytest.mark.parametrize("text", ["word " * 2_000, f"word{CONTROL}" * 1_000, "智能体 " * 2_500])
def test_a_long_description_is_one_line_that_is_cut_and_says_so(text: str) -> None:
    assert len(text) >= 10_000
    rest = repo_from_rest(rest_item(description=text)).description
    assert rest == repo_from_node(sweep_node(description=text)).description
    assert 900 < len(rest) <= MAX_DESCRIPTION
    assert rest.endswith("…")
    assert not set(rest) & set(CONTROL.replace("[2J", ""))
    assert rest == " ".join(rest.split())


hostile = st.text(st.sampled_from(f"a/-{CONTROL}"), max_size=12) | st.text(
    st.characters(codec=None), max_size=12
)


def read_quietly(read: Callable[[object], Repo], payload: object) -> list[str]:
    """Every text of a repo that was read; none where it was refused."""
    try:
        repo = read(payload)
    except SourceUnavailable:
        return []
    held = [repo.node_id, str(repo.name), repo.description, *repo.topics]
    return [*held, repo.language or "", repo.license or "", str(repo.fork_of)]


@settings(deadline=None)
@given(text=hostile, key=st.sampled_from(["node_id", "full_name", "description", "language"]))
def test_nothing_that_a_database_would_choke_on_gets_through_rest(text: str, key: str) -> None:
    more = {key: text, "topics": [text], "license": {"spdx_id": text}, "fork": True}
    item = rest_item(**more, parent={"full_name": text})
    for each in read_quietly(repo_from_rest, item):
        assert "\x00" not in each
        each.encode()


@settings(deadline=None)
@given(text=hostile, key=st.sampled_from(["id", "nameWithOwner", "description"]))
def test_nothing_that_a_database_would_choke_on_gets_through_a_sweep(text: str, key: str) -> None:
    topics = {"nodes": [{"topic": {"name": text}}]}
    more = {key: text, "repositoryTopics": topics, "primaryLanguage": {"name": text}}
    for each in read_quietly(repo_from_node, sweep_node(**more, licenseInfo={"spdxId": text})):
        assert "\x00" not in each
        each.encode()


def test_a_fork_tells_what_it_was_forked_from() -> None:
    parent = {"full_name": "acme/flashkv", "private": False}
    repo = repo_from_rest(rest_item(fork=True, parent=parent))
    assert (repo.is_fork, repo.fork_of) == (True, RepoName("acme", "flashkv"))


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "acme/flashkv",
        {},
        {"full_name": 7},
        {"full_name": "acme/<!channel>"},
        {"full_name": "acme/.."},
        {"full_name": "acme/secret", "private": True},
    ],
)
def test_a_parent_that_is_none_or_hidden_costs_only_the_hint(parent: object) -> None:
    repo = repo_from_rest(rest_item(fork=True, parent=parent))
    assert (repo.is_fork, repo.fork_of) == (True, None)


def week(start: int, days: list[int], total: int | None = None) -> dict[str, object]:
    return {"week": start, "days": days, "total": sum(days) if total is None else total}


def test_a_week_of_history_is_its_start_and_its_days() -> None:
    days = [1, 2, 3, 4, 5, 6, 7]
    assert history_page([week(SUNDAY, days)]) == (
        (datetime(2026, 11, 22, tzinfo=UTC), tuple(days)),
    )


@pytest.mark.parametrize(
    "broken",
    [
        week(SUNDAY, [1] * 7, total=8),
        week(SUNDAY, [1] * 6),
        week(SUNDAY, [-1, 1, 0, 0, 0, 0, 0]),
        week(2**52, [0] * 7),
        week(SUNDAY, [2**31, 0, 0, 0, 0, 0, 0]),
        week(SUNDAY, [2**30, 2**30, 0, 0, 0, 0, 0]),
        {"week": SUNDAY, "total": 0},
        None,
    ],
)
def test_a_week_that_contradicts_itself_is_refused(broken: object) -> None:
    with pytest.raises(SourceUnavailable):
        history_page([broken])


def test_a_week_after_2038_is_read() -> None:
    ((start, _),) = history_page([week(2**31 + 3_600, [0] * 7)])
    assert start.year == 2038


def test_nothing_is_asked_of_the_network_here() -> None:
    assert not {"httpx", "socket", "asyncio"} & set(vars(payloads))
