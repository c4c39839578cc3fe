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
_LEAST_STARS = 50.0
"""So many stars in all do not fail to come by chance, however few the repos are."""


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
    if _stands_still(gains, usual):
        return Health.STILL  # of those that answered, too: nothing of it is believed
    if expected and seen / expected < LEAST_SEEN:
        return Health.PARTIAL
    return Health.GOOD


def keeps_pace(gains: NDArray[np.float64], usual: NDArray[np.float64]) -> bool:
    """Say whether counts surely move on as they usually do: neither still nor by a leap.

    The arrays are those of `health`. False, too, where nothing can be told.
    """
    known = np.isfinite(gains) & np.isfinite(usual)
    gained, expected = gains[known].clip(min=0).sum(), usual[known].clip(min=0).sum()
    return bool(
        expected > _LEAST_STARS and LEAST_PACE * expected <= gained <= expected / LEAST_PACE
    )


def _stands_still(gains: NDArray[np.float64], usual: NDArray[np.float64]) -> bool:
    nothing = not gains[np.isfinite(gains)].any()
    known = np.isfinite(gains) & np.isfinite(usual)
    gains, usual = gains[known], usual[known]
    if nothing and usual.clip(min=0).sum() > _LEAST_STARS:
        return True
    asked = usual >= _LEAST_USUAL
    if np.count_nonzero(asked) < _LEAST_REPOS:
        return False
    # What is usual in a slot rests on a few weeks: repos that seem to gain a star had luck then,
    # and half of them gain none now. Their median alone would doubt most quiet nights, so the
    # gain of all repos, which no such choice bends, must be low as well. Falls do not count: a
    # purge is no standstill.
    if gains.clip(min=0).sum() >= LEAST_PACE * usual.clip(min=0).sum():
        return False
    return float(np.median(gains[asked] / usual[asked])) < LEAST_PACE
