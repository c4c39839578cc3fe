"""What every GitHubSource does, shown by the real client over loopback.

Everything twice: at api.github.com's paths, and at those of GitHub Enterprise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from hypecurve.domain.errors import SourceGone, SourceRefused
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.ports import GitHubSource, Gone, Lately, Standing, Term
from hypecurve.standin.limits import UNLIMITED
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


@pytest.fixture(params=["", "/api/v3"], ids=["github.com", "Enterprise"])
def prefix(request: pytest.FixtureRequest) -> str:
    """What GITHUB_API_URL has behind the host."""
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
async def setting(prefix: str) -> AsyncIterator[Setting]:
    async with connected(read_only_world(), prefix=prefix) as setting:
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
    repos = [repo for page in pages for repo in page.repos]
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


async def test_a_name_taken_by_another_means_the_other(prefix: str) -> None:
    world = World.make(3, 80, until=UNTIL, story=False)
    first, second = world.facts[0].name, world.facts[1].name
    world.rename(0, UNTIL - timedelta(days=3), RepoName("elsewhere", "now"))
    world.rename(1, UNTIL - timedelta(days=2), first)
    async with connected(world, prefix=prefix) as setting:
        assert (await setting.github.repo(first)).id == FIRST_ID + 1
        assert (await setting.github.repo(second)).id == FIRST_ID + 1
        assert (await setting.github.repo(RepoName("elsewhere", "now"))).id == FIRST_ID


async def test_a_node_id_that_changes_form_still_finds_its_repo(prefix: str) -> None:
    world = World.make(3, 80, until=UNTIL, story=False)
    world.renode(5, UNTIL)
    world.renode(6, UNTIL, resolves=False)
    old = [world.node_id_at(index, UNTIL - timedelta(hours=1)) for index in (5, 6)]
    async with connected(world, prefix=prefix) as setting:
        [batch] = await swept(setting.github, [*old, node_id(7)])
    assert [(repo.id, repo.node_id) for repo in batch.repos] == [
        (FIRST_ID + 5, node_id(5)),
        (FIRST_ID + 7, node_id(7)),
    ]
    assert old[0] != node_id(5)
    # This one is not to be told from a repo that was deleted: who asks by id learns better.
    assert batch.gone == (Gone(old[1], "not found"),)
    assert batch.failed == ()


async def test_a_fork_tells_what_of_until_it_is_detached(prefix: str) -> None:
    world = World.make(3, 80, until=UNTIL, story=False)
    world.make_fork(5, of=6, until=UNTIL + timedelta(hours=1))
    async with connected(world, prefix=prefix) as setting:
        by_name = await setting.github.repo(world.facts[5].name)
        by_id = await setting.github.repo(RepoId(FIRST_ID + 5))
        [batch] = await swept(setting.github, [node_id(5)])
        setting.clock.at += timedelta(hours=2)
        later = await setting.github.repo(RepoId(FIRST_ID + 5))
    assert (by_name.is_fork, by_name.fork_of) == (True, world.facts[6].name)
    assert by_id == by_name
    # A sweep asks for less: it knows that it is a fork, and not of what.
    assert (batch.repos[0].is_fork, batch.repos[0].fork_of) == (True, None)
    assert (later.is_fork, later.fork_of) == (False, None)


async def test_a_description_is_one_short_line_however_it_is_asked_for(prefix: str) -> None:
    world = World.make(3, 80, until=UNTIL, story=False)
    index = next(i for i in range(80) if world.stars(i, UNTIL) >= 500)
    world.describe(index, UNTIL, "llm \x00\x1b[2J\u202e\n\ud83d" * 1_000)
    async with connected(world, prefix=prefix) as setting:
        by_search = await found(setting.github, "llm")
        alone = await setting.github.repo(RepoId(FIRST_ID + index))
        [batch] = await swept(setting.github, [node_id(index)])
    assert batch.repos[0].description == alone.description
    assert by_search[FIRST_ID + index].description == alone.description
    assert 900 < len(alone.description) <= 1_000
    assert alone.description.isprintable()


async def test_letter_case_does_not_tell_repos_apart(setting: Setting) -> None:
    assert (await setting.github.repo(RepoName("ACME", "RagKit"))).name == FOLLOWED


async def test_a_repo_is_found_by_its_id_whatever_it_is_called(setting: Setting) -> None:
    index = setting.world.cast["renamed"]
    assert await setting.github.repo(RepoId(FIRST_ID + index)) == await setting.github.repo(RENAMED)


GONE = [
    ("deleted", "deleted", "is not there: it was deleted or made private, or never was."),
    ("private", "deleted", "is not there: it was deleted or made private, or never was."),
    ("dmca", "dmca", "was taken down by GitHub after a copyright (DMCA) notice."),
    ("tos", "tos", "was disabled by GitHub for a breach of its terms of service."),
]


@pytest.mark.parametrize(("what", "why", "words"), GONE)
async def test_a_repo_that_is_not_there_is_gone_for_a_reason(
    prefix: str, what: str, why: str, words: str
) -> None:
    world = World.make(3, 80, until=UNTIL, story=False)
    world.remove(4, UNTIL - timedelta(days=1), what)
    async with connected(world, prefix=prefix) as setting:
        with pytest.raises(SourceGone) as by_name:
            await setting.github.repo(world.facts[4].name)
        with pytest.raises(SourceGone) as by_id:
            await setting.github.repo(RepoId(FIRST_ID + 4))
        [batch] = await swept(setting.github, [node_id(4)])
    assert (by_name.value.why, by_id.value.why) == (why, why)
    assert str(by_name.value) == f"{world.facts[4].name} {words}"
    assert str(by_id.value) == f"The repo with id {FIRST_ID + 4} {words}"
    # A sweep only learns that it is not there: who wants the reason asks for the repo alone.
    assert batch.gone == (Gone(node_id(4), "not found"),)


async def test_a_repo_that_never_was_is_gone(setting: Setting) -> None:
    with pytest.raises(SourceGone, match="nobody/nothing is not there: ") as gone:
        await setting.github.repo(RepoName("nobody", "nothing"))
    assert gone.value.why == "deleted"


def _id(index: int) -> RepoId:
    return RepoId(FIRST_ID + index)


async def test_the_past_is_the_stars_of_each_day_up_to_now(setting: Setting) -> None:
    index = setting.world.cast["archived"]
    past = await setting.github.past_stars(_id(index), 52)
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
    past = await setting.github.past_stars(_id(setting.world.cast["archived"]), 30)
    assert past is not None
    assert setting.standin.spent.requests == 1


async def test_the_past_is_the_repos_whatever_its_name(setting: Setting) -> None:
    """Asked for by number, no redirect is needed."""
    assert await setting.github.past_stars(_id(setting.world.cast["renamed"]), 30) is not None
    assert setting.standin.spent.requests == 1


async def test_the_past_of_a_purged_repo_holds_only_what_stayed(setting: Setting) -> None:
    past = await setting.github.past_stars(_id(setting.world.cast["purged"]), 10)
    assert past is not None
    assert sum(past.days) < 500


async def test_a_repo_that_is_gone_has_no_past_to_give(setting: Setting) -> None:
    assert await setting.github.past_stars(RepoId(FIRST_ID - 1), 10) is None


async def test_a_wrong_token_is_refused_and_never_shown(prefix: str) -> None:
    async with connected(read_only_world(), prefix=prefix, token="ghp_wrongSecret") as setting:
        with pytest.raises(SourceRefused) as refused:
            await setting.github.repo(FOLLOWED)
    assert "GITHUB_TOKEN" in str(refused.value)
    assert "wrongSecret" not in f"{refused.value!r} {setting.github!r}"


async def test_a_missing_token_is_asked_for(prefix: str) -> None:
    async with connected(read_only_world(), prefix=prefix, token="") as setting:
        with pytest.raises(SourceRefused, match="GitHub wants a token: set GITHUB_TOKEN"):
            await swept(setting.github, [node_id(0)])


async def test_a_slash_at_the_end_of_the_address_does_no_harm(prefix: str) -> None:
    async with connected(read_only_world(), prefix=f"{prefix}/") as setting:
        assert (await setting.github.repo(RepoName("pola", "docwise"))).name == RENAMED
        assert len(await swept(setting.github, [node_id(0)])) == 1


async def test_the_standing_tells_what_is_left_of_each_budget(setting: Setting) -> None:
    await swept(setting.github, [node_id(index) for index in range(300)])
    stands = await setting.github.standing()
    assert set(stands.allowances) == {"core", "search", "graphql"}
    graphql = stands.allowances["graphql"]
    assert (graphql.left, graphql.of) == (1_000_000 - 3, 1_000_000)
    assert UNTIL < graphql.resets_at <= UNTIL + timedelta(hours=1)
    assert stands.skew == timedelta()


async def test_asking_for_the_standing_costs_no_point(setting: Setting) -> None:
    before = (await setting.github.standing()).allowances
    assert (await setting.github.standing()).allowances == before


@pytest.mark.parametrize("skew", [timedelta(minutes=-7), timedelta(days=2, seconds=3)])
async def test_the_standing_tells_how_far_our_clock_is_off(
    setting: Setting, skew: timedelta
) -> None:
    setting.standin.skew = skew
    assert (await setting.github.standing()).skew == skew


async def test_the_standing_tells_the_rights_and_the_end_of_a_token(setting: Setting) -> None:
    bare = await setting.github.standing()
    assert (bare.scopes, bare.expires_at) == (None, None)
    setting.standin.scopes = "repo, read:org"
    setting.standin.expires_at = UNTIL + timedelta(days=11)
    stands = await setting.github.standing()
    assert (stands.scopes, stands.expires_at) == (("repo", "read:org"), UNTIL + timedelta(days=11))
    setting.standin.scopes = ""
    assert (await setting.github.standing()).scopes == ()


async def test_a_server_that_limits_nobody_still_tells_of_the_token(prefix: str) -> None:
    async with connected(read_only_world(), prefix=prefix, limits=UNLIMITED) as setting:
        setting.standin.scopes = ""
        setting.standin.skew = timedelta(seconds=40)
        stands = await setting.github.standing()
        assert await setting.github.repo(FOLLOWED)
    assert stands == Standing({}, (), None, timedelta(seconds=40))


async def test_a_wrong_token_has_no_standing(prefix: str) -> None:
    async with connected(read_only_world(), prefix=prefix, token="wrong") as setting:
        with pytest.raises(SourceRefused, match="set GITHUB_TOKEN"):
            await setting.github.standing()


async def test_a_search_of_what_is_new_brings_only_that(setting: Setting) -> None:
    since = UNTIL - timedelta(days=200, microseconds=7)
    everything = await found(setting.github, "llm", 50)
    fresh: dict[int, Repo] = {}
    async for page in setting.github.search(Term("llm"), 50, lately=Lately(created=since)):
        fresh |= {repo.id: repo for repo in page.repos}
    wanted = {
        id_
        for id_, repo in everything.items()
        if repo.created_at is not None and repo.created_at >= since
    }
    assert set(fresh) == wanted
    assert 0 < len(wanted) < len(everything)


async def test_a_search_of_what_was_pushed_lately_brings_only_that(setting: Setting) -> None:
    since = UNTIL - timedelta(hours=9)
    everything = await found(setting.github, "llm")
    lately = Lately(pushed=since, created=UNTIL - timedelta(days=500))
    fresh = {
        repo.id
        async for page in setting.github.search(Term("llm"), 500, lately=lately)
        for repo in page.repos
    }
    assert lately.created is not None
    wanted = {
        id_
        for id_, repo in everything.items()
        if (repo.pushed_at or since) >= since and (repo.created_at or since) >= lately.created
    }
    assert fresh == wanted
    assert 0 < len(wanted) < len(everything)


async def test_what_is_left_of_one_search_is_nothing_to_another(setting: Setting) -> None:
    whole = [page async for page in setting.github.search(Term("llm"), 50)]
    for rest in (whole[2].rest.replace("llm", "gpt"), whole[2].rest[:-1], "?"):
        pages = [page async for page in setting.github.search(Term("llm"), 50, rest=rest)]
        assert pages == whole
    narrower = Lately(pushed=UNTIL - timedelta(days=900))
    pages = [p async for p in setting.github.search(Term("llm"), 50, lately=narrower)]
    assert whole[2].rest != pages[2].rest
    again = setting.github.search(Term("llm"), 50, lately=narrower, rest=whole[2].rest)
    assert [page async for page in again] == pages


async def test_a_search_that_was_cut_off_goes_on_and_finds_the_rest(setting: Setting) -> None:
    whole = [page async for page in setting.github.search(Term("llm"), 50)]
    assert len(whole) > 3
    assert whole[-1].rest == ""
    everything = {repo.id for page in whole for repo in page.repos}
    for cut in range(len(whole) - 1):
        met = {repo.id for page in whole[: cut + 1] for repo in page.repos}
        async for page in setting.github.search(Term("llm"), 50, rest=whole[cut].rest):
            met |= {repo.id for repo in page.repos}
        assert met == everything


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
