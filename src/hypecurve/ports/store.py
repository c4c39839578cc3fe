"""What is kept. A transaction is a unit of work: everything in it happens, or nothing does.

    async with store.write() as tx:      commits when the block ends without an error
        await tx.catalogue.upsert(repos, at)

No network call belongs inside one. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import CatalogueEntry, Growth, ListedReason, Place, RepoState
from hypecurve.domain.delivery import Delivery, DeliveryState, Step
from hypecurve.domain.message import Message
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.stars import PastStars, StarHistory
from hypecurve.domain.subscription import Channel, Subscription

Packed = NDArray[np.int32]
"""Star counts by slot; -1 where the repo was not seen."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A repo the sweep asks for."""

    id: RepoId
    node_id: str
    slot: int


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """The whole catalogue as the detection needs it: arrays by slot, so row i is slot i.

    `created_at`, `pushed_at`, `first_seen_at`: datetime64[s] in UTC, NaT unknown.
    """

    ids: NDArray[np.int64]
    created_at: NDArray[np.datetime64]
    pushed_at: NDArray[np.datetime64]
    first_seen_at: NDArray[np.datetime64]
    archived: NDArray[np.bool_]
    gone: NDArray[np.bool_]
    listed: NDArray[np.bool_]
    about_ai: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something GitHub told of a repo that its followers want to know (renamed, archived, ...)."""

    id: int
    repo_id: RepoId
    kind: SignalKind
    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Source:
    """One thing the catalogue is fed from: a search term with its threshold, or a list."""

    key: str
    first_complete_at: datetime | None = None
    """When its baseline was complete; None while it has none."""
    complete_at: datetime | None = None
    """When it was last read to its end."""
    previous_at: datetime | None = None
    """When it was read to its end the time before."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One look at every watched repo."""

    number: int
    at: datetime
    expected: int
    seen: int


@dataclass(frozen=True, slots=True)
class Found:
    """Which entries are wanted; empty or None asks nothing of that field."""

    ids: Sequence[RepoId] | None = None
    categories: frozenset[str] = frozenset()
    listed: bool = True
    """Only what passed the gate."""
    states: frozenset[RepoState] = frozenset()
    text: str = ""
    """A part of the name."""
    order: str = "stars"
    """stars, day, week, month, listed or created; largest and latest first, unknown last."""
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a cycle's detection says of the whole catalogue, aligned by position."""

    ids: NDArray[np.int64]
    growth: Sequence[Growth]
    usual_week: Sequence[float | None]
    states: Sequence[RepoState]


class Catalogue(Protocol):
    """The repos and what is known of them at present."""

    async def upsert(
        self, repos: Sequence[Repo], at: datetime, origin: str = ""
    ) -> frozenset[RepoId]:
        """Take in what GitHub says now; return the ids that were not known before.

        `origin`: the key of the source that brought them, kept for those that are new.

        A changed name keeps the old one as an alias; changes that followers want to hear become
        facts. A new repo enters unplaced ("unsure") and unlisted.
        """
        ...

    async def entries(self, found: Found) -> list[CatalogueEntry]:
        """Return the matching entries."""
        ...

    async def count(self, found: Found) -> int:
        """Return how many entries match."""
        ...

    async def sizes(self) -> dict[str, int]:
        """Return how many listed repos each category holds."""
        ...

    async def find(self, name: RepoName) -> CatalogueEntry | None:
        """Look a repo up by its present name or, failing that, by an older one."""
        ...

    async def place(self, places: Mapping[RepoId, Place]) -> None:
        """Say where repos belong; an operator's word is kept against any other."""
        ...

    async def candidates(self, min_stars: int) -> list[tuple[CatalogueEntry, Source]]:
        """Return repos about AI over the bar, not listed yet, each with what brought it."""
        ...

    async def list_as(self, listed: Mapping[RepoId, ListedReason], at: datetime) -> None:
        """Let repos through the gate; one that is listed already keeps its date and reason."""
        ...

    async def roster(self) -> Roster:
        """Return the whole catalogue as arrays by slot."""
        ...

    async def watched(self) -> list[Watched]:
        """Return every repo that a sweep asks for, by slot."""
        ...

    async def lost(self, ids: Sequence[RepoId], why: str, at: datetime) -> None:
        """Note repos that are gone: they are no longer swept until they are met again."""
        ...

    async def facts(self) -> list[Fact]:
        """Return the facts no cycle has spoken of yet, oldest first."""
        ...

    async def told(self, facts: Sequence[Fact], cycle: int) -> None:
        """Note that a cycle spoke of these facts."""
        ...

    async def measure(self, measured: Measured) -> None:
        """Write the cycle's figures into the entries."""
        ...


class Sources(Protocol):
    """How far the discovery of each source has come."""

    async def source(self, key: str) -> Source:
        """Return what is known of a source; a new one where nothing is."""
        ...

    async def completed(self, key: str, at: datetime) -> None:
        """Note that a source was read to its end."""
        ...


class StarLog(Protocol):
    """Star counts over time."""

    async def record(
        self, at: datetime, seen: Mapping[RepoId, int], missed: Sequence[RepoId] = ()
    ) -> Sweep:
        """Write one sweep: changed counts, who was missed, and the packed column.

        Who was asked for and did not answer is `missed`; who is in neither was not watched.
        Sweeps come in the order of time; BadData where `at` is not after the last one.
        """
        ...

    async def latest(self, at: datetime | None = None) -> Sweep | None:
        """Return the last sweep, or the last one at or before an instant."""
        ...

    async def columns(
        self, instants: Sequence[datetime], within: timedelta
    ) -> tuple[list[Packed | None], int]:
        """Return, for each instant, the packed counts of the sweep nearest to it.

        None where no sweep lies `within`; the second value is the number of slots.
        """
        ...

    async def history(self, repo_id: RepoId, since: datetime, until: datetime) -> StarHistory:
        """Return one repo's counts, a snapshot for each sweep that saw it."""
        ...

    async def save_past(self, past: Mapping[RepoId, PastStars | None], at: datetime) -> None:
        """Keep GitHub's own history; None is kept too, as "asked, has none"."""
        ...

    async def past(self, ids: Sequence[RepoId] | None = None) -> dict[RepoId, PastStars]:
        """Return the histories that are there."""
        ...

    async def share_with_past(self, found: Found) -> float:
        """Return the share of the matching repos whose past was asked, 0 to 1."""
        ...

    async def without_past(self, limit: int) -> list[CatalogueEntry]:
        """Return repos nobody has asked the history of: newcomers first, then by size."""
        ...


class SignalLog(Protocol):
    """Signals, the states behind them, and the cycles they belong to."""

    async def next_cycle(self, at: datetime) -> int:
        """Take the next cycle's number; the row stays locked until this transaction ends."""
        ...

    async def current_cycle(self) -> int:
        """Return the number of the last committed cycle, 0 before the first."""
        ...

    async def add(self, signals: Sequence[Signal], cycle: int) -> int:
        """Keep signals with their cycle; return how many were new. Known ones are left alone."""
        ...

    async def between(
        self, after: int, upto: int, kinds: frozenset[SignalKind] | None = None
    ) -> list[tuple[int, Signal]]:
        """Return (id, signal) of the cycles after `after` up to `upto`, in order."""
        ...

    async def during(
        self, since: datetime | None, until: datetime | None, repo_id: RepoId | None = None
    ) -> list[tuple[int, Signal]]:
        """Return (id, signal) by time, oldest first; `since` excluded, `until` included."""
        ...

    async def states(self, slots: int) -> NDArray[np.void]:
        """Return the detection states (`hypecurve.domain.states.STATE`) by slot."""
        ...

    async def save_states(self, states: NDArray[np.void]) -> None:
        """Replace the detection states, by slot."""
        ...


@dataclass(frozen=True, slots=True)
class Listener:
    """A channel as the composing of digests sees it."""

    id: int
    channel: Channel
    subscriptions: tuple[Subscription, ...]
    followed: frozenset[RepoId]


class Subscriptions(Protocol):
    """Who wants to hear what."""

    async def add(self, subscription: Subscription) -> Subscription:
        """Keep a new subscription and return it with its id."""
        ...

    async def change(self, subscription: Subscription) -> None:
        """Replace a subscription by its id."""
        ...

    async def remove(self, ids: Sequence[int]) -> None:
        """End subscriptions."""
        ...

    async def listener(self, channel: Channel) -> Listener | None:
        """Return a channel with its subscriptions; None where nobody ever subscribed."""
        ...

    async def listeners(self) -> list[Listener]:
        """Return every channel that has a subscription."""
        ...

    async def due(self, now: datetime, limit: int) -> list[int]:
        """Return ids of channels with a subscription due and not paused, the longest first."""
        ...

    async def lock(self, channel_id: int) -> Listener | None:
        """Return a channel and hold it until this transaction ends."""
        ...

    async def follow(self, channel: Channel, repo_id: RepoId, *, on: bool) -> None:
        """Follow a repo in a channel, or no longer."""
        ...


class Outbox(Protocol):
    """The only hand-off between the tracker and the bots."""

    async def put(
        self,
        listener: Listener,
        due_at: datetime,
        cycles: tuple[int, int],
        at: datetime,
        *,
        signal_ids: Sequence[int],
        message: Message | None,
    ) -> int | None:
        """Freeze a digest, its members and its delivery.

        `cycles`: it covers those after the first and up to the second. `message` None: a quiet
        day, no delivery. Returns the digest's id; None where this channel and due time had one
        already. Members another digest holds already are left out.
        """
        ...

    async def reported(self, channel_id: int, signal_ids: Sequence[int]) -> frozenset[int]:
        """Return which of the signals a digest of this channel holds already."""
        ...

    async def claim(
        self, platforms: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> list[Delivery]:
        """Take pending deliveries that may be tried now, at most one for each channel.

        They are `sending` until they are settled, or until the lease runs out.
        """
        ...

    async def content(self, delivery: Delivery) -> tuple[Channel, Message]:
        """Return where a delivery goes and what it says."""
        ...

    async def step(self, delivery_id: int, number: int, step: Step) -> None:
        """Write where one step stands."""
        ...

    async def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
        next_try_at: datetime | None = None,
        counted: bool = True,
    ) -> None:
        """Move a delivery on; IllegalMove where it cannot go there."""
        ...

    async def recent(self, channel: Channel | None = None, limit: int = 20) -> list[Delivery]:
        """Return deliveries, newest first."""
        ...


class Leases(Protocol):
    """Who does what, so that a second service started by accident does nothing twice."""

    async def hold(self, name: str, holder: str, now: datetime, ttl: timedelta) -> bool:
        """Take or renew a lease; False where another holder has it."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back."""
        ...

    async def holders(self) -> dict[str, tuple[str, datetime]]:
        """Return (holder, until) of each lease."""
        ...


class Transaction(Protocol):
    """One unit of work over everything that is kept."""

    @property
    def catalogue(self) -> Catalogue:
        """The repos."""
        ...

    @property
    def sources(self) -> Sources:
        """What brings them."""
        ...

    @property
    def stars(self) -> StarLog:
        """Their counts."""
        ...

    @property
    def signals(self) -> SignalLog:
        """What changed."""
        ...

    @property
    def subscriptions(self) -> Subscriptions:
        """Who wants to hear it."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What is on its way."""
        ...

    @property
    def leases(self) -> Leases:
        """Who does what."""
        ...


class Store(Protocol):
    """Where everything is kept."""

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a consistent view; nothing it does is kept."""
        ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit of work that is committed when the block ends without an error."""
        ...
