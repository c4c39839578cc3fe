"""Our queries against GitHub's own schema, our parsing against what it was recorded to answer.

The recordings are no part of this project: where they are absent, these tests are skipped.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import graphql
import pytest

from hypecurve.adapters.github.answers import Moved, decipher, quota
from hypecurve.adapters.github.payloads import repo_from_node, repo_from_rest, search_page
from hypecurve.adapters.github.queries import SWEEP
from hypecurve.adapters.github.standing import standing
from hypecurve.domain.errors import SourceError
from hypecurve.domain.repo import RepoName
from hypecurve.standin.limits import GENEROUS, Limits
from hypecurve.standin.render import rest_item, rest_repo
from hypecurve.standin.world import World
from support.github import UNTIL

SPECS = Path(__file__).parents[2].parent / "shared" / "data" / "specs"
NOW = datetime(2026, 11, 22, tzinfo=UTC).timestamp()

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="GitHub's specifications are not here")


@cache
def schema() -> graphql.GraphQLSchema:
    text = gzip.decompress((SPECS / "github-schema.graphql.gz").read_bytes()).decode()
    return graphql.build_schema(text, assume_valid=True)


def recorded(case: str) -> list[dict[str, Any]]:
    path = SPECS / "github-recorded" / case / "normalized-fixture.json"
    exchanges: list[dict[str, Any]] = json.loads(path.read_text())
    return exchanges


def test_the_sweeps_query_is_valid_in_githubs_schema() -> None:
    assert graphql.validate(schema(), graphql.parse(SWEEP)) == []


def test_a_query_that_asks_for_more_is_not_valid() -> None:
    """The check above can fail."""
    wrong = SWEEP.replace("stargazerCount", "stargazerCounts")
    assert graphql.validate(schema(), graphql.parse(wrong)) != []


def test_nothing_the_sweep_asks_for_is_deprecated() -> None:
    repository = schema().type_map["Repository"]
    assert isinstance(repository, graphql.GraphQLObjectType)
    asked = [field for field in repository.fields if f"\n      {field}" in SWEEP]
    assert len(asked) >= 15
    assert [field for field in asked if repository.fields[field].deprecation_reason] == []


def test_fields_that_may_be_null_in_the_schema_may_be_null_to_us() -> None:
    repository = schema().type_map["Repository"]
    assert isinstance(repository, graphql.GraphQLObjectType)
    node: dict[str, Any] = {
        "id": "R_1",
        "databaseId": 1,
        "nameWithOwner": "acme/ragkit",
        "description": "",
        "stargazerCount": 5,
        "forkCount": 0,
        "isArchived": False,
        "isFork": False,
        "isPrivate": False,
        "createdAt": "2024-03-01T09:30:00Z",
        "pushedAt": "2024-03-01T09:30:00Z",
        "updatedAt": "2024-03-01T09:30:00Z",
        "primaryLanguage": {"name": "Python"},
        "licenseInfo": {"spdxId": "MIT"},
        "owner": {"__typename": "User"},
        "repositoryTopics": {"nodes": []},
    }
    # Without a database id a repo cannot be told from others: such a node is unknown to us.
    nullable = {
        field
        for field in node
        if not isinstance(repository.fields[field].type, graphql.GraphQLNonNull)
    } - {"databaseId"}
    assert {"description", "pushedAt", "primaryLanguage", "licenseInfo"} <= nullable
    for field in nullable:
        assert repo_from_node(node | {field: None}).stars == 5


def test_recorded_search_items_are_read_whole() -> None:
    path = SPECS / "github-search-items-2025-03-14.json.gz"
    items = json.loads(gzip.decompress(path.read_bytes()))
    page = {"total_count": len(items), "incomplete_results": False, "items": items}
    repos = search_page(page).repos
    assert len(repos) == len(items)
    for item, repo in zip(items, repos, strict=True):
        assert (repo.id, repo.stars) == (item["id"], item["stargazers_count"])
        assert str(repo.name) == item["full_name"]
        assert repo.forks == item["forks_count"]
        assert len(repo.topics) == min(20, len(item["topics"]))
        assert repo.license != "NOASSERTION"
        assert RepoName.parse(str(repo.name)) == repo.name


def test_a_recorded_rename_is_followed_to_the_same_repo() -> None:
    exchanges = [each for each in recorded("rename-repository") if each["method"] == "get"]
    moved, found = exchanges
    there = {"location": moved["response"]["url"]}
    answer = decipher(moved["status"], there, json.dumps(moved["response"]).encode(), now=NOW)
    assert answer == Moved("https://api.github.com/repositories/1000")
    repo = repo_from_rest(
        decipher(found["status"], {}, json.dumps(found["response"]).encode(), now=NOW)
    )
    assert str(repo.name) == "octokit-fixture-org/rename-repository-newname"


def test_every_recorded_exchange_is_an_answer_or_a_source_error() -> None:
    seen = 0
    for case in sorted(
        path.name for path in (SPECS / "github-recorded").iterdir() if path.is_dir()
    ):
        for each in recorded(case):
            body = json.dumps(each["response"]).encode()
            headers = {"location": "https://api.github.com/x"} if each["status"] == 301 else {}
            try:
                decipher(each["status"], headers, body, now=NOW)
            except SourceError as error:
                assert each["status"] >= 201, error  # noqa: PT017 - which ones fail is the point
            seen += 1
    assert seen > 10


@cache
def described() -> dict[str, Any]:
    spec = json.loads(gzip.decompress((SPECS / "github-rest-subset.json.gz").read_bytes()))
    schemas: dict[str, Any] = spec["components"]["schemas"]
    return schemas


def assert_shape(payload: dict[str, Any], properties: dict[str, Any]) -> None:
    """Every field is described, and of a kind that it is described to be."""
    kinds = {"integer": int, "string": str, "boolean": bool, "array": list, "number": float}
    for key, value in payload.items():
        assert key in properties, key
        kind = properties[key].get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if value is not None and kind in kinds:
            assert isinstance(value, kinds[kind]), key


def test_the_stand_ins_items_have_the_shape_that_github_describes() -> None:
    world = World.make(7, 80, until=UNTIL)
    for index in range(world.size):
        repo = world.repo_at(index, UNTIL)
        if repo is not None:
            item = rest_item(repo, "https://api.github.com")
            assert_shape(item, described()["repo-search-result-item"]["properties"])


def test_the_stand_ins_forks_have_the_shape_that_github_describes() -> None:
    world = World.make(7, 80, until=UNTIL, story=False)
    world.make_fork(3, of=4)
    fork, parent = world.repo_at(3, UNTIL), world.repo_at(4, UNTIL)
    assert fork is not None
    payload = rest_repo(fork, "https://api.github.com", parent, parent)
    properties = described()["full-repository"]["properties"]
    assert_shape(payload, properties)
    assert properties["parent"] == {"$ref": "#/components/schemas/repository"}
    assert "full_name" in described()["repository"]["required"]
    assert repo_from_rest(payload).fork_of == world.facts[4].name


def test_the_budgets_we_read_are_those_that_github_describes() -> None:
    overview = described()["rate-limit-overview"]["properties"]["resources"]["properties"]
    fields = described()["rate-limit"]["required"]
    payload = {"resources": {name: dict.fromkeys(fields, 1) for name in overview}}
    assert set(standing(payload, {}, UNTIL).allowances) == {"core", "search", "graphql"}
    stand_in = Limits(GENEROUS).report(UNTIL)
    assert set(stand_in) <= set(overview)
    assert all(set(budget) == set(fields) for budget in stand_in.values())


def test_the_headers_of_recorded_answers_tell_our_standing() -> None:
    seen = 0
    for each in recorded("get-repository"):
        headers = {key.lower(): str(value) for key, value in each["headers"].items()}
        stands = standing(None, headers, UNTIL)
        assert stands.skew is not None
        assert stands.scopes == tuple(filter(None, headers["x-oauth-scopes"].split(", ")))
        left = quota(headers, UNTIL.timestamp())
        assert left is not None
        assert left.remaining == int(headers["x-ratelimit-remaining"])
        seen += 1
    assert seen
