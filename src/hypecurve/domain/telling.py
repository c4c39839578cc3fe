"""What was found becomes signals, each with the evidence it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain import rising, stalled
from hypecurve.domain.pace import LANES, weeks_of
from hypecurve.domain.repo import RepoId
from hypecurve.domain.rising import Risen
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind
from hypecurve.domain.stalled import Fallen
from hypecurve.domain.windows import Windows

_BARS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Teller:
    """Tells of some `rows` of the windows; `gains` are theirs, without corrections."""

    windows: Windows
    rows: slice
    gains: NDArray[Any]
    risen: Risen
    fallen: Fallen
    states: NDArray[np.void]

    def signals(self) -> Iterator[Signal]:
        """Yield a signal for each change worth telling."""
        for row in _places(self.risen.speaks):
            yield self._signal(row, SignalKind.RISING)
        for row in _places(self.fallen.stalls):
            yield self._signal(row, SignalKind.STALLED)
        for row in _places(self.fallen.wakes):
            yield self._signal(row, SignalKind.AWAKE)

    def _signal(self, row: int, kind: SignalKind) -> Signal:
        state = self.states[row]
        lane: Lane | None = None
        episode, step = int(state["quiet_episode"]), 1
        match kind:
            case SignalKind.RISING:
                episode, step = int(state["rise_episode"]), int(state["rise_step"])
                score, rule = float(self.risen.lift[row]), rising.RULE
                lane = LANES[int(self.risen.lane[row])]
            case SignalKind.AWAKE:
                score = float(self.fallen.gain_28d[row] / max(1.0, state["quiet_level"]))
                rule = stalled.AWAKE_RULE
            case _:
                score, rule = float(self.fallen.best_28d[row]), stalled.STALLED_RULE
        repo_id = RepoId(int(self.windows.repo_ids[self.rows][row]))
        evidence = self._evidence(row)
        return Signal(
            repo_id, kind, self.windows.at, episode, step, round(score, 4), lane, rule, evidence
        )

    def _evidence(self, row: int) -> Evidence:
        gain = _number(self.risen.pace.gain_7d[row])
        usual = _number(self.risen.pace.usual_7d[row])
        weeks = weeks_of(self.gains[row : row + 1], _BARS)[0, ::-1]
        bars = (None,) * (_BARS - len(weeks)) + tuple(_whole(week) for week in weeks)
        best = float(self.fallen.best_28d[row])
        created = _time(self.windows.created_at[self.rows][row])
        return Evidence(
            stars=_whole(self.windows.stars[self.rows][row]),
            gain_3d=_whole(self.risen.pace.gain_3d[row]),
            gain_7d=_whole(gain),
            usual_7d=None if usual is None else round(usual, 1),
            multiple=None if not usual or gain is None else round(gain / usual, 2),
            gain_28d=_whole(self.fallen.gain_28d[row]),
            best_28d=_whole(best) if best > 0 else None,
            weeks=bars,
            age_days=None if created is None else max(0, (self.windows.at - created).days),
            last_push=_time(self.windows.pushed_at[self.rows][row]),
        )


def _places(mask: NDArray[np.bool_]) -> list[int]:
    return [int(row) for row in np.flatnonzero(mask)]


def _number(value: Any) -> float | None:  # noqa: ANN401  (a numpy scalar)
    return float(value) if value is not None and np.isfinite(value) else None


def _whole(value: Any) -> int | None:  # noqa: ANN401  (a numpy scalar)
    number = _number(value)
    return None if number is None else round(number)


def _time(value: np.datetime64) -> datetime | None:
    if np.isnat(value):
        return None
    return datetime.fromtimestamp(int(value.astype("datetime64[s]").astype(np.int64)), UTC)
