"""One cycle of the tracker: discover, snapshot, backfill, detect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import SourceError, SourceRefused
from hypecurve.ports import Clock, GitHubSource, Term
from hypecurve.ports.store import Store
from hypecurve.services.backfill import WEEKS, Backfilled, backfill
from hypecurve.services.detect import Detected, detect_changes
from hypecurve.services.discover import discover, sort_in, source_key
from hypecurve.services.memory import many_rows
from hypecurve.services.snapshot import snapshot

DISCOVER_EVERY = timedelta(hours=22)
"""A little under a day, so that a cycle that starts early does not put a search off by another."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a cycle needs to know of the settings."""

    terms: tuple[Term, ...]
    min_stars: int
    interval: timedelta
    backfill_budget: int
    """Repos whose past is asked in an hour."""
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
    A search or a history that fails keeps no other stage from its work: a history's error is told,
    a search's is raised at the end, and so is GitHub's refusal of us.
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
    failed: SourceError | None = None
    due = await _due(store, clock, tracking.terms, tracking.min_stars)
    if due:
        found = await discover(store, github, clock, due, tracking.min_stars)
        changed = await sort_in(store, taxonomy)
        failed = found.error
        if found.met or failed is None:
            tell(f"discovered {found.met:,} repos, {found.new:,} new, {changed:,} sorted in")
    detected = await _look_and_judge(store, github, clock, tracking, tell)
    if failed is not None:
        raise failed
    if detected is None:
        tell("nothing is watched yet")
    return detected


async def _look_and_judge(
    store: Store,
    github: GitHubSource,
    clock: Clock,
    tracking: Tracking,
    tell: Callable[[str], None],
) -> Detected | None:
    sweep = await snapshot(store, github, clock, tracking.interval)
    if sweep is None:
        return None
    tell(f"saw {sweep.seen:,} of {sweep.expected:,} repos")
    filled = await backfill(
        store, github, clock, budget=tracking.backfill_budget, weeks=tracking.backfill_weeks
    )
    tell_filled(filled, tell)
    detected = await detect_changes(store, interval=tracking.interval, min_stars=tracking.min_stars)
    if detected is not None:
        tell(
            f"cycle {detected.cycle}: {detected.listed:,} listed, {len(detected.signals):,} signals"
        )
    if isinstance(filled.error, SourceRefused):
        raise filled.error
    return detected


def tell_filled(filled: Backfilled, tell: Callable[[str], None]) -> None:
    """Say in a line what a backfill did, and in another what ended it; nothing where idle."""
    if filled.asked:
        later = f", {filled.in_vain:,} of them in vain" if filled.in_vain else ""
        rest = "" if filled.complete else ", more to come"
        tell(f"filled in the past of {filled.asked:,} repos{later}{rest}")
    if filled.error is not None:
        tell(f"the past was cut short, it goes on later: {filled.error}")


async def _due(store: Store, clock: Clock, terms: Sequence[Term], min_stars: int) -> list[Term]:
    """The terms whose last complete search is long enough ago."""
    oldest = clock.now() - DISCOVER_EVERY
    due = []
    async with store.read() as tx:
        for term in terms:
            look = (await tx.sources.source(source_key(term, min_stars))).complete_at
            if look is None or look <= oldest:
                due.append(term)
    return due
