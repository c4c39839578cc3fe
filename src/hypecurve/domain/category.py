"""The layers and categories of the AI stack, as a file says that people can read and change."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hypecurve.domain.errors import UnknownCategory
from hypecurve.domain.saying import to_say
from hypecurve.domain.wordrules import Rule, RuleBook, Where, singular, tokens

_LITTLE = 2
"""Letters of a word too short to suggest a category by, such as "of"."""
NOT_AI = "not-ai"
UNSURE = "unsure"
AI = "ai"
"""What rules speak for that say only that a repo is about AI."""

COMMON = "common"
"""What rules speak for that are said of everything: they only hide shorter phrases."""

_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """A level of the stack. `software`: its repos count in figures about software."""

    slug: str
    title: str
    software: bool = True
    counts: float = 1.0
    """What its phrases are worth against those of other layers."""


@dataclass(frozen=True, slots=True)
class Category:
    """A place within a layer."""

    slug: str
    title: str
    layer: Layer


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Layers and categories in the order of the file, and the rules that lead to them."""

    layers: tuple[Layer, ...]
    categories: tuple[Category, ...]
    book: RuleBook = field(repr=False)
    """What leads to a category."""
    signs: RuleBook = field(repr=False)
    """What says that a repo is about AI, or is not."""
    weights: Mapping[Where, float] = field(repr=False)
    """How much a hit counts by where it stands."""
    _by_slug: dict[str, Category] = field(repr=False, compare=False)

    @classmethod
    def of(
        cls,
        layers: Iterable[Layer],
        categories: Iterable[Category],
        rules: Iterable[Rule],
        weights: Mapping[Where, float],
    ) -> Taxonomy:
        """Put a taxonomy together; nothing is checked here."""
        listed, every = tuple(categories), tuple(rules)
        ours = {category.slug: category for category in listed}
        book = RuleBook.of(rule for rule in every if rule.slug not in {AI, NOT_AI})
        signs = RuleBook.of(rule for rule in every if rule.slug in {AI, NOT_AI})
        return cls(tuple(layers), listed, book, signs, weights, ours)

    @classmethod
    def from_toml(cls, text: str) -> Taxonomy:
        """Read a taxonomy file's text; BadData names in one line what is wrong in it."""
        from hypecurve.domain.taxonomyfile import read  # noqa: PLC0415 - it builds this class

        return read(text)

    def category(self, slug: str) -> Category:
        """Return the category; UnknownCategory with suggestions where there is none."""
        found = self._by_slug.get(slug)
        if found is None:
            raise UnknownCategory(slug, self._suggest(slug))
        return found

    def title(self, slug: str) -> str:
        """Return how people read a category, a layer, "not-ai" or "unsure"."""
        special = {NOT_AI: to_say("Not AI"), UNSURE: to_say("Unsure")}
        if slug in special:
            return special[slug]
        layer = next((layer for layer in self.layers if layer.slug == slug), None)
        return layer.title if layer else self.category(slug).title

    def is_software(self, slug: str) -> bool:
        """Whether repos in this category count in figures about software.

        Tutorials and lists do not, nor what is "not-ai"; "unsure" does. UnknownCategory for a
        slug that is nowhere.
        """
        return slug == UNSURE or (slug != NOT_AI and self.category(slug).layer.software)

    def expand(self, slugs: Iterable[str]) -> frozenset[str]:
        """Return category slugs only: a layer stands for all its categories."""
        chosen: set[str] = set()
        for slug in slugs:
            within = {c.slug for c in self.categories if c.layer.slug == slug}
            chosen |= within or {self.category(slug).slug}
        return frozenset(chosen)

    def find(self, text: str) -> Category | Layer:
        """Return what a person means by a slug, a title or a part of one.

        Letter case, hyphens and plurals do not matter. An exact name wins over a part, a layer
        over a category of the same name; a part that fits several is refused like one that fits
        none, with UnknownCategory and up to three suggestions.
        """
        wanted = _key(text)
        places: tuple[Category | Layer, ...] = (*self.layers, *self.categories)
        for place in places:
            if wanted and wanted in (_key(place.slug), _key(place.title)):
                return place
        fits = [place for place in places if wanted and _begins_word(wanted, place)]
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise UnknownCategory(text, tuple(place.slug for place in fits[:_SUGGESTIONS]))
        raise UnknownCategory(text, self._suggest(text))

    def _suggest(self, text: str) -> tuple[str, ...]:
        """Return slugs that may be meant, best first: by what leads there, then by spelling."""
        found = self.book.found(tokens(text), Where.NAME)
        slugs = [hit.rule.slug for hit in found if hit.rule.slug in self._by_slug]
        names: dict[str, str] = {}
        places: list[Category | Layer] = [*self.categories, *self.layers]
        for place in places:
            title = place.title.casefold()
            words = re.split(r"\W+", f"{place.slug} {title}")
            for name in (place.slug, title, *(word for word in words if len(word) > _LITTLE)):
                names.setdefault(name, place.slug)
        close = difflib.get_close_matches(text.casefold(), names, n=6, cutoff=0.6)
        slugs += [names[name] for name in close]
        return tuple(dict.fromkeys(slugs))[:_SUGGESTIONS]


def _key(name: str) -> str:
    """Return what names compare by: no case, no hyphens, no plurals."""
    return "".join(singular(token) for token in tokens(name))


def _begins_word(wanted: str, place: Category | Layer) -> bool:
    """Whether it stands in the slug or the title from the beginning of a word on."""
    for name in (place.slug, place.title):
        words = [singular(token) for token in tokens(name)]
        if any("".join(words[at:]).startswith(wanted) for at in range(len(words))):
            return True
    return False
