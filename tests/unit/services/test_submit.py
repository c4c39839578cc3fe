"""Submit: what is wished for is looked up once, judged in the open, and watched."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.admission import SUBMISSION
from hypecurve.domain.catalogue import ListedReason, Place
from hypecurve.domain.category import NOT_AI, UNSURE
from hypecurve.domain.errors import (
    BadCommand,
    SourceError,
    SourceLimited,
    SourceUnavailable,
    UnknownCategory,
)
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.submission import Outcome, Submission, SubmissionState, Submitted
from hypecurve.domain.subscription import Channel
from hypecurve.services.answers.submit import Questions, Wish, submit
from hypecurve.services.answers.vet import block, decide
from hypecurve.services.tracker.discover import sort_in
from support.catalogue import CHANNEL, OTHER_CHANNEL, a_repo, entry_of, keep, listed
from support.databases import BACKENDS, NOW
from support.sources import MemoryGitHub
from support.tracking import BAR, an_ai_repo, taxonomy

Told, S = Outcome, SubmissionState
USER = "slack:T123/U1"
OTHER_USER = "slack:T123/U2"
DAY = timedelta(days=1)
PLAIN = "Sockets for tools"
"""A description that speaks neither for AI nor long enough against it."""
NO_AI = "A partition editor for hard disks with a window"


@dataclass
class Office(MemoryGitHub):
    """A GitHub that knows former names, may be out of reach, and counts who asks for one repo."""

    former: dict[str, RepoName] = field(default_factory=dict)
    fails: SourceError | None = None
    asked: list[str] = field(default_factory=list)
    together: asyncio.Barrier | None = None
    """Where so many have asked, all get their answer."""

    async def repo(self, which: RepoName | RepoId) -> Repo:
        self.asked.append(str(which))
        if self.together is not None:
            await self.together.wait()
        if self.fails is not None:
            raise self.fails
        return await super().repo(self.former.get(str(which), which))


@dataclass
class Desk:
    """Submits from a channel, on a clock that the test moves."""

    store: SqlStore
    github: Office = field(default_factory=Office)
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    per_day: int | None = 5
    questions: Questions | None = None

    async def submit(
        self,
        name: str,
        category: str | None = None,
        channel: Channel | None = CHANNEL,
        user: str = USER,
    ) -> Submitted:
        wish = Wish(RepoName.parse(name), category, channel, user)
        return await submit(
            self.store,
            self.github,
            self.clock,
            taxonomy(),
            wish,
            bar=BAR,
            per_day=self.per_day,
            questions=self.questions,
        )

    async def outcome(self, name: str, **more: str | Channel | None) -> Outcome:
        return (await self.submit(name, **more)).outcome  # type: ignore[arg-type] # checked there

    async def wishes(self, number: int = 1) -> list[Submission]:
        async with self.store.read() as tx:
            return await tx.submissions.of(RepoId(number))


@pytest.fixture
def backend() -> str:
    """The store's contracts hold the databases together; what rests on SQL is tried on both."""
    return "sqlite"


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    """Nothing is watched; GitHub has repo 1 under the bar and repo 2 over it."""
    found = Desk(store)
    found.github.add([an_ai_repo(1, 412), an_ai_repo(2, 700)])
    return found


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_repo_under_the_bar_is_watched_from_then_on(desk: Desk) -> None:
    told = await desk.submit("acme/repo-1")
    assert told == Submitted(
        Outcome.WATCHED,
        RepoName.parse("acme/repo-1"),
        RepoName.parse("acme/repo-1"),
        BAR,
        stars=412,
        category="agents",
    )
    (wish,) = await desk.wishes()
    assert (wish.state, wish.channel, wish.user, wish.at) == (S.WATCHED, CHANNEL, USER, NOW)
    entry = await entry_of(desk.store, 1)
    assert (entry.place.category, entry.listed_at) == ("agents", None)
    async with desk.store.read() as tx:
        assert [each.id for each in await tx.catalogue.watched()] == [1]


@pytest.mark.parametrize("stars", [500, 700])
@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_repo_over_the_bar_waits_for_the_next_cycle_alone(desk: Desk, stars: int) -> None:
    desk.github.star(2, stars)
    assert await desk.outcome("https://github.com/acme/repo-2") is Told.PASSES
    async with desk.store.read() as tx:
        ((entry, source),) = await tx.catalogue.candidates(BAR)
    assert (entry.repo.id, source.key) == (2, SUBMISSION)


async def test_what_is_listed_already_is_said_without_asking_github(desk: Desk) -> None:
    await listed(desk.store, [an_ai_repo(2, 700)])
    told = await desk.submit("ACME/repo-2")
    assert (told.outcome, told.stars, told.category) == (Told.LISTED, 700, "agents")
    assert desk.github.asked == []
    assert await desk.wishes(2) == []


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_second_channel_is_told_too_and_the_same_one_is_kept_once(desk: Desk) -> None:
    assert await desk.outcome("acme/repo-1") is Told.WATCHED
    assert await desk.outcome("acme/repo-1") is Told.SUBMITTED
    assert await desk.outcome("acme/repo-1", user=OTHER_USER) is Told.SUBMITTED
    assert await desk.outcome("acme/repo-1", channel=OTHER_CHANNEL) is Told.SUBMITTED
    assert [wish.channel for wish in await desk.wishes()] == [CHANNEL, OTHER_CHANNEL]


async def test_what_a_search_brought_and_is_not_listed_is_watched_already(desk: Desk) -> None:
    await keep(desk.store, [an_ai_repo(1, 412)], origin="search:llm>=500")
    assert await desk.outcome("acme/repo-1") is Told.SUBMITTED
    assert len(await desk.wishes()) == 1


async def test_a_renamed_repo_is_known_by_both_names(desk: Desk) -> None:
    desk.github.former["acme/before"] = RepoName.parse("acme/repo-1")
    told = await desk.submit("acme/before")
    assert (told.outcome, str(told.asked), str(told.name)) == (
        Told.WATCHED,
        "acme/before",
        "acme/repo-1",
    )
    await listed(desk.store, [an_ai_repo(1, 412)])
    told = await desk.submit("acme/before")
    assert (told.outcome, str(told.asked), str(told.name)) == (
        Told.LISTED,
        "acme/before",
        "acme/repo-1",
    )


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_name_that_passed_to_another_repo_means_that_one(desk: Desk) -> None:
    """We know its former holder only, whom we still list, under a newer name."""
    await listed(desk.store, [a_repo(9, name="acme/repo-1")])
    await keep(desk.store, [a_repo(9, name="acme/moved")], NOW + DAY)
    assert await desk.outcome("acme/repo-1") is Told.WATCHED
    assert [wish.repo_id for wish in await desk.wishes()] == [1]


async def test_a_fork_waits_for_the_operator_and_its_origin_is_named(desk: Desk) -> None:
    origin = RepoName.parse("nori/voicebox")
    desk.github.add([an_ai_repo(1, 900, is_fork=True, fork_of=origin)])
    told = await desk.submit("acme/repo-1")
    assert (told.outcome, told.fork_of) == (Told.FORK, origin)
    assert await desk.outcome("acme/repo-1", channel=OTHER_CHANNEL) is Told.WAITING
    assert [wish.state for wish in await desk.wishes()] == [S.WAITING, S.WAITING]
    async with desk.store.read() as tx:
        assert await tx.catalogue.candidates(BAR) == []


async def test_what_does_not_look_like_ai_waits_whatever_category_is_named(desk: Desk) -> None:
    desk.github.add([a_repo(1, 900, description=NO_AI)])
    assert await desk.outcome("acme/repo-1", category="agents") is Told.NOT_AI
    assert (await entry_of(desk.store, 1)).place.category == NOT_AI
    async with desk.store.read() as tx:
        assert await tx.catalogue.candidates(BAR) == []


async def test_a_fork_that_was_detached_needs_nobodys_word_any_more(desk: Desk) -> None:
    desk.github.add([an_ai_repo(1, 412, is_fork=True)])
    assert await desk.outcome("acme/repo-1") is Told.FORK
    desk.github.add([an_ai_repo(1, 412)])
    assert await desk.outcome("acme/repo-1", channel=OTHER_CHANNEL) is Told.SUBMITTED
    assert {wish.state for wish in await desk.wishes()} == {S.WATCHED}


@pytest.mark.parametrize("facts", [{"archived": True}, {"description": "", "topics": ("llm",)}])
async def test_archived_and_empty_repos_are_ordinary(desk: Desk, facts: dict[str, object]) -> None:
    desk.github.add([replace(an_ai_repo(1, 0), **facts)])  # type: ignore[arg-type] # any fields
    assert await desk.outcome("acme/repo-1") is Told.WATCHED


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_category_counts_only_where_the_text_leaves_it_open(desk: Desk) -> None:
    desk.github.add([a_repo(3, 10, description=PLAIN), an_ai_repo(4, 10)])
    told = await desk.submit("acme/repo-3", "agent tools")
    assert told.category == "agent-tools"
    place = (await entry_of(desk.store, 3)).place
    assert place == Place("agent-tools", "suggested by who submitted it")
    assert (await desk.submit("acme/repo-4", "agent tools")).category == "agents"
    # The daily sorting in keeps it so, whoever submits it again without a word.
    assert await sort_in(desk.store, taxonomy()) == 0
    await desk.submit("acme/repo-3", channel=OTHER_CHANNEL)
    assert (await entry_of(desk.store, 3)).place == place
    # A later word of the same channel's is kept as well.
    assert (await desk.submit("acme/repo-3", "serving")).category == "serving"
    assert [wish.category for wish in await desk.wishes(3)] == ["agent-tools", None, "serving"]


async def test_without_a_word_for_its_category_it_is_unsure(desk: Desk) -> None:
    desk.github.add([a_repo(3, 10, description=PLAIN)])
    told = await desk.submit("acme/repo-3")
    assert (told.outcome, told.category) == (Told.WATCHED, None)
    assert (await entry_of(desk.store, 3)).place.category == UNSURE


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("agnts", UnknownCategory, "Did you mean agents"),
        (
            "infrastructure",
            BadCommand,
            "Infrastructure is a layer. Name one of its categories: compute, data-systems",
        ),
    ],
)
async def test_a_slip_in_the_category_asks_nobody_and_keeps_nothing(
    desk: Desk, text: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        await desk.submit("acme/repo-1", text)
    assert desk.github.asked == []
    assert await desk.wishes() == []


@pytest.mark.parametrize("why", ["deleted", "dmca", "tos", "blocked"])
async def test_what_is_not_on_github_is_said_with_its_reason(desk: Desk, why: str) -> None:
    desk.github.gone[1] = why
    desk.github.why[1] = why
    told = await desk.submit("acme/repo-1")
    assert (told.outcome, told.gone_why, told.stars) == (Told.GONE, why, None)
    async with desk.store.read() as tx:
        assert await tx.submissions.everything() == []


@pytest.mark.parametrize(
    "error", [SourceUnavailable("GitHub cannot be reached."), SourceLimited("Wait.", retry_after=9)]
)
async def test_a_github_that_does_not_answer_says_so_and_nothing_is_kept(
    desk: Desk, error: SourceError
) -> None:
    desk.github.fails = error
    with pytest.raises(SourceError, match=str(error)):
        await desk.submit("acme/repo-1")
    async with desk.store.read() as tx:
        assert await tx.submissions.everything() == []
        assert await tx.catalogue.watched() == []
        assert await tx.submissions.count_by(USER, NOW - DAY) == 0


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_user_may_submit_so_many_a_day_and_only_what_was_kept_counts(desk: Desk) -> None:
    desk.per_day = 2
    desk.github.add(an_ai_repo(number, 10) for number in range(3, 9))
    assert await desk.outcome("acme/nothing-there") is Told.GONE
    assert await desk.outcome("acme/repo-3") is Told.WATCHED
    assert await desk.outcome("acme/repo-3") is Told.SUBMITTED
    assert await desk.outcome("acme/repo-4") is Told.WATCHED
    asked = len(desk.github.asked)
    told = await desk.submit("acme/repo-5")
    assert (told.outcome, told.limit) == (Told.TOO_MANY, 2)
    assert len(desk.github.asked) == asked
    # Others may, an operator always, and they themselves a day later.
    assert await desk.outcome("acme/repo-5", user=OTHER_USER) is Told.WATCHED
    for number in (6, 7, 8):
        assert await desk.outcome(f"acme/repo-{number}", channel=None, user="") is Told.WATCHED
    desk.clock.at += DAY
    assert await desk.outcome("acme/repo-5", channel=OTHER_CHANNEL) is Told.SUBMITTED


async def test_what_is_not_kept_counts_too_in_what_github_is_asked(desk: Desk) -> None:
    desk.per_day = 2
    desk.questions = Questions()
    names = [f"acme/none-{number}" for number in range(9)]
    told = [await desk.submit(name) for name in names]
    assert [each.outcome for each in told] == [Told.GONE] * 8 + [Told.ASKED_ENOUGH]
    assert told[-1].limit == 8
    assert desk.github.asked == names[:8]
    # What is listed under its very name costs nothing, and others are not to blame.
    await listed(desk.store, [an_ai_repo(2, 700)])
    assert await desk.outcome("acme/repo-2") is Told.LISTED
    assert await desk.outcome("acme/none", user=OTHER_USER) is Told.GONE
    assert await desk.outcome("acme/none", channel=None, user="") is Told.GONE
    assert len(desk.github.asked) == 10
    desk.clock.at += DAY
    assert await desk.outcome("acme/repo-1") is Told.WATCHED


@pytest.mark.parametrize("backend", BACKENDS)
async def test_questions_at_once_count_each(desk: Desk) -> None:
    desk.per_day = 1
    desk.questions = Questions()
    told = await asyncio.gather(*(desk.outcome(f"acme/none-{number}") for number in range(9)))
    assert sorted(told) == [Told.ASKED_ENOUGH] * 5 + [Told.GONE] * 4
    assert len(desk.github.asked) == 4


@given(
    steps=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), max_size=40),
    most=st.integers(0, 4),
)
def test_no_day_holds_more_questions_of_a_user_than_are_allowed(
    steps: list[tuple[str, int]], most: int
) -> None:
    questions, now = Questions(), NOW
    taken: list[tuple[str, datetime]] = []
    for user, hours in steps:
        now += timedelta(hours=hours)
        made = sum(who == user and at > now - DAY for who, at in taken)
        assert questions.take(user, now, most) is (made < most)
        if made < most:
            taken.append((user, now))


@pytest.mark.parametrize("backend", BACKENDS)
async def test_the_limit_holds_for_a_user_of_many_channels_at_once(desk: Desk) -> None:
    desk.per_day = 3
    desk.github.add(an_ai_repo(number, 10) for number in range(1, 9))
    desk.github.together = asyncio.Barrier(8)
    told = await asyncio.gather(
        *(
            desk.outcome(f"acme/repo-{number}", channel=Channel.parse(f"slack:T123/C{number}"))
            for number in range(1, 9)
        )
    )
    assert sorted(told) == [Told.TOO_MANY] * 5 + [Told.WATCHED] * 3


async def test_a_limit_of_none_a_day_takes_nothing(desk: Desk) -> None:
    desk.per_day = 0
    assert await desk.outcome("acme/repo-1") is Told.TOO_MANY
    assert await desk.outcome("acme/repo-1", channel=None, user="") is Told.WATCHED


async def test_a_blocked_user_is_not_taken_from_until_they_are_unblocked(desk: Desk) -> None:
    await block(desk.store, desk.clock, USER, on=True)
    assert await desk.outcome("acme/repo-1") is Told.BLOCKED
    assert desk.github.asked == []
    assert await desk.outcome("acme/repo-1", user=OTHER_USER) is Told.WATCHED
    await block(desk.store, desk.clock, USER, on=False)
    assert await desk.outcome("acme/repo-1") is Told.SUBMITTED


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_blocked_repo_is_blocked_under_any_name_and_for_everybody(desk: Desk) -> None:
    desk.github.former["acme/before"] = RepoName.parse("acme/repo-1")
    await desk.outcome("acme/repo-1")
    done = await block(desk.store, desk.clock, "https://github.com/acme/repo-1", on=True)
    assert (done.what, done.changed, done.wishes) == ("acme/repo-1", True, 1)
    for name in ("acme/repo-1", "acme/before"):
        assert await desk.outcome(name, channel=OTHER_CHANNEL, user=OTHER_USER) is Told.BLOCKED
    assert len(await desk.wishes()) == 1


async def test_nothing_is_taken_of_an_account_that_wants_no_part_in_this(desk: Desk) -> None:
    desk.github.former["nori/before"] = RepoName.parse("acme/repo-1")
    async with desk.store.write() as tx:
        await tx.forgetting.owner("acme", NOW)
    assert await desk.outcome("Acme/repo-1") is Told.FORGOTTEN
    assert desk.github.asked == []
    assert await desk.outcome("nori/before") is Told.FORGOTTEN
    assert await desk.wishes() == []


async def test_a_refused_repo_stays_refused_whoever_asks(desk: Desk) -> None:
    await desk.submit("acme/repo-2")
    await decide(desk.store, taxonomy(), RepoName.parse("acme/repo-2"), approve=False)
    assert await desk.outcome("acme/repo-2", channel=OTHER_CHANNEL) is Told.REFUSED
    assert [wish.state for wish in await desk.wishes(2)] == [S.REFUSED]
    assert (await entry_of(desk.store, 2)).listed_reason is None


async def test_an_approved_fork_is_watched_like_any_other(desk: Desk) -> None:
    desk.github.add([an_ai_repo(1, 412, is_fork=True)])
    await desk.submit("acme/repo-1")
    await decide(desk.store, taxonomy(), RepoName.parse("acme/repo-1"), approve=True)
    assert await desk.outcome("acme/repo-1", channel=OTHER_CHANNEL) is Told.SUBMITTED
    assert {wish.state for wish in await desk.wishes()} == {S.APPROVED}


async def test_one_that_is_back_on_github_is_asked_for_again(desk: Desk) -> None:
    await listed(desk.store, [an_ai_repo(2, 700)])
    async with desk.store.write() as tx:
        await tx.catalogue.lost([RepoId(2)], "deleted", NOW - 30 * DAY)
    assert await desk.outcome("acme/repo-2") is Told.LISTED
    async with desk.store.read() as tx:
        assert [each.id for each in await tx.catalogue.watched(NOW - DAY)] == [2]


async def test_the_reason_of_a_baseline_is_not_touched_by_a_submission(desk: Desk) -> None:
    await listed(desk.store, [an_ai_repo(2, 700)])
    await desk.submit("acme/repo-2")
    assert (await entry_of(desk.store, 2)).listed_reason is ListedReason.BASELINE
