"""What is offered while somebody types into an option: at most 25, each of 100 characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hypecurve.domain.asking import Asker
from hypecurve.ports import Desk, Suggestible
from hypecurve.wording.asked import own_id
from hypecurve.wording.commands import GROUPS, KINDS
from hypecurve.wording.cut import cut, length
from hypecurve.wording.specs import CommandSpec, OptionSpec
from hypecurve.wording.texts import texts
from hypecurve.wording.typed import chosen, named
from hypecurve_discord.offering.options import LENGTH, OFFERED, TYPED
from hypecurve_discord.offering.written import TOLD, plain, typing

MOST = 25
_DAYS = ("daily", "weekdays", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ASKED: Mapping[str, Suggestible] = {
    "repo": "repo",
    "category": "category",
    "categories": "category",
    "zone": "zone",
    "left-out": "language",
}
"""What the desk is asked for, by the kind of an option."""
_LISTS = frozenset({"categories", "kinds", "days", "left-out"})
_ALONE = frozenset({"all", "nothing"})
"""Words that stand for a whole list."""
_LONGEST_TOLD = 40
"""Characters of what is told of a value."""

Offer = tuple[str, str]
"""A value, and what is told of it; "" where it speaks for itself."""


async def completions(desk: Desk, asker: Asker, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (name, value) of at most 25 choices for the option that is being typed."""
    at = typing(data)
    if at is None:
        return []
    spec, option, text = at
    typed = plain(option, text[:TYPED])
    if option.kind in _LISTS:
        before, last = _parted(option, typed)
        offers = await _offers(desk, asker, spec, option, last)
        taken = {*before, *_ALONE} if before else {*before}
        left = [offer for offer in offers if offer[0] not in taken]
        whole = [
            (", ".join([*before, value]), "" if _is_same(told, value) else told)
            for value, told in left
        ]
    else:
        whole = await _offers(desk, asker, spec, option, typed)
    shown = ((_shown(value, told), value) for value, told in whole)
    fits = (each for each in shown if 0 < length(each[1], utf16=True) <= LENGTH)
    return list(fits)[:MOST]


async def _offers(
    desk: Desk, asker: Asker, spec: CommandSpec, option: OptionSpec, typed: str
) -> list[Offer]:
    """Return what fits one word, or one name."""
    locale = asker.locale
    match option.kind:
        case "kinds" | "days":
            choices = KINDS if option.kind == "kinds" else _DAYS
            return list(_fitting(typed, ((word, chosen(word, locale)) for word in choices)))
        case "topic":
            return list(_fitting(typed, _topics(locale)))
    kind = _ASKED.get(option.kind)
    if kind is None:
        return []
    # Where a repo lies is a category: no layer.
    kind = "place" if spec.name == "submit" and kind == "category" else kind
    found = await desk.suggest(asker, kind, typed)
    offers = [(choice.value, choice.label) for choice in found]
    match option.kind:
        case "categories":
            return [*offers[: MOST - 1], *_fitting(typed, [("all", chosen("all", locale))])]
        case "left-out":
            none = _fitting(typed, [("nothing", chosen("nothing", locale))])
            return [*offers[: MOST - 1], *none]
    return offers


def _parted(option: OptionSpec, typed: str) -> tuple[list[str], str]:
    """Return the words of a list that are there, and the last one, which is completed."""
    # A language may have several words.
    between = r"\s*,\s*" if option.kind == "left-out" else r"[,\s]+"
    *before, last = re.split(between, typed)
    return [word for word in before if word], last


def _is_same(told: str, value: str) -> bool:
    return told.casefold() == value.casefold()


def _fitting(typed: str, offers: Iterable[Offer]) -> Iterator[Offer]:
    """Yield the offers that hold what was typed, those that begin with it first."""
    wanted = typed.casefold()
    found = [offer for offer in offers if any(wanted in part.casefold() for part in offer)]
    found.sort(key=lambda offer: not any(part.casefold().startswith(wanted) for part in offer))
    yield from found


def _topics(locale: str) -> Iterator[Offer]:
    said = texts(locale)
    for spec in OFFERED:
        name = named("command", spec.name, locale)
        yield spec.name, name if name != spec.name else said.looked_up(spec.help)
    yield from ((word, said.looked_up(GROUPS[word])) for word in GROUPS)


def _shown(value: str, told: str) -> str:
    """Return what is read: the value, since it is what is typed on, and what is told of it."""
    if own_id(value) is not None or told.startswith((f"{value}{TOLD}", f"{value} (")):
        return cut(told, LENGTH, utf16=True)  # the desk's own: a repo's stars, a zone's hours
    told = cut(told.replace(",", ";"), _LONGEST_TOLD, utf16=True)  # a comma begins the next one
    room = LENGTH - length(f"{TOLD}{told}", utf16=True)
    if not told or length(value, utf16=True) > room:
        return cut(value, LENGTH, utf16=True)
    return f"{value}{TOLD}{told}"
