"""Signals and a channel's wishes make a digest: what is told, in which order, where it is cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.message import SectionKind
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Lane, Signal, SignalKind
from hypecurve.domain.subscription import Channel, Wants

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
_SMALL = frozenset({Lane.TRICKLE, Lane.SMALL})
_SMALL_STARS = 5000
"""A repo of many stars may gain few a week; nobody would call it small."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a digest: the signal, the repo as it is now, and the heading it stands under."""

    signal: Signal
    entry: CatalogueEntry
    heading: SectionKind
    reserved: bool = False
    """It holds the place kept for a small repo."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one channel is told at one time. `since`: the digest before it; None for the first."""

    channel: Channel
    due_at: datetime
    since: datetime | None
    counts_at: datetime | None
    """When the counts were last read."""
    zone: str
    wants: Wants
    watched: int
    shown: tuple[Item, ...] = ()
    overflow: tuple[Item, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is told, in the order it is read."""
        return self.shown + self.overflow

    @property
    def quiet(self) -> bool:
        """Nothing to say."""
        return not self.items


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first message after subscribing."""

    channel: Channel
    wants: Wants
    zone: str
    next_due: datetime
    watched: int
    history_loaded: float
    """Share of the watched repos whose past is known, 0 to 1."""
    counts_at: datetime | None
    week: tuple[Item, ...] = ()
    """The week so far, where history is there; labelled as no news."""
    largest: tuple[CatalogueEntry, ...] = ()
    youngest: tuple[CatalogueEntry, ...] = ()


def choose(
    signals: Iterable[Signal],
    entries: Mapping[RepoId, CatalogueEntry],
    followed: frozenset[RepoId] = frozenset(),
    limit: int = SHOWN,
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return (shown, overflow): the latest news of each repo, headings in order, best first.

    Signals are taken as already matching the channel's wishes. Kinds that only followers care
    about (archived, renamed, ...) are dropped for everybody else. At most `limit` are shown,
    one of them a small repo's where there is one among the rising.
    """
    latest: dict[tuple[RepoId, SectionKind], Item] = {}
    for signal in sorted(signals, key=lambda s: (s.at, s.step)):
        entry = entries.get(signal.repo_id)
        heading = SectionKind.YOURS if signal.repo_id in followed else HEADING_OF.get(signal.kind)
        if entry is not None and heading is not None:
            # Under "yours" a repo may have two pieces of news; elsewhere the last one stands.
            key = (signal.repo_id, heading)
            if heading is SectionKind.YOURS and key in latest:
                latest[key] = max(latest[key], Item(signal, entry, heading), key=_urgency)
            else:
                latest[key] = Item(signal, entry, heading)
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


def _urgency(item: Item) -> tuple[int, datetime]:
    """Order news of one followed repo: what ends it (gone, archived) before what moves it."""
    weight = {SignalKind.GONE: 3, SignalKind.ARCHIVED: 2, SignalKind.RISING: 1}
    return weight.get(item.signal.kind, 0), item.signal.at


def _rank(item: Item) -> tuple[int, float, int]:
    """Order within a heading: by multiple or score, then by size."""
    evidence = item.signal.evidence
    awake_first = 0 if item.signal.kind is SignalKind.AWAKE else 1
    if item.signal.kind is SignalKind.RISING:
        return 0, -(evidence.multiple or item.signal.score), -item.entry.repo.stars
    return awake_first, -item.signal.score, -item.entry.repo.stars


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
