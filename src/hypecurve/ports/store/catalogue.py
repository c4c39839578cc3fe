"""The repos and what brings them, as they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import (
    CatalogueEntry,
    Fact,
    FactKind,
    Growth,
    ListedReason,
    Place,
    RepoState,
)
from hypecurve.domain.repo import Repo, RepoId, RepoName


@dataclass(frozen=True, slots=True)
class Watched:
    """A repo the sweep asks for."""

    id: RepoId
    node_id: str
    slot: int
    gone: bool = False
    """It was gone at the last look: it may be back."""


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
class Source:
    """One thing the catalogue is fed from: a search term with its threshold, or a list."""

    key: str
    first_complete_at: datetime | None = None
    """When its baseline was complete; None while it has none."""
    complete_at: datetime | None = None
    """When it was last read to its end."""
    previous_at: datetime | None = None
    """When it was read to its end the time before."""
    rest: str = ""
    """What is left of a reading that was cut off, as the source wrote it; "" for none."""
    rest_at: datetime | None = None
    """When that reading began."""
    lately_at: datetime | None = None
    """When the slices of what was pushed or created lately were last read to their end."""


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
    offset: int = 0
    """How many of the first are left out; `Catalogue.count` counts them."""
    least_stars: int = 0
    without_languages: frozenset[str] = frozenset()
    """Casefolded; a repo without a language is in none of them."""
    without_owners: frozenset[str] = frozenset()
    """Casefolded."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a cycle's detection says of the whole catalogue, aligned by position."""

    ids: NDArray[np.int64]
    growth: Sequence[Growth]
    usual_week: Sequence[float | None]
    states: Sequence[RepoState]


class Catalogue(Protocol):
    """The repos and what is known of them at present."""

    async def meet(self, repos: Sequence[Repo], at: datetime, origin: str) -> frozenset[RepoId]:
        """Take in repos that a search or a submission brought; return the ids that are new to us.

        `origin`: the key of the source. Who is known already stays as the sweep last counted it:
        a search's index lags behind. Only a node id that changed is taken over, so that the next
        sweep asks by the new one. One that was gone is asked for again by the next sweep. What
        is a barred account's is not taken in (`Forgetting.owner`), here and by `upsert`.
        """
        ...

    async def upsert(
        self, repos: Sequence[Repo], at: datetime, origin: str = "", *, counted: bool = True
    ) -> frozenset[RepoId]:
        """Take in what GitHub says now; return the ids that were not known before.

        `origin`: the key of the source that brought them, kept for those that are new.
        `counted` False leaves the stars of those that are known as they are, and what lies in
        them untold, until the whole sweep is judged: see `take_counts`.

        A changed name keeps the old one as an alias; changes that followers want to hear become
        facts. A new repo enters unplaced ("unsure") and unlisted.
        """
        ...

    async def take_counts(
        self, seen: Mapping[RepoId, int], at: datetime, since: datetime | None
    ) -> None:
        """Take over the counts of a sweep that is believed, and keep the facts that lie in them.

        `since`: when the sweep believed before was; who returned after it had other counts then.
        To be called before the sweep is recorded: what it tells is held against those before it.
        """
        ...

    async def entries(self, found: Found) -> list[CatalogueEntry]:
        """Return the matching entries."""
        ...

    async def count(self, found: Found) -> int:
        """Return how many entries match."""
        ...

    async def search(
        self,
        text: str,
        limit: int,
        *,
        names_only: bool = False,
        listed: bool = True,
        offset: int = 0,
    ) -> tuple[list[CatalogueEntry], int]:
        """Return `limit` repos behind the first `offset` that hold every word of a text.

        And how many do; 0 where none stands behind so many.

        In the name, the owner, the description or a topic (`names_only`: in the first two), in any
        case: who is called just so first, then whose name begins so, whose name holds it, and so
        on; among equals the larger. Without `listed` those that are watched only, too. What is gone
        is not found.
        """
        ...

    async def sizes(self, found: Found | None = None) -> dict[str, int]:
        """Return how many listed repos each category holds, of all or of those that match."""
        ...

    async def find(self, name: RepoName) -> CatalogueEntry | None:
        """Look a repo up by its present name or, failing that, by an older one."""
        ...

    async def place(self, places: Mapping[RepoId, Place]) -> None:
        """Say where repos belong; an operator's word is kept against any other."""
        ...

    async def candidates(self, min_stars: int) -> list[tuple[CatalogueEntry, Source]]:
        """Return repos about AI over the bar, not listed yet, each with what brought it.

        The source's `previous_at` is here the look before the one that first met the repo.
        """
        ...

    async def list_as(self, listed: Mapping[RepoId, ListedReason], at: datetime) -> None:
        """Let repos through the gate; one that is listed already keeps its date and reason."""
        ...

    async def roster(self) -> Roster:
        """Return the whole catalogue as arrays by slot."""
        ...

    async def usual_weeks(self, slots: int) -> NDArray[np.float64]:
        """Return the usual pace of each repo, stars a week, by slot; NaN unknown."""
        ...

    async def watched(self, gone_since: datetime | None = None) -> list[Watched]:
        """Return every repo that a sweep asks for, by slot.

        With `gone_since` also those that are gone since then, or that a search met again since
        then: they may be back.
        """
        ...

    async def lost(self, ids: Sequence[RepoId], why: str, at: datetime) -> None:
        """Note repos that are gone, and why; of those that were gone already only the new why."""
        ...

    async def note(
        self, repo_id: RepoId, kind: FactKind, at: datetime, before: str = "", after: str = ""
    ) -> None:
        """Keep a fact."""
        ...

    async def facts(self) -> list[Fact]:
        """Return the facts no cycle has spoken of yet, oldest first."""
        ...

    async def facts_of(self, repo_id: RepoId, since: datetime | None = None) -> list[Fact]:
        """Return what is known of one repo's past, newest first."""
        ...

    async def facts_after(self, since: datetime, kinds: Collection[FactKind]) -> list[Fact]:
        """Return what happened of these kinds after an instant, to all repos, oldest first."""
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

    async def stopped(self, key: str, rest: str, began: datetime) -> None:
        """Note what is left of a reading; what was left before is forgotten."""
        ...

    async def looked_lately(self, key: str, at: datetime) -> None:
        """Note that what was pushed or created lately was read to its end."""
        ...

    async def began(self) -> datetime | None:
        """Return when the oldest reading began that was cut off or goes on; None where none is."""
        ...
