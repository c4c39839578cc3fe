"""Discover: what the searches bring enters the catalogue and gets its place in the stack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypecurve.domain.catalogue import Place
from hypecurve.domain.category import UNSURE, Taxonomy
from hypecurve.domain.classify import classify
from hypecurve.domain.clocks import lies_ahead
from hypecurve.domain.errors import SourceError, SourceUnavailable, UnknownCategory
from hypecurve.domain.repo import Repo, RepoId
from hypecurve.ports import Clock, GitHubSource, Lately, SearchPage, Term
from hypecurve.ports.store import Found, Source, Store

DISCOVER_EVERY = timedelta(hours=22)
"""A little under a day, so that a cycle that starts early does not put a search off by another."""
_GOES_ON = timedelta(hours=12)
"""A reading that began longer ago is begun anew: what it read first has changed too much."""
_YOUNG = timedelta(days=30)
"""So old may a repo be that is looked for in every cycle, pushed to or not."""
_OVERLAP = timedelta(hours=1)
"""GitHub's index lags behind the pushes."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """What the searches brought: how many repos, and which of them are new to us."""

    met: int
    new: frozenset[RepoId] = frozenset()
    unread: Mapping[Term, SourceError] = field(default_factory=dict)
    """The terms that were not read to their end and why; those behind a limit have its error."""

    @property
    def error(self) -> SourceError | None:
        """What cut the first of them short."""
        return next(iter(self.unread.values()), None)


def source_key(term: Term, min_stars: int) -> str:
    """The name under which a search keeps its baseline: another threshold is another source."""
    return f"search:{term}>={min_stars}"


async def due_terms(
    store: Store, clock: Clock, terms: Sequence[Term], min_stars: int
) -> tuple[list[Term], list[Term]]:
    """Return the terms whose last complete search is long enough ago, and the others.

    One that was complete in the future was never so.
    """
    now = clock.now()
    oldest = now - DISCOVER_EVERY
    due: list[Term] = []
    others: list[Term] = []
    async with store.read() as tx:
        for term in terms:
            look = (await tx.sources.source(source_key(term, min_stars))).complete_at
            is_due = look is None or look <= oldest or lies_ahead(look, now)
            (due if is_due else others).append(term)
    return due, others


async def discover(
    store: Store,
    github: GitHubSource,
    clock: Clock,
    terms: Sequence[Term],
    min_stars: int,
    *,
    lately: Sequence[Term] = (),
) -> Discovered:
    """Search every one of `terms` to its end, and of `lately` what was pushed or created lately.

    Each page is kept as it comes, with what is left behind it: a search that is cut short, by an
    outage as by the end of the process, goes on there if it began less than 12 hours ago. It has
    no completion before its end, so its baseline is not mistaken for complete. The other terms go
    on, unless GitHub limits or refuses us; the errors are handed back.
    """
    reading = _Reading(store, github, clock, min_stars)
    wanted = [*((term, reading.whole) for term in terms), *((t, reading.lately) for t in lately)]
    unread: dict[Term, SourceError] = {}
    for term, read in wanted:
        stops = next((each for each in unread.values() if _stops_all(each)), None)
        if stops is not None:
            unread[term] = stops
            continue
        try:
            await read(term)
        except SourceError as error:
            unread[term] = error
    return Discovered(len(reading.met), frozenset(reading.new), unread)


def _stops_all(error: SourceError) -> bool:
    return not isinstance(error, SourceUnavailable)


class _Reading:
    """Reads searches, one after the other; who was met by one is passed over in the next."""

    def __init__(self, store: Store, github: GitHubSource, clock: Clock, min_stars: int) -> None:
        self.met: set[RepoId] = set()
        self.new: set[RepoId] = set()
        self._store = store
        self._github = github
        self._clock = clock
        self._min_stars = min_stars

    async def whole(self, term: Term) -> None:
        """Read a search to its end, from where it was cut off if that was lately."""
        source, began = await self._source(term), self._clock.now()
        rest = ""
        since = source.rest_at
        goes_on = since and began - since < _GOES_ON and not lies_ahead(since, began)
        if source.rest and since and goes_on:
            rest, began = source.rest, since
        pages = self._github.search(term, self._min_stars, rest=rest)
        await self._keep(pages, source.key, began)
        async with self._store.write() as tx:
            await tx.sources.completed(source.key, self._clock.now())
            # What is pushed while we read may stand in a slice that was read before.
            await tx.sources.looked_lately(source.key, began)

    async def lately(self, term: Term) -> None:
        """Read what of a search was created or pushed since it was last looked at."""
        source, began = await self._source(term), self._clock.now()
        looks = (source.lately_at, source.complete_at, began)
        looked = next(at for at in looks if at is not None and not lies_ahead(at, began))
        for part in (Lately(created=began - _YOUNG), Lately(pushed=looked - _OVERLAP)):
            pages = self._github.search(term, self._min_stars, lately=part)
            await self._keep(pages, source.key)
        async with self._store.write() as tx:
            await tx.sources.looked_lately(source.key, began)

    async def _source(self, term: Term) -> Source:
        async with self._store.read() as tx:
            return await tx.sources.source(source_key(term, self._min_stars))

    async def _keep(
        self, pages: AsyncIterator[SearchPage], key: str, began: datetime | None = None
    ) -> None:
        """Keep the pages as they come; with `began` what is left behind each of them too."""
        noted = ""
        async for page in pages:
            unmet = [repo for repo in page.repos if repo.id not in self.met]
            async with self._store.write() as tx:
                self.new |= await tx.catalogue.meet(unmet, self._clock.now(), key)
                if began is not None and page.rest not in {"", noted}:
                    await tx.sources.stopped(key, page.rest, began)
                    noted = page.rest
            self.met.update(repo.id for repo in unmet)


async def sort_in(store: Store, taxonomy: Taxonomy, ids: Collection[RepoId] | None = None) -> int:
    """Give every repo (or these) the place that its present description and topics speak for.

    Returns how many places changed. An operator's word is not touched.
    """
    async with store.read() as tx:
        entries = await tx.catalogue.entries(
            Found(ids=None if ids is None else list(ids), listed=False)
        )
        suggested = await tx.submissions.suggested()
    places = {
        entry.repo.id: place
        for entry in entries
        if not entry.place.by_operator
        and (place := place_of(entry.repo, taxonomy, suggested.get(entry.repo.id))) != entry.place
    }
    if places:
        async with store.write() as tx:
            await tx.catalogue.place(places)
    return len(places)


def place_of(repo: Repo, taxonomy: Taxonomy, suggested: str | None = None) -> Place:
    """Where a repo belongs by its text or, where that leaves it unsure, by who submitted it.

    `suggested`: the slug that was proposed; one that the taxonomy no longer has says nothing.
    """
    place = classify(repo, taxonomy)
    if place.category != UNSURE or suggested is None:
        return place
    try:
        return Place(taxonomy.category(suggested).slug, "suggested by who submitted it")
    except UnknownCategory:
        return place
