"""Faults at random: days of a whole service in seconds; `python tests/soak/run.py` is a month.

Here the seed is always the same one: what a test run finds must be of what was changed.
"""

from __future__ import annotations

from pathlib import Path

from support.soak_plan import plan
from support.soak_run import soak

SEED, DAYS, CHANNELS = 20_261_010, 1, 20


def test_whatever_goes_wrong_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    made = plan(SEED, DAYS, CHANNELS)
    account = soak(made, tmp_path / "soak.db")
    how = f"python tests/soak/run.py --days {DAYS} --channels {CHANNELS} --seed {SEED}"
    assert account.breaches() == [], how
