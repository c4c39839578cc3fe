"""A repo's line: from counts and GitHub's own history to the points that are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.domain.chart import Line, Point
from hypecurve.domain.lines import LONGEST_JOIN, day_counts, line_from, pieces
from hypecurve.domain.stars import PastStars, StarSnapshot

D1 = date(2026, 1, 1)
DAY = timedelta(days=1)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def told(*days: int, fetched: datetime) -> PastStars:
    return PastStars(D1, days, fetched)


@pytest.mark.parametrize(
    ("first", "past", "before"),
    [
        # Fetched with the first count, at noon of the fourth day.
        (at(4, 12), told(10, 20, 30, 5, fetched=at(4, 12)), [45, 65, 95]),
        # Fetched later: of the fourth day's stars half had come by noon.
        (at(4, 12), told(10, 20, 30, 8, 9, fetched=at(5, 9)), [46, 66, 96]),
        # Fetched before: 10 more came by the pace of the day before the fetch (5 + half of 10).
        (at(5, 12), told(10, 10, 10, 5, fetched=at(4, 12)), [65, 75, 85, 95]),
        # Fetched at midnight: its last day had only begun.
        (at(4), told(10, 10, 10, 0, fetched=at(4)), [80, 90, 100]),
        # Fetched too long before: nobody knows how many came in between.
        (at(7, 12), told(10, 10, 10, 5, fetched=at(4, 12)), []),
        # It tells more stars than there are: it is never below nothing.
        (at(3), told(70, 70, fetched=at(3)), [30, 100]),
        (at(1, 12), told(70, fetched=at(1, 12)), []),
        (at(3), told(fetched=at(3)), []),
    ],
)
def test_before_our_first_count_the_history_is_walked_backwards_as_gains(
    first: datetime, past: PastStars, before: list[int]
) -> None:
    counts = day_counts([StarSnapshot(first, 100)], past)
    assert counts == [
        *((D1 + place * DAY, stars) for place, stars in enumerate(before)),
        (first.date(), 100),
    ]


def test_a_day_has_its_last_count_and_days_before_creation_are_left_out() -> None:
    snapshots = [StarSnapshot(at(4, 6), 100), StarSnapshot(at(4, 18), 90), StarSnapshot(at(6), 99)]
    past = told(0, 0, 9, fetched=at(4))
    assert day_counts(snapshots, past, D1 + 2 * DAY) == [
        (D1 + 2 * DAY, 98),
        (D1 + 3 * DAY, 90),
        (D1 + 5 * DAY, 99),
    ]
    assert day_counts([], past) == []


points = st.lists(
    st.tuples(st.integers(0, 900).map(lambda day: D1 + day * DAY), st.integers(-5, 500_000)),
    max_size=120,
)


def breaks_of(line: Line, days: list[date]) -> tuple[date, ...]:
    """The days of a line's points between which and the point before nobody knew for long."""
    return tuple(
        after
        for (before, _), (after, _) in pairwise(line.points)
        if any(
            b - a > LONGEST_JOIN for a, b in pairwise(day for day in days if before <= day <= after)
        )
    )


@given(points, st.integers(2, 40))
def test_a_thinned_line_keeps_its_ends_its_order_and_every_break(
    given_points: list[Point], most: int
) -> None:
    line = line_from("acme/flashkv", given_points, None, most)
    whole = sorted({day: stars for day, stars in given_points if stars >= 0}.items())
    assert len(line.points) <= most
    assert set(line.points) <= set(whole)
    assert [*line.points] == sorted(line.points)
    if whole:
        assert line.points[0] == whole[0]
        assert line.points[-1] == whole[-1]
    assert line.breaks == breaks_of(line, [day for day, _ in whole])
    assert [each for run in pieces(line) for each in run] == [*line.points]
    assert len(pieces(line)) == len(line.breaks) + bool(line.points)


@pytest.mark.parametrize("most", range(2, 9))
def test_a_break_is_not_lost_with_the_point_behind_it(most: int) -> None:
    days = [D1 + day * DAY for day in (0, 1, 2, 100, 101, 102, 200, 201, 202)]
    line = line_from("acme/seldom", [(day, day.day) for day in days], None, most)
    assert len(line.points) == most
    assert line.breaks == breaks_of(line, days)


def test_what_stands_out_is_kept_when_a_line_is_thinned() -> None:
    counts = [(D1 + day * DAY, 1_000 + day - (700 if day >= 400 else 0)) for day in range(800)]
    line = line_from("acme/purged", counts, None, 10)
    assert (D1 + 399 * DAY, 1_399) in line.points
    assert (D1 + 400 * DAY, 700) in line.points


def test_points_in_any_order_are_drawn_in_the_order_of_time() -> None:
    line = Line("a/b", ((D1 + DAY, 2), (D1, -1), (D1, 1)), None, (D1 + DAY,))
    assert pieces(line) == [[(D1, 1)], [(D1 + DAY, 2)]]
