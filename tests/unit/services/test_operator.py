"""The operator hears of what wants a person, once, and of its end only after its beginning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from syrupy.assertion import SnapshotAssertion

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.bootstrap import load_bots
from hypecurve.domain.errors import SourceError, SourceRefused, SourceUnavailable, StoreUnavailable
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Standing, Term
from hypecurve.ports.store import Sweep
from hypecurve.services.operator import (
    Notice,
    of_standing,
    of_sweeps,
    tell_operator,
    watch_over,
)
from hypecurve.services.tracker.discover import source_key
from hypecurve.wording import operator as words
from hypecurve.wording.plain import plain, spoken
from support.catalogue import CHANNEL, OTHER_CHANNEL
from support.databases import INTERVAL, NOW
from support.frozen import messages_of
from support.sources import MemoryGitHub

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD, PARTIAL, STILL = Health.GOOD, Health.PARTIAL, Health.STILL
BAR = 500
LLM = Term("llm")
ENDS = datetime(2026, 12, 3, 9, tzinfo=UTC)


@dataclass
class Watch:
    """Cycles, as far as they are looked at: sweeps of some health, and the look at their end."""

    store: SqlStore
    github: MemoryGitHub = field(default_factory=MemoryGitHub)
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    channel: Channel | None = CHANNEL
    terms: Sequence[Term] = ()
    lines: list[str] = field(default_factory=list)

    async def sweep(self, health: Health = GOOD) -> None:
        """Let time pass, and look at the repos."""
        self.clock.at += INTERVAL
        repos = [RepoId(number) for number in range(1, 11)]
        seen = dict.fromkeys(repos[: 3 if health is PARTIAL else 10], 600)
        async with self.store.write() as tx:
            missed = [number for number in repos if number not in seen]
            found = await tx.stars.record(self.clock.at, seen, missed)
            await tx.stars.mark(found.number, health)

    async def look(self) -> list[str]:
        """Look at how it went; return the lines that are told now."""
        self.lines.clear()
        await watch_over(
            self.store,
            self.github,
            self.clock,
            self.channel,
            self.lines.append,
            terms=self.terms,
            min_stars=BAR,
        )
        return list(self.lines)

    async def cycle(self, health: Health = GOOD) -> list[str]:
        """Both."""
        await self.sweep(health)
        return await self.look()

    async def posted(self, channel: Channel = CHANNEL) -> list[str]:
        """What lies in a channel's outbox, oldest first."""
        return [each.notification for each in await messages_of(self.store, channel)]


@pytest.fixture
async def watch(store: SqlStore) -> Watch:
    """A catalogue of ten repos, and a good sweep of them."""
    from support.catalogue import a_repo, keep  # noqa: PLC0415 - only here

    await keep(store, [a_repo(number) for number in range(1, 11)])
    found = Watch(store)
    assert await found.cycle() == []
    return found


async def test_a_good_day_tells_nothing(watch: Watch) -> None:
    for _ in range(4):
        assert await watch.cycle() == []
    assert await watch.posted() == []


async def test_half_a_sweep_is_told_once_however_long_it_lasts_and_so_is_its_end(
    watch: Watch,
) -> None:
    (line,) = await watch.cycle(PARTIAL)
    assert line.startswith("GitHub answered for 30% of 10 repos on Sun 22 Nov 18:00 UTC. ")
    assert await watch.cycle(PARTIAL) == []
    assert await watch.cycle(PARTIAL) == []
    (line,) = await watch.cycle()
    assert line == "GitHub is well again: 10 of 10 repos answered on Mon 23 Nov 12:00 UTC."
    assert await watch.cycle() == []
    assert [text[:20] for text in await watch.posted()] == [
        "GitHub answered for ",
        "GitHub is well again",
    ]


async def test_counts_that_stand_still_are_told_with_when_they_last_moved(watch: Watch) -> None:
    (line,) = await watch.cycle(STILL)
    assert line.startswith("All counts stand still since Sun 22 Nov 12:00 UTC: GitHub tells old")
    assert await watch.cycle(STILL) == []


async def test_trouble_that_changes_its_kind_is_told_by_each_kind_and_ends_once(
    watch: Watch,
) -> None:
    told = [len(await watch.cycle(health)) for health in (PARTIAL, STILL, PARTIAL, STILL, GOOD)]
    assert told == [1, 1, 0, 0, 1]


async def test_the_next_trouble_is_told_anew(watch: Watch) -> None:
    told = [len(await watch.cycle(health)) for health in (STILL, GOOD, STILL, GOOD, STILL)]
    assert told == [1, 1, 1, 1, 1]


async def test_an_end_without_a_told_beginning_is_not_told(watch: Watch) -> None:
    await watch.sweep(STILL)  # and the cycle dies
    assert await watch.cycle() == []
    assert await watch.posted() == []


async def test_an_end_is_told_late_where_the_cycle_died_before_it_could(watch: Watch) -> None:
    await watch.cycle(STILL)
    await watch.sweep()  # and the cycle dies
    (line,) = await watch.cycle()
    assert "well again: 10 of 10 repos answered on Mon 23 Nov 00:00" in line
    assert await watch.cycle() == []


@pytest.mark.parametrize("long", [14, 15, 16, 40, 270])
async def test_a_trouble_is_told_once_however_long_it_lasts_and_costs_few_questions(
    watch: Watch, long: int
) -> None:
    """One kind of it, its end too, and not a question for each bad sweep."""
    told = await watch.cycle(STILL)
    for _ in range(long - 1):
        await watch.sweep(STILL)
    asked = _counted(watch.store)
    told += await watch.look()
    assert len(asked) < 12
    told += await watch.cycle()
    told += await watch.cycle()
    assert [("stand still" in line, "well again" in line) for line in told] == [
        (True, False),
        (False, True),
    ]


def _counted(store: SqlStore) -> list[str]:
    """The statements that are carried out from now on."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    return statements


async def test_whether_a_beginning_was_told_is_asked_without_writing(watch: Watch) -> None:
    await watch.sweep(STILL)  # and the cycle dies
    asked = _counted(watch.store)
    assert await watch.cycle() == []
    assert not any("notice" in each and "INSERT" in each for each in asked)


async def test_another_channel_hears_no_end_of_what_it_never_heard_begin(watch: Watch) -> None:
    await watch.cycle(STILL)
    watch.channel = OTHER_CHANNEL
    assert await watch.cycle() == []
    assert await watch.posted(OTHER_CHANNEL) == []


async def test_without_a_channel_it_is_a_line_of_the_log_and_nothing_is_kept(watch: Watch) -> None:
    watch.channel = None
    told = [len(await watch.cycle(health)) for health in (STILL, GOOD, GOOD)]
    assert told == [1, 1, 0]
    async with watch.store.read() as tx:
        assert await tx.outbox.recent() == []


async def test_a_token_is_told_at_fourteen_seven_three_and_one_days_before_its_end(
    watch: Watch,
) -> None:
    ends = watch.clock.at + 16 * DAY
    watch.github.stands = Standing(expires_at=ends)
    days = []
    while watch.clock.at < ends:
        watch.clock.at += 12 * HOUR
        for line in await watch.look():
            days.append((ends - watch.clock.at) / DAY)
            assert "token ends in" in line
    assert days == [14.0, 7.0, 3.0, 1.0]


@given(st.floats(-40, 40))
def test_a_token_is_told_of_by_one_step_and_only_near_its_end(days: float) -> None:
    notices = list(of_standing(Standing(expires_at=NOW + days * DAY), NOW))
    assert len(notices) == (days * DAY <= 14 * DAY)


async def test_a_new_token_of_another_end_is_told_of_again(watch: Watch) -> None:
    watch.github.stands = Standing(expires_at=NOW + 5 * DAY)
    assert len(await watch.cycle()) == 1
    watch.github.stands = Standing(expires_at=NOW + 6 * DAY)
    assert len(await watch.cycle()) == 1


async def test_a_refusal_is_told_once_until_it_ends_and_again_the_next_time(watch: Watch) -> None:
    refusal = SourceRefused("GitHub refuses the token (Bad credentials): set GITHUB_TOKEN.")
    watch.github.stands = refusal
    (line,) = await watch.look()
    assert line.startswith(str(refusal))
    watch.clock.at += 3 * DAY
    assert await watch.look() == []
    watch.github.stands = Standing()
    assert await watch.cycle() == []
    watch.github.stands = refusal
    assert len(await watch.look()) == 1


@pytest.mark.parametrize(
    ("skew", "says"),
    [
        (timedelta(minutes=2), None),
        (timedelta(minutes=5), "clock is 5 minutes behind GitHub's. Let NTP"),
        (-timedelta(minutes=2, seconds=1), "clock is 2 minutes ahead of GitHub's. Let NTP"),
        (-3 * HOUR, "clock is 180 minutes ahead"),
    ],
)
async def test_a_clock_that_is_off_is_told_once_a_week(
    watch: Watch, skew: timedelta, says: str | None
) -> None:
    watch.github.stands = Standing(skew=skew)
    lines = await watch.look()
    assert len(lines) == (says is not None)
    assert not says or says in lines[0]
    assert await watch.look() == []
    watch.clock.at += timedelta(weeks=1)
    assert len(await watch.look()) == (says is not None)


async def test_a_search_that_is_cut_short_for_over_a_day_is_told_once(watch: Watch) -> None:
    watch.terms = [LLM, Term("mcp", is_topic=True)]
    async with watch.store.write() as tx:
        for term in watch.terms:
            await tx.sources.completed(source_key(term, BAR), watch.clock.at)
    for _ in range(4):
        assert await watch.cycle() == []  # 24 hours
    async with watch.store.write() as tx:
        await tx.sources.completed(source_key(LLM, BAR), watch.clock.at)
    (line,) = await watch.cycle()
    assert line.startswith("The search for 'topic:mcp' was last read to its end on Sun 22 Nov 12:")
    assert await watch.cycle() == []


async def test_a_search_that_was_never_read_whole_is_told_after_a_day_of_work(watch: Watch) -> None:
    watch.terms = [LLM]
    told = [len(await watch.cycle()) for _ in range(5)]
    assert told == [0, 0, 0, 1, 0]


@pytest.mark.parametrize("error", [SourceUnavailable("GitHub answered 502."), SourceError("?")])
async def test_a_github_that_does_not_answer_is_a_line_and_keeps_nothing_else_from_being_told(
    watch: Watch, error: SourceError
) -> None:
    watch.github.stands = error
    first, second = await watch.cycle(STILL)
    assert first == f"GitHub did not say how it sees us: {error}"
    assert second.startswith("All counts stand still")


async def test_a_database_that_does_not_answer_fails_no_cycle(watch: Watch) -> None:
    class Locked(SqlStore):
        def write(self) -> None:  # type: ignore[override] # raises as the real one does
            message = "The database does not answer (database is locked)."
            raise StoreUnavailable(message)

    await watch.sweep(STILL)
    locked = Locked(watch.store.engine, watch.store.world, INTERVAL, None)
    told = Watch(locked, clock=watch.clock)
    (line,) = await told.look()
    assert line.startswith("the operator's notices wait for the next cycle: The database does not")
    assert len(await watch.look()) == 1


async def test_before_the_first_sweep_there_is_nothing_to_tell(store: SqlStore) -> None:
    assert await Watch(store, terms=[LLM]).look() == []


async def test_a_notice_goes_out_once_for_each_key(store: SqlStore) -> None:
    clock, message = SetClock(NOW), words.still(NOW)
    assert await tell_operator(store, clock, CHANNEL, "a", message)
    assert not await tell_operator(store, clock, CHANNEL, "a", words.still(NOW + DAY))
    assert await tell_operator(store, clock, CHANNEL, "b", message)
    assert await tell_operator(store, clock, OTHER_CHANNEL, "a", message)
    assert len(await Watch(store).posted()) == 2


@given(st.lists(st.sampled_from(Health), max_size=12))
def test_whatever_the_sweeps_there_is_one_notice_and_an_end_names_its_beginnings(
    healths: list[Health],
) -> None:
    begun: dict[str, Notice] = {}
    for count in range(1, len(healths) + 1):
        past = [
            Sweep(number, NOW + number * INTERVAL, 10, 10 if health is not PARTIAL else 3, health)
            for number, health in enumerate(healths[:count], 1)
        ]
        notices = list(of_sweeps(past[::-1]))
        assert len(notices) == (set(healths[:count]) > {GOOD} or GOOD not in healths[:count])
        for notice in notices:
            assert bool(notice.after) == (healths[count - 1] is GOOD)
            assert set(notice.after) <= set(begun)
            begun[notice.key] = notice


def test_the_notices_are_plain_and_say_what_to_do(snapshot: SnapshotAssertion) -> None:
    notices = [
        words.partial(12_782, 18_004, NOW),
        words.still(NOW),
        words.well_again(18_001, 18_004, NOW),
        words.token_ends(ENDS, 14),
        words.token_ends(ENDS, 1),
        words.token_ends(ENDS, 0),
        words.refused("GitHub refuses the token (Bad\ncredentials): set GITHUB_TOKEN."),
        words.search_unread("topic:mcp", NOW),
        words.search_unread("llm", None),
        words.clock_off(timedelta(minutes=5)),
        words.clock_off(-timedelta(minutes=2, seconds=10)),
    ]
    for notice in notices:
        shown = plain(notice).splitlines()
        assert words.in_one_line(notice) == " ".join(shown)
        assert spoken(notice).splitlines() == shown
    assert "\n\n".join(plain(notice) for notice in notices) == snapshot


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_each_platform_shows_a_notice_whole(platform: str) -> None:
    notice = words.refused("GitHub refuses the token: set GITHUB_TOKEN.")
    (post,) = load_bots()[platform].render(notice)
    shown = json.dumps(post)
    assert "GitHub refuses the token" in shown
    assert "hypecurve doctor tells whether" in shown
