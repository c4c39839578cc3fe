"""What a digest tells: its items, the health of its sources, and what a new channel is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.health import Health
from hypecurve.domain.message import SectionKind
from hypecurve.domain.outlook import ALL_SEEN, Outlook
from hypecurve.domain.pick import Pick
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.subscription import Channel, Wants


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a digest: the signal, the repo as it is now, and the heading it stands under."""

    signal: Signal
    entry: CatalogueEntry
    heading: SectionKind
    reserved: bool = False
    """It holds the place kept for a small repo."""
    submitted_here: bool = False
    """It is new, and somebody in this very channel asked for it."""


@dataclass(frozen=True, slots=True)
class PickItem:
    """A pick of somebody in the channel, with the repo as it is now."""

    pick: Pick
    entry: CatalogueEntry
    instead_of: tuple[int, ...] = ()
    """Ids of older picks of the same repo that came back: this one is told instead."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The picks that are told by it."""
        return (*self.instead_of, *(() if self.pick.id is None else (self.pick.id,)))


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What the last sweep was worth; `seen` of `expected` repos answered."""

    health: Health
    seen: int
    expected: int


@dataclass(frozen=True, slots=True)
class Unsure:
    """A digest that may not have arrived."""

    digest_id: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Closest:
    """The repo that came closest to being told as rising; both are multiples of its usual pace."""

    entry: CatalogueEntry
    multiple: float
    speaks_from: float


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
    source: SourceHealth | None = None
    """How the last sweep went; None where nobody asks."""
    unsure: tuple[Unsure, ...] = ()
    """Digests before it that may not have arrived, oldest first."""
    quiet_since: datetime | None = None
    """When the first of several quiet ones in a row was due; None where nobody says so."""
    closest: Closest | None = None
    picks: tuple[PickItem, ...] = ()
    """What people in the channel want it to see, the oldest first."""

    @property
    def degraded(self) -> bool:
        """The last sweep did not see everything."""
        return self.source is not None and self.source.health is not Health.GOOD

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is told, in the order it is read."""
        return self.shown + self.overflow

    @property
    def riser(self) -> Item | None:
        """What rises most of what is shown, by the multiple people see; None: nothing rises.

        A small repo's place is kept for it, and tells nothing of its height.
        """
        rising = [item for item in self.shown if item.signal.kind is SignalKind.RISING]
        return max(rising, key=_height, default=None)

    @property
    def quiet(self) -> bool:
        """Nothing to say."""
        return not self.items and not self.picks


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
    history_left: timedelta | None = None
    """How long the rest of the past still takes; None where nobody can say."""
    outlook: Outlook = ALL_SEEN
    """How much has been seen yet of all that is watched."""


def _height(item: Item) -> tuple[bool, float]:
    # A rise from next to nothing is the story only where there is no other.
    return not item.reserved, item.signal.evidence.shown_multiple or 0.0
