"""One cycle of the tracker: discover, snapshot, backfill, detect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypecurve.domain.category import Taxonomy
from hypecurve.ports import Clock, GitHubSource, Term
from hypecurve.ports.store import Store
from hypecurve.services.backfill import WEEKS, backfill
from hypecurve.services.detect import Detected, detect_changes
from hypecurve.services.discover import discover, sort_in, source_key
from hypecurve.services.memory import many_rows
from hypecurve.services.snapshot import snapshot

DISCOVER_EVERY = timedelta(hours=22)
"""A little under a day, so that a cycle that starts early does not put discovery off by another."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a cycle needs to know of the settings."""

    terms: tuple[Term, ...]
    min_stars: int
    interval: timedelta
    backfill_budget: int
    """Repos whose past is asked in one go."""
    backfill_weeks: int = WEEKS


async def run_cycle(
    store: Store,
    github: GitHubSource,
    clock: Clock,
    taxonomy: Taxonomy,
    tracking: Tracking,
    tell: Callable[[str], None] = lambda _line: None,
) -> Detected | None:
    """Run one cycle; `tell` hears a line for each stage.

    Every stage keeps what it did; running it again after a failure repeats nothing that counts.
    """
    with many_rows():
        return await _cycle(store, github, clock, taxonomy, tracking, tell)


async def _cycle(
    store: Store,
    github: GitHubSource,
    clock: Clock,
    taxonomy: Taxonomy,
    tracking: Tracking,
    tell: Callable[[str], None],
) -> Detected | None:
    if await _discovery_due(store, clock, tracking.terms, tracking.min_stars):
        found = await discover(store, github, clock, tracking.terms, tracking.min_stars)
        changed = await sort_in(store, taxonomy)
        tell(f"discovered {found.met:,} repos, {found.new:,} new, {changed:,} sorted in")
    sweep = await snapshot(store, github, clock)
    if sweep is None:
        tell("nothing is watched yet")
        return None
    tell(f"saw {sweep.seen:,} of {sweep.expected:,} repos")
    filled = await backfill(
        store, github, clock, budget=tracking.backfill_budget, weeks=tracking.backfill_weeks
    )
    if filled.asked:
        rest = "" if filled.complete else ", more to come"
        tell(f"filled in the past of {filled.asked:,} repos{rest}")
    detected = await detect_changes(store, interval=tracking.interval, min_stars=tracking.min_stars)
    if detected is not None:
        tell(
            f"cycle {detected.cycle}: {detected.listed:,} listed, {len(detected.signals):,} signals"
        )
    return detected


async def _discovery_due(store: Store, clock: Clock, terms: Sequence[Term], min_stars: int) -> bool:
    async with store.read() as tx:
        looks = [
            (await tx.sources.source(source_key(term, min_stars))).complete_at for term in terms
        ]
    oldest = clock.now() - DISCOVER_EVERY
    return any(look is None or look <= oldest for look in looks)
