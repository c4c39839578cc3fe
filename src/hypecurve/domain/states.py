"""What the detection remembers of each repo between two calls: plain numbers, a column a field."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

DAY = 86_400
"""Seconds."""


class Rise(IntEnum):
    """Where a repo stands in its rising: idle -> up -> cooling down -> idle (or up again)."""

    IDLE = 0
    UP = 1
    COOLING_DOWN = 2
    """Over, and quiet for two weeks: only an escalation speaks."""


class Quiet(IntEnum):
    """Where a repo stands in its silence: lively <-> maintained -> stalled -> lively."""

    LIVELY = 0
    MAINTAINED = 1
    """As silent as a stalled one, but somebody still pushes to it."""
    STALLED = 2


STATE = np.dtype(
    [
        ("rise_phase", np.int16),  # a Rise
        ("rise_episode", np.int32),  # number of the present or last rise, 0 before the first
        ("rise_step", np.int32),  # times it spoke in that episode
        ("rise_spoken_at", np.int64),  # epoch seconds of the last word, 0 never
        ("rise_gain_3d", np.float64),  # the 3-day gain it spoke of then
        ("rise_over_at", np.int64),  # epoch seconds when the last rise was over, 0 never
        ("rise_judged_at", np.int64),  # epoch seconds when gain and usual pace were last known
        ("quiet_phase", np.int16),  # a Quiet
        ("quiet_episode", np.int32),  # number of the present or last stall, 0 before the first
        ("quiet_told_at", np.int64),  # epoch seconds when "stalled" was last said, 0 never
        ("quiet_muted", np.int16),  # 1: this stall came too soon after the last, nothing is said
        ("quiet_level", np.float64),  # stars in 28 days at its quietest since it stalled
        ("quiet_judged_at", np.int64),  # epoch seconds when two months of gains were last known
        ("looked_at", np.int64),  # epoch seconds when the best 28 days were last looked up
        ("known_days", np.int32),  # days of the window that were known then
        ("best_28d", np.float64),  # the best 28 days ever, 0 where none is known whole
    ]
)
"""One record a repo, in the order of the windows' rows; all zeros is a repo never judged."""


def fresh_states(size: int) -> NDArray[np.void]:
    """Return the states of `size` repos that were never judged."""
    return np.zeros(size, STATE)


def epoch(at: datetime) -> int:
    """Return whole seconds since 1970 of an aware time; ValueError for a naive one."""
    if at.tzinfo is None:
        message = "times are aware UTC"
        raise ValueError(message)
    return int(at.astimezone(UTC).timestamp())
