"""What every GitHubSource does, shown by the real client over loopback."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hypecurve.domain.errors import SourceGone, SourceRefused
from hypecurve.domain.repo import RepoName
from hypecurve.ports import GitHubSource, Gone, Term
from hypecurve.standin.story import FOLLOWED, RENAMED
from hypecurve.standin.world import FIRST_ID, World, node_id
from support.github import (
    UNTIL,
    Setting,
    accounted,
    connected,
    found,
    read_only_world,
    swept,
)


@pytest.fixture
async def setting() -> AsyncIterator[Setting]:
    async with connected(read_only_world()) as setting:
        yield setting


def matching(world: World, pattern: str) -> set[int]:
    """The ids of the listed repos whose words match, by the world's own books."""
    wanted = set()
    for index, facts in enumerate(world.facts):
        words = " ".join(
            re.findall("[a-z0-9]+", f"{facts.name} {facts.description} {facts.topics}".lower())
        )
        repo = world.repo_at(index, UNTIL)
        if repo is not None and repo.stars >= 500 and re.search(rf"\b{pattern}s?\b", words):
            wanted.add(int(repo.id))
    return wanted


def test_the_client_is_a_github_source(setting: Setting) -> None:
    source: GitHubSource = setting.github
    assert source is setting.github


@pytest.mark.parametrize("term", ["gpt", "llm", "generative ai"])
async def test_a_search_brings_every_repo_of_the_term(setting: Setting, term: str) -> None:
    repos = await found(setting.github, term)
    assert set(repos) == matching(setting.world, term)
    assert all(repo == setting.world.repo_at(id_ - FIRST_ID, UNTIL) for id_, repo in repos.items())


async def test_a_search_for_a_topic_brings_the_repos_that_carry_it(setting: Setting) -> None:
    pages = [page async for page in setting.github.search(Term("mcp-server", is_topic=True), 500)]
    repos = [repo for page in pages for repo in page]
    assert len(repos) > 10
    assert all("mcp-server" in repo.topics for repo in repos)


async def test_a_search_above_everything_ends_empty(setting: Setting) -> None:
    assert await found(setting.github, "llm", 10_000_000) == {}


async def test_a_sweep_tells_the_present_facts_of_every_repo(setting: Setting) -> None:
    batches = await swept(setting.github, [node_id(index) for index in range(250)])
    repos = {repo.id: repo for batch in batches for repo in batch.repos}
    present = [setting.world.repo_at(index, UNTIL) for index in range(250)]
    assert repos == {repo.id: repo for repo in present if repo is not None}


async def test_a_sweep_answers_for_every_node_id_once(setting: Setting) -> None:
    asked = [node_id(index) for index in range(230)]
    batches = await swept(setting.github, [*asked, *asked[:40], "R_nobody"])
    assert accounted(batches) == sorted([*asked, "R_nobody"])


async def test_a_sweep_of_nothing_asks_nothing(setting: Setting) -> None:
    assert await swept(setting.github, []) == []
    assert setting.standin.spent.requests == 0


async def test_a_repo_that_is_gone_costs_only_itself(setting: Setting) -> None:
    cast = setting.world.cast
    batches = await swept(setting.github, [node_id(index) for index in range(100)])
    gone = [each for batch in batches for each in batch.gone]
    assert Counter(gone) == Counter(
        Gone(node_id(cast[role]), "not found") for role in ("deleted", "blocked")
    )
    assert sum(len(batch.repos) for batch in batches) == 98


async def test_a_renamed_repo_keeps_its_identity(setting: Setting) -> None:
    index = setting.world.cast["renamed"]
    by_old = await setting.github.repo(RepoName("pola", "docwise"))
    by_new = await setting.github.repo(RENAMED)
    [batch] = await swept(setting.github, [node_id(index)])
    assert by_old == by_new == batch.repos[0]
    assert (by_old.id, by_old.name) == (FIRST_ID + index, RENAMED)


async def test_a_name_taken_by_another_means_the_other() -> None:
    world = World.make(3, 80, until=UNTIL, story=False)
    first, second = world.facts[0].name, world.facts[1].name
    world.rename(0, UNTIL - timedelta(days=3), RepoName("elsewhere", "now"))
    world.rename(1, UNTIL - timedelta(days=2), first)
    async with connected(world) as setting:
        assert (await setting.github.repo(first)).id == FIRST_ID + 1
        assert (await setting.github.repo(second)).id == FIRST_ID + 1
        assert (await setting.github.repo(RepoName("elsewhere", "now"))).id == FIRST_ID


async def test_letter_case_does_not_tell_repos_apart(setting: Setting) -> None:
    assert (await setting.github.repo(RepoName("ACME", "RagKit"))).name == FOLLOWED


@pytest.mark.parametrize(
    ("role", "why"),
    [("deleted", "deleted, private, or never there"), ("blocked", "blocked by GitHub (dmca)")],
)
async def test_a_repo_that_is_not_there_is_gone_by_name(
    setting: Setting, role: str, why: str
) -> None:
    name = setting.world.facts[setting.world.cast[role]].name
    with pytest.raises(SourceGone, match=re.escape(f"{name} is not there for us: {why}.")):
        await setting.github.repo(name)


async def test_a_repo_blocked_for_its_terms_is_gone() -> None:
    world = World.make(3, 80, until=UNTIL, story=False)
    world.remove(0, UNTIL - timedelta(days=1), "tos")
    async with connected(world) as setting:
        with pytest.raises(SourceGone, match=r"\(tos\)"):
            await setting.github.repo(world.facts[0].name)


async def test_the_past_is_the_stars_of_each_day_up_to_now(setting: Setting) -> None:
    name, index = FOLLOWED, setting.world.cast["archived"]
    past = await setting.github.past_stars(name, 52)
    assert past is not None
    assert past.fetched_at == UNTIL
    assert past.first_day + timedelta(days=len(past.days) - 1) == UNTIL.date()
    assert 51 * 7 < len(past.days) <= 52 * 7
    midnight = UNTIL.replace(hour=0, minute=0)
    since = midnight - timedelta(days=100)
    assert sum(past.days[-101:]) == setting.world.stars(index, UNTIL) - setting.world.stars(
        index, since
    )


async def test_the_past_of_few_weeks_asks_for_one_page(setting: Setting) -> None:
    past = await setting.github.past_stars(FOLLOWED, 30)
    assert past is not None
    assert setting.standin.spent.requests == 1


async def test_the_past_follows_a_rename(setting: Setting) -> None:
    by_old = await setting.github.past_stars(RepoName("pola", "docwise"), 40)
    assert by_old is not None
    assert by_old == await setting.github.past_stars(RENAMED, 40)


async def test_the_past_of_a_purged_repo_holds_only_what_stayed(setting: Setting) -> None:
    name = setting.world.facts[setting.world.cast["purged"]].name
    past = await setting.github.past_stars(name, 10)
    assert past is not None
    assert sum(past.days) < 500


async def test_a_repo_that_is_gone_has_no_past_to_give(setting: Setting) -> None:
    assert await setting.github.past_stars(RepoName("nobody", "nothing"), 10) is None


async def test_a_wrong_token_is_refused_and_never_shown() -> None:
    async with connected(read_only_world(), token="ghp_wrongSecret") as setting:
        with pytest.raises(SourceRefused) as refused:
            await setting.github.repo(FOLLOWED)
    assert "GITHUB_TOKEN" in str(refused.value)
    assert "wrongSecret" not in f"{refused.value!r} {setting.github!r}"


async def test_a_missing_token_is_asked_for() -> None:
    async with connected(read_only_world(), token="") as setting:
        with pytest.raises(SourceRefused, match="GitHub wants a token: set GITHUB_TOKEN"):
            await swept(setting.github, [node_id(0)])


@pytest.mark.parametrize("prefix", ["", "/api/v3", "/api/v3/"])
async def test_github_enterprise_works_by_its_address_alone(prefix: str) -> None:
    async with connected(read_only_world(), prefix=prefix) as setting:
        assert (await setting.github.repo(RepoName("pola", "docwise"))).name == RENAMED
        assert len(await swept(setting.github, [node_id(0)])) == 1
        assert len(await found(setting.github, "gpt", 20_000)) > 0
        assert await setting.github.past_stars(FOLLOWED, 40) is not None


async def test_every_request_names_the_version_of_the_api(setting: Setting) -> None:
    await setting.github.repo(FOLLOWED)
    await swept(setting.github, [node_id(0)])
    versions = {asked.headers["X-GitHub-Api-Version"] for asked in setting.standin.requests}
    assert versions == {"2026-03-10"}


async def test_what_was_spent_is_counted_as_github_counts_it(setting: Setting) -> None:
    await swept(setting.github, [node_id(index) for index in range(300)])
    await found(setting.github, "gpt")
    assert setting.github.spent.requests == setting.standin.spent.requests
    assert setting.github.spent.points == setting.standin.spent.points == 3
    assert setting.github.points_left("graphql") == 1_000_000 - 3
