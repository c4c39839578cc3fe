"""Search: repos by a text, and the one that somebody means who leaves out its owner."""

from __future__ import annotations

from dataclasses import dataclass

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.paging import Page
from hypecurve.ports.store import Store

SHOWN = 10
_OFFERED = 5


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: `entries` best first, as many as `page` shows."""

    entries: tuple[CatalogueEntry, ...]
    page: Page

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.page.total


@dataclass(frozen=True, slots=True)
class Meant:
    """Which repos a part of a name may mean, the likeliest first."""

    likely: tuple[CatalogueEntry, ...] = ()
    total: int = 0
    sure: CatalogueEntry | None = None
    """The only one that is called just so."""

    @property
    def only(self) -> CatalogueEntry | None:
        """The only one there is; it may be called so in part alone."""
        return self.likely[0] if self.total == 1 else self.sure


async def search(store: Store, text: str, limit: int = SHOWN, page: int = 1) -> Hits:
    """Return the listed repos that hold every word of a text, who is called so first.

    `page`: which part of them; behind the last one is the last.
    """
    async with store.read() as tx:
        before = (page - 1) * limit
        entries, total = await tx.catalogue.search(text, limit, offset=before)
        if before and not entries:
            _, total = await tx.catalogue.search(text, 1)
            before = Page.of(page, limit, total).before
            entries, total = await tx.catalogue.search(text, limit, offset=before)
    return Hits(tuple(entries), Page.of(page, limit, total))


async def meant(store: Store, part: str) -> Meant:
    """Return whom somebody means by a name without its owner, or by a part of it.

    Who is watched only, and listed for nobody, is meant where no listed one is called so.
    """
    found = Meant()
    async with store.read() as tx:
        for listed in (True, False):
            entries, total = await tx.catalogue.search(
                part, _OFFERED, names_only=True, listed=listed
            )
            called_so = [e for e in entries if e.repo.name.name.casefold() == part.casefold()]
            sure = called_so[0] if len(called_so) == 1 else None
            if not found.total or called_so:
                found = Meant(tuple(called_so or entries), len(called_so) or total, sure)
            if called_so:
                break
    return found
