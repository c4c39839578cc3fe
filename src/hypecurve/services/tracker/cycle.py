"""One cycle of the tracker: discover, snapshot, backfill, detect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from hypecurve.domain.category import UNSURE, Taxonomy
from hypecurve.domain.errors import SourceError, SourceLimited, SourceRefused
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, GitHubSource, Term
from hypecurve.ports.store import Found, Store, Sweep
from hypecurve.services.answers.submitters import tell_submitters
from hypecurve.services.memory import many_rows
from hypecurve.services.operator import watch_over
from hypecurve.services.tracker.backfill import WEEKS, Backfilled, backfill, wanted_categories
from hypecurve.services.tracker.clocks import refuse_future, refuse_wrong_clock
from hypecurve.services.tracker.detect import Detected, detect_changes
from hypecurve.services.tracker.discover import discover, due_terms, sort_in
from hypecurve.services.tracker.first import told_while_first
from hypecurve.services.tracker.snapshot import snapshot

Tell = Callable[[str], None]
_CYCLES_SHARE = 10
"""A tenth of an hour's histories is left to the cycles: newcomers are asked before the judgement"""


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a cycle needs to know of the settings."""

    terms: tuple[Term, ...]
    min_stars: int
    interval: timedelta
    backfill_budget: int
    """Repos whose past is asked in an hour."""
    backfill_weeks: int = WEEKS
    operator: Channel | None = None
    """Where the operator hears what wants a person; None: only in the lines."""


@dataclass(frozen=True, slots=True)
class Means:
    """What every stage works with; `tell` hears a line for each of them."""

    store: Store
    github: GitHubSource
    clock: Clock
    taxonomy: Taxonomy
    tracking: Tracking
    tell: Tell = lambda _line: None


async def run_cycle(
    store: Store,
    github: GitHubSource,
    clock: Clock,
    taxonomy: Taxonomy,
    tracking: Tracking,
    tell: Tell = lambda _line: None,
) -> Detected | None:
    """Run one cycle; `tell` hears a line for each stage.

    Every stage keeps what it did; running it again after a failure repeats nothing that counts.
    A search or a history that fails keeps no other stage from its work: a history's error is told,
    a search's is raised at the end with what was done all the same, and so is GitHub's refusal of
    us. Where no sweep can be had, the last one is judged if nobody did. WrongClock, before anything
    is asked for or kept, where the clock cannot be right or the newest sweep lies in the future.
    """
    it = Means(store, github, clock, taxonomy, tracking, tell)
    await refuse_future(store, clock)
    await refuse_wrong_clock(store, github, clock, tracking.operator)
    try:
        async with told_while_first(store, tracking.terms, tracking.min_stars, tell):
            with many_rows():
                detected = await _cycle(it)
    except SourceError:
        # Whoever started it is told by the error itself.
        if tracking.operator is not None:
            await _watch_over(it)
        raise
    await _watch_over(it)
    return detected


async def _watch_over(it: Means) -> None:
    await watch_over(
        it.store,
        it.github,
        it.clock,
        it.tracking.operator,
        it.tell,
        terms=it.tracking.terms,
        min_stars=it.tracking.min_stars,
    )


async def _cycle(it: Means) -> Detected | None:
    unread = await _discover(it)
    try:
        sweep = await snapshot(it.store, it.github, it.clock, it.tracking.interval)
    except SourceError:
        if await is_unjudged(it.store):
            await _judge(it)
        raise
    detected = None
    if sweep is not None:
        it.tell(f"saw {sweep.seen:,} of {sweep.expected:,} repos")
        detected = await _fill_in_and_judge(it)
    if unread:
        raise _unread(unread, sweep, detected)
    if detected is None:
        it.tell("nothing is watched yet")
    return detected


async def judge_last(it: Means) -> Detected | None:
    """Finish a cycle that ended between its sweep and the judgement; None where none did.

    Its newcomers are asked for their past first, as the cycle would have done.
    """
    with many_rows():
        return await _fill_in_and_judge(it) if await is_unjudged(it.store) else None


async def fill_in(it: Means) -> Backfilled:
    """Fill in more of the past, between cycles; a part of the hour's is left to them."""
    await refuse_wrong_clock(it.store, it.github, it.clock, it.tracking.operator)
    budget = it.tracking.backfill_budget
    return await _fill_in(it, budget - budget // _CYCLES_SHARE)


async def is_unjudged(store: Store) -> bool:
    """Whether there is a sweep that no cycle has judged."""
    async with store.read() as tx:
        sweep = await tx.stars.latest(whatever_health=True)
        judged = await tx.signals.judged_at()
    return sweep is not None and (judged is None or judged < sweep.at)


async def _discover(it: Means) -> Mapping[Term, SourceError]:
    """Search what is due, and the latest of all else; return what was not read to its end."""
    terms, bar = it.tracking.terms, it.tracking.min_stars
    due, others = await due_terms(it.store, it.clock, terms, bar)
    found = await discover(it.store, it.github, it.clock, due, bar, lately=others)
    # Once a day everything gets its place anew: descriptions and topics change.
    changed = await sort_in(it.store, it.taxonomy, None if due else await _unplaced(it.store))
    if found.met or not found.unread:
        it.tell(
            f"discovered {found.met:,} repos, {len(found.new):,} new; "
            f"{changed:,} have another category now"
        )
    return found.unread


async def _unplaced(store: Store) -> list[RepoId]:
    """Who was met by this cycle, or by one that died before it sorted in what it met."""
    async with store.read() as tx:
        unsure = Found(categories=frozenset({UNSURE}), listed=False)
        entries = await tx.catalogue.entries(unsure)
    return [entry.repo.id for entry in entries if not entry.place.reason]


async def _fill_in_and_judge(it: Means) -> Detected | None:
    filled = await _fill_in(it, it.tracking.backfill_budget)
    detected = await _judge(it)
    if isinstance(filled.error, SourceRefused):
        raise filled.error
    return detected


async def _fill_in(it: Means, budget: int) -> Backfilled:
    filled = await backfill(
        it.store,
        it.github,
        it.clock,
        budget=budget,
        weeks=it.tracking.backfill_weeks,
        first=await wanted_categories(it.store, it.taxonomy),
    )
    tell_filled(filled, it.tell)
    return filled


async def _judge(it: Means) -> Detected | None:
    interval, bar = it.tracking.interval, it.tracking.min_stars
    detected = await detect_changes(it.store, interval=interval, min_stars=bar)
    if detected is not None:
        signals = len(detected.signals)
        it.tell(f"cycle {detected.cycle}: {detected.listed:,} listed, {signals:,} signals")
        await tell_submitters(it.store, it.clock, it.taxonomy)
    return detected


def tell_filled(filled: Backfilled, tell: Tell) -> None:
    """Say in a line what a backfill did, and in another what ended it; nothing where idle."""
    if filled.asked:
        later = f", {filled.in_vain:,} of them in vain" if filled.in_vain else ""
        rest = "" if filled.complete else ", more to come"
        repos = "repo" if filled.asked == 1 else "repos"
        tell(f"filled in the past of {filled.asked:,} {repos}{later}{rest}")
    if filled.error is not None:
        tell(f"the past was cut short, it goes on later: {filled.error}")


def _unread(
    unread: Mapping[Term, SourceError], sweep: Sweep | None, detected: Detected | None
) -> SourceError:
    """The error of a cycle of which only searches failed: what was not done, and what was."""
    error = next(iter(unread.values()))
    if sweep is None or detected is None:
        return error
    terms = ", ".join(str(term) for term in unread)
    what = f"the search for {terms} was" if len(unread) == 1 else f"the searches {terms} were"
    message = (
        f"Not done: {what} not read to the end, the next cycle goes on with it "
        f"({str(error).removesuffix('.')}). Done: {sweep.seen:,} of {sweep.expected:,} repos "
        f"counted, {len(detected.signals):,} signals told."
    )
    if isinstance(error, SourceLimited):
        return SourceLimited(message, retry_after=error.retry_after)
    return type(error)(message)
