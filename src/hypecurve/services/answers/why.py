"""Why: what the last judgement knew of one repo, read again for that repo alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.gains import without_corrections
from hypecurve.domain.pasts import best_months, daily_gains, pack
from hypecurve.domain.reasons import QuietReasons, RiseReasons, quiet_reasons, rise_reasons
from hypecurve.domain.repo import RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.stars import PastStars, StarHistory
from hypecurve.domain.why import LOOK_BACK, Explanation, Look
from hypecurve.domain.windows import DAYS, windows_from_counts
from hypecurve.ports import Clock
from hypecurve.ports.store import Store, Transaction
from hypecurve.services.answers.lookup import named

_DAY = timedelta(days=1)
_ANNOUNCEMENTS = frozenset(
    {SignalKind.NEW, SignalKind.RISING, SignalKind.STALLED, SignalKind.AWAKE}
)


async def why(store: Store, clock: Clock, name: RepoName, *, bar: int) -> Explanation:
    """Say why a repo was announced, or was not, by the counts that were judged last.

    `bar`: stars from which a repo is listed. NotFound where nobody knows the repo.
    """
    now = clock.now()
    async with store.read() as tx:
        entry = await named(tx, name)
        signals = await tx.signals.during(None, now, entry.repo.id)
        spoken = [signal for _, signal in signals if signal.kind in _ANNOUNCEMENTS]
        facts = await tx.catalogue.facts_of(entry.repo.id, now - LOOK_BACK)
        sweep = await tx.stars.latest(whatever_health=True)
        known = Explanation(
            entry=entry,
            asked_at=now,
            bar=bar,
            stars=entry.repo.stars,
            look=(
                None if sweep is None else Look(sweep.at, sweep.expected, sweep.seen, sweep.health)
            ),
            spoken=tuple(reversed(spoken)),
            facts=tuple(facts),
            submissions=tuple(await tx.submissions.of(entry.repo.id)),
        )
        return await _judged(tx, known)


async def rise_of(tx: Transaction, entry: CatalogueEntry, now: datetime) -> RiseReasons | None:
    """Return where a repo stands in its rising, as `why` would say it; None before any judgement.

    `now`: aware UTC.
    """
    known = Explanation(entry=entry, asked_at=now, bar=0, stars=entry.repo.stars)
    return (await _judged(tx, known)).rise


async def _judged(tx: Transaction, known: Explanation) -> Explanation:
    """Add what the detection saw of it; nothing where it has not judged it yet."""
    entry = known.entry
    judged_at = await tx.signals.judged_at()
    # Of counts that stood still nothing was concluded: the ones before were judged last.
    sweep = None if judged_at is None else await tx.stars.latest(judged_at)
    if sweep is None or entry.first_seen_at > sweep.at:
        return known
    at = sweep.at
    history = await tx.stars.history(entry.repo.id, at - (DAYS + 1) * _DAY, at)
    past = (await tx.past.of([entry.repo.id])).get(entry.repo.id)
    state = (await tx.signals.states(entry.slot + 1))[entry.slot]
    rise, quiet = _reasons(entry, at, history, past, state)
    last = history.snapshots[-1].at if history.snapshots else None
    return replace(
        known,
        stars=history.as_of(at),
        rise=rise,
        quiet=quiet,
        judged_at=at,
        counted_at=last,
        counts_last=1.5 * history.interval,
        has_past=past is not None,
    )


def _reasons(
    entry: CatalogueEntry,
    at: datetime,
    history: StarHistory,
    past: PastStars | None,
    state: np.void,
) -> tuple[RiseReasons, QuietReasons]:
    gains, best = _gains(entry, at, history, past)
    return rise_reasons(gains, state, at), quiet_reasons(gains, best, entry.repo.pushed_at, state)


def _gains(
    entry: CatalogueEntry, at: datetime, history: StarHistory, past: PastStars | None
) -> tuple[NDArray[Any], int]:
    """The row of the windows that was judged, without corrections; and GitHub's best 28 days.

    As in the detection, GitHub's own history is asked only where our counts do not cover all.
    """
    counts = [history.near(at - day * _DAY) for day in range(DAYS, 0, -1)]
    stars = history.as_of(at)
    grid = np.array([[-1 if each is None else each for each in (*counts, stars)]], np.int64)
    told, best = None, 0
    if past is not None and entry.first_seen_at > at - DAYS * _DAY:
        packed = pack([entry.repo.id], [past])
        first_seen = np.array([_stamp(entry.first_seen_at)])
        told, best = daily_gains(packed, at, first_seen, DAYS), int(best_months(packed)[0])
    created = entry.repo.created_at
    windows = windows_from_counts(
        at,
        [entry.repo.id],
        grid,
        told,
        stars=[np.nan if stars is None else float(stars)],
        created_at=np.array([np.datetime64("NaT", "s") if created is None else _stamp(created)]),
    )
    return without_corrections(windows.gains, windows.stars)[0], best


def _stamp(at: datetime) -> np.datetime64:
    """A time as the roster has it: whole seconds of UTC."""
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None, microsecond=0), "s")
