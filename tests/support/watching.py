"""Curves by hand, watched as the tracker would watch them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.detection import Rules, detect, fresh_states
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.windows import Windows

START = datetime(2025, 1, 6, tzinfo=UTC)
DAYS = 120
REPO = 7


def windows_at(  # noqa: PLR0913  (what can be known of a repo)
    at: datetime,
    gains: Sequence[float | None],
    *,
    stars: float = 40_000.0,
    pushed: datetime | None = None,
    created: datetime | None = None,
    archived: bool = False,
    gone: bool = False,
    eligible: bool = True,
) -> Windows:
    """One repo whose last days brought `gains`, None unknown; days before them are unknown."""
    row = np.full((1, DAYS), np.nan, np.float32)
    tail = [np.nan if gain is None else gain for gain in gains][-DAYS:]
    if tail:
        row[0, -len(tail) :] = tail
    return Windows(
        at=at,
        repo_ids=np.array([REPO]),
        stars=np.array([stars]),
        gains=row,
        created_at=_time(created),
        pushed_at=_time(pushed),
        archived=np.array([archived]),
        gone=np.array([gone]),
        eligible=np.array([eligible]),
    )


def watch(
    gains: Sequence[float | None],
    *,
    from_day: int = 1,
    states: NDArray[np.void] | None = None,
    rules: Rules | None = None,
    pushed: datetime | None = None,
    archived: bool = False,
) -> list[tuple[int, Signal]]:
    """Detect once a day from `from_day` on; return (day, signal) in order."""
    states = fresh_states(1) if states is None else states
    heard = []
    for day in range(from_day, len(gains) + 1):
        at = START + timedelta(days=day)
        windows = windows_at(at, gains[:day], pushed=pushed, archived=archived)
        found = detect(windows, states, rules)
        states = found.states
        heard += [(day, signal) for signal in found.signals]
    return heard


def rises(heard: Iterable[tuple[int, Signal]]) -> list[tuple[int, int, int]]:
    """(day, episode, step) of each rising signal."""
    return [(day, s.episode, s.step) for day, s in heard if s.kind is SignalKind.RISING]


def turns(heard: Iterable[tuple[int, Signal]]) -> list[tuple[int, SignalKind]]:
    """(day, kind) of each stalled and awake signal."""
    return [(day, s.kind) for day, s in heard if s.kind is not SignalKind.RISING]


def _time(value: datetime | None) -> NDArray[np.datetime64]:
    naive = None if value is None else value.astimezone(UTC).replace(tzinfo=None)
    return np.array([naive], "datetime64[s]")
