"""When the owners of made-up repos push: each at a pace of its own, until it loses interest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.standin.events import Life

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_NEVER = np.iinfo(np.int64).max


class Pushes:
    """The last push of each repo as a function of time.

    In whole ticks, so that one repo and all of them are reckoned alike.
    """

    def __init__(
        self, created: NDArray[np.float64], every: NDArray[np.float64], left: NDArray[np.float64]
    ) -> None:
        """`created` and `left` (inf: never) in Unix seconds, `every` in days."""
        self._created = created.astype(np.int64) * _SECOND
        self._every = np.rint(every * _DAY).astype(np.int64)
        goes = np.isfinite(left)
        ends = np.rint(np.where(goes, left, 0) * _SECOND).astype(np.int64)
        self._left = np.where(goes, ends, _NEVER)

    def recast(self, index: int, created: float) -> None:
        """Let a repo have been created then, and its owner never lose interest."""
        self._created[index] = int(created) * _SECOND
        self._left[index] = _NEVER

    def last(self, index: int, at: datetime, life: Life) -> datetime:
        """The last push of one repo, in whole seconds; what is archived cannot be pushed to."""
        latest = _ticks(at if life.last_push is None else min(at, life.last_push))
        push = self._upto(index, min(latest, int(self._left[index])))
        for span in sorted(life.archived, key=lambda each: each.since, reverse=True):
            if _ticks(span.since) <= push and (span.until is None or push < _ticks(span.until)):
                push = self._upto(index, _ticks(span.since))
        return _EPOCH + timedelta(seconds=push // _SECOND)

    def all(self, at: datetime, lives: Mapping[int, Life]) -> NDArray[np.float64]:
        """The last push of every repo, in Unix seconds."""
        latest = np.minimum(_ticks(at), self._left)
        times = np.maximum(0, (latest - self._created) // self._every)
        pushed: NDArray[np.float64] = ((self._created + times * self._every) // _SECOND).astype(
            np.float64
        )
        for index, life in lives.items():
            pushed[index] = self.last(index, at, life).timestamp()
        return pushed

    def _upto(self, index: int, latest: int) -> int:
        created, every = int(self._created[index]), int(self._every[index])
        return created + max(0, (latest - created) // every) * every


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK
