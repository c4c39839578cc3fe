"""How far a sweep can be trusted as a whole: guards against a GitHub that answers by halves.

"Guards" in the signals' definitions: a sweep that saw under 90 % of the repos, or whose median of
gain / usual gain for that slot of the week is under 40 %, is degraded.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

LEAST_SEEN = 0.9
LEAST_PACE = 0.4
_LEAST_USUAL = 1.0
"""Stars a repo usually gains in the slot; of those that gain less a zero says nothing."""
_LEAST_REPOS = 30
"""So many of them are needed to tell a standstill from a quiet morning."""


class Health(StrEnum):
    """What a sweep is worth."""

    GOOD = "good"
    PARTIAL = "partial"
    """Many repos did not answer: they are unknown, the others are right."""
    STILL = "still"
    """The counts stand still, all of them at once: GitHub tells old numbers. None is believed."""


def health(
    expected: int, seen: int, gains: NDArray[np.float64], usual: NDArray[np.float64]
) -> Health:
    """Judge one sweep.

    `gains`, `usual`: (N,) stars since the sweep before, and what the same repos usually gain in
    that slot of the week; NaN unknown.
    """
    if expected and seen < LEAST_SEEN * expected:
        return Health.PARTIAL
    asked = np.isfinite(gains) & (usual >= _LEAST_USUAL)  # NaN compares false
    if np.count_nonzero(asked) < _LEAST_REPOS:
        return Health.GOOD
    pace = float(np.median(gains[asked] / usual[asked]))
    return Health.STILL if pace < LEAST_PACE else Health.GOOD
