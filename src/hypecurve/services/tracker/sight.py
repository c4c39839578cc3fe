"""What the detection looks at, read from the store: counts, GitHub's own past, and windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.pasts import best_months, daily_gains
from hypecurve.domain.repo import RepoId
from hypecurve.domain.windows import DAYS, Windows, windows_from_counts
from hypecurve.ports.store import Packed, Roster, Transaction

_DAY = timedelta(days=1)
_INSTANT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Counts by slot: `grid` (N, DAYS + 1) each 24 h, oldest first, -1 unknown."""

    grid: NDArray[np.int32]
    stars: Packed
    """As of the sweep: seen within 1.5 intervals before it."""
    before: Packed
    """As of the sweep that was judged before: of those in between nobody has heard."""


async def counts_at(
    tx: Transaction, at: datetime, interval: timedelta, judged: datetime | None = None
) -> Counts:
    """Read the counts of the windows that end at `at`; `judged`: the sweep judged before it."""
    instants = [at - _DAY * day for day in range(DAYS, -1, -1)]
    previous = await tx.stars.latest(at - _INSTANT)
    before = None if judged is None else await tx.stars.latest(min(judged, at - _INSTANT))
    looks = [look.at for look in (previous, before) if look is not None]
    columns, slots = await tx.stars.columns([*instants, *looks], interval / 2)
    padded = np.full((slots, len(columns)), -1, np.int32)
    for place, column in enumerate(columns):
        if column is not None:
            padded[: len(column), place] = column
    grid = padded[:, : len(instants)]
    unknown = np.full(slots, -1, np.int32)
    if previous is not None and at - previous.at <= 1.5 * interval:
        # Who was missed just now is still known from the sweep before.
        grid[:, -1] = np.where(grid[:, -1] < 0, padded[:, len(instants)], grid[:, -1])
    return Counts(grid, grid[:, -1].copy(), unknown if before is None else padded[:, -1])


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """GitHub's own history, by slot, of the repos that our counts do not cover yet."""

    gains: NDArray[np.float32] | None
    """(N, DAYS) on the grid of the windows; None where our counts cover all."""
    best_months: NDArray[np.int64]
    """(N,) stars of the best 28 days, 0 unknown: they may lie before the windows."""


def windows_of(at: datetime, counts: Counts, roster: Roster, past: Past) -> Windows:
    """Lay counts and histories side by side."""
    return windows_from_counts(
        at,
        roster.ids,
        counts.grid,
        past.gains,
        stars=np.where(counts.stars < 0, np.nan, counts.stars.astype(np.float64)),
        created_at=roster.created_at,
        pushed_at=roster.pushed_at,
        archived=roster.archived,
        gone=roster.gone,
        eligible=roster.listed & roster.about_ai,
    )


async def past_at(tx: Transaction, at: datetime, roster: Roster) -> Past:
    """Read the histories of those whom we have watched for less than a window."""
    size = len(roster.ids)
    opens = np.datetime64((at - _DAY * DAYS).replace(tzinfo=None), "s")
    slots = np.flatnonzero(roster.first_seen_at > opens)
    # By id, so that each block of histories finds its slots.
    slots = slots[np.argsort(roster.ids[slots])]
    ids = roster.ids[slots]
    gains: NDArray[np.float32] | None = None
    best = np.zeros(size, np.int64)
    async for block in tx.past.packed([RepoId(key) for key in ids.tolist()]):
        if gains is None:
            gains = np.full((size, DAYS), np.nan, np.float32)
        at_slots = slots[np.searchsorted(ids, block.repo_ids)]
        gains[at_slots] = daily_gains(block, at, roster.first_seen_at[at_slots], DAYS)
        best[at_slots] = best_months(block)
    return Past(gains, best)
