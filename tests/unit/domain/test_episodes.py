"""When a repo was flagged, and what is shaded beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.chart import Curve, Episode, Line, Point
from hypecurve.domain.episodes import bands, episodes_of
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Evidence, Signal, SignalKind

END = date(2026, 11, 22)
DAY = timedelta(days=1)
K = SignalKind


def back(days: int) -> date:
    return END - days * DAY


def counts(a_day: Callable[[int], float], days: int = 200) -> list[Point]:
    """Counts up to END by what each day brought, told by how many days before END it was."""
    stars, found = 1_000.0, []
    for each in range(days, -1, -1):
        stars += a_day(each)
        found.append((back(each), round(stars)))
    return found


def signal(kind: SignalKind, days: int, episode: int = 1, step: int = 1) -> Signal:
    at = datetime.combine(back(days), datetime.min.time(), UTC)
    evidence = Evidence(usual_7d=70.0)
    return Signal(RepoId(1), kind, at, episode, step, 2.0, None, "test/1", evidence)


def surge(since: int, until: int) -> Callable[[int], float]:
    return lambda days: 50 if until <= days < since else 10


@pytest.mark.parametrize(
    ("signals", "a_day", "state", "expected"),
    [
        ([signal(K.RISING, 3)], surge(7, 0), RepoState.RISING, [(3, None)]),
        ([signal(K.RISING, 3)], surge(7, 0), None, [(3, None)]),
        # 51 days ago one day of the surge is left in the week, and the usual pace has grown by it.
        ([signal(K.RISING, 63)], surge(67, 57), None, [(63, 51)]),
        ([signal(K.RISING, 63), signal(K.RISING, 60, step=2)], surge(67, 57), None, [(63, 51)]),
        # What the catalogue says goes before the days.
        ([signal(K.RISING, 63)], surge(67, 57), RepoState.RISING, [(63, None)]),
        ([signal(K.RISING, 0)], surge(7, 0), RepoState.ACTIVE, [(0, 0)]),
        # Two episodes: the first is over when the second is told, at the latest.
        (
            [signal(K.RISING, 63), signal(K.RISING, 20, 2)],
            surge(67, 0),
            RepoState.RISING,
            [(63, None), (20, None)],
        ),
    ],
)
def test_a_rise_ends_when_its_counts_say_so(
    signals: list[Signal],
    a_day: Callable[[int], float],
    state: RepoState | None,
    expected: list[tuple[int, int | None]],
) -> None:
    found = episodes_of(signals, counts(a_day), state)
    assert [each.kind for each in found] == ["rising"] * len(expected)
    assert {each.usual_week for each in found} == {70.0}
    for each, (since, until) in zip(found, expected, strict=True):
        assert each.since == back(since)
        if len(expected) == 1:
            assert each.until == (None if until is None else back(until))
        assert each.until is None or each.until >= each.since


def test_a_rise_that_nobody_can_judge_any_more_is_over() -> None:
    known = [each for each in counts(surge(100, 0)) if each[0] < back(85) or each[0] == END]
    (found,) = episodes_of([signal(K.RISING, 90)], known)
    assert found.until is not None
    assert back(90) <= found.until <= back(85)


def test_a_silence_ends_with_the_waking_or_when_a_month_brings_twenty_stars() -> None:
    def quiet(days: int) -> float:
        return 5 if days > 150 or days < 40 else 0

    silent = signal(K.STALLED, 100)
    woken = episodes_of([silent, signal(K.AWAKE, 30)], counts(quiet))
    assert woken == (
        Episode("stalled", back(100), back(30)),
        Episode("awake", back(30), back(30)),
    )
    assert episodes_of([silent], counts(quiet)) == (Episode("stalled", back(100), back(36)),)
    still = episodes_of([silent], counts(quiet), RepoState.STALLED)
    assert still == (Episode("stalled", back(100), None),)
    assert episodes_of([silent], []) == (Episode("stalled", back(100), None),)


def test_the_band_lies_where_the_usual_pace_was_measured_and_on_to_the_end_of_the_rise() -> None:
    line = Line("a/b", ())
    flagged = Episode("rising", back(80), back(70), 70.0)
    found = bands(Curve(line, 140.0, (flagged,)), END)
    assert [(each.since, each.through, each.until, each.usual_week) for each in found] == [
        (back(143), back(87), back(70), 70.0),
        (back(63), back(7), END, 140.0),
    ]
    # A rise of now is held against what was usual when it was told, and against nothing else.
    now = Episode("rising", back(3), None, 70.0)
    (only,) = bands(Curve(line, 140.0, (now,)), END)
    assert (only.since, only.through, only.until) == (back(66), back(10), END)
    assert bands(Curve(line), END) == []


def test_the_band_begins_anew_behind_a_correction_and_ends_before_one() -> None:
    line = Line("a/b", ())
    (behind,) = bands(Curve(line, 140.0, (), (back(90), back(30))), END)
    assert (behind.since, behind.through) == (back(30), back(7))
    (just,) = bands(Curve(line, 140.0, (), (back(2),)), END)
    assert (just.since, just.through) == (back(2), back(2))
    told = Episode("rising", back(63), back(20), 70.0)
    first = bands(Curve(line, None, (told,), (back(40),)), END)[0]
    assert first.until == back(41)
