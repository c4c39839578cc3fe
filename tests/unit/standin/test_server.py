"""The stand-in answers as GitHub does: caps, headers, limits, refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hypecurve.adapters.github.queries import SWEEP
from hypecurve.standin.faults import Fault, FaultKind
from hypecurve.standin.limits import GITHUB
from hypecurve.standin.searching import BadQuery, Index, parse
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import FIRST_ID, World, node_id

UNTIL = datetime(2026, 11, 22, 6, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return World.make(7, 4_000, until=UNTIL)


@pytest.fixture
async def standin(world: World) -> AsyncIterator[StandIn]:
    async with StandIn(world, now=lambda: UNTIL, limits=GITHUB) as standin:
        yield standin


@pytest.fixture
async def http(standin: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=standin.url, headers=headers, trust_env=False) as client:
        yield client


async def search(http: httpx.AsyncClient, query: str, **params: str) -> httpx.Response:
    return await http.get(
        "/search/repositories",
        params={"q": query, "sort": "stars", "per_page": "100", **params},
    )


async def test_it_listens_on_loopback_only(standin: StandIn) -> None:
    assert standin.url.startswith("http://127.0.0.1:")


async def test_a_search_shows_a_thousand_results_and_no_more(http: httpx.AsyncClient) -> None:
    tenth = await search(http, "llm", page="10")
    assert tenth.json()["total_count"] > 1_000
    assert len(tenth.json()["items"]) == 100
    assert "link" not in tenth.headers
    eleventh = await search(http, "llm", page="11")
    assert eleventh.status_code == 422


async def test_results_come_with_most_stars_first_and_a_link_to_more(
    http: httpx.AsyncClient,
) -> None:
    first = await search(http, "llm stars:500..900")
    stars = [item["stargazers_count"] for item in first.json()["items"]]
    assert stars == sorted(stars, reverse=True)
    assert max(stars) <= 900
    assert 'rel="next"' in first.headers["link"]
    second = await http.get(first.links["next"]["url"])
    assert second.json()["items"][0]["stargazers_count"] <= stars[-1]


async def test_the_wrong_token_is_refused(standin: StandIn) -> None:
    async with httpx.AsyncClient(base_url=standin.url, trust_env=False) as client:
        for headers in ({}, {"Authorization": "Bearer other"}):
            answer = await client.get("/rate_limit", headers=headers)
            assert answer.status_code == 401


async def test_a_token_may_be_called_bearer_or_token(standin: StandIn) -> None:
    async with httpx.AsyncClient(base_url=standin.url, trust_env=False) as client:
        for scheme in ("Bearer", "bearer", "token"):
            headers = {"Authorization": f"{scheme} {TOKEN}"}
            assert (await client.get("/rate_limit", headers=headers)).status_code == 200


async def test_headers_tell_the_limits_and_the_worlds_own_time(http: httpx.AsyncClient) -> None:
    answer = await search(http, "llm")
    assert answer.headers["x-ratelimit-resource"] == "search"
    assert answer.headers["x-ratelimit-limit"] == "30"
    assert answer.headers["x-ratelimit-remaining"] == "29"
    assert int(answer.headers["x-ratelimit-reset"]) == int(UNTIL.timestamp()) + 60
    assert answer.headers["date"] == "Sun, 22 Nov 2026 06:12:00 GMT"


async def test_the_thirty_first_search_of_a_minute_is_refused(http: httpx.AsyncClient) -> None:
    answers = [await search(http, "nothing-of-the-kind") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [403]
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"


async def test_a_hundred_repos_cost_one_point_and_a_second_connection_another(
    http: httpx.AsyncClient, standin: StandIn
) -> None:
    ids = [node_id(index) for index in range(100)]
    dearer = SWEEP.replace("isFork", "isFork issues(states: OPEN) { totalCount }")
    for query, cost in ((SWEEP, 1), (dearer, 2)):
        answer = await http.post("/graphql", json={"query": query, "variables": {"ids": ids}})
        assert answer.json()["data"]["rateLimit"]["cost"] == cost
    assert standin.spent.points == 3


async def test_only_what_was_asked_for_is_told(http: httpx.AsyncClient) -> None:
    query = "query($ids:[ID!]!){nodes(ids:$ids){... on Repository{id stargazerCount}}}"
    answer = await http.post("/graphql", json={"query": query, "variables": {"ids": [node_id(0)]}})
    assert set(answer.json()["data"]["nodes"][0]) == {"id", "stargazerCount"}


async def test_a_field_that_does_not_exist_is_an_error(http: httpx.AsyncClient) -> None:
    query = "query($ids:[ID!]!){nodes(ids:$ids){... on Repository{id hype}}}"
    answer = await http.post("/graphql", json={"query": query, "variables": {"ids": [node_id(0)]}})
    assert answer.json()["errors"][0]["extensions"]["code"] == "undefinedField"


async def test_a_body_that_is_no_query_is_answered_without_data(http: httpx.AsyncClient) -> None:
    for body in (b"", b"{", b"[]", b'{"query": 7, "variables": []}'):
        answer = await http.post("/graphql", content=body)
        assert answer.status_code == 200
        assert answer.json().get("data", {}).get("nodes", []) == []


async def test_more_than_a_hundred_nodes_are_too_many(http: httpx.AsyncClient) -> None:
    ids = [node_id(index) for index in range(101)]
    answer = await http.post("/graphql", json={"query": SWEEP, "variables": {"ids": ids}})
    assert "data" not in answer.json()


async def test_a_redirect_names_the_repo_by_its_number(
    http: httpx.AsyncClient, world: World
) -> None:
    answer = await http.get("/repos/pola/docwise/stargazers/history")
    index = world.cast["renamed"]
    assert answer.status_code == 301
    assert answer.headers["location"].endswith(
        f"/repositories/{FIRST_ID + index}/stargazers/history"
    )


async def test_weeks_come_thirty_a_page(http: httpx.AsyncClient) -> None:
    first = await http.get("/repos/acme/ragkit/stargazers/history", params={"per_page": "100"})
    weeks: list[dict[str, Any]] = first.json()
    assert len(weeks) == 30
    assert all(sum(week["days"]) == week["total"] for week in weeks)
    second = await http.get(first.links["next"]["url"])
    assert second.json()[0]["week"] == weeks[-1]["week"] - 7 * 86_400


async def test_the_count_of_stargazers_is_the_count(http: httpx.AsyncClient) -> None:
    answer = await http.get("/repos/acme/ragkit/stargazers/count")
    assert answer.json() == {"count": 12_117}


async def test_what_is_not_served_is_not_found(http: httpx.AsyncClient) -> None:
    for path in ("/", "/repos/acme", "/repositories/x", f"/repositories/{FIRST_ID + 99_999}"):
        assert (await http.get(path)).status_code == 404
    assert (await http.delete("/repos/acme/ragkit")).status_code == 404


async def test_a_fault_happens_as_often_as_it_was_told(
    http: httpx.AsyncClient, standin: StandIn
) -> None:
    standin.faults.add(Fault(FaultKind.BAD_GATEWAY, on="core", after=1, times=2))
    statuses = [(await http.get("/rate_limit")).status_code for _ in range(4)]
    assert statuses == [200, 502, 502, 200]
    standin.faults.add(Fault(FaultKind.BAD_GATEWAY, times=None))
    standin.faults.clear()
    assert (await http.get("/rate_limit")).status_code == 200


async def test_graphql_of_an_enterprise_server_is_not_below_its_rest(
    http: httpx.AsyncClient,
) -> None:
    body = {"query": SWEEP, "variables": {"ids": []}}
    assert (await http.post("/api/graphql", json=body)).status_code == 200
    assert (await http.post("/api/v3/graphql", json=body)).status_code == 404


async def test_every_request_is_remembered(http: httpx.AsyncClient, standin: StandIn) -> None:
    await http.get("/api/v3/repos/acme/ragkit")
    [asked] = standin.requests
    assert (asked.method, asked.path, asked.status) == ("GET", "/repos/acme/ragkit", 200)


@pytest.mark.parametrize(
    ("query", "stars"),
    [
        ("stars:>=500", lambda count: count >= 500),
        ("stars:>500", lambda count: count > 500),
        ("stars:<=500", lambda count: count <= 500),
        ("stars:<500", lambda count: count < 500),
        ("stars:500..520", lambda count: 500 <= count <= 520),
        ("stars:*..520", lambda count: count <= 520),
        ("stars:520..*", lambda count: count >= 520),
        ("stars:512", lambda count: count == 512),
    ],
)
def test_ranges_of_stars_are_read_as_github_reads_them(
    world: World,
    query: str,
    stars: Any,  # noqa: ANN401 - a lambda
) -> None:
    found = set(Index(world).find(parse(query), UNTIL).tolist())
    wanted = {
        index
        for index in range(world.size)
        if (repo := world.repo_at(index, UNTIL)) is not None and stars(repo.stars)
    }
    assert found == wanted
    assert found


def test_ranges_of_dates_hold_both_their_ends(world: World) -> None:
    index = Index(world)
    some = world.created_at(100)
    day, second = some.strftime("%Y-%m-%d"), some.strftime("%Y-%m-%dT%H:%M:%SZ")
    before = (some - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for query, there in (
        (f"created:{day}", True),
        (f"created:{second}..{second}", True),
        (f"created:<={second}", True),
        (f"created:<={before}", False),
        (f"created:<{second}", False),
        (f"created:>={second}", True),
        (f"created:>{second}", False),
    ):
        assert (100 in index.find(parse(query), UNTIL)) is there, query


def test_repos_that_are_gone_are_not_found(world: World) -> None:
    found = set(Index(world).find(parse("stars:>=0"), UNTIL).tolist())
    assert not found & {world.cast["deleted"], world.cast["blocked"]}


@pytest.mark.parametrize("query", ["language:go", "stars:many", "created:lately", "is:private"])
def test_a_qualifier_it_does_not_know_is_refused_not_ignored(query: str) -> None:
    with pytest.raises(BadQuery):
        parse(query)
