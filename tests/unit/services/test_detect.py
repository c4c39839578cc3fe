"""Detect: what the last sweep means, over the whole tracker and a GitHub in memory."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Growth, ListedReason
from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import SignalKind
from hypecurve.services.tracker.detect import detect_changes
from support.catalogue import DAY, a_repo, a_signal, entry_of, keep, listed, speak, sweep
from support.databases import INTERVAL, NOW
from support.tracking import BAR, Tracker, an_ai_repo, past_of

K = SignalKind


@pytest.fixture
def backend() -> str:
    """The store's contracts hold the databases together; whole cycles are tried on both."""
    return "sqlite"


@pytest.fixture
def tracker(store: SqlStore) -> Tracker:
    return Tracker(store)


async def _reason(tracker: Tracker, number: int) -> ListedReason | None:
    return (await entry_of(tracker.store, number)).listed_reason


async def test_there_is_nothing_to_judge_before_the_first_sweep(store: SqlStore) -> None:
    assert await detect_changes(store, interval=INTERVAL, min_stars=BAR) is None


async def test_the_first_sweep_of_900_repos_announces_none_of_them(tracker: Tracker) -> None:
    young = NOW - timedelta(hours=3)
    tracker.github.page = 100
    tracker.github.add(an_ai_repo(n, 499 + n, created_at=young) for n in range(1, 901))
    found = await tracker.run()
    assert found is not None
    assert (found.listed, found.signals) == (900, ())
    assert await _reason(tracker, 7) is ListedReason.BASELINE
    assert await tracker.cycle() == []


async def test_a_repo_that_crosses_the_bar_is_announced_once_and_never_again(
    tracker: Tracker,
) -> None:
    tracker.github.add([an_ai_repo(1, 9_000), an_ai_repo(2, 480)])
    assert await tracker.kinds() == []
    tracker.github.star(2, 510)
    assert await tracker.kinds(DAY) == [(2, K.NEW)]
    assert await _reason(tracker, 2) is ListedReason.CROSSED
    for stars in (511, 490, 495, 520, 499, 501):
        tracker.github.star(2, stars)
        assert await tracker.kinds(DAY) == []


async def test_the_signal_of_a_newcomer_says_what_was_known(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000)])
    await tracker.cycle()
    tracker.github.add([an_ai_repo(2, 512, created_at=tracker.clock.at - 19 * DAY)])
    (signal,) = await tracker.cycle(DAY)
    evidence = signal.evidence
    assert (signal.kind, signal.at, signal.rule) == (K.NEW, tracker.clock.at, "listing/1")
    assert (evidence.stars, evidence.age_days, evidence.after) == (512, 20, "500")
    assert evidence.gain_7d is None


async def test_a_repo_created_since_the_last_look_is_new_however_large(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000)])
    await tracker.cycle()
    born = tracker.clock.at + timedelta(hours=2)
    old = tracker.clock.at - 400 * DAY
    tracker.github.add([an_ai_repo(2, 8_000, created_at=born)])
    tracker.github.add([an_ai_repo(3, 8_000, created_at=old)])
    assert await tracker.kinds(DAY) == [(2, K.NEW)]
    assert await _reason(tracker, 2) is ListedReason.CREATED
    assert await _reason(tracker, 3) is ListedReason.MATCHED


async def test_a_new_terms_first_complete_search_is_its_baseline(tracker: Tracker) -> None:
    tracker.github.add(an_ai_repo(n, 500 + n) for n in range(1, 41))
    tracker.github.terms = {"llm": set(range(1, 21)), "gpt": set(range(15, 42))}
    assert await tracker.kinds() == []
    tracker.terms = ("llm", "gpt")
    found = await tracker.run(DAY)
    assert found is not None
    assert (found.listed, found.signals) == (20, ())
    assert await _reason(tracker, 40) is ListedReason.BASELINE
    tracker.github.add([an_ai_repo(41, 505)])
    assert await tracker.kinds(DAY) == [(41, K.NEW)]


async def test_a_baseline_that_was_cut_short_announces_nothing_when_it_goes_on(
    tracker: Tracker,
) -> None:
    tracker.github.add(an_ai_repo(n, 500 + n) for n in range(1, 31))
    tracker.github.terms = {"llm": {30}}
    await tracker.cycle()
    tracker.terms = ("llm", "gpt")
    tracker.github.cut_short = {"gpt": SourceUnavailable("an outage")}
    with pytest.raises(SourceUnavailable):
        await tracker.cycle(DAY)
    tracker.github.cut_short = {}
    assert await tracker.kinds(DAY) == []
    assert await _reason(tracker, 1) is ListedReason.BASELINE


async def test_a_submitted_repo_is_watched_and_announced_at_the_bar(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000), an_ai_repo(2, 480)])
    await keep(tracker.store, [tracker.github.repos[2]], origin="submission")
    assert await tracker.kinds() == []
    assert await _reason(tracker, 2) is None
    tracker.github.star(2, 500)
    assert await tracker.kinds() == [(2, K.NEW)]
    assert await _reason(tracker, 2) is ListedReason.SUBMITTED
    assert await tracker.kinds() == []


async def test_what_is_not_about_ai_is_watched_and_never_announced(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000)])
    await tracker.cycle()
    partitions = a_repo(2, 510, description="Disk partition tool for GPT and MBR")
    tracker.github.add([partitions])
    assert await tracker.kinds(DAY) == []
    assert (await entry_of(tracker.store, 2)).place.category == "not-ai"
    assert await _reason(tracker, 2) is None


async def test_a_repo_that_is_gone_costs_itself_only(tracker: Tracker) -> None:
    tracker.github.add(an_ai_repo(n) for n in range(1, 4))
    await tracker.cycle()
    tracker.github.gone = {2: "not found"}
    found = await tracker.run()
    assert found is not None
    assert [(s.repo_id, s.kind, s.evidence.after) for s in found.signals] == [
        (2, K.GONE, "deleted")
    ]
    assert (found.sweep.expected, found.sweep.seen) == (2, 2)
    assert await tracker.kinds() == []


async def test_what_happens_to_a_repo_is_told_in_the_cycle_that_saw_it(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 990, license="MIT"), an_ai_repo(2)])
    await tracker.cycle()
    changed = an_ai_repo(1, 1_004, name="acme/renamed", license="GPL-3.0", archived=True)
    tracker.github.add([changed])
    told = await tracker.cycle()
    assert {(s.kind, s.evidence.before, s.evidence.after) for s in told} == {
        (K.RENAMED, "acme/repo-1", "acme/renamed"),
        (K.RELICENSED, "MIT", "GPL-3.0"),
        (K.ARCHIVED, None, None),
        (K.MILESTONE, None, "1000"),
    }
    assert await tracker.kinds() == []


async def test_a_purge_is_no_signal_and_no_gain(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 83_576), an_ai_repo(2, 600)])
    for _ in range(9):
        await tracker.cycle()
    tracker.github.star(1, 61_785)
    assert [await tracker.kinds() for _ in range(3)] == [[(1, K.CORRECTED)], [], []]
    assert (await entry_of(tracker.store, 1)).growth == Growth(None, None, None)
    tracker.github.star(1, 83_500)  # GitHub gives them back
    assert [await tracker.kinds() for _ in range(3)] == [[(1, K.CORRECTED)], [], []]


async def test_judging_the_same_sweep_again_says_nothing_new(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000)])
    await tracker.cycle()
    tracker.github.add([an_ai_repo(2, 505)])
    assert await tracker.kinds(DAY) == [(2, K.NEW)]
    again = await detect_changes(tracker.store, interval=INTERVAL, min_stars=BAR)
    assert again is not None
    assert (again.signals, again.listed) == ((), 0)


async def test_a_cycle_hands_back_only_what_nobody_had_said(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 480), an_ai_repo(2, 480)])
    await keep(tracker.store, list(tracker.github.repos.values()))
    await tracker.cycle()
    await speak(tracker.store, [a_signal(2, K.NEW)], tracker.clock.at)
    for number in (1, 2):
        tracker.github.star(number, 510)
    found = await tracker.run()
    assert found is not None
    assert (found.listed, [s.repo_id for s in found.signals]) == (2, [1])


async def test_a_burst_over_githubs_own_history_is_fast_rising_once(tracker: Tracker) -> None:
    tracker.budget = 10
    tracker.github.add([an_ai_repo(1, 6_000, created_at=NOW - 900 * DAY), an_ai_repo(2, 6_000)])
    tracker.github.past = {
        1: past_of([6] * 200 + [60] * 7 + [30], NOW + INTERVAL),
        2: past_of([6] * 208, NOW + INTERVAL),
    }
    (signal,) = await tracker.cycle()
    assert (signal.repo_id, signal.kind, signal.episode, signal.step) == (1, K.RISING, 1, 1)
    assert signal.evidence.gain_7d is not None
    assert 380 <= signal.evidence.gain_7d <= 420
    assert signal.evidence.usual_7d == pytest.approx(42, rel=0.1)
    tracker.github.star(1, 6_015)
    assert await tracker.kinds() == []
    assert (await entry_of(tracker.store, 1)).state == "rising"
    assert (await entry_of(tracker.store, 2)).state == "active"


async def test_before_the_past_is_known_no_rise_is_claimed(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 6_000)])
    for day in range(5):
        tracker.github.star(1, 6_000 + 500 * day)
        assert await tracker.kinds(DAY) == []


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_present_figures_and_the_history_tell_the_same_growth(
    store: SqlStore, seed: int
) -> None:
    """Two paths, one answer: `measure` reads packed columns, `history` the changes."""
    chance = random.Random(seed)  # noqa: S311 - made-up weeks, the same for each seed
    counts = {number: 1_000 * number for number in range(1, 13)}
    await listed(store, [a_repo(number) for number in counts])
    at = NOW
    for _ in range(4 * 32):
        counts = {n: stars + chance.choice([0, 0, 1, 5, -1]) for n, stars in counts.items()}
        missed = [n for n in counts if chance.random() < 0.15]
        await sweep(store, at, {n: s for n, s in counts.items() if n not in missed}, missed)
        at += INTERVAL + timedelta(seconds=chance.randrange(-60, 60))
    await detect_changes(store, interval=INTERVAL, min_stars=BAR)
    compared = 0
    for number in counts:
        entry = await entry_of(store, number)
        async with store.read() as tx:
            last = await tx.stars.latest()
            history = await tx.stars.history(RepoId(number), NOW, at)
        assert last is not None
        grown = Growth(*(history.growth(last.at, days * DAY) for days in (1, 7, 30)))
        assert entry.growth == grown, number
        compared += sum(gain is not None for gain in (grown.day, grown.week, grown.month))
    assert compared > len(counts)


async def test_growth_over_a_gap_in_our_counts_is_unknown_not_zero(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 1_000)])
    for _ in range(4):
        await tracker.cycle()
    await tracker.cycle(3 * DAY)
    assert (await entry_of(tracker.store, 1)).growth == Growth(None, None, None)


async def test_a_repo_that_was_missed_keeps_its_figures(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 1_000), an_ai_repo(2, 1_000)])
    for _ in range(6):
        await tracker.cycle()
    tracker.github.star(1, 1_010)
    await tracker.cycle()
    tracker.github.silent = {1}
    await tracker.cycle()
    assert (await entry_of(tracker.store, 1)).growth.day == 10
    await tracker.cycle()
    assert (await entry_of(tracker.store, 1)).growth.day is None


async def test_a_repo_met_again_after_it_was_gone_is_not_new(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1), an_ai_repo(2)])
    await tracker.cycle()
    tracker.github.gone = {2: "not found"}
    await tracker.cycle()
    tracker.github.gone = {}
    assert await tracker.kinds(DAY) == [(2, K.RETURNED)]
    entry = await entry_of(tracker.store, 2)
    assert (entry.state, entry.listed_reason) == ("active", ListedReason.BASELINE)


@pytest.mark.parametrize(
    ("back", "later"), [(5_000, 5_005), (600, 610), (3, 700), (4_990, 5_100), (3, 5_000)]
)
@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_growth_of_one_that_came_back_without_its_stars_is_unknown(
    tracker: Tracker, back: int, later: int
) -> None:
    tracker.github.add([an_ai_repo(1, 5_100), an_ai_repo(2, 5_100)])
    for _ in range(9):
        await tracker.cycle(DAY)
    tracker.github.gone = {1: "not found"}
    await tracker.cycle(DAY)
    tracker.github.gone = {}
    for stars in (back, later, later + 1):
        tracker.github.star(1, stars)
        await tracker.cycle(DAY)
    growth = (await entry_of(tracker.store, 1)).growth
    assert growth == Growth(1, None, None)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_growth_of_one_that_came_back_with_its_stars_is_known(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 5_000), an_ai_repo(2, 5_000)])
    for _ in range(9):
        await tracker.cycle(DAY)
    tracker.github.gone = {1: "not found"}
    await tracker.cycle(DAY)
    tracker.github.gone = {}
    tracker.github.star(1, 5_010)
    await tracker.cycle(DAY)
    assert (await entry_of(tracker.store, 1)).growth == Growth(None, 10, None)


async def test_each_cycles_signals_carry_its_number(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000)])
    await tracker.cycle()
    for number in (2, 3):
        tracker.github.add([replace(an_ai_repo(number), stars=505)])
        await tracker.cycle(DAY)
    async with tracker.store.read() as tx:
        assert await tx.signals.current_cycle() == 3
        third = await tx.signals.between(2, 3)
    assert [signal.repo_id for _, signal in third] == [3]
