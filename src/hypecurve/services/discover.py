"""Discover: what the searches bring enters the catalogue and gets its place in the stack."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hypecurve.domain.catalogue import Place
from hypecurve.domain.category import UNSURE, Taxonomy
from hypecurve.domain.classify import classify
from hypecurve.domain.errors import SourceError, SourceUnavailable, UnknownCategory
from hypecurve.domain.repo import Repo, RepoId
from hypecurve.ports import Clock, GitHubSource, Term
from hypecurve.ports.store import Found, Store


@dataclass(frozen=True, slots=True)
class Discovered:
    """How many repos the searches brought, and how many of them are new to us."""

    met: int
    new: int
    error: SourceError | None = None
    """What cut the first of the terms short that were not read to their end."""


def source_key(term: Term, min_stars: int) -> str:
    """The name under which a search keeps its baseline: another threshold is another source."""
    return f"search:{term}>={min_stars}"


async def discover(
    store: Store, github: GitHubSource, clock: Clock, terms: Sequence[Term], min_stars: int
) -> Discovered:
    """Search every term to its end; each page is kept as it comes.

    A term that is cut short keeps what came of it and has no new completion, so its baseline is
    not mistaken for complete. The other terms go on, unless GitHub limits or refuses us; the error
    is handed back.
    """
    met: set[int] = set()
    new = 0
    first: SourceError | None = None
    for term in terms:
        key = source_key(term, min_stars)
        try:
            async for page in github.search(term, min_stars):
                unmet = [repo for repo in page if repo.id not in met]
                async with store.write() as tx:
                    new += len(await tx.catalogue.upsert(unmet, clock.now(), origin=key))
                met.update(repo.id for repo in unmet)
        except SourceError as error:
            first = first or error
            if not isinstance(error, SourceUnavailable):
                break
            continue
        async with store.write() as tx:
            await tx.sources.completed(key, clock.now())
    return Discovered(len(met), new, first)


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
