"""Comparing: repos side by side, and what rises as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Literal

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.chart import Comparison, Risers
from hypecurve.domain.repo import RepoName
from hypecurve.ports import Clock
from hypecurve.ports.store import Found, Store
from hypecurve.services.answers.curves import MOST_BARS, comparison_of, risers_of
from hypecurve.services.answers.lookup import listing, named

_LARGEST = 100
_RIVALS = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """Repos in the order they were named, and how their stars ran."""

    entries: tuple[CatalogueEntry, ...]
    chart: Comparison


async def compare(
    store: Store, clock: Clock, names: Sequence[RepoName], by: Literal["date", "age"]
) -> Compared:
    """Return two to five repos side by side, each once; NotFound where nobody knows one."""
    async with store.read() as tx:
        found = {entry.repo.id: entry for entry in [await named(tx, name) for name in names]}
        entries = tuple(found.values())
        return Compared(entries, await comparison_of(tx, entries, clock.now(), by))


async def rivals(store: Store, name: RepoName) -> tuple[CatalogueEntry, tuple[CatalogueEntry, ...]]:
    """Return a repo, and some of the largest of its category, those about as large as it first."""
    async with store.read() as tx:
        entry = await named(tx, name)
        category = frozenset({entry.place.category})
        largest = await tx.catalogue.entries(Found(categories=category, limit=_LARGEST))
    others = [each for each in largest if each.repo.id != entry.repo.id]
    others.sort(key=lambda each: _apart(entry.repo.stars, each.repo.stars))
    return entry, tuple(others[:_RIVALS])


def _apart(one: int, other: int) -> float:
    """How many times as large the larger one is: 600 is further from 900 than 9,000 from 9,300."""
    small, large = sorted((max(one, 1), max(other, 1)))
    return large / small


async def risers(
    store: Store, clock: Clock, taxonomy: Taxonomy, category: str | None
) -> tuple[tuple[CatalogueEntry, ...], Risers]:
    """Return what rises now, as `rising` lists it, and its gains as bars. `category`: a slug."""
    found = await listing(store, clock, taxonomy, "rising", category, "7d", MOST_BARS)
    on = (found.counts_at or clock.now()).astimezone(UTC).date()
    return found.entries, risers_of(found.entries, on)
