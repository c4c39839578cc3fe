"""(windows, states) -> (signals, new states): which repos changed in a way worth telling."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import RepoState
from hypecurve.domain.gains import without_corrections
from hypecurve.domain.rising import Risen, RisingRules, judge_rising
from hypecurve.domain.signal import Signal
from hypecurve.domain.stalled import Fallen, StalledRules, judge_stalled
from hypecurve.domain.states import DAY, STATE, Quiet, Rise, epoch, fresh_states
from hypecurve.domain.telling import Teller
from hypecurve.domain.windows import Windows

__all__ = ["REPO_STATES", "STATE", "Detection", "Rules", "detect", "fresh_states"]

REPO_STATES = tuple(RepoState)
"""`Detection.repo_state` holds places in this tuple."""
_CODE = {state: code for code, state in enumerate(REPO_STATES)}
_ROWS = 8192
"""Rows judged at a time: what they need in between stays small and in the cache."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All thresholds of the detection."""

    rising: RisingRules = field(default_factory=RisingRules)
    stalled: StalledRules = field(default_factory=StalledRules)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What one call found. Rows are those of the windows.

    `states`: (N,) of STATE, to be handed to the next call. `usual_week`: (N,) stars a week, NaN
    unknown. `repo_state`: (N,) places in REPO_STATES.
    """

    signals: tuple[Signal, ...]
    states: NDArray[np.void]
    usual_week: NDArray[np.float64]
    repo_state: NDArray[np.uint8]


def detect(windows: Windows, states: NDArray[np.void], rules: Rules | None = None) -> Detection:
    """Judge every repo once; `states` stay as they are, the new ones come with the answer.

    The same windows with the states that came back say nothing again. What is unknown (a hole, a
    purge in the last days, too little history) gives no signal and moves no state. Repos that
    are gone or not eligible keep their state. ValueError where states and windows differ in size.
    """
    size = len(windows.repo_ids)
    if states.shape != (size,):
        message = f"{states.shape} states for {size} repos"
        raise ValueError(message)
    rules = rules or Rules()
    after = states.copy()
    usual = np.full(size, np.nan)
    codes = np.full(size, _CODE[RepoState.ACTIVE], np.uint8)
    signals: list[Signal] = []
    for start in range(0, size, _ROWS):
        rows = slice(start, start + _ROWS)
        block = _Block(windows, rows)
        found = block.judge(after[rows], rules)
        usual[rows] = found.risen.pace.usual_7d
        codes[rows] = found.codes
        signals += found.signals
    return Detection(tuple(signals), after, usual, codes)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    risen: Risen
    codes: NDArray[np.uint8]
    signals: list[Signal]


class _Block:
    """Some rows of the windows."""

    def __init__(self, windows: Windows, rows: slice) -> None:
        self.windows = windows
        self.rows = rows
        self.stars = windows.stars[rows]
        self.pushed = windows.pushed_at[rows]
        self.archived = windows.archived[rows]
        self.gone = windows.gone[rows]
        self.speaks = windows.eligible[rows] & ~self.gone
        self.gains = without_corrections(windows.gains[rows], self.stars)

    def judge(self, states: NDArray[np.void], rules: Rules) -> _Found:
        """Judge the rows, carry `states` on in place."""
        at = epoch(self.windows.at)
        risen = judge_rising(self.gains, states, at, self.speaks, rules.rising)
        fallen = judge_stalled(
            self.gains,
            self.stars,
            self.pushed,
            self.archived,
            states,
            at,
            may_speak=self.speaks,
            rules=rules.stalled,
        )
        teller = Teller(self.windows, self.rows, self.gains, risen, fallen, states)
        return _Found(risen, self._codes(states, fallen, rules), list(teller.signals()))

    def _codes(self, states: NDArray[np.void], fallen: Fallen, rules: Rules) -> NDArray[np.uint8]:
        """What people are told of each; what could not be judged for long is not claimed."""
        at = epoch(self.windows.at)
        rise_known = at <= states["rise_judged_at"] + rules.rising.fresh_days * DAY
        quiet_known = at <= states["quiet_judged_at"] + rules.stalled.lost_days * DAY
        lively = fallen.gain_28d >= rules.stalled.under
        maintained = quiet_known & (states["quiet_phase"] == Quiet.MAINTAINED)
        stalled = quiet_known & (states["quiet_phase"] == Quiet.STALLED)
        codes = np.full(len(self.stars), _CODE[RepoState.ACTIVE], np.uint8)
        codes[fallen.faded | (stalled & lively)] = _CODE[RepoState.COOLING]
        codes[maintained] = _CODE[RepoState.MAINTAINED]
        codes[stalled & ~lively] = _CODE[RepoState.STALLED]
        codes[rise_known & (states["rise_phase"] == Rise.UP)] = _CODE[RepoState.RISING]
        codes[self.archived] = _CODE[RepoState.ARCHIVED]
        codes[self.gone] = _CODE[RepoState.GONE]
        return codes
