"""Wishes: which news a channel's wish covers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import UnknownCategory
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Wants

_BACK = frozenset({SignalKind.STALLED, SignalKind.AWAKE})
"""One heading, "quiet and back": who wants one of them wants both."""


def wants_signal(wants: Wants, kind: SignalKind, entry: CatalogueEntry, taxonomy: Taxonomy) -> bool:
    """Whether a wish covers this kind of signal of this repo."""
    return wants_kind(wants, kind) and wants_repo(wants, entry, categories_of(wants, taxonomy))


def wants_kind(wants: Wants, kind: SignalKind) -> bool:
    """Whether a wish covers this kind of signal; never one that only followers hear of."""
    if kind not in SUBSCRIBABLE:
        return False
    return kind in wants.kinds or (kind in _BACK and bool(wants.kinds & _BACK))


def wants_repo(wants: Wants, entry: CatalogueEntry, categories: Collection[str]) -> bool:
    """Whether a wish covers this repo; `categories`: what the wish's own stand for, empty all."""
    repo = entry.repo
    return (
        (not categories or entry.place.category in categories)
        and repo.stars >= wants.least_stars
        and (repo.language or "").casefold() not in wants.without_languages
        and repo.name.owner.casefold() not in wants.without_owners
    )


def categories_of(wants: Wants, taxonomy: Taxonomy) -> frozenset[str]:
    """Return the categories a wish stands for, empty: all; one the file lost stands for itself."""
    found: set[str] = set()
    for slug in wants.categories:
        try:
            found |= taxonomy.expand([slug])
        except UnknownCategory:
            found.add(slug)
    return frozenset(found)


def merged(wishes: Sequence[Wants]) -> Wants:
    """All that several wishes ask for together; no category means all of them.

    Of what they leave out only what each of them does.
    """
    everything = any(not wants.categories for wants in wishes)
    categories: frozenset[str] = frozenset().union(*(wants.categories for wants in wishes))
    kinds: frozenset[SignalKind] = frozenset().union(*(wants.kinds for wants in wishes))
    return Wants(
        frozenset() if everything else categories,
        kinds,
        least_stars=min(wants.least_stars for wants in wishes),
        without_languages=frozenset.intersection(*(each.without_languages for each in wishes)),
        without_owners=frozenset.intersection(*(each.without_owners for each in wishes)),
    )
