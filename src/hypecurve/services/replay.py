"""Replay: recorded star histories go through the same pipeline, a day at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.repo import Repo
from hypecurve.ports.store import Store
from hypecurve.services.memory import many_rows
from hypecurve.services.tracker.detect import detect_changes, measure_only
from hypecurve.services.tracker.discover import sort_in

SOURCE = "recorded"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """All that was seen on one day, at one instant; the repos as they were called then."""

    at: datetime
    repos: tuple[Repo, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did."""

    days: int
    observations: int
    signals: Mapping[str, int]


async def replay(
    store: Store,
    taxonomy: Taxonomy,
    days: Iterable[RecordedDay],
    *,
    min_stars: int,
    step: Callable[[RecordedDay], None] = lambda _day: None,
) -> Replayed:
    """Sweep and detect every day in order; `step` hears of each day that is done.

    The first day is the baseline; every day reads its source to the end, so only what was created
    since the day before, or was seen under the bar, is news when it passes the bar. A day already
    in the store is passed over, so that a replay that was stopped goes on where it was.
    """
    done = observations = 0
    signals: dict[str, int] = {}
    async with store.read() as tx:
        latest = await tx.stars.latest()
    if latest is not None:
        # It may have been stopped between counting a day and judging it. Judging it again where
        # it was judged says nothing.
        await sort_in(store, taxonomy)
        await detect_changes(store, interval=DAY, min_stars=min_stars, measure=False)
    with many_rows():
        for day in days:
            if latest is None or day.at > latest.at:
                async with store.write() as tx:
                    new = await tx.catalogue.upsert(day.repos, day.at, origin=SOURCE)
                    await tx.sources.completed(SOURCE, day.at)
                    await tx.stars.record(day.at, {repo.id: repo.stars for repo in day.repos})
                if new:
                    await sort_in(store, taxonomy, new)
                found = await detect_changes(
                    store, interval=DAY, min_stars=min_stars, measure=False
                )
                for signal in found.signals if found else ():
                    signals[signal.kind.value] = signals.get(signal.kind.value, 0) + 1
                done += 1
                observations += len(day.repos)
            step(day)
        await measure_only(store, interval=DAY)
    return Replayed(done, observations, signals)
