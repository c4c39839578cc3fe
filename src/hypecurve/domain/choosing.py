"""Which news a digest shows: one a repo, headings in order, where it is cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from hypecurve.domain.catalogue import CatalogueEntry, RepoState
from hypecurve.domain.digest import Item
from hypecurve.domain.message import SectionKind
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind

SHOWN = 8
"""Entries in the first view; the rest goes into the overflow."""

HEADING_OF = {
    SignalKind.RISING: SectionKind.RISING,
    SignalKind.NEW: SectionKind.NEW,
    SignalKind.STALLED: SectionKind.QUIET,
    SignalKind.AWAKE: SectionKind.QUIET,
}
_ORDER = (SectionKind.YOURS, SectionKind.RISING, SectionKind.NEW, SectionKind.QUIET)
_SHARE = {
    SectionKind.YOURS: 3,
    SectionKind.RISING: 4,
    SectionKind.NEW: 3,
    SectionKind.QUIET: 2,
}
"""Places a heading may take before the others had theirs."""
_MOVED = frozenset({SignalKind.RISING, SignalKind.AWAKE})
"""What is told by the gain of a week."""
_URGENT = {
    SignalKind.GONE: 5,
    SignalKind.RETURNED: 5,
    SignalKind.ARCHIVED: 4,
    SignalKind.UNARCHIVED: 4,
    # Whoever installs by the old name gets another repo's code.
    SignalKind.NAME_TAKEN: 3,
    SignalKind.MOVED: 2,
    SignalKind.RISING: 1,
}
_SMALL = frozenset({Lane.TRICKLE, Lane.SMALL})
_SMALL_STARS = 2_000
"""A repo of many stars may gain few a week; nobody would call it small beside its like."""


def choose(
    signals: Iterable[Signal],
    entries: Mapping[RepoId, CatalogueEntry],
    followed: frozenset[RepoId] = frozenset(),
    limit: int = SHOWN,
    *,
    counts_at: datetime | None = None,
    submitted: frozenset[RepoId] = frozenset(),
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return (shown, overflow): the latest news of each repo, headings in order, best first.

    Signals are taken as already matching the channel's wishes. Kinds that only followers care
    about (archived, renamed, ...) are dropped for everybody else. At most `limit` are shown,
    one of them a small repo's where there is one among the rising. Of a repo that is gone
    nothing is told but that. With `counts_at`, the time of the counts the digest goes by, what
    was noticed before it is told with the figures of then (see `at_present`). `submitted`: what
    the channel itself asked for; where that is new it goes before other new repos.
    """
    latest: dict[tuple[RepoId, SectionKind], Item] = {}
    for signal in sorted(signals, key=lambda s: (s.at, s.step)):
        entry = entries.get(signal.repo_id)
        heading = SectionKind.YOURS if signal.repo_id in followed else HEADING_OF.get(signal.kind)
        if entry is None or heading is None or _is_over(signal, entry):
            continue
        told = signal if counts_at is None else at_present(signal, entry, counts_at)
        asked_for = signal.kind is SignalKind.NEW and signal.repo_id in submitted
        item = Item(told, entry, heading, submitted_here=asked_for)
        # Under "yours" a repo may have two pieces of news; elsewhere the last one stands.
        key = (signal.repo_id, heading)
        if heading is SectionKind.YOURS and key in latest:
            item = max(latest[key], item, key=_urgency)
        latest[key] = item
    for repo_id, heading in list(latest):
        # A repo that woke up and rises has one piece of news: it rises.
        if heading is SectionKind.QUIET and (repo_id, SectionKind.RISING) in latest:
            del latest[repo_id, heading]
    by_heading = {
        heading: sorted((i for i in latest.values() if i.heading is heading), key=_rank)
        for heading in _ORDER
    }
    counts = _share_out({heading: len(items) for heading, items in by_heading.items()}, limit)
    rising = by_heading[SectionKind.RISING]
    by_heading[SectionKind.RISING] = _with_reserved(rising, counts[SectionKind.RISING])
    return (
        tuple(item for heading in _ORDER for item in by_heading[heading][: counts[heading]]),
        tuple(item for heading in _ORDER for item in by_heading[heading][counts[heading] :]),
    )


def at_present(signal: Signal, entry: CatalogueEntry, counts_at: datetime) -> Signal:
    """Return the signal with the entry's figures where those are newer and still bear it out.

    A digest dates its counts once, at the top: a line frozen at an earlier cycle would contradict
    it. The gain and the usual pace are taken together or not at all, as both are of one window.
    Counts read after `counts_at` are of a later time than the digest's.
    """
    if not signal.at < entry.seen_at <= counts_at:
        return signal
    evidence, stars = signal.evidence, entry.repo.stars
    if signal.kind in _MOVED:
        return replace(signal, evidence=_moved(evidence, entry))
    if signal.kind is SignalKind.STALLED or evidence.stars is None or stars < evidence.stars:
        return signal
    return replace(signal, evidence=replace(evidence, stars=stars))


def _moved(evidence: Evidence, entry: CatalogueEntry) -> Evidence:
    week, usual = entry.growth.week, entry.usual_week
    if week is None or evidence.gain_7d is None or week < evidence.gain_7d:
        return evidence
    if evidence.usual_7d is not None if usual is None else week <= usual:
        return evidence
    multiple = week / usual if usual else None
    return replace(
        evidence, stars=entry.repo.stars, gain_7d=week, usual_7d=usual, multiple=multiple
    )


def _is_over(signal: Signal, entry: CatalogueEntry) -> bool:
    """A repo that is gone since has no other news; of one that is back that it was gone is old."""
    return (entry.state is RepoState.GONE) is not (signal.kind is SignalKind.GONE)


def _urgency(item: Item) -> tuple[int, datetime]:
    """Order news of one followed repo: what ends or revives it before what moves it.

    Of an end and its revival the later one is told, as of all that are equally urgent.
    """
    return _URGENT.get(item.signal.kind, 0), item.signal.at


def _rank(item: Item) -> tuple[int, float, int]:
    """Order within a heading: by the multiple people see, else by score, then by size."""
    score, multiple = item.signal.score, item.signal.evidence.shown_multiple
    if item.signal.kind is SignalKind.RISING:
        # A multiple of next to nothing is large and says little: nobody gets to see it.
        place, height = (1, score) if multiple is None else (0, multiple)
    else:
        first = item.signal.kind is SignalKind.AWAKE or item.submitted_here
        place, height = int(not first), score
    return place, -height, -item.entry.repo.stars


def _with_reserved(rising: list[Item], places: int) -> list[Item]:
    """Mark the best small repo and move it to the last of the places the heading is shown in.

    It never takes the place of the only one shown.
    """
    small = next((item for item in rising if _is_small(item)), None)
    others = [item for item in rising if item is not small]
    if small is None or (others and places < 2):  # noqa: PLR2004 - the top story and one more
        return rising
    marked = Item(small.signal, small.entry, small.heading, reserved=True)
    place = min(_SHARE[SectionKind.RISING], places, len(rising)) - 1
    return [*others[:place], marked, *others[place:]]


def _is_small(item: Item) -> bool:
    return item.signal.lane in _SMALL and item.entry.repo.stars < _SMALL_STARS


def _share_out(sizes: Mapping[SectionKind, int], limit: int) -> dict[SectionKind, int]:
    """How many of each heading are shown: one each, then its share, then in reading order."""
    counts = dict.fromkeys(_ORDER, 0)
    rounds: tuple[Mapping[SectionKind, int], ...] = (dict.fromkeys(_ORDER, 1), _SHARE, sizes)
    for most in rounds:
        for heading in _ORDER:
            room = limit - sum(counts.values())
            wanted = min(sizes[heading], most[heading]) - counts[heading]
            counts[heading] += max(0, min(room, wanted))
    return counts
