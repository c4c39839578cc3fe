"""Why: what it says of each repo is what the last judgement went by."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import FactKind, ListedReason
from hypecurve.domain.errors import NotFound
from hypecurve.domain.reasons import Short
from hypecurve.domain.repo import RepoName
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.states import Rise
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.domain.why import Explanation, GuardKind, Verdict
from hypecurve.services.answers.why import why
from support.catalogue import CHANNEL, DAY, a_repo, entry_of, keep
from support.databases import INTERVAL, NOW
from support.tracking import BAR, Tracker, an_ai_repo, past_of

OLD = NOW - 900 * DAY
RISING = {Verdict.RISING, Verdict.ACCELERATING, Verdict.OLD_RISE}


@pytest.fixture
def tracker(store: SqlStore) -> Tracker:
    return Tracker(store, budget=100)


async def _why(tracker: Tracker, number: int) -> Explanation:
    name = (await entry_of(tracker.store, number)).repo.name
    return await why(tracker.store, tracker.clock, name, bar=BAR)


def _kinds(explanation: Explanation) -> set[GuardKind]:
    return {guard.kind for guard in explanation.guards}


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("seed", [1, 2])
async def test_it_goes_by_the_figures_of_the_last_judgement(tracker: Tracker, seed: int) -> None:
    """Who was announced is above every bar, who was not lacks one; the figures are the same."""
    chance = random.Random(seed)  # noqa: S311 - made-up weeks, the same for each seed
    paces = {number: chance.choice([0.3, 2, 8, 30, 90]) for number in range(1, 25)}
    stars = dict.fromkeys(paces, 3_000.0)
    tracker.github.add(an_ai_repo(number, 3_000, created_at=OLD) for number in paces)
    tracker.github.past = {
        number: past_of([int(pace + chance.random()) for _ in range(150)])
        for number, pace in paces.items()
    }
    tracker.github.page = 50
    told, above, compared = 0, 0, 0
    for day in range(16):
        for number, pace in paces.items():
            burst = 12 if number % 4 == 0 and day > 3 + number % 9 else 1
            stars[number] += pace * burst * chance.choice([0.5, 1, 1.5])
            tracker.github.star(number, int(stars[number]))
        tracker.github.silent = {number for number in paces if chance.random() < 0.05}
        after = DAY + timedelta(seconds=chance.randrange(-90, 90))
        announced = await _rises(tracker, after)
        for number in paces if day % 5 == 0 else announced:
            known = await _why(tracker, number)
            _holds(known, announced.get(known.entry.repo.id))
            told += known.entry.repo.id in announced
            above += known.rise is not None and not known.rise.short
            compared += known.entry.usual_week is not None
    assert told >= 3
    assert above >= told
    assert compared > 48


async def _rises(tracker: Tracker, after: timedelta) -> dict[int, Signal]:
    return {s.repo_id: s for s in await tracker.cycle(after) if s.kind is SignalKind.RISING}


def _holds(known: Explanation, signal: Signal | None) -> None:
    rise, entry = known.rise, known.entry
    assert rise is not None
    assert rise.usual_7d == pytest.approx(entry.usual_week)
    if signal is None:
        # Who is up was announced when it began, and who cools down is not heard for two weeks.
        assert rise.short or rise.phase is not Rise.IDLE
        assert (known.verdict in RISING) == (entry.state == "rising")
        return
    evidence = signal.evidence
    assert (rise.gain_3d, rise.gain_7d) == (evidence.gain_3d, evidence.gain_7d)
    assert known.stars == evidence.stars
    assert rise.bound == pytest.approx(signal.score, abs=1e-4)
    assert known.quiet is not None
    assert (known.quiet.gain_28d, known.quiet.best_28d) == (evidence.gain_28d, evidence.best_28d)
    if signal.step == 1:
        assert rise.short == ()
        assert rise.lane is signal.lane
        assert known.announced == signal


async def test_a_repo_under_the_bar_is_so_many_weeks_away(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000), an_ai_repo(2, 412, created_at=OLD)])
    await keep(tracker.store, [tracker.github.repos[2]], origin="submission")
    tracker.github.past[2] = past_of([1, 1, 1, 2, 1, 2, 1] * 20)
    await tracker.cycle()
    known = await _why(tracker, 2)
    assert known.verdict is Verdict.UNDER_BAR
    assert known.weeks_to_bar == pytest.approx(88 / 9, rel=0.05)


async def test_a_repo_that_was_met_after_the_last_judgement_is_not_judged_yet(
    tracker: Tracker,
) -> None:
    tracker.github.add([an_ai_repo(1, 9_000)])
    await tracker.cycle()
    await keep(tracker.store, [an_ai_repo(2, 700)], at=tracker.clock.at + INTERVAL / 2)
    known = await _why(tracker, 2)
    assert (known.verdict, known.rise, known.guards) == (Verdict.NOT_LISTED, None, ())


async def test_before_the_first_look_nothing_is_judged(tracker: Tracker) -> None:
    await keep(tracker.store, [an_ai_repo(1, 700)])
    known = await _why(tracker, 1)
    assert (known.rise, known.look, known.stars) == (None, None, 700)


async def test_a_repo_nobody_knows_is_said_to_be_none(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="acme/nothing is not known yet: the first look"):
        await why(tracker.store, tracker.clock, RepoName("acme", "nothing"), bar=BAR)


async def test_too_little_history_is_said_with_the_day_it_is_enough(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000)])
    for _ in range(9):
        await tracker.cycle(DAY)
    known = await _why(tracker, 1)
    assert (known.verdict, known.entry.listed_reason) == (
        Verdict.UNKNOWN_PACE,
        ListedReason.BASELINE,
    )
    little, none = known.guards
    assert (little.kind, little.days) == (GuardKind.LITTLE_HISTORY, 8)
    assert little.until == tracker.clock.at + 13 * DAY
    assert none.kind is GuardKind.NO_HISTORY


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_of_a_corrected_count_nothing_is_said_until_the_pace_is_known_again(
    tracker: Tracker,
) -> None:
    tracker.github.add([an_ai_repo(1, 83_576, created_at=OLD)])
    tracker.github.past[1] = past_of([20] * 150)
    for _ in range(3):
        await tracker.cycle(DAY)
    tracker.github.star(1, 61_785)
    await tracker.cycle(DAY)
    corrected = tracker.clock.at
    until = corrected + 21 * DAY
    for _ in range(20):
        await tracker.cycle(DAY)
        known = await _why(tracker, 1)
        (guard,) = known.guards
        assert (guard.kind, guard.before, guard.after) == (GuardKind.CORRECTED, "83576", "61785")
        assert (known.verdict, guard.until) == (Verdict.UNKNOWN_PACE, until)
    await tracker.cycle(DAY)
    known = await _why(tracker, 1)
    assert known.verdict is Verdict.NOT_RISING
    assert [(guard.kind, guard.until) for guard in known.guards] == [(GuardKind.CORRECTED, None)]


async def test_a_count_that_was_misread_and_a_half_answer_are_told(tracker: Tracker) -> None:
    tracker.github.add(an_ai_repo(n, 12_345, created_at=OLD) for n in range(1, 11))
    tracker.github.past = {n: past_of([20] * 150, NOW + DAY) for n in range(1, 11)}
    await tracker.cycle(DAY)
    async with tracker.store.write() as tx:
        repo_id = tracker.github.repos[1].id
        at = tracker.clock.at
        await tx.catalogue.note(repo_id, FactKind.MISREAD, at, "0", "12345")
    tracker.github.silent = {7, 8, 9, 10}
    tracker.github.add(an_ai_repo(n, 12_365, created_at=OLD) for n in range(1, 11))
    await tracker.cycle(DAY)
    known = await _why(tracker, 1)
    assert _kinds(known) == {GuardKind.MISREAD, GuardKind.PARTIAL}
    assert [guard.share for guard in known.guards if guard.kind is GuardKind.PARTIAL] == [0.6]
    # One that did not answer for two days: its last days are not known.
    tracker.github.add(an_ai_repo(n, 12_385, created_at=OLD) for n in range(1, 11))
    await tracker.cycle(DAY)
    silent = await _why(tracker, 8)
    assert {GuardKind.UNSEEN, GuardKind.PARTIAL} <= _kinds(silent)
    assert silent.counted_at == NOW + DAY


async def test_what_waits_for_the_operator_is_said(tracker: Tracker) -> None:
    tracker.github.add([an_ai_repo(1, 9_000), an_ai_repo(2, 700, is_fork=True)])
    await tracker.cycle()
    known = await _why(tracker, 2)
    assert (known.verdict, known.guards[-1].kind) == (Verdict.FORK, GuardKind.NO_HISTORY)
    wish = Submission(
        known.entry.repo.id, known.entry.repo.name, NOW, SubmissionState.WAITING, CHANNEL, "u"
    )
    async with tracker.store.write() as tx:
        await tx.submissions.add(wish)
    assert GuardKind.WAITING in _kinds(await _why(tracker, 2))


async def test_not_ai_and_gone_stand_before_all_figures(tracker: Tracker) -> None:
    partitions = a_repo(2, 510, description="Disk partition tool for GPT and MBR")
    tracker.github.add([an_ai_repo(1, 9_000), partitions])
    await tracker.cycle()
    assert (await _why(tracker, 2)).verdict is Verdict.NOT_AI
    tracker.github.gone, tracker.github.why = {1: "not found"}, {1: "dmca"}
    await tracker.cycle()
    known = await _why(tracker, 1)
    assert (known.verdict, known.entry.gone_why) == (Verdict.GONE, "dmca")
    assert [fact.kind for fact in known.told] == [FactKind.GONE]
    assert Short.UNKNOWN in known.rise.short if known.rise else False
