"""One cycle: whatever fails on the way, the rest is done, and nobody's news is lost."""

from __future__ import annotations

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import ListedReason
from hypecurve.domain.errors import SourceError, SourceLimited, SourceRefused, SourceUnavailable
from hypecurve.domain.signal import SignalKind
from support.catalogue import DAY, entry_of, sweep
from support.databases import NOW
from support.tracking import Tracker, an_ai_repo, past_of

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
    tracker.github.past[3] = SourceRefused("the token has ended")
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
