"""The scoring of the detection: by hand on small curves, and on recorded histories."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from hypecurve.adapters.recorded.grid import read_grid
from hypecurve.domain.detection import Rules
from hypecurve.domain.rising import RisingRules
from hypecurve.domain.signal import Lane
from hypecurve.services.backtest import (
    Curves,
    alarms_of,
    score,
    score_injected,
    score_stalls,
)
from hypecurve.services.backtest.truth import hits_of, surges_of

HISTORIES = Path(__file__).parents[2].parent / "shared" / "data" / "histories"
START = datetime(2024, 1, 1, tzinfo=UTC)
P1 = Rules(
    rising=RisingRules(
        floors=(20.0, 20.0, 20.0, 20.0),
        still_shares=(0.0, 0.0, 0.0, 0.0),
        unfading=0.0,
        escalation_floor=0.0,
    )
)
"""The rule as it was measured before lanes had floors of their own."""


def curves_of(*gains: list[float]) -> Curves:
    days = np.array(gains)
    counts = 5_000 + np.concatenate([np.zeros((len(gains), 1)), np.cumsum(days, axis=1)], axis=1)
    return Curves(counts, START)


SURGE = [10.0] * 70 + [50.0] * 14 + [30.0] * 40
BUMP = [10.0] * 70 + [40.0] * 6 + [5.0] * 48
STEADY = [10.0] * 124


def test_a_surge_is_found_once_on_its_first_quick_day() -> None:
    assert surges_of(curves_of(STEADY, SURGE, BUMP)).tolist() == [[1, 71]]


def test_an_alarm_is_a_hit_if_the_month_after_keeps_what_it_promised() -> None:
    hits = hits_of(curves_of(SURGE, BUMP))
    assert hits[0, 75] == 1
    assert hits[1, 75] == 0
    assert np.isnan(hits[0, 110]), "the month after is not known to its end"


def test_the_score_counts_alarms_hits_surges_and_delay() -> None:
    curves = curves_of(STEADY, SURGE, BUMP)
    alarms = alarms_of(curves)
    scored = score(curves, alarms.rising, resamples=50)
    assert (scored.total.alarms, scored.total.surges) == (2, 1)
    assert scored.total.precision.value == pytest.approx(0.5)
    assert scored.total.seen.value == 1
    assert scored.total.delay.value == 2
    assert scored.total.alarms_per_1000.value == pytest.approx(2_000 / scored.repo_days)
    assert scored.total.precision.low <= 0.5 <= scored.total.precision.high
    by_lane = {lane.lane: lane.alarms for lane in scored.lanes}
    assert by_lane == {Lane.TRICKLE: 0, Lane.SMALL: 0, Lane.MIDDLE: 2, Lane.LARGE: 0}


def test_the_score_is_the_same_for_the_same_seed() -> None:
    curves = curves_of(STEADY, SURGE, BUMP)
    alarms = alarms_of(curves)
    one, other = (score(curves, alarms.rising, seed=3) for _ in range(2))
    assert repr(one) == repr(other), "by its repr: unknown figures are NaN"


def test_only_what_was_known_before_a_day_decides_it() -> None:
    whole = alarms_of(curves_of(SURGE)).rising
    cut = alarms_of(curves_of(SURGE[:90])).rising
    assert (whole[:, :91] == cut).all()


def test_large_injected_surges_are_seen_and_doublings_are_not() -> None:
    noise = np.random.default_rng(5)
    curves = curves_of(*(noise.poisson(9, 150).astype(float).tolist() for _ in range(30)))
    silence = alarms_of(curves).rising
    large = {s.lane: s for s in score_injected(curves, silence, 5)}[Lane.MIDDLE]
    double = {s.lane: s for s in score_injected(curves, silence, 2)}[Lane.MIDDLE]
    assert large.injected == double.injected > 20
    assert large.in_7_days > 0.95
    assert double.in_7_days < 0.5
    assert large.in_14_days >= large.in_7_days


def test_stalls_are_counted_and_followed() -> None:
    fades = [30.0] * 40 + [2.0] * 20 + [0.0] * 120
    wakes = fades[:-50] + [20.0] * 50
    scored = score_stalls(curves_of(fades, wakes, [10.0] * 180))
    assert 0 < scored.stalled <= scored.flagged < 0.7
    assert 0 < scored.stalled_woke < 1


def test_observations_become_a_grid_with_holes() -> None:
    curves = Curves.of(
        [("b/b", date(2024, 1, 1), 5), ("a/a", date(2024, 1, 3), 7), ("a/a", date(2024, 1, 3), 8)]
    )
    assert curves.start == START
    assert np.nan_to_num(curves.counts, nan=-1).tolist() == [[-1, -1, 8], [5, -1, -1]]


@pytest.mark.skipif(not HISTORIES.is_dir(), reason="the recorded histories are not here")
def test_the_rule_does_on_recorded_histories_what_was_measured() -> None:
    curves = read_grid(HISTORIES).curves
    scored = score(curves, alarms_of(curves, P1).rising, resamples=100)
    assert scored.repos == 2_636
    assert scored.total.alarms_per_1000.value == pytest.approx(2.9, abs=0.15)
    assert scored.total.precision.value == pytest.approx(0.63, abs=0.02)
    assert scored.total.seen.value == pytest.approx(0.97, abs=0.02)
    assert scored.total.delay.value <= 3
    assert abs(scored.total.surges - 409) <= 5
    ours = score(curves, alarms_of(curves).rising, resamples=100)
    assert ours.total.alarms_per_1000.value < 3.05
    assert ours.total.precision.value > 0.62
    assert ours.total.seen.value > 0.94
    assert ours.total.delay.value <= 3
