"""Detect: what the last sweep means. One transaction, one cycle number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.admission import admission
from hypecurve.domain.catalogue import (
    NEWS,
    CatalogueEntry,
    Fact,
    FactKind,
    Growth,
    ListedReason,
)
from hypecurve.domain.changes import is_purge
from hypecurve.domain.detection import REPO_STATES, Detection, detect
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId, age_days
from hypecurve.domain.signal import Evidence, Signal, SignalKind
from hypecurve.domain.stars import PastStars
from hypecurve.domain.windows import Windows
from hypecurve.ports.store import Measured, Packed, Roster, Source, Store, Sweep, Transaction
from hypecurve.services.tracker.sight import Counts, Past, counts_at, past_at, windows_of

LISTING_RULE = "listing/1"
FACT_RULE = "fact/1"
_WEEKS_SHOWN = 8
_SPANS = (1, 7, 30)
"""Days over which growth is shown."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Detected:
    """One cycle: its number, the sweep it judged, and the signals that were new."""

    cycle: int
    sweep: Sweep
    signals: tuple[Signal, ...]
    listed: int


async def detect_changes(
    store: Store, *, interval: timedelta, min_stars: int, measure: bool = True
) -> Detected | None:
    """Judge the last sweep; None before the first one.

    `interval`: the usual time between sweeps. `measure` False leaves the entries' figures alone:
    a replay writes them once, at its end. Of counts that stand still, all of them at once, nothing
    is concluded: only what GitHub tells in words (renamed, archived, gone) is told.
    """
    async with store.write() as tx:
        sweep = await tx.stars.latest(whatever_health=True)
        if sweep is None:
            return None
        judged = await tx.signals.judged_at()
        cycle = await tx.signals.next_cycle(sweep.at)
        if sweep.health is Health.STILL:
            return await _only_facts(tx, sweep, cycle)
        counts = await counts_at(tx, sweep.at, interval, judged)
        reasons, entries = await _admit(tx, counts.stars, counts.before, sweep.at, min_stars)
        roster = await tx.catalogue.roster()
        past = await past_at(tx, sweep.at, roster)
        windows = windows_of(sweep.at, counts, roster, past)
        found = detect(windows, await _states(tx, roster, past))
        await tx.signals.save_states(found.states)
        facts = await tx.catalogue.facts()
        signals = [
            *found.signals,
            *_new(entries, reasons, windows, counts.before, min_stars),
            *_from_facts(facts, roster, windows.stars),
        ]
        signals = await _add(tx, signals, cycle)
        await tx.catalogue.told(facts, cycle)
        if measure:
            await _measure(tx, counts, windows, found, roster)
    return Detected(cycle, sweep, tuple(signals), len(reasons))


async def _only_facts(tx: Transaction, sweep: Sweep, cycle: int) -> Detected:
    """Speak of what GitHub tells in words, and of no count."""
    facts, roster = await tx.catalogue.facts(), await tx.catalogue.roster()
    unknown = np.full(len(roster.ids), np.nan)
    signals = await _add(tx, list(_from_facts(facts, roster, unknown)), cycle)
    await tx.catalogue.told(facts, cycle)
    return Detected(cycle, sweep, tuple(signals), 0)


async def _add(tx: Transaction, signals: list[Signal], cycle: int) -> list[Signal]:
    """Keep the signals; return those that were new."""
    if await tx.signals.add(signals, cycle) == len(signals):
        return signals
    new = {_key(signal) for _, signal in await tx.signals.between(cycle - 1, cycle)}
    return [signal for signal in signals if _key(signal) in new]


async def measure_only(store: Store, *, interval: timedelta) -> None:
    """Write the entries' figures as of the last sweep, and speak of nothing."""
    async with store.write() as tx:
        sweep = await tx.stars.latest()
        if sweep is None:
            return
        counts = await counts_at(tx, sweep.at, interval)
        roster = await tx.catalogue.roster()
        past = await past_at(tx, sweep.at, roster)
        windows = windows_of(sweep.at, counts, roster, past)
        found = detect(windows, await _states(tx, roster, past))
        await _measure(tx, counts, windows, found, roster)


async def _admit(
    tx: Transaction, stars: Packed, before: Packed, at: datetime, min_stars: int
) -> tuple[dict[RepoId, ListedReason], list[CatalogueEntry]]:
    """Let the candidates through the gate; return why, and the entries."""
    candidates = [
        (entry, source)
        for entry, source in await tx.catalogue.candidates(min_stars)
        if stars[entry.slot] >= min_stars
    ]
    past = await tx.past.of([entry.repo.id for entry, _ in candidates])
    reasons = {
        entry.repo.id: _reason(entry, source, before, min_stars, past.get(entry.repo.id))
        for entry, source in candidates
    }
    await tx.catalogue.list_as(reasons, at)
    return reasons, [entry for entry, _ in candidates]


def _reason(
    entry: CatalogueEntry, source: Source, before: Packed, min_stars: int, past: PastStars | None
) -> ListedReason:
    earlier = int(before[entry.slot])
    return admission(
        entry,
        bar=min_stars,
        origin=source.key,
        first_complete_at=source.first_complete_at,
        previous_at=source.previous_at,
        earlier_stars=earlier if earlier >= 0 else None,
        past=past,
    )


async def _states(tx: Transaction, roster: Roster, past: Past) -> NDArray[np.void]:
    """What the detection remembers; a repo's best month may lie in the past we were told of."""
    states = await tx.signals.states(len(roster.ids))
    np.maximum(states["best_28d"], past.best_months, out=states["best_28d"])
    return states


def _new(
    entries: Sequence[CatalogueEntry],
    reasons: dict[RepoId, ListedReason],
    windows: Windows,
    before: Packed,
    min_stars: int,
) -> list[Signal]:
    """Signals for what is news: over the bar for the first time, once a repo.

    Of a submission that nobody counted `before` it cannot be said that it passed the bar.
    """
    at = windows.at
    return [
        Signal(
            repo_id=entry.repo.id,
            kind=SignalKind.NEW,
            at=at,
            episode=1,
            step=1,
            score=float(windows.stars[entry.slot]),
            lane=None,
            rule=LISTING_RULE,
            evidence=Evidence(
                stars=int(windows.stars[entry.slot]),
                gain_7d=_whole(windows.gains[entry.slot, -7:].sum()),
                weeks=_weeks(windows.gains[entry.slot]),
                age_days=age_days(entry.repo.created_at, at),
                after=None
                if reasons[entry.repo.id] is ListedReason.SUBMITTED and before[entry.slot] < 0
                else str(min_stars),
            ),
        )
        for entry in entries
        if reasons[entry.repo.id] in NEWS
    ]


def _from_facts(facts: Sequence[Fact], roster: Roster, stars: NDArray[np.float64]) -> list[Signal]:
    """Signals for those who follow a listed repo; each fact is its own episode. `stars` by slot."""
    slot_of = {int(key): slot for slot, key in enumerate(roster.ids.tolist())}
    signals = []
    for fact in facts:
        slot, kind = slot_of[fact.repo_id], fact.kind.signal
        if kind is not None and roster.listed[slot]:
            evidence = Evidence(
                stars=_whole(stars[slot]),
                before=fact.before or None,
                after=fact.after or None,
            )
            signals.append(
                Signal(fact.repo_id, kind, fact.at, fact.id, 1, 0.0, None, FACT_RULE, evidence)
            )
    return signals


def _key(signal: Signal) -> tuple[RepoId, SignalKind, int, int]:
    return signal.repo_id, signal.kind, signal.episode, signal.step


def _weeks(gains: NDArray[np.float32]) -> tuple[int | None, ...]:
    return tuple(_whole(week.sum()) for week in gains[-7 * _WEEKS_SHOWN :].reshape(_WEEKS_SHOWN, 7))


def _whole(value: float | np.floating) -> int | None:
    return None if np.isnan(value) else round(float(value))


def _wholes(values: NDArray[np.float64]) -> list[int | None]:
    """The same of a whole column: one numpy number at a time takes as long as the judgement."""
    known = np.isfinite(values)
    numbers = np.rint(np.where(known, values, 0)).astype(np.int64)
    told = zip(numbers.tolist(), known.tolist(), strict=True)
    return [number if is_known else None for number, is_known in told]


async def _measure(
    tx: Transaction, counts: Counts, windows: Windows, found: Detection, roster: Roster
) -> None:
    """Write the figures of the present into the entries."""
    growth = _growth(counts, windows, roster)
    slot_of = {int(key): slot for slot, key in enumerate(roster.ids.tolist())}
    jumps = (FactKind.CORRECTED, FactKind.RETURNED)
    for fact in await tx.catalogue.facts_after(windows.at - _SPANS[-1] * _DAY, jumps):
        slot = slot_of[fact.repo_id]
        for place, days in enumerate(_SPANS):
            # What GitHub took away, or gave back, at one stroke nobody gained; and who was made
            # private came back without the stars of before.
            if windows.at - fact.at < days * _DAY and (
                fact.kind is FactKind.CORRECTED
                or growth[slot, place] < 0
                or _fell(counts.grid[slot, -1 - days :])
            ):
                growth[slot, place] = np.nan
    pace = found.usual_week
    usual = zip(pace.tolist(), np.isfinite(pace).tolist(), strict=True)
    await tx.catalogue.measure(
        Measured(
            ids=roster.ids,
            growth=[Growth(*each) for each in zip(*map(_wholes, growth.T), strict=True)],
            usual_week=[value if known else None for value, known in usual],
            states=[REPO_STATES[code] for code in found.repo_state.tolist()],
        )
    )


def _fell(counts: NDArray[np.int32]) -> bool:
    """Whether a count of one repo fell at one stroke, from one known day to the next."""
    known = counts[counts >= 0].tolist()
    return any(is_purge(before, now) for before, now in pairwise(known))


def _growth(counts: Counts, windows: Windows, roster: Roster) -> NDArray[np.float64]:
    """Growth by slot and span, from our counts where both ends are known.

    Before we looked it is GitHub's own history that tells; NaN is unknown.
    """
    growth = np.full((len(roster.ids), len(_SPANS)), np.nan)
    at = np.datetime64(windows.at.replace(tzinfo=None), "s")
    for place, days in enumerate(_SPANS):
        then = counts.grid[:, -1 - days]
        known = (counts.stars >= 0) & (then >= 0)
        growth[known, place] = counts.stars[known] - then[known]
        unwatched = roster.first_seen_at > at - np.timedelta64(days, "D")
        sums = windows.gains[:, -days:].sum(axis=1)
        growth[unwatched & ~known, place] = sums[unwatched & ~known]
    return growth
