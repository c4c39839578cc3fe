"""Curves: how the stars of repos ran, as charts to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from hypecurve.domain.catalogue import CatalogueEntry, FactKind
from hypecurve.domain.chart import Comparison, Curve, Line, Point, Riser, Risers
from hypecurve.domain.episodes import BASELINE, episodes_of
from hypecurve.domain.lines import MOST_POINTS, day_counts, line_from
from hypecurve.domain.repo import RepoName, age_days
from hypecurve.domain.stars import StarSnapshot
from hypecurve.ports.store import Store, Transaction
from hypecurve.services.answers.lookup import named

YEAR = timedelta(weeks=52)
MOST_BARS = 10
_EVER = timedelta(days=365 * 20)
"""GitHub is not much older."""


async def curve(store: Store, name: RepoName, at: datetime) -> tuple[CatalogueEntry, Curve]:
    """Return a repo with its curve up to an instant; NotFound where nobody knows it."""
    async with store.read() as tx:
        entry = await named(tx, name)
        return entry, await curve_of(tx, entry, at)


async def line_of(
    tx: Transaction,
    entry: CatalogueEntry,
    at: datetime,
    *,
    back: timedelta = YEAR,
    most: int = MOST_POINTS,
) -> Line:
    """Return how a repo's stars ran up to an instant (aware UTC), for so long `back`.

    By what we counted and, before our first count, by GitHub's own history, walked backwards from
    it. At most `most` points; nothing is known of a repo that nobody has counted yet.
    """
    counts = await _counts(tx, entry, at, back)
    begin = _last_day(counts, at) - back
    return _line(entry, [point for point in counts if point[0] >= begin], at, most)


async def curve_of(
    tx: Transaction,
    entry: CatalogueEntry,
    at: datetime,
    *,
    back: timedelta = YEAR,
    most: int = MOST_POINTS,
) -> Curve:
    """Return a repo's curve up to an instant (aware UTC): with its usual pace, and what it was.

    The usual pace is the present one, so it is left out where the instant lies before the last
    look at the counts.
    """
    counts = await _counts(tx, entry, at, back + BASELINE)
    last = _last_day(counts, at)
    begin = last - back
    signals = await tx.signals.during(None, at, entry.repo.id)
    now = at >= entry.seen_at
    flagged = episodes_of([signal for _, signal in signals], counts, entry.state if now else None)
    facts = await tx.catalogue.facts_of(entry.repo.id, at - back - BASELINE)
    corrected = {
        fact.at.astimezone(UTC).date()
        for fact in facts
        if fact.kind is FactKind.CORRECTED and fact.at <= at
    }
    return Curve(
        line=_line(entry, [point for point in counts if point[0] >= begin], at, most),
        usual_week=entry.usual_week if now else None,
        episodes=tuple(each for each in flagged if each.until is None or each.until >= begin),
        corrected=tuple(sorted(day for day in corrected if day >= begin)),
    )


async def comparison_of(
    tx: Transaction,
    entries: Sequence[CatalogueEntry],
    at: datetime,
    by: Literal["date", "age"] = "date",
) -> Comparison:
    """Return the lines of two to five repos up to an instant: of the last year, or by their age.

    By age everything is shown that is known of them.
    """
    most = MOST_POINTS // max(len(entries), 1)
    back = YEAR if by == "date" else _EVER
    lines = [await line_of(tx, each, at, back=back, most=most) for each in entries]
    return Comparison(tuple(lines), by)


def risers_of(entries: Iterable[CatalogueEntry], on: date) -> Risers:
    """Return what repos gained in 7 days as bars, in the order given; those unknown are left out.

    At most 10. `on`: the day of the counts.
    """
    bars = [
        Riser(str(entry.repo.name), entry.growth.week, entry.usual_week)
        for entry in entries
        if entry.growth.week is not None
    ]
    return Risers(on, tuple(bars[:MOST_BARS]))


async def _counts(
    tx: Transaction, entry: CatalogueEntry, at: datetime, back: timedelta
) -> list[Point]:
    latest = await tx.stars.latest(at)
    until = latest.at if latest else at
    history = await tx.stars.history(entry.repo.id, until - back, until)
    snapshots = history.snapshots
    if not snapshots and entry.seen_at <= at:
        # Submitted, and not looked at by a sweep yet: GitHub told its count when it was met.
        snapshots = (StarSnapshot(entry.seen_at, entry.repo.stars),)
    past = (await tx.past.of([entry.repo.id])).get(entry.repo.id)
    first = snapshots[0].at if snapshots else None
    if first is not None and entry.first_seen_at < until - back:
        past = None  # we counted before that already: the first one here is not our first one
    return day_counts(snapshots, past, _created(entry, at))


def _line(entry: CatalogueEntry, counts: Sequence[Point], at: datetime, most: int) -> Line:
    return line_from(str(entry.repo.name), counts, _created(entry, at), most)


def _created(entry: CatalogueEntry, at: datetime) -> date | None:
    """The day of creation; one that lies in the future is not believed."""
    created = entry.repo.created_at
    if created is None or age_days(created, at) is None:
        return None
    return created.astimezone(UTC).date()


def _last_day(counts: Sequence[Point], at: datetime) -> date:
    return counts[-1][0] if counts else at.astimezone(UTC).date()
