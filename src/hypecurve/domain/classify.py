"""Where a repo belongs, from its name, description, topics and owner, with the reason kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hypecurve.domain.catalogue import Place
from hypecurve.domain.category import AI, COMMON, NOT_AI, UNSURE, Taxonomy
from hypecurve.domain.repo import Repo
from hypecurve.domain.saying import to_say
from hypecurve.domain.wordrules import Hit, Where, tokens

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_EARLY = 8
_LATE = 30
_EARLY_FACTOR, _LATE_FACTOR = 1.3, 0.6
_NEIGHBOURS = 0.3
_TELLING = 5
"""Words of description from which silence about AI says something."""
_NO_AI = to_say("no word of AI in its name, description or topics")


@dataclass(slots=True)
class _Tally:
    """The points of one slug, and what gave it the most."""

    points: float = 0.0
    most: float = 0.0
    reason: str = ""

    def add(self, points: float, hit: Hit) -> None:
        self.points += points
        if points > self.most:
            self.most, self.reason = points, str(hit)


def classify(repo: Repo, taxonomy: Taxonomy) -> Place:
    """Return the category's slug, "not-ai" or "unsure", and why in plain English.

    The category with the most points wins, supported by its layer's other categories; the reason
    is what gave it the most. Depends on the repo's text alone, never on case.
    """
    tallies, about_ai = _tallied(repo, taxonomy)
    signs, against = tallies.pop(AI, _Tally()), tallies.pop(NOT_AI, _Tally())
    if against.points > about_ai:
        return Place(NOT_AI, against.reason)
    if not about_ai:
        telling = len(tokens(repo.description)) >= _TELLING
        return Place(NOT_AI if telling else UNSURE, _NO_AI)
    if not tallies:
        return Place(UNSURE, f"only {signs.reason}")
    slug = _strongest(tallies, taxonomy)
    return Place(slug, tallies[slug].reason)


def likely(repo: Repo, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the slugs of the categories that anything in a repo's text leads to, best first."""
    tallies, _ = _tallied(repo, taxonomy)
    ours = [slug for slug in tallies if slug not in {AI, NOT_AI}]
    return tuple(sorted(ours, key=lambda slug: (-tallies[slug].points, slug)))


def _tallied(repo: Repo, taxonomy: Taxonomy) -> tuple[dict[str, _Tally], float]:
    """The points of each slug, and those that speak of AI."""
    tallies: dict[str, _Tally] = {}
    about_ai = 0.0
    for points, hit in _counted(repo, taxonomy):
        tallies.setdefault(hit.rule.slug, _Tally()).add(points, hit)
        if hit.rule.says_ai:
            about_ai += points
    return tallies, about_ai


def _counted(repo: Repo, taxonomy: Taxonomy) -> Iterator[tuple[float, Hit]]:
    """Yield each rule that was found once, with its points at its best place.

    Of those in the name only the best of each slug: "agent", "ai agent" and "-agent" are one.
    """
    best: dict[int, tuple[float, Hit]] = {}
    for hit in _hits(repo, taxonomy):
        if hit.rule.slug == COMMON:
            continue
        points = hit.rule.weight * taxonomy.weights[hit.where] * _position(hit)
        key = id(hit.rule)
        if key not in best or points > best[key][0]:
            best[key] = (points, hit)
    named: dict[str, tuple[float, Hit]] = {}
    for points, hit in best.values():
        slug = hit.rule.slug
        if hit.where is not Where.NAME:
            yield points, hit
        elif slug not in named or points > named[slug][0]:
            named[slug] = (points, hit)
    yield from named.values()


def _strongest(tallies: Mapping[str, _Tally], taxonomy: Taxonomy) -> str:
    """Return the slug with the most points, its layer's other categories counted a little."""
    layers: dict[str, float] = {}
    for slug, tally in tallies.items():
        layer = taxonomy.category(slug).layer.slug
        layers[layer] = layers.get(layer, 0.0) + tally.points

    def weight(slug: str) -> float:
        own = tallies[slug].points
        return own + _NEIGHBOURS * (layers[taxonomy.category(slug).layer.slug] - own)

    return max(tallies, key=weight)


def _hits(repo: Repo, taxonomy: Taxonomy) -> Iterator[Hit]:
    name, description = tokens(repo.name.name), tokens(_ADDRESS.sub(" ", repo.description))
    topics = [(topic, tokens(topic)) for topic in repo.topics]
    # Apart, as "machine learning platform" must not hide that this is machine learning.
    for book in (taxonomy.book, taxonomy.signs):
        yield from book.found(name, Where.NAME)
        yield from book.inside(repo.name.name)
        yield from book.found(description, Where.DESCRIPTION)
        for topic, words in topics:
            yield from book.found(words, Where.TOPIC, topic)
    yield from taxonomy.signs.found(tokens(repo.name.owner), Where.OWNER)


def _position(hit: Hit) -> float:
    """What a description begins with says more than what it ends with."""
    if hit.where is not Where.DESCRIPTION:
        return 1.0
    return _EARLY_FACTOR if hit.at < _EARLY else _LATE_FACTOR if hit.at >= _LATE else 1.0
