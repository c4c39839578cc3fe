"""Signals, the states behind them and the numbering of cycles, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Signal, SignalKind


class SignalLog(Protocol):
    """Signals, the states behind them, and the cycles they belong to."""

    async def next_cycle(self, at: datetime) -> int:
        """Take the next cycle's number; the row stays locked until this transaction ends."""
        ...

    async def current_cycle(self) -> int:
        """Return the number of the last committed cycle, 0 before the first."""
        ...

    async def judged_at(self) -> datetime | None:
        """Return the instant of the sweep that the last committed cycle judged."""
        ...

    async def add(self, signals: Sequence[Signal], cycle: int) -> int:
        """Keep signals with their cycle; return how many were new. Known ones are left alone."""
        ...

    async def between(
        self, after: int, upto: int, kinds: frozenset[SignalKind] | None = None
    ) -> list[tuple[int, Signal]]:
        """Return (id, signal) of the cycles after `after` up to `upto`, in order."""
        ...

    async def lately(self, after: int, upto: int, since: datetime) -> list[tuple[int, int, Signal]]:
        """Return (id, cycle, signal) of the cycles after `after` up to `upto`, in order.

        Of signals that are no older than `since`.
        """
        ...

    async def during(
        self,
        since: datetime | None,
        until: datetime | None,
        repo_id: RepoId | None = None,
        kinds: frozenset[SignalKind] | None = None,
    ) -> list[tuple[int, Signal]]:
        """Return (id, signal) by time, oldest first; `since` excluded, `until` included."""
        ...

    async def repos(self, since: datetime, kinds: frozenset[SignalKind]) -> list[RepoId]:
        """Return the repos with a signal of these kinds after an instant, each once, by id."""
        ...

    async def states(self, slots: int) -> NDArray[np.void]:
        """Return the detection states (`hypecurve.domain.states.STATE`) by slot."""
        ...

    async def save_states(self, states: NDArray[np.void]) -> None:
        """Replace the detection states, by slot."""
        ...
