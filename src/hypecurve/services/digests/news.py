"""News: the signals of late, who wishes for them, and what was worked out of them already.

One run of composing asks the same for thousands of channels: signals, repos, counts and rendered
messages are remembered for as long as no cycle and no sweep comes in between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from hypecurve.domain.catalogue import CatalogueEntry, RepoState
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.chart import Curve
from hypecurve.domain.digest import Closest, SourceHealth
from hypecurve.domain.health import Health
from hypecurve.domain.message import Entry
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.subscription import Wants
from hypecurve.domain.wishes import categories_of, wants_kind, wants_repo
from hypecurve.ports.store import Found, Sweep, Transaction

OLDEST = timedelta(days=16)
"""No older signal is news to anybody: a weekly digest that comes a week late tells of two."""
_AT_ONCE = 5_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Heard:
    """A signal with the cycle it belongs to."""

    cycle: int
    signal: Signal


@dataclass(slots=True, eq=False)
class News:
    """What there is to tell up to one cycle, by the id of the signal."""

    taxonomy: Taxonomy
    cycle: int
    """It was read once: what a later cycle brings is the next digest's, all of it."""
    believed: Sweep | None
    last: Sweep | None
    """Believed or not."""
    signals: dict[int, Heard] = field(default_factory=dict)
    entries: dict[RepoId, CatalogueEntry] = field(default_factory=dict)
    near: Sequence[CatalogueEntry] | None = None
    """Repos that came close to being told, the closest first; None: nobody looked yet."""
    worded: dict[Hashable, Entry] = field(default_factory=dict)
    """Lines that were put into words already."""
    asked: dict[RepoId, Closest | None] = field(default_factory=dict)
    """How close they are."""
    curves: dict[RepoId, Curve | None] = field(default_factory=dict)
    """How the stars of repos ran that are shown with a picture; None: nothing to speak of."""
    _after: int | None = None
    _sizes: dict[Found, Mapping[str, int]] = field(default_factory=dict)
    _known: dict[Hashable, object] = field(default_factory=dict)

    @property
    def counts_at(self) -> datetime | None:
        """When the counts were last read that are believed."""
        return None if self.believed is None else self.believed.at

    @property
    def source(self) -> SourceHealth | None:
        """What the last sweep was worth."""
        last = self.last
        return None if last is None else SourceHealth(last.health, last.seen, last.expected)

    @property
    def stands_still(self) -> bool:
        """GitHub tells old numbers at present."""
        return self.last is not None and self.last.health is Health.STILL

    def is_of(self, cycle: int, believed: Sweep | None, last: Sweep | None) -> bool:
        """Whether all that was worked out still holds."""
        return (self.cycle, self.believed, self.last) == (cycle, believed, last)

    async def reach_back(self, tx: Transaction, after: int, now: datetime) -> None:
        """Know the signals after a cycle, and the repos they speak of."""
        upto = self.cycle if self._after is None else self._after
        if after >= upto:
            return
        for key, cycle, signal in await tx.signals.lately(after, upto, now - OLDEST):
            self.signals[key] = Heard(cycle, signal)
        self._after = after
        fresh = {each.signal.repo_id for each in self.signals.values()} - self.entries.keys()
        self.entries |= await entries_of(tx, fresh)
        # What was worked out of later cycles stays right.
        self._known.pop("by repo", None)
        self._known.pop("newest", None)

    @property
    def begins(self) -> int:
        """The cycle before the first one that has news."""
        return min((heard.cycle for heard in self.signals.values()), default=self.cycle + 1) - 1

    async def watched(self, tx: Transaction, wants: Wants) -> int:
        """How many listed repos a wish watches."""
        found = found_by(wants, self.taxonomy)
        # Wishes differ most in their categories: what they leave out is counted once for each.
        kept = replace(found, categories=frozenset())
        if kept not in self._sizes:
            self._sizes[kept] = await tx.catalogue.sizes(kept)
        sizes = self._sizes[kept]
        return sum(sizes.get(slug, 0) for slug in found.categories or sizes)

    def wanted(self, wants: Wants, after: int) -> frozenset[int]:
        """The signals after a cycle that a wish covers."""
        return self.once(("wanted", wants, after), lambda: frozenset(self._wanted(wants, after)))

    def _wanted(self, wants: Wants, after: int) -> Iterator[int]:
        categories = categories_of(wants, self.taxonomy)
        for key, heard in self.signals.items():
            entry = self.entries.get(heard.signal.repo_id)
            if (
                heard.cycle > after
                and entry is not None
                and wants_kind(wants, heard.signal.kind)
                and wants_repo(wants, entry, categories)
            ):
                yield key

    def of_repos(self, repos: Collection[RepoId], after: int) -> frozenset[int]:
        """The signals after a cycle of some repos."""
        if not repos:
            return frozenset()
        by_repo = self.once("by repo", self._by_repo)
        keys = (key for repo in repos for key in by_repo.get(repo, ()))
        return frozenset(key for key in keys if self.signals[key].cycle > after)

    def _by_repo(self) -> Mapping[RepoId, Sequence[int]]:
        found: dict[RepoId, list[int]] = {}
        for key, heard in self.signals.items():
            if heard.signal.repo_id in self.entries:
                found.setdefault(heard.signal.repo_id, []).append(key)
        return found

    def older(self, floor: datetime) -> int:
        """The last cycle before the first one that has news as young as `floor`."""
        newest = self.once("newest", self._newest)
        young = (cycle for cycle, at in newest.items() if at >= floor)
        return min(young, default=self.cycle + 1) - 1

    def _newest(self) -> Mapping[int, datetime]:
        """When the latest signal of each cycle was."""
        found: dict[int, datetime] = {}
        for heard in self.signals.values():
            found[heard.cycle] = max(found.get(heard.cycle, heard.signal.at), heard.signal.at)
        return found

    def news_of(self, repos: Collection[RepoId]) -> Mapping[RepoId, int]:
        """The signals that some repos are new, by repo."""
        keys = sorted(self.of_repos(repos, -1))
        found = ((self.signals[key].signal, key) for key in keys)
        return {each.repo_id: key for each, key in found if each.kind is SignalKind.NEW}

    def once(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Work something out once."""
        if key not in self._known:
            self._known[key] = work_out()
        return self._known[key]  # type: ignore[return-value]  # what was put there under this key


async def latest_news(tx: Transaction, taxonomy: Taxonomy, known: News | None = None) -> News:
    """Return the news up to the last cycle: those `known` where nothing has come since."""
    cycle = await tx.signals.current_cycle()
    believed = await tx.stars.latest()
    last = await tx.stars.latest(whatever_health=True)
    if known is not None and known.is_of(cycle, believed, last):
        return known
    return News(taxonomy, cycle, believed, last)


async def entries_of(tx: Transaction, ids: Iterable[RepoId]) -> Mapping[RepoId, CatalogueEntry]:
    """The listed repos of these, those that are gone by now among them."""
    found: dict[RepoId, CatalogueEntry] = {}
    wanted = sorted(set(ids))
    for begin in range(0, len(wanted), _AT_ONCE):
        some = wanted[begin : begin + _AT_ONCE]
        for states in (frozenset[RepoState](), frozenset({RepoState.GONE})):
            entries = await tx.catalogue.entries(Found(ids=some, states=states))
            found |= {entry.repo.id: entry for entry in entries}
    return found


def found_by(wants: Wants, taxonomy: Taxonomy) -> Found:
    """Which listed repos a wish watches."""
    return Found(
        categories=categories_of(wants, taxonomy),
        least_stars=wants.least_stars,
        without_languages=wants.without_languages,
        without_owners=wants.without_owners,
    )
