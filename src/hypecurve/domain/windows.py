"""Star gains per day, side by side for many repos: what the detection looks at.

Two sources feed them and are never subtracted from each other: counts we saw (their differences
are gains) and GitHub's own history of retained stars (gains already). Unknown is NaN, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hypecurve.domain.gains import gains_of
from hypecurve.domain.repo import AHEAD

DAYS = 120
"""Days a window holds in life: 8 weeks of baseline, 84 days for a stall, and some to look back."""
FIRST_STARS = 10
"""Before it has these stars a repo has no pace: those days are unknown, not zero."""

_ROWS = 8192
"""Rows worked on at a time, so that 100,000 repos need no copies of 100,000 rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The last D days of N repos, all ending at the same instant.

    `at`: aware UTC. `repo_ids`: (N,). `stars`: (N,) the present count, NaN unknown.
    `gains`: (N, D) stars gained per 24 hours; the last column holds the 24 hours before `at`,
    NaN unknown. `created_at`, `pushed_at`: (N,) datetime64[s], NaT unknown. `eligible`: (N,) the
    repo may speak at all: it is listed and about AI.
    """

    at: datetime
    repo_ids: NDArray[np.int64]
    stars: NDArray[np.float64]
    gains: NDArray[np.float32]
    created_at: NDArray[np.datetime64]
    pushed_at: NDArray[np.datetime64]
    archived: NDArray[np.bool_]
    gone: NDArray[np.bool_]
    eligible: NDArray[np.bool_]


def windows_from_counts(  # noqa: PLR0913  (one argument a column of Windows)
    at: datetime,
    repo_ids: ArrayLike,
    counts: NDArray[Any],
    past_gains: NDArray[Any] | None = None,
    *,
    stars: ArrayLike | None = None,
    created_at: ArrayLike | None = None,
    pushed_at: ArrayLike | None = None,
    archived: ArrayLike | None = None,
    gone: ArrayLike | None = None,
    eligible: ArrayLike | None = None,
) -> Windows:
    """Build windows from counts on a grid of 24 hours and, where there is one, GitHub's history.

    `counts`: (N, D+1), the count at `at` - k days, oldest first; NaN or negative is unknown.
    How holes between counts are filled: see `gains_of`.

    `past_gains`: (N, D) from `pasts.daily_gains`, NaN unknown; taken only where the counts give no
    gain. Days that end before the repo was created, or before it had its first ten stars, are
    unknown rather than zero: a newborn would otherwise rise endlessly above a pace it never had.

    What is left out: `stars` are the last counts, nothing is archived or gone, all are eligible,
    and the times are unknown. ValueError where shapes differ.
    """
    ids = np.asarray(repo_ids, np.int64)
    size, days = len(ids), counts.shape[1] - 1
    if counts.shape[0] != size or (past_gains is not None and past_gains.shape != (size, days)):
        message = f"{size} repos, counts {counts.shape}, past {getattr(past_gains, 'shape', None)}"
        raise ValueError(message)
    present = _column(stars, size, np.float64, np.nan).copy()
    if stars is None:
        present[:] = counts[:, -1]
    present[~(present >= 0)] = np.nan
    created = _column(created_at, size, "datetime64[s]", np.datetime64("NaT")).copy()
    # What was created in the future is of unknown age; NaT compares false.
    created[created > np.datetime64((at + AHEAD).replace(tzinfo=None), "s")] = np.datetime64("NaT")
    gains = np.empty((size, days), np.float32)
    for start in range(0, size, _ROWS):
        rows = slice(start, start + _ROWS)
        gains[rows] = gains_of(counts[rows])
        if past_gains is not None:
            _take_past(gains[rows], past_gains[rows], present[rows], created[rows], at)
    return Windows(
        at=at,
        repo_ids=ids,
        stars=present,
        gains=gains,
        created_at=created,
        pushed_at=_column(pushed_at, size, "datetime64[s]", np.datetime64("NaT")),
        archived=_column(archived, size, np.bool_, fill=False),
        gone=_column(gone, size, np.bool_, fill=False),
        eligible=_column(eligible, size, np.bool_, fill=True),
    )


def _column(values: ArrayLike | None, size: int, dtype: Any, fill: Any) -> NDArray[Any]:  # noqa: ANN401  (numpy takes any dtype)
    if values is None:
        return np.full(size, fill, dtype)
    column = np.asarray(values, dtype)
    if column.shape != (size,):
        message = f"a column of {column.shape} for {size} repos"
        raise ValueError(message)
    return column


def _take_past(
    gains: NDArray[np.float32],
    past: NDArray[Any],
    stars: NDArray[np.float64],
    created: NDArray[np.datetime64],
    at: datetime,
) -> None:
    """Fill in place what the counts leave unknown from GitHub's history."""
    np.copyto(gains, past, where=np.isnan(gains), casting="same_kind")
    age = (np.datetime64(at.replace(tzinfo=None), "s") - created) / np.timedelta64(1, "D")
    days = gains.shape[1]
    unborn = np.arange(days)[None, :] + 1 <= (days - age)[:, None]  # NaT compares false
    # The count at the end of each day, walking back from the present.
    back = np.cumsum(np.nan_to_num(gains[:, ::-1].astype(np.float64)), axis=1)[:, ::-1]
    count = np.empty_like(back)
    count[:, -1] = stars
    count[:, :-1] = stars[:, None] - back[:, 1:]
    gains[unborn | (count < FIRST_STARS)] = np.nan
