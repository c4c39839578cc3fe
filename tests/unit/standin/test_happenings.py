"""What GitHub does to a tracker's repos, as the stand-in's answers show it."""

from __future__ import annotations

import pytest

from hypecurve.domain.repo import RepoName
from hypecurve.standin.identity import old_node_id
from hypecurve.standin.world import FIRST_ID, World, node_id
from support.asking import DAY, HOUR, UNTIL, Asking

NEW = RepoName("acme", "flashkv")
REFUSALS = [("deleted", 404), ("private", 404), ("dmca", 451), ("tos", 403)]


async def test_an_archived_repo_may_come_back(github: Asking) -> None:
    github.world.archive(3, UNTIL - 9 * DAY, UNTIL - DAY)
    told = []
    for github.clock.at in (UNTIL - 10 * DAY, UNTIL - 9 * DAY, UNTIL - DAY):
        node = await github.node(3)
        assert node
        alone = (await github.numbered(3)).json()
        assert (alone["archived"], alone["pushed_at"]) == (node["isArchived"], node["pushedAt"])
        told.append(node["isArchived"])
    assert told == [False, True, False]


async def test_nobody_pushes_to_what_is_archived(github: Asking) -> None:
    index = next(
        each
        for each in range(80)
        if (repo := github.world.repo_at(each, UNTIL))
        and repo.pushed_at
        and UNTIL - repo.pushed_at < 8 * HOUR
    )
    since, until = UNTIL - 9 * DAY, UNTIL - HOUR / 60
    github.world.archive(index, since, until)
    for github.clock.at in (UNTIL - DAY, until):
        assert (await github.numbered(index)).json()["pushed_at"] <= since.isoformat()


async def test_a_name_that_another_repo_takes_leads_to_that_one(github: Asking) -> None:
    old = github.world.facts[3].name
    github.world.rename(3, UNTIL - 5 * DAY, NEW)
    github.world.rename(5, UNTIL - 2 * DAY, old)
    github.clock.at = UNTIL - 3 * DAY
    moved = await github.named(old)
    assert moved.status_code == 301
    assert moved.headers["location"].endswith(f"{github.prefix}/repositories/{FIRST_ID + 3}")
    github.clock.at = UNTIL
    taken = await github.named(old)
    assert (taken.status_code, taken.json()["id"]) == (200, FIRST_ID + 5)
    assert (await github.named(NEW)).json()["id"] == FIRST_ID + 3
    nodes = [await github.node(index) for index in (3, 5)]
    assert [node and node["nameWithOwner"] for node in nodes] == [str(NEW), str(old)]
    # What the taker was called before leads to it now.
    assert (await github.named(github.world.facts[5].name)).status_code == 301


async def test_a_name_may_be_taken_by_a_repo_that_is_created_with_it(github: Asking) -> None:
    old, young = github.world.facts[3].name, int(github.world.born().argmax())
    created = github.world.created_at(young)
    never = github.world.facts[young].name
    github.world.rename(3, created - DAY, NEW)
    github.world.rename(young, created, old)
    github.clock.at = created - HOUR
    assert (await github.named(old)).status_code == 301
    github.clock.at = UNTIL
    assert (await github.named(old)).json()["id"] == FIRST_ID + young
    assert (await github.named(never)).status_code == 404


async def test_a_name_that_was_taken_over_leads_nowhere_when_its_taker_is_gone(
    github: Asking,
) -> None:
    old = github.world.facts[3].name
    github.world.rename(3, UNTIL - 5 * DAY, NEW)
    github.world.rename(5, UNTIL - 2 * DAY, old)
    github.world.remove(5, UNTIL - DAY)
    assert (await github.named(old)).status_code == 404
    assert (await github.named(NEW)).status_code == 200


@pytest.mark.parametrize(("organisation", "kind"), [(True, "Organization"), (False, "User")])
async def test_a_transfer_may_change_the_kind_of_the_owner(
    github: Asking, *, organisation: bool, kind: str
) -> None:
    github.world.rename(3, UNTIL - DAY, NEW, organisation=organisation)
    node = await github.node(3)
    assert node
    assert node["owner"]["__typename"] == kind
    owner = (await github.numbered(3)).json()["owner"]
    assert (owner["login"], owner["type"]) == ("acme", kind)


async def test_a_fork_tells_what_it_is_a_fork_of_only_when_asked_for_alone(github: Asking) -> None:
    names = [str(each.name) for each in github.world.facts]
    github.world.make_fork(4, of=3)
    github.world.make_fork(5, of=4)
    for answer in (await github.named(github.world.facts[5].name), await github.numbered(5)):
        whole = answer.json()
        assert whole["fork"] is True
        assert (whole["parent"]["full_name"], whole["source"]["full_name"]) == (names[4], names[3])
    node = await github.node(5)
    assert node
    assert node["isFork"] is True
    found = await github.search("stars:>=0 fork:true created:<=2026-11-22")
    assert not {"parent", "source"} & set(found[5])
    assert "parent" not in (await github.numbered(3)).json()


async def test_a_fork_whose_parent_is_gone_tells_of_none(github: Asking) -> None:
    github.world.make_fork(5, of=4)
    github.world.remove(4, UNTIL - DAY)
    whole = (await github.numbered(5)).json()
    assert whole["fork"] is True
    assert "parent" not in whole


async def test_forks_are_found_only_by_who_asks_for_forks(github: Asking) -> None:
    github.world.make_fork(5, of=3, until=UNTIL)
    stars = github.world.stars(5, UNTIL - DAY)
    found = {}
    for github.clock.at in (UNTIL - DAY, UNTIL):
        stars = github.world.stars(5, github.clock.at)
        for word in ("", " fork:false", " fork:true", " fork:only"):
            found[github.clock.at, word] = 5 in await github.search(f"stars:{stars}{word}")
    assert list(found.values()) == [False, False, True, True, True, True, True, False]
    assert (await github.numbered(5)).json()["fork"] is False


async def test_purged_stars_may_return(github: Asking) -> None:
    untouched = World.make(7, 80, until=UNTIL, story=False)
    github.world.purge(3, 20_000, bought=100, taken=20, returns=10)
    more = []
    for github.clock.at in (UNTIL - 21 * DAY, UNTIL - 15 * DAY, UNTIL - 10 * DAY, UNTIL - 9 * DAY):
        node = await github.node(3)
        assert node
        more.append(node["stargazerCount"] - untouched.stars(3, github.clock.at))
    assert more == [20_000, 0, 0, 20_000]
    past = []
    for github.clock.at in (UNTIL - 15 * DAY, UNTIL):
        weeks = (await github.get(f"/repositories/{FIRST_ID + 3}/stargazers/history")).json()
        others = untouched.history(3, github.clock.at)[:30]
        past.append(sum(week["total"] for week in weeks) - sum(sum(days) for _, days in others))
    assert past == [0, 20_000]


async def stars_told(github: Asking, way: str) -> int:
    """The count of repo 3, asked in one of four ways."""
    stars: int
    if way == "node":
        node = await github.node(3)
        assert node
        stars = node["stargazerCount"]
    elif way == "search":
        query = f"stars:{github.world.stars(3, github.clock.at)}"
        stars = (await github.search(query))[3]["stargazers_count"]
    elif way == "count":
        path = f"/repositories/{FIRST_ID + 3}/stargazers/count"
        stars = (await github.get(path)).json()["count"]
    else:
        stars = (await github.numbered(3)).json()["stargazers_count"]
    return stars


@pytest.mark.parametrize("way", ["node", "search", "count", "alone"])
async def test_a_count_is_misread_as_often_as_told_in_whatever_way(
    github: Asking, way: str
) -> None:
    github.world.misread(3, 0, UNTIL - HOUR, times=2)
    right = github.world.stars(3, UNTIL)
    github.clock.at = UNTIL - 2 * HOUR
    before = github.world.stars(3, github.clock.at)
    assert await stars_told(github, way) == before
    github.clock.at = UNTIL
    assert [await stars_told(github, way) for _ in range(3)] == [0, 0, right]


@pytest.mark.parametrize("resolves", [True, False])
async def test_a_node_id_takes_another_form(github: Asking, *, resolves: bool) -> None:
    old, new = old_node_id(3), node_id(3)
    assert old.startswith("MDEwOlJlcG9zaXRvcnk")
    github.world.renode(3, UNTIL - DAY, resolves=resolves)
    told = []
    for github.clock.at in (UNTIL - 2 * DAY, UNTIL):
        node = await github.node(3)
        assert node
        found = await github.search(f"stars:{github.world.stars(3, github.clock.at)}")
        alone = (await github.numbered(3)).json()
        assert {node["id"], found[3]["node_id"], alone["node_id"]} == {node["id"]}
        told.append(node["id"])
    assert told == [old, new]
    answer = await github.sweep(old, new)
    by_old, by_new = answer["data"]["nodes"]
    assert by_new["id"] == new
    if resolves:
        assert (by_old["id"], "errors" in answer) == (new, False)
    else:
        [error] = answer["errors"]
        assert (by_old, error["type"], error["path"]) == (None, "NOT_FOUND", ["nodes", 0])


@pytest.mark.parametrize("node", ["MDQ6VXNlcjE=", "MDEwOlJlcG9zaXRvcnkx", "%%%", "MDEw=", "é"])
async def test_an_old_node_id_of_nobody_finds_nobody(github: Asking, node: str) -> None:
    answer = await github.sweep(node)
    assert answer["data"]["nodes"] == [None]


async def test_a_description_may_be_anything_from_an_instant_on(github: Asking) -> None:
    text = ("zebrafish \u202eoverride\u0000 \x1b[31m\ud800 " * 500)[:10_000]
    github.world.describe(3, UNTIL - DAY, text)
    assert (await github.numbered(3)).json()["description"] == text
    node = await github.node(3)
    assert node
    assert node["description"] == text
    assert list(await github.search("zebrafish")) == [3]
    github.clock.at = UNTIL - 2 * DAY
    assert (await github.numbered(3)).json()["description"] == github.world.facts[3].description
    assert await github.search("zebrafish") == {}


async def test_a_repo_may_say_that_it_is_created_in_the_future(github: Asking) -> None:
    future = UNTIL + 700 * DAY
    github.world.tell_created(3, future)
    stamp = future.strftime("%Y-%m-%dT%H:%M:%SZ")
    node = await github.node(3)
    assert node
    assert {node["createdAt"], (await github.numbered(3)).json()["created_at"]} == {stamp}
    assert list(await github.search("stars:>=0 created:>=2027-01-01")) == [3]
    assert list(await github.search(f"stars:>=0 created:{stamp}..{stamp}")) == [3]


async def test_the_whole_catalogue_may_stand_still_for_a_day(github: Asking) -> None:
    since, until = UNTIL - 3 * DAY, UNTIL - 2 * DAY
    untouched = World.make(7, 80, until=UNTIL, story=False)
    github.world.stand_still(since, until)
    ids = [node_id(index) for index in range(80)]
    for github.clock.at, shown in (
        (since - HOUR, since - HOUR),
        (since, since),
        (until - HOUR / 60, since),
        (until, until),
    ):
        nodes = (await github.sweep(*ids))["data"]["nodes"]
        assert [node["stargazerCount"] for node in nodes] == untouched.stars_at(shown).tolist()
    assert untouched.stars_at(since).sum() < untouched.stars_at(until).sum()


@pytest.mark.parametrize(("why", "status"), REFUSALS)
async def test_what_is_gone_is_refused_by_name_and_by_number_and_comes_back(
    github: Asking, why: str, status: int
) -> None:
    name = github.world.facts[3].name
    github.world.remove(3, UNTIL - DAY, why, UNTIL + DAY)
    for refused in (await github.named(name), await github.numbered(3)):
        assert refused.status_code == status
        reason = refused.json().get("block", {}).get("reason")
        assert reason == (why if status in {403, 451} else None)
    answer = await github.sweep(node_id(2), node_id(3))
    [error] = answer["errors"]
    assert [node is None for node in answer["data"]["nodes"]] == [False, True]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["nodes", 1])
    assert 3 not in await github.search(f"stars:{github.world.stars(3, UNTIL)}")
    github.clock.at = UNTIL + DAY
    assert (await github.named(name)).json()["id"] == FIRST_ID + 3
    assert await github.node(3)


@pytest.mark.parametrize(("why", "status"), REFUSALS)
async def test_what_was_renamed_and_is_gone_is_refused_by_its_old_name_too(
    github: Asking, why: str, status: int
) -> None:
    github.world.rename(3, UNTIL - 2 * DAY, NEW)
    github.world.remove(3, UNTIL - DAY, why)
    assert (await github.named(github.world.facts[3].name)).status_code == status


async def test_a_repo_asked_for_by_its_number_costs_a_point(github: Asking) -> None:
    first, second = [await github.numbered(3) for _ in range(2)]
    assert first.json()["full_name"] == str(github.world.facts[3].name)
    points = [int(each.headers["x-ratelimit-remaining"]) for each in (first, second)]
    assert points[0] - points[1] == 1
    assert first.headers["x-ratelimit-resource"] == "core"
