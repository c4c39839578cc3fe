"""One cycle: whatever fails on the way, the rest is done, and nobody's news is lost."""

from __future__ import annotations

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import ListedReason
from hypecurve.domain.errors import SourceError, SourceLimited, SourceRefused, SourceUnavailable
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Channel
from hypecurve.services.answers.submit import Wish, submit
from hypecurve.services.tracker.cycle import Means, is_unjudged, judge_last
from hypecurve.wording.plain import plain
from support.catalogue import DAY, entry_of, sweep
from support.databases import INTERVAL, NOW
from support.frozen import messages_of
from support.tracking import BAR, Tracker, an_ai_repo, past_of, taxonomy

K = SignalKind
OLD = NOW - 400 * DAY


@pytest.fixture
async def tracker(store: SqlStore) -> Tracker:
    """Two old repos, a baseline, and four cycles that said nothing."""
    found = Tracker(store, budget=10)
    found.github.add([an_ai_repo(1, 601, created_at=OLD), an_ai_repo(2, 602, created_at=OLD)])
    for _ in range(4):
        assert await found.kinds() == []
    return found


async def _reason(tracker: Tracker, number: int) -> ListedReason | None:
    return (await entry_of(tracker.store, number)).listed_reason


@pytest.mark.parametrize(
    "error", [SourceUnavailable("GitHub answered 502"), SourceLimited("wait", retry_after=60)]
)
async def test_a_history_that_is_not_told_keeps_no_newcomer_from_being_announced(
    tracker: Tracker, error: SourceError
) -> None:
    tracker.github.add([an_ai_repo(3, 620, created_at=tracker.clock.at - DAY)])
    tracker.github.past[3] = error
    assert await tracker.kinds() == [(3, K.NEW)]
    assert await _reason(tracker, 3) is ListedReason.CROSSED


async def test_a_history_that_is_bad_for_good_stops_no_cycle(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(3, 620, created_at=tracker.clock.at - DAY)])
    tracker.github.past[3] = SourceUnavailable("the days of a week do not add up")
    for _ in range(4):
        await tracker.cycle()
    async with tracker.store.read() as tx:
        latest = await tx.stars.latest()
        assert latest is not None
        assert await tx.signals.judged_at() == latest.at == tracker.clock.at
        assert await tx.signals.current_cycle() == 8


async def test_a_refusal_in_the_middle_of_the_histories_is_raised_after_the_judgement(
    tracker: Tracker,
) -> None:
    tracker.github.add([an_ai_repo(3, 620, created_at=tracker.clock.at - DAY)])
    ended = SourceRefused("the token has ended")

    async def refused(*_: object) -> None:
        tracker.github.stands = ended
        raise ended

    tracker.github.past_stars = refused  # type: ignore[assignment] # from then on for everything
    with pytest.raises(SourceRefused, match="has ended"):
        await tracker.cycle()
    assert await _reason(tracker, 3) is ListedReason.CROSSED


async def test_a_cycle_that_ended_before_its_judgement_swallows_no_newcomer(
    tracker: Tracker,
) -> None:
    """It was stopped between the sweep and the judgement: the next one judges for both."""
    tracker.github.add([an_ai_repo(3, 620, created_at=tracker.clock.at - DAY)])

    async def stopped(*_: object) -> None:
        raise SystemExit

    tracker.github.past_stars = stopped  # type: ignore[assignment] # the end of the process
    with pytest.raises(SystemExit):
        await tracker.cycle()
    del tracker.github.past_stars
    assert await tracker.kinds() == [(3, K.NEW)]
    assert await tracker.kinds() == []


async def test_sweeps_that_nobody_judged_are_no_reason_to_call_a_crossing_old(
    tracker: Tracker,
) -> None:
    tracker.github.add([an_ai_repo(3, 480)])
    tracker.github.terms = {"llm": {1, 2}}
    async with tracker.store.write() as tx:
        await tx.catalogue.upsert([tracker.github.repos[3]], tracker.clock.at, origin="search:llm")
    await tracker.cycle()
    tracker.github.star(3, 510)
    await sweep(tracker.store, tracker.clock.at + DAY / 8, {1: 601, 2: 602, 3: 510})
    assert await tracker.kinds() == [(3, K.NEW)]


async def test_a_search_that_fails_for_days_stops_neither_looking_nor_judging(
    store: SqlStore,
) -> None:
    tracker = Tracker(store, terms=("gpt", "llm"), budget=10)
    tracker.github.add([an_ai_repo(n, 600 + n, created_at=OLD) for n in (1, 2)])
    tracker.github.terms = {"gpt": {1, 2, 3, 4}, "llm": {1, 2}}
    for _ in range(4):
        await tracker.cycle()
    born = tracker.clock.at - DAY / 24
    tracker.github.add([an_ai_repo(3, 620, created_at=OLD), an_ai_repo(4, 9_000, created_at=born)])
    tracker.github.cut_short["llm"] = SourceUnavailable("the search ran out of time")
    for _ in range(12):
        with pytest.raises(SourceUnavailable, match="ran out of time"):
            await tracker.cycle()
    async with store.read() as tx:
        latest = await tx.stars.latest()
        assert latest is not None
        assert await tx.signals.judged_at() == latest.at == tracker.clock.at
        told = await tx.signals.between(0, 99)
    assert {signal.repo_id for _, signal in told} == {3, 4}


async def test_the_line_of_a_failed_search_says_what_was_done_and_what_was_not(
    store: SqlStore,
) -> None:
    tracker = Tracker(store, terms=("gpt", "llm"))
    tracker.github.add([an_ai_repo(1), an_ai_repo(2)])
    tracker.github.cut_short["llm"] = SourceUnavailable("An outage.")
    with pytest.raises(SourceUnavailable) as caught:
        await tracker.cycle()
    assert str(caught.value) == (
        "Not done: the search for llm was not read to the end, the next cycle goes on with it "
        "(An outage). Done: 2 of 2 repos counted, 0 signals told."
    )
    tracker.github.cut_short = dict.fromkeys(("gpt", "llm"), SourceLimited("wait", retry_after=60))
    with pytest.raises(SourceLimited, match="the searches gpt, llm were not read") as limited:
        await tracker.cycle(DAY)
    assert limited.value.retry_after == 60


async def test_what_a_limit_keeps_from_being_searched_is_said_too(store: SqlStore) -> None:
    tracker = Tracker(store, terms=("gpt", "llm", "rag"))
    tracker.github.add([an_ai_repo(1)])
    tracker.github.cut_short["llm"] = SourceLimited("wait")
    with pytest.raises(SourceLimited, match="the searches llm, rag were not read to the end"):
        await tracker.cycle()


async def test_where_no_sweep_can_be_had_the_last_one_is_judged(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(3, 480)])
    async with tracker.store.write() as tx:
        await tx.catalogue.upsert([tracker.github.repos[3]], tracker.clock.at, "search:llm>=500")
    await tracker.cycle()
    at = tracker.clock.at + INTERVAL
    async with tracker.store.write() as tx:
        await tx.catalogue.upsert([an_ai_repo(3, 510)], at)
    await sweep(tracker.store, at, {1: 601, 2: 602, 3: 510})
    tracker.github.silent = {1, 2, 3}
    with pytest.raises(SourceUnavailable):
        await tracker.cycle(INTERVAL + DAY / 24)
    async with tracker.store.read() as tx:
        assert await tx.signals.judged_at() == at
    tracker.github.silent = set()
    assert await _reason(tracker, 3) is ListedReason.CROSSED


async def test_who_was_met_by_a_run_that_died_is_sorted_in_by_the_next(tracker: Tracker) -> None:
    async with tracker.store.write() as tx:
        await tx.catalogue.meet([an_ai_repo(3)], tracker.clock.at, "search:llm>=500")
    tracker.github.add([an_ai_repo(3)])
    await tracker.cycle()
    assert (await entry_of(tracker.store, 3)).place.category == "agents"


async def test_a_sweep_is_judged_once(tracker: Tracker) -> None:
    means = Means(tracker.store, tracker.github, tracker.clock, taxonomy(), tracker.tracking)
    assert not await is_unjudged(tracker.store)
    assert await judge_last(means) is None
    await sweep(tracker.store, tracker.clock.at + INTERVAL, {1: 601, 2: 602})
    assert await is_unjudged(tracker.store)
    judged = await judge_last(means)
    assert judged is not None
    assert judged.cycle == 5
    assert await judge_last(means) is None


async def test_the_operator_hears_of_a_refused_token_though_the_cycle_fails(
    tracker: Tracker,
) -> None:
    tracker.operator = Channel.parse("slack:T1/C9")
    tracker.github.stands = SourceRefused("GitHub takes this token no more.")
    tracker.github.silent = {1, 2}
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            await tracker.cycle(DAY)
    told = [plain(each) for each in await messages_of(tracker.store, tracker.operator)]
    assert len([text for text in told if "token" in text]) == 1, "once, not each time"


async def test_the_channel_that_submitted_a_repo_hears_of_it_after_the_judgement(
    tracker: Tracker,
) -> None:
    channel = Channel.parse("slack:T1/C1")
    tracker.github.add([an_ai_repo(3, 412)])
    wish = Wish(tracker.github.repos[3].name, channel=channel, user="slack:T1/U1")
    github, clock = tracker.github, tracker.clock
    await submit(tracker.store, github, clock, taxonomy(), wish, bar=BAR, per_day=5)
    assert await tracker.kinds() == []
    tracker.github.star(3, 500)
    assert await tracker.kinds() == [(3, K.NEW)]
    await tracker.cycle()
    async with tracker.store.write() as tx:
        (notice,) = await tx.outbox.claim("slack", tracker.clock.at, DAY, 9)
    assert notice.channel == channel


async def test_a_search_that_was_read_to_its_end_is_not_read_again_for_anothers_sake(
    store: SqlStore,
) -> None:
    tracker = Tracker(store, terms=("gpt", "llm"))
    tracker.github.add([an_ai_repo(1)])
    tracker.github.cut_short["llm"] = SourceUnavailable("an outage")
    looks = []
    for _ in range(5):
        with pytest.raises(SourceUnavailable):
            await tracker.cycle()
        async with store.read() as tx:
            looks.append((await tx.sources.source("search:gpt>=500")).complete_at)
    assert looks == [looks[0]] * 4 + [tracker.clock.at]


async def test_a_newcomer_is_held_against_the_look_before_it_was_met_however_late_it_is_judged(
    tracker: Tracker,
) -> None:
    born = tracker.clock.at
    tracker.github.add([an_ai_repo(3, 9_000, created_at=born)])
    tracker.github.past[3] = past_of([0] * 28, born)
    tracker.github.silent = {3}  # met by the search, but no sweep sees it for days
    for _ in range(9):
        assert await tracker.kinds() == []
    tracker.github.silent = set()
    assert await tracker.kinds() == [(3, K.NEW)]
    assert await _reason(tracker, 3) is ListedReason.CREATED
