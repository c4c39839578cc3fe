"""A clock that is wrong, and a database that one has written into."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.sql.redating import redate
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.errors import SourceUnavailable, WrongClock
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Channel, Subscription, Wants
from hypecurve.ports import Standing
from hypecurve.services.tracker.clocks import refuse_wrong_clock
from hypecurve.services.tracker.cycle import Means, fill_in
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, DAY, entry_of
from support.databases import INTERVAL, NOW
from support.frozen import messages_of
from support.tracking import Tracker, an_ai_repo, taxonomy

MINUTE = timedelta(minutes=1)
YEAR = 365 * DAY
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
async def tracker(store: SqlStore) -> Tracker:
    """Two old repos and a baseline."""
    found = Tracker(store)
    old = NOW - 400 * DAY
    found.github.add([an_ai_repo(n, 600 + n, created_at=old) for n in (1, 2)])
    for _ in range(2):
        await found.cycle()
    return found


async def _sweeps(tracker: Tracker) -> int:
    async with tracker.store.read() as tx:
        last = await tx.stars.latest(whatever_health=True)
    assert last is not None
    return last.number


@ON_SQLITE
@pytest.mark.parametrize(
    ("skew", "line"),
    [
        (-YEAR, "clock says 2026-11-22 18:00 UTC, GitHub's 2025-11-22 18:00 UTC: nothing is"),
        (11 * MINUTE, "clock says 2026-11-22 18:00 UTC, GitHub's 2026-11-22 18:11 UTC: nothing is"),
    ],
    ids=["ahead", "behind"],
)
async def test_by_a_wrong_clock_nothing_is_asked_for_and_nothing_kept(
    tracker: Tracker, skew: timedelta, line: str
) -> None:
    tracker.github.stands = Standing(skew=skew)
    tracker.github.searched.clear()
    tracker.clock.at -= INTERVAL
    with pytest.raises(WrongClock, match=line):
        await tracker.cycle(INTERVAL + MINUTE / 60)
    assert tracker.github.searched == []
    assert await _sweeps(tracker) == 2
    means = Means(tracker.store, tracker.github, tracker.clock, taxonomy(), tracker.tracking)
    with pytest.raises(WrongClock):
        await fill_in(means)
    assert tracker.github.asked_past == []


@ON_SQLITE
@pytest.mark.parametrize(
    "stands", [Standing(), Standing(skew=-10 * MINUTE), SourceUnavailable("An outage.")]
)
async def test_a_clock_that_may_be_right_is_believed(
    tracker: Tracker, stands: Standing | SourceUnavailable
) -> None:
    tracker.github.stands = stands
    await tracker.cycle()
    assert await _sweeps(tracker) == 3
    if stands == Standing(skew=-10 * MINUTE):
        return
    with pytest.raises(WrongClock, match="does not tell the time"):
        await refuse_wrong_clock(tracker.store, tracker.github, tracker.clock, must_know=True)


async def test_the_operator_hears_of_the_clock_once_and_of_nothing_that_it_makes_look_wrong(
    tracker: Tracker,
) -> None:
    tracker.operator = Channel.parse("slack:T1/C9")
    ends = tracker.clock.at + 90 * DAY
    tracker.github.stands = Standing(skew=-YEAR, expires_at=ends)
    tracker.clock.at += YEAR
    for _ in range(2):
        with pytest.raises(WrongClock):
            await tracker.cycle()
    told = [plain(each) for each in await messages_of(tracker.store, tracker.operator)]
    assert len(told) == 1, "neither of the token nor of searches that were not read"
    assert "clock" in told[0]


async def _once_ahead(tracker: Tracker) -> None:
    """Let two cycles be made a year ahead, by a clock that nobody could compare."""
    tracker.github.star(1, 700)
    tracker.github.add([an_ai_repo(3, 900, created_at=tracker.clock.at + YEAR)])
    await tracker.cycle(YEAR)
    await tracker.cycle()
    tracker.clock.at -= YEAR


@ON_SQLITE
async def test_a_sweep_in_the_future_is_told_of_before_github_is_asked(tracker: Tracker) -> None:
    await _once_ahead(tracker)
    tracker.github.searched.clear()
    line = r"in the future, at 2027-11-23 00:00 UTC, and it is 2026-11-23 06:00 UTC .* db redate"
    with pytest.raises(WrongClock, match=line):
        await tracker.cycle()
    assert tracker.github.searched == []
    assert await _sweeps(tracker) == 4
    await tracker.cycle(YEAR)
    assert await _sweeps(tracker) == 5, "it is no future any more"


async def test_a_database_that_was_ahead_goes_on_once_it_is_redated(tracker: Tracker) -> None:
    store = tracker.store
    async with store.write() as tx:
        wants = Wants(frozenset(), frozenset(SUBSCRIBABLE))
        sub = Subscription(CHANNEL, wants, next_due=NOW + YEAR + DAY)
        await tx.subscriptions.add(sub)
    before = tracker.clock.at
    await _once_ahead(tracker)
    now = tracker.clock.at + INTERVAL
    assert await redate(store, now, INTERVAL) == 2
    async with store.read() as tx:
        last = await tx.stars.latest(whatever_health=True)
        history = await tx.stars.history(an_ai_repo(1).id, before, now)
        judged = await tx.signals.judged_at()
        told = await tx.signals.between(0, 99)
        assert len(await tx.subscriptions.due(now, 9)) == 1
    assert last is not None
    assert before < last.at < now
    assert judged == last.at, "it was judged, and still is"
    assert [each.stars for each in history.snapshots] == [601, 700, 700], "no count is lost"
    first = before + (now - before) / 3
    assert [(s.repo_id, s.kind, s.at) for _, s in told] == [(3, SignalKind.NEW, first)]
    listed = (await entry_of(store, 3)).listed_at
    assert listed is not None
    assert listed < now
    # Searches, sweeps and signals go on as if nothing had been.
    tracker.github.add([an_ai_repo(4, 900, created_at=now)])
    assert await tracker.kinds(INTERVAL + MINUTE) == [(4, SignalKind.NEW)]
    assert await redate(store, tracker.clock.at + MINUTE, INTERVAL) == 0


@ON_SQLITE
async def test_a_first_sweep_in_the_future_is_redated_too(store: SqlStore) -> None:
    tracker = Tracker(store)
    tracker.github.add([an_ai_repo(1)])
    await tracker.cycle(YEAR)
    now = tracker.clock.at - YEAR
    assert await redate(store, now, INTERVAL) == 1
    async with store.read() as tx:
        last = await tx.stars.latest()
    assert last is not None
    assert last.at == now - INTERVAL / 2


@ON_SQLITE
async def test_a_search_that_was_read_in_the_future_is_read_again(tracker: Tracker) -> None:
    async with tracker.store.write() as tx:
        await tx.sources.completed("search:llm>=500", tracker.clock.at + YEAR)
        await tx.sources.stopped("search:llm>=500", "1", tracker.clock.at + YEAR)
        await tx.sources.looked_lately("search:llm>=500", tracker.clock.at + YEAR)
    tracker.github.searched.clear()
    await tracker.cycle()
    assert [(lately, rest) for _, lately, rest in tracker.github.searched] == [(None, "")]
    await tracker.cycle()
    pushed = [lately.pushed for _, lately, _ in tracker.github.searched if lately]
    assert [each for each in pushed if each] == [tracker.clock.at - INTERVAL - DAY / 24]
