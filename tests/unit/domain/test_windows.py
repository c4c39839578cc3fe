"""From counts to gains per day, and GitHub's history beside them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hypecurve.domain.gains import gains_of, without_corrections
from hypecurve.domain.windows import windows_from_counts

NAN = float("nan")
NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)


def gained(*counts: float) -> list[float | None]:
    gains = gains_of(np.array([counts], np.float64))[0]
    return [None if np.isnan(gain) else round(float(gain), 3) for gain in gains]


def listed(gains: NDArray[np.float32]) -> list[float | None]:
    return [None if np.isnan(gain) else round(float(gain), 2) for gain in gains]


def test_a_gain_is_the_difference_of_two_counts_a_day_apart() -> None:
    assert gained(500, 512, 512, 510) == [12, 0, -2]


def test_a_short_hole_is_shared_out_evenly() -> None:
    assert gained(500, NAN, NAN, 530) == [10, 10, 10]


def test_six_days_between_two_counts_are_shared_out_and_seven_are_not() -> None:
    assert gained(500, *[NAN] * 5, 560) == [10] * 6
    assert gained(500, *[NAN] * 6, 560) == [None] * 7


def test_nothing_is_known_before_the_first_count_and_after_the_last() -> None:
    assert gained(NAN, NAN, 500, 505, NAN) == [None, None, 5, None]


def test_a_negative_count_is_unknown_not_a_number_of_stars() -> None:
    counts = np.array([[500, -1, 520, 521]], np.int32)
    assert listed(gains_of(counts)[0].astype(np.float32)) == [10, 10, 1]


def test_a_purge_over_a_hole_stays_in_one_piece() -> None:
    assert gained(6000, NAN, NAN, NAN, 5900, 5910) == [None, None, None, -100, 10]


def test_a_purge_becomes_unknown_and_an_ordinary_fall_stays() -> None:
    gains = np.array([[5, -60, 5, -40, 5], [5, -60, 5, -40, 5]], np.float32)
    cleaned = without_corrections(gains, np.array([1_000.0, 50_000.0]))
    assert listed(cleaned[0]) == [5, None, 5, -40, 5]
    assert listed(cleaned[1]) == [5, -60, 5, -40, 5], "60 of 50,000 are no purge"


def test_stars_that_come_back_after_a_purge_are_no_gain() -> None:
    gains = np.array([[5, -20_000, 5, 5, 19_500, 5, 3_000]], np.float32)
    cleaned = without_corrections(gains, np.array([83_000.0]))
    assert listed(cleaned[0]) == [5, None, 5, 5, None, 5, 3_000]


def test_the_windows_of_the_caller_stay_as_they_were() -> None:
    gains = np.array([[5, -60, 5]], np.float32)
    without_corrections(gains, np.array([1_000.0]))
    assert listed(gains[0]) == [5, -60, 5]


def test_history_fills_only_what_the_counts_leave_unknown() -> None:
    counts = np.array([[NAN, NAN, NAN, 540, 550]])
    past = np.array([[7, 8, 9, 99]], np.float32)
    windows = windows_from_counts(NOON, [1], counts, past)
    assert listed(windows.gains[0]) == [7, 8, 9, 10]


def test_days_before_the_creation_are_unknown_though_history_says_zero() -> None:
    counts = np.array([[NAN, NAN, NAN, NAN, 550]])
    past = np.array([[0, 0, 300, 240]], np.float32)
    created = np.array(["2025-03-08T18:00:00"], "datetime64[s]")
    windows = windows_from_counts(NOON, [1], counts, past, created_at=created)
    assert listed(windows.gains[0]) == [None, None, 300, 240]


def test_days_before_the_first_ten_stars_are_unknown_so_that_going_public_is_no_lift() -> None:
    counts = np.array([[NAN, NAN, NAN, NAN, NAN, 550]])
    past = np.array([[0, 0, 2, 300, 248]], np.float32)
    windows = windows_from_counts(NOON, [1], counts, past)
    assert listed(windows.gains[0]) == [None, None, None, 300, 248]


def test_a_sleeper_keeps_its_zeros() -> None:
    counts = np.array([[NAN, NAN, NAN, NAN, NAN, 900]])
    past = np.zeros((1, 5), np.float32)
    windows = windows_from_counts(NOON, [1], counts, past)
    assert listed(windows.gains[0]) == [0, 0, 0, 0, 0]


def test_stars_are_the_last_count_unless_told() -> None:
    counts = np.array([[500, 510], [500, NAN]])
    assert listed(windows_from_counts(NOON, [1, 2], counts).stars.astype(np.float32)) == [510, None]
    told = windows_from_counts(NOON, [1, 2], counts, stars=[511, 505])
    assert told.stars.tolist() == [511, 505]


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="3 repos"):
        windows_from_counts(NOON, [1, 2, 3], np.zeros((2, 5)))
    with pytest.raises(ValueError, match="past"):
        windows_from_counts(NOON, [1], np.zeros((1, 5)), np.zeros((1, 5)))
    with pytest.raises(ValueError, match="column"):
        windows_from_counts(NOON, [1], np.zeros((1, 5)), archived=[True, False])


@given(
    st.lists(st.none() | st.integers(0, 300_000), min_size=2, max_size=40),
)
def test_what_is_gained_never_exceeds_what_two_counts_tell(counts: list[int | None]) -> None:
    row = np.array([[NAN if count is None else count for count in counts]], np.float64)
    gains = gains_of(row)[0]
    known = [place for place, count in enumerate(counts) if count is not None]
    for left, right in pairwise(known):
        told = gains[left:right]
        between = row[0, right] - row[0, left]
        if np.isfinite(told).all():
            assert told.sum() == pytest.approx(between)
        else:
            # Too long a hole, or a purge kept in one piece.
            assert right - left > 6 or told[-1] == between
    assert np.isnan(gains[: known[0]] if known else gains).all()
    assert np.isnan(gains[known[-1] :] if known else gains).all()
