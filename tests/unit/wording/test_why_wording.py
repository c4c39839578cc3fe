"""What somebody sees who asks why: looked at, then kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.catalogue import (
    CatalogueEntry,
    Fact,
    FactKind,
    ListedReason,
    Place,
    RepoState,
)
from hypecurve.domain.health import Health
from hypecurve.domain.message import Message, SectionKind
from hypecurve.domain.reasons import QuietReasons, RiseReasons, Short
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind
from hypecurve.domain.states import Quiet, Rise
from hypecurve.domain.submission import Submission, SubmissionState
from hypecurve.domain.why import Explanation, Guard, GuardKind, Look, Verdict
from hypecurve.wording.plain import plain, spoken
from hypecurve.wording.texts import texts
from hypecurve.wording.verdicts import away
from hypecurve.wording.why import why_message
from support.sample_day import COUNTED, DUE, Maker, sample_taxonomy

DAY = timedelta(days=1)
STEADY = RiseReasons(
    gain_1d=6,
    gain_2d=16,
    gain_3d=24,
    gain_7d=63,
    usual_7d=45.2,
    bound=0.83,
    least_bound=1.5,
    lane=Lane.MIDDLE,
    floor=20.0,
    least_2d=26,
    least_1d=7,
    short=(Short.LIFT, Short.FLOOR, Short.STILL, Short.UNFADING),
    speaks_from=112,
    known_days=120,
    known_at=COUNTED,
    phase=Rise.IDLE,
    episode=0,
    step=0,
    spoken_at=None,
    ends_below=62,
    rests_until=None,
    again_from=None,
    again_3d=None,
)
LIVELY = QuietReasons(
    gain_28d=210,
    before_28d=190,
    best_28d=640,
    bound=235.2,
    most=96.0,
    most_before=160.0,
    under=20,
    phase=Quiet.LIVELY,
    episode=0,
    muted=False,
    cares_until=None,
    wakes_from=None,
    wakes_week=10,
)
UP = replace(
    STEADY,
    gain_1d=310,
    gain_2d=640,
    gain_3d=960,
    gain_7d=1_940,
    usual_7d=226.4,
    bound=5.69,
    short=(),
    speaks_from=535,
    phase=Rise.UP,
    episode=1,
    step=1,
    spoken_at=COUNTED - 3 * DAY,
    ends_below=298,
    again_from=COUNTED + DAY,
    again_3d=1_204,
)
IDLE = replace(
    STEADY,
    gain_1d=0,
    gain_2d=0,
    gain_3d=0,
    gain_7d=1,
    usual_7d=2.6,
    bound=0.2,
    lane=Lane.TRICKLE,
    floor=8.0,
    least_2d=2,
    least_1d=0,
    speaks_from=12,
    ends_below=7,
)
SILENT = replace(
    LIVELY, gain_28d=6, before_28d=11, best_28d=2_310, bound=11.84, most=346.5, most_before=577.5
)
UNKNOWN = replace(
    STEADY,
    usual_7d=None,
    bound=None,
    lane=None,
    floor=None,
    least_2d=None,
    short=(Short.UNKNOWN,),
    speaks_from=None,
    known_days=9,
    known_at=COUNTED + 12 * DAY,
    ends_below=None,
)


def an_entry(stars: int = 38_230, gone_why: str | None = None, **more: Any) -> CatalogueEntry:  # noqa: ANN401  # fields of an entry or a repo
    listed = {"listed_at": DUE - 200 * DAY, "listed_reason": ListedReason.CROSSED}
    entry = Maker().entry("acme/flashkv", stars, **{**listed, **more})
    return replace(entry, gone_why=gone_why)


def known(
    entry: CatalogueEntry,
    rise: RiseReasons | None = STEADY,
    quiet: QuietReasons | None = LIVELY,
    **more: Any,  # noqa: ANN401  # fields of an Explanation
) -> Explanation:
    usual: dict[str, Any] = {
        "judged_at": COUNTED,
        "look": Look(COUNTED, 18_004, 17_990, Health.GOOD),
        "counted_at": COUNTED,
        "has_past": True,
    }
    given = {"stars": entry.repo.stars, **usual, **more}
    return Explanation(entry, DUE, 500, rise=rise, quiet=quiet, **given)


def said(kind: SignalKind, at: datetime, *, step: int = 1, **evidence: Any) -> Signal:  # noqa: ANN401  # fields of Evidence
    return Signal(RepoId(1), kind, at, 1, step, 4.27, Lane.LARGE, "test/1", Evidence(**evidence))


def fact(kind: FactKind, days: float, before: str = "", after: str = "") -> Fact:
    return Fact(1, RepoId(1), kind, COUNTED - days * DAY, before, after)


ROSE = said(SignalKind.RISING, COUNTED - 3 * DAY, gain_7d=820, usual_7d=200.0)
NEW = said(SignalKind.NEW, COUNTED - 200 * DAY, after="500")
UNLISTED: dict[str, Any] = {"listed_at": None, "listed_reason": None}
WISH = Submission(
    RepoId(1), RepoName("acme", "flashkv"), COUNTED - 9 * DAY, SubmissionState.WATCHED
)
CASES = {
    "rising now": known(an_entry(state=RepoState.RISING), UP, spoken=(ROSE, NEW)),
    "still accelerating": known(
        an_entry(state=RepoState.RISING),
        replace(UP, step=2, again_from=COUNTED - DAY),
        spoken=(
            said(SignalKind.RISING, COUNTED - DAY, step=2, gain_7d=1_610, usual_7d=226.4),
            ROSE,
        ),
    ),
    "rose before it was watched": known(
        an_entry(state=RepoState.RISING, listed_reason=ListedReason.BASELINE), UP
    ),
    "cooling down": known(
        an_entry(),
        replace(STEADY, phase=Rise.COOLING_DOWN, rests_until=DUE + 11 * DAY, again_3d=1_204),
        spoken=(ROSE,),
    ),
    "below the floor": known(
        an_entry(731),
        replace(
            STEADY,
            gain_1d=2,
            gain_2d=4,
            gain_3d=5,
            gain_7d=9,
            usual_7d=1.4,
            bound=1.58,
            lane=Lane.TRICKLE,
            floor=8.0,
            least_2d=3,
            least_1d=2,
            short=(Short.FLOOR,),
            speaks_from=10,
        ),
    ),
    "over in the last two days": known(
        an_entry(), replace(STEADY, gain_7d=180, bound=2.04, short=(Short.STILL, Short.UNFADING))
    ),
    "fading": known(
        an_entry(),
        replace(
            STEADY,
            gain_1d=6,
            gain_2d=70,
            gain_3d=96,
            gain_7d=180,
            bound=2.04,
            least_1d=26,
            short=(Short.UNFADING,),
        ),
    ),
    "too little history": known(
        an_entry(listed_reason=ListedReason.MATCHED), UNKNOWN, has_past=False
    ),
    "corrected count": known(
        an_entry(61_785),
        replace(UNKNOWN, gain_7d=None, known_days=3, known_at=COUNTED + 18 * DAY),
        facts=(fact(FactKind.CORRECTED, 3, "83576", "61785"),),
    ),
    "given back": known(
        an_entry(83_500),
        replace(UNKNOWN, gain_7d=None, known_days=1, known_at=COUNTED + 20 * DAY),
        facts=(
            fact(FactKind.CORRECTED, 1, "61785", "83500"),
            fact(FactKind.CORRECTED, 3, "83576", "61785"),
        ),
    ),
    "misread": known(an_entry(12_345), facts=(fact(FactKind.MISREAD, 19, "0", "12345"),)),
    "under the bar": known(
        an_entry(412, **UNLISTED), replace(STEADY, gain_7d=9, usual_7d=8.9), LIVELY
    ),
    "submitted": known(an_entry(412, **UNLISTED), UNKNOWN, has_past=False, submissions=(WISH,)),
    "over the bar": known(an_entry(512, **UNLISTED), None, None, judged_at=None),
    "not AI": known(an_entry(9_100, place=Place("not-ai", "name partition"), **UNLISTED)),
    "refused": known(
        an_entry(910, place=Place("not-ai", "refused by the operator"), **UNLISTED),
        submissions=(replace(WISH, state=SubmissionState.REFUSED),),
    ),
    "fork": known(
        an_entry(9_100, is_fork=True, **UNLISTED),
        submissions=(replace(WISH, state=SubmissionState.WAITING),),
    ),
    "gone: deleted": known(
        an_entry(state=RepoState.GONE, gone_why="deleted"),
        facts=(fact(FactKind.GONE, 2, "", "deleted"),),
    ),
    "gone: dmca": known(
        an_entry(state=RepoState.GONE, gone_why="dmca"),
        replace(UNKNOWN, gain_1d=None, gain_2d=None, gain_3d=None, gain_7d=None, known_days=0),
        stars=None,
        spoken=(ROSE,),
    ),
    "gone: tos": known(an_entry(state=RepoState.GONE, gone_why="tos")),
    "stalled": known(
        an_entry(21_400, state=RepoState.STALLED),
        IDLE,
        replace(SILENT, phase=Quiet.STALLED, episode=1, wakes_from=22),
        spoken=(said(SignalKind.STALLED, COUNTED - 40 * DAY, gain_28d=9, best_28d=2_310),),
    ),
    "stalled long ago": known(
        an_entry(21_400, state=RepoState.STALLED, listed_reason=ListedReason.BASELINE),
        IDLE,
        replace(SILENT, phase=Quiet.STALLED, episode=1, wakes_from=22),
    ),
    "stalled too soon again": known(
        an_entry(21_400, state=RepoState.STALLED),
        IDLE,
        replace(SILENT, phase=Quiet.STALLED, episode=2, muted=True, wakes_from=22),
        spoken=(said(SignalKind.AWAKE, COUNTED - 30 * DAY, gain_28d=61),),
    ),
    "maintained": known(
        an_entry(21_400, state=RepoState.MAINTAINED, pushed_at=COUNTED - 5 * DAY),
        IDLE,
        replace(SILENT, phase=Quiet.MAINTAINED, cares_until=COUNTED + 85 * DAY),
    ),
    "archived": known(an_entry(state=RepoState.ARCHIVED), facts=(fact(FactKind.ARCHIVED, 4),)),
    "half an answer": known(
        an_entry(), look=Look(COUNTED, 18_000, 12_790, Health.PARTIAL), counted_at=COUNTED - DAY
    ),
    "counts that stand still": known(an_entry(), look=Look(DUE, 18_000, 18_000, Health.STILL)),
    "created in the future": known(an_entry(created_at=datetime(2031, 3, 1, tzinfo=DUE.tzinfo))),
    "moved": known(
        an_entry(),
        facts=(
            fact(FactKind.NAME_TAKEN, 4, "vecforge/flashkv"),
            fact(FactKind.MOVED, 6, "vecforge/flashkv", "acme/flashkv"),
            fact(FactKind.RETURNED, 9),
        ),
    ),
    "not judged yet": known(an_entry(), None, None, judged_at=None),
}


def message(explanation: Explanation) -> Message:
    return why_message(explanation, sample_taxonomy(), "en", "Europe/Paris")


@pytest.mark.parametrize("case", CASES)
def test_the_answer(case: str, snapshot: SnapshotAssertion) -> None:
    assert plain(message(CASES[case])) == snapshot


def test_every_verdict_and_every_guard_stands_in_a_case() -> None:
    assert {case.verdict for case in CASES.values()} == {*Verdict}
    assert {guard.kind for case in CASES.values() for guard in case.guards} == {*GuardKind}


@pytest.mark.parametrize("width", [40, 80])
def test_the_answer_fits_a_terminal(width: int, snapshot: SnapshotAssertion) -> None:
    assert plain(message(CASES["rising now"]), width=width) == snapshot


def test_the_phone_shows_the_verdict() -> None:
    assert message(CASES["under the bar"]).notification == (
        "acme/flashkv: 412 stars, listed at 500, about 10 weeks away"
    )
    assert message(CASES["rising now"]).sections[0].kind is SectionKind.RISING


def test_the_words_hold_what_the_lines_hold() -> None:
    words = spoken(message(CASES["corrected count"]))
    assert "Count corrected on 19 Nov from 83,576 to 61,785." in words


@pytest.mark.parametrize(
    ("weeks", "words"),
    [
        (0.2, "about a week away"),
        (1.6, "about 2 weeks away"),
        (9.9, "about 10 weeks away"),
        (12.4, "about 3 months away"),
        (30, "about 7 months away"),
        (104, "about 24 months away"),
    ],
)
def test_the_way_to_the_bar_is_told_without_false_precision(weeks: float, words: str) -> None:
    assert away(weeks, texts("en")) == words


@pytest.mark.parametrize(
    ("stars", "pace", "weeks"),
    [(412, 8.8, 10.0), (412, None, None), (412, 0.0, None), (412, 0.8, None), (500, 3.0, 0.0)],
)
def test_a_repo_is_so_far_from_the_bar_as_its_pace_carries_it(
    stars: int, pace: float | None, weeks: float | None
) -> None:
    found = known(an_entry(stars, **UNLISTED), replace(STEADY, usual_7d=pace)).weeks_to_bar
    assert found == (None if weeks is None else pytest.approx(weeks))


def test_a_purge_and_its_return_say_once_until_when_nothing_is_said() -> None:
    guards = CASES["given back"].guards
    assert [guard.kind for guard in guards] == [GuardKind.GIVEN_BACK, GuardKind.CORRECTED]
    assert [guard.until for guard in guards] == [COUNTED + 20 * DAY, None]
    assert Guard(GuardKind.CORRECTED, COUNTED - 3 * DAY, None, "83576", "61785") in guards
    over = known(an_entry(), facts=(fact(FactKind.CORRECTED, 24, "900", "700"),))
    assert [guard.until for guard in over.guards] == [None]
