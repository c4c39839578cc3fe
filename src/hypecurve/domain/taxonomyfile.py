"""Reads the text of a taxonomy file and says in one line what is wrong in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterator, Mapping
from typing import Any

from hypecurve.domain.category import AI, COMMON, NOT_AI, UNSURE, Category, Layer, Taxonomy
from hypecurve.domain.errors import BadData
from hypecurve.domain.wordrules import Rule, Where, folded, tokens

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LISTS = {"strong": 4.0, "words": 2.0, "hints": 1.0, "names": 3.0}
"""The lists a category may have, and what a hit of each is worth."""
_SIGN_LISTS = {"strong": 4.0, "words": 2.0, "hints": 1.0, "names": 1.0}
_SHORTEST_PIECE = 3
_SECTIONS = {"layers", "categories", COMMON, AI, NOT_AI}
WEIGHTS = {Where.NAME: 1.5, Where.DESCRIPTION: 1.0, Where.TOPIC: 0.6, Where.OWNER: 0.5}


def read(text: str) -> Taxonomy:
    """Build the taxonomy; BadData with the section and the entry that cannot be used."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"taxonomy: not valid TOML: {error}"
        raise BadData(message) from None
    for section in data:
        _must(section in _SECTIONS, f"unknown section [{section}]; known: {_names(_SECTIONS)}")
    layers = {slug: _layer(slug, body) for slug, body in _tables(data, "layers")}
    _must(bool(layers), "no [layers.NAME] at all")
    categories = []
    rules: list[Rule] = []
    for slug, body in _tables(data, "categories"):
        where = f"[categories.{slug}]"
        _known(where, body, {"title", "layer", "says_ai", *_LISTS})
        _must(slug not in layers, f"{where} has the name of a layer")
        _must(slug not in {NOT_AI, UNSURE, AI, COMMON}, f"{where}: this name is taken")
        layer = _text(where, body, "layer")
        _must(layer in layers, f"{where} names an unknown layer '{layer}': {_names(layers)}")
        says_ai = _flag(where, body, "says_ai")
        categories.append(Category(slug, _text(where, body, "title"), layers[layer]))
        worth = {name: points * layers[layer].counts for name, points in _LISTS.items()}
        rules += _rules(where, slug, body, worth, {"strong"} if says_ai else frozenset())
    _must(bool(categories), "no [categories.NAME] at all")
    for layer in layers:
        _must(any(c.layer.slug == layer for c in categories), f"[layers.{layer}] has no category")
    titles: dict[str, str] = {}
    places: list[Layer | Category] = [*layers.values(), *categories]
    for place in places:
        other = titles.setdefault(place.title.casefold(), place.slug)
        _must(other == place.slug, f"'{other}' and '{place.slug}' have the same title")
    rules += _section(data, COMMON, {"words": 0.0})
    _must_be_single(rules)
    for sign in (AI, NOT_AI):
        found = _section(data, sign, _SIGN_LISTS)
        _must_be_single(found)
        rules += found
    return Taxonomy.of(layers.values(), categories, rules, WEIGHTS)


def _section(data: Mapping[str, Any], name: str, lists: Mapping[str, float]) -> list[Rule]:
    body = data.get(name, {})
    _must(isinstance(body, dict), f"[{name}] must be a table")
    _known(f"[{name}]", body, set(lists))
    return _rules(f"[{name}]", name, body, lists, lists if name == AI else frozenset())


def _layer(slug: str, body: Mapping[str, Any]) -> Layer:
    where = f"[layers.{slug}]"
    _known(where, body, {"title", "software", "counts"})
    counts = body.get("counts", 1)
    number = isinstance(counts, int | float) and not isinstance(counts, bool) and counts > 0
    _must(number, f"{where}: counts must be a number above 0, like 1.5")
    return Layer(slug, _text(where, body, "title"), _flag(where, body, "software"), float(counts))


def _rules(
    where: str,
    slug: str,
    body: Mapping[str, Any],
    lists: Mapping[str, float],
    about_ai: Container[str],
) -> list[Rule]:
    """Read the lists of one section; phrases of the lists in `about_ai` say that it is about AI."""
    rules = []
    for name, weight in lists.items():
        phrases = body.get(name, [])
        good = isinstance(phrases, list) and all(isinstance(p, str) for p in phrases)
        _must(good, f"{where}: {name} must be a list of texts in quotes")
        for phrase in phrases:
            _must(bool(tokens(phrase)), f"{where}: '{phrase}' in {name} has no letter or digit")
            inside = name == "names"
            _must(
                not inside or len(phrase) >= _SHORTEST_PIECE,
                f"{where}: '{phrase}' in names is too short: at least {_SHORTEST_PIECE} letters",
            )
            rules.append(Rule(slug, phrase, weight, inside, name in about_ai))
    return rules


def _must_be_single(rules: list[Rule]) -> None:
    """Refuse a phrase that stands twice: it would count twice, or say nothing."""
    seen: dict[str | tuple[str, ...], Rule] = {}
    for rule in rules:
        key = folded(rule.phrase) if rule.inside else tokens(rule.phrase)
        first = seen.setdefault(key, rule)
        _must(
            first is rule,
            f"'{rule.phrase}' in '{rule.slug}' stands in '{first.slug}' already"
            f" (as '{first.phrase}')",
        )


def _tables(data: Mapping[str, Any], section: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tables = data.get(section, {})
    _must(isinstance(tables, dict), f"[{section}] must hold tables like [{section}.some-name]")
    for slug, body in tables.items():
        _must(isinstance(body, dict), f"[{section}.{slug}] must be a table")
        good = bool(_SLUG.fullmatch(slug))
        _must(good, f"[{section}.{slug}]: write names in small letters, digits and hyphens")
        yield slug, body


def _text(where: str, body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value.strip():
        message = f"taxonomy: {where} has no {key}"
        raise BadData(message)
    return value.strip()


def _flag(where: str, body: Mapping[str, Any], key: str) -> bool:
    value = body.get(key, True)
    _must(isinstance(value, bool), f"{where}: {key} must be true or false")
    return bool(value)


def _known(where: str, body: Mapping[str, Any], keys: set[str]) -> None:
    for key in body:
        _must(key in keys, f"{where} has an unknown entry '{key}'; known: {_names(keys)}")


def _names(names: Iterator[str] | set[str] | Mapping[str, Any]) -> str:
    return ", ".join(sorted(names))


def _must(good: bool, complaint: str) -> None:  # noqa: FBT001 - reads as "must (this), or say"
    if not good:
        message = f"taxonomy: {complaint}"
        raise BadData(message)
