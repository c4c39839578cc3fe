"""The detection alone: counts on a grid of days become windows, windows become signals.

The first look at a catalogue has to go through all that is known; a daily one has only one more
day to take in. The target is for the daily one.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from bench.figures import measured
from numpy.typing import NDArray

from hypecurve.domain.detection import detect, fresh_states
from hypecurve.domain.windows import DAYS, Windows, windows_from_counts
from hypecurve.standin.curves import make_curves

_AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
_DAY = timedelta(days=1)
_MISSED = 0.01
"""Share of the counts that no sweep brought: a hole costs more than a count."""


def main() -> None:
    """`python -m bench.detecting FILE --make REPOS`, then without `--make`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--make", type=int)
    asked = parser.parse_args()
    if asked.make:
        # Made by a process of its own: the memory that takes is not the detection's.
        days = DAYS + 2
        rng = np.random.default_rng(7)
        curves = make_curves(rng, asked.make, _AT - days * _DAY, days, days - 1)
        counts = curves.total[:, : days + 1]
        counts[rng.random(counts.shape, np.float32) < _MISSED] = -1
        np.save(asked.file, counts)
        return
    counts = np.load(asked.file)
    states = fresh_states(len(counts))
    before = _windows(counts[:, :-1], _AT - _DAY)
    with measured("first look", repos=len(counts)) as found:
        first = detect(before, states)
        found["signals"] = len(first.signals)
    del before
    with measured("daily look", repos=len(counts)) as found:
        with measured("windows"):
            windows = _windows(counts[:, 1:], _AT)
        found["signals"] = len(detect(windows, first.states).signals)


def _windows(counts: NDArray[np.int32], at: datetime) -> Windows:
    return windows_from_counts(at, np.arange(len(counts)), counts[:, -DAYS - 1 :])


if __name__ == "__main__":
    main()
