"""What the catalogue knows of a repo at present: GitHub's facts, our place for it, its growth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hypecurve.domain.repo import Repo, RepoId
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.stars import PastStars


class RepoState(StrEnum):
    """Where a repo stands, in the words people read."""

    ACTIVE = "active"
    RISING = "rising"
    COOLING = "cooling"
    STALLED = "stalled"
    MAINTAINED = "quiet but maintained"
    ARCHIVED = "archived"
    GONE = "gone"


class ListedReason(StrEnum):
    """Why a repo is in the catalogue; only the last three are news."""

    BASELINE = "baseline"
    """Found by the first complete sweep of a source."""
    MATCHED = "matched"
    """Old and over the bar already when it began to match a source."""
    CROSSED = "crossed"
    CREATED = "created"
    SUBMITTED = "submitted"


NEWS = frozenset({ListedReason.CROSSED, ListedReason.CREATED, ListedReason.SUBMITTED})


class FactKind(StrEnum):
    """What GitHub told of a repo; all but the last become signals for those who follow it."""

    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    RENAMED = "renamed"
    MOVED = "moved"
    NAME_TAKEN = "name taken"
    RELICENSED = "relicensed"
    DETACHED = "detached"
    GONE = "gone"
    RETURNED = "returned"
    CORRECTED = "corrected"
    MILESTONE = "milestone"
    MISREAD = "misread"
    """GitHub told a count that it took back when it was asked again: nothing happened."""

    @property
    def signal(self) -> SignalKind | None:
        """The kind of signal it becomes."""
        return None if self is FactKind.MISREAD else SignalKind(self.value)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something GitHub told of a repo at an instant.

    `before`, `after`: names, licences or counts; `after` of GONE is "deleted" (or private),
    "dmca", "tos" or "blocked".
    """

    id: int
    repo_id: RepoId
    kind: FactKind
    at: datetime
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """Stars gained over the windows people know; None is unknown, never 0."""

    day: int | None = None
    week: int | None = None
    month: int | None = None
    """30 days."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repo belongs and why. `category` is a slug, "not-ai" or "unsure"."""

    category: str
    reason: str
    """In plain English, like "topic vector-database"."""
    by_operator: bool = False


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A watched repo. `listed_at` is None while it has not passed the gate. Times are aware UTC."""

    repo: Repo
    place: Place
    first_seen_at: datetime
    seen_at: datetime
    """When its counts were last read."""
    listed_at: datetime | None = None
    listed_reason: ListedReason | None = None
    gone_why: str | None = None
    """Why it is gone: see Fact; None while it is there."""
    state: RepoState = RepoState.ACTIVE
    growth: Growth = Growth()
    usual_week: float | None = None
    """The usual pace, stars a week, as the detection last measured it; None is unknown."""
    slot: int = -1
    """Its place in the packed star columns; the store gives it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """When a repo was last announced, and as what."""

    kind: str
    at: datetime
    step: int = 1
    multiple: float | None = None
    """Only of a rise, and only where the digest showed it."""


@dataclass(frozen=True, slots=True)
class Card:
    """All that a repo's card shows."""

    entry: CatalogueEntry
    weeks: tuple[int | None, ...] = ()
    """Gains of up to 52 weeks, oldest first; None is unknown."""
    spoken: tuple[Spoken, ...] = ()
    """Announcements, newest first."""
    past: PastStars | None = None
    watch_only: bool = False
    """Under the bar still: watched, not listed."""
    past_view: bool = False
    """As of an earlier time: the entry's state is today's and says nothing of then."""
    stars_known: bool = True
    """False where nobody had counted yet; the entry's count is today's then."""
    followed: bool = False
    """The channel that asks follows it."""
    muted: bool = False
    """Nobody speaks of it there."""
