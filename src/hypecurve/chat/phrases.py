"""The parts that several commands share: categories of one or more words, times, zones, days."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from functools import lru_cache
from zoneinfo import available_timezones

from hypecurve.chat.command import DAYS, Window
from hypecurve.chat.filters import begins_phrase, read_phrase
from hypecurve.chat.tuning import Filter
from hypecurve.chat.words import Word
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadCommand, BadInput, BadTime, UnknownCategory
from hypecurve.domain.saying import Saying, to_say
from hypecurve.domain.schedule import parse_time, parse_zone
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import ALL_DAYS, WORKDAYS
from hypecurve.wording.cut import cut

_LONGEST_NAME = 7
"""Words of a category's name."""
_BETWEEN = frozenset({"and", "&", "+", "or"})
_SHOWN = 60
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_WORDS = {
    "daily": ALL_DAYS,
    "everyday": ALL_DAYS,
    "weekdays": WORKDAYS,
    "workdays": WORKDAYS,
    "weekend": ALL_DAYS - WORKDAYS,
    "weekends": ALL_DAYS - WORKDAYS,
    **{DAYS[n]: frozenset({n}) for n in range(7)},
    **{_DAY_NAMES[n]: frozenset({n}) for n in range(7)},
    **{f"{_DAY_NAMES[n]}s": frozenset({n}) for n in range(7)},
}
_TIME_LIKE = re.compile(r"\d{1,2}:.*|\d{1,2}(:\d+)?[ap]m", re.IGNORECASE)
_WINDOW_LIKE = re.compile(r"\d+[hdwmy]")
_WINDOW_WORDS: dict[str, Window] = {
    "24h": "24h",
    "1d": "24h",
    "day": "24h",
    "today": "24h",
    "7d": "7d",
    "1w": "7d",
    "week": "7d",
    "30d": "30d",
    "1m": "30d",
    "month": "30d",
}


@dataclass(slots=True)
class Wish:
    """What a subscription or a schedule names, as far as it was read."""

    everything: bool = False
    categories: list[str] = field(default_factory=list)
    kinds: set[SignalKind] = field(default_factory=set)
    at: time | None = None
    zone: str | None = None
    weekdays: frozenset[int] | None = None
    filter: Filter = field(default_factory=Filter)


def read_wish(typed: Sequence[Word], taxonomy: Taxonomy, *, only_when: bool = False) -> Wish:
    """Read categories, kinds, filters, a time, a zone and weekdays in any order.

    `only_when`: a time, a zone and weekdays alone. Raises BadTime and UnknownCategory.
    """
    wish = Wish()
    left: list[Word] = []
    rest = list(typed)
    after_time = False
    while rest:
        word = rest.pop(0)
        if word.key == "at" or _TIME_LIKE.fullmatch(word.key):
            wish.at = parse_time(_after_at(word, rest))
            after_time = True
            continue
        if begins_phrase(word) and not only_when:
            wish.filter = read_phrase(word, rest, wish.filter, lambda w: _ends_list(w, taxonomy))
            after_time = False
            continue
        if not _read_keyword(word, wish, only_when=only_when):
            zone = _zone_like(word, sure=after_time or only_when)
            if zone is None and "/" in word.text and _found(word.text, taxonomy) is None:
                raise _no_zone(word.text, repo_likely=not only_when)
            if zone:
                wish.zone = zone
            else:
                left.append(word)
        after_time = False
    if only_when and left:
        raise _no_zone(left[0].text)
    wish.categories = categories(left, taxonomy)
    return wish


def categories(typed: Sequence[Word], taxonomy: Taxonomy) -> list[str]:
    """Return the slugs that words name, each once, in the order typed.

    A name may have several words: the longest run that names something is taken. Raises
    UnknownCategory for the first word that names nothing.
    """
    slugs: list[str] = []
    rest = list(typed)
    while rest:
        if rest[0].key in _BETWEEN:
            rest.pop(0)
            continue
        slug, used = _longest(rest, taxonomy)
        slugs.append(slug)
        del rest[:used]
    return list(dict.fromkeys(slugs))


def one_category(typed: Sequence[Word], taxonomy: Taxonomy) -> str | None:
    """Return the slug of the one category that words name, None for no words.

    A layer stands for its only category; BadCommand names those of a layer with several.
    """
    if len(named := categories(typed, taxonomy)) > 1:
        raise BadCommand(to_say("One category at a time, please."))
    if not named:
        return None
    within = sorted(taxonomy.expand(named))
    if len(within) > 1:
        raise BadCommand(
            to_say("{layer} is a layer. Name one of its categories: {categories}."),
            layer=Saying(taxonomy.title(named[0])),
            categories=", ".join(within),
        )
    return within[0]


def take_window(typed: Sequence[Word], taxonomy: Taxonomy) -> tuple[Window, list[Word]]:
    """Return the window that is named (7d where none is) and the other words."""
    window: Window = "7d"
    left = []
    for word in typed:
        if word.key in _WINDOW_WORDS:
            window = _WINDOW_WORDS[word.key]
        elif _WINDOW_LIKE.fullmatch(word.key) and _found(word.text, taxonomy) is None:
            form = to_say("'{slip}' is not a window: write 24h, 7d or 30d.")
            raise BadTime(form, slip=word.text[:_SHOWN])
        else:
            left.append(word)
    return window, left


def _after_at(word: Word, rest: list[Word]) -> str:
    if word.key != "at":
        return word.text
    if not rest:
        raise BadCommand(to_say("Say when: /hype {example}"), example="schedule at 09:00")
    return rest.pop(0).text


def _ends_list(word: Word, taxonomy: Taxonomy) -> bool:
    """Whether a word is no language but another part of a subscription."""
    if word.key in {"at", "all", *SUBSCRIBABLE} or _TIME_LIKE.fullmatch(word.key):
        return True
    if _days(word.key) is not None or _zone_like(word, sure=False) is not None:
        return True
    return not word.quoted and _found(word.text, taxonomy) is not None


def _read_keyword(word: Word, wish: Wish, *, only_when: bool) -> bool:
    """Take in a word that means the same everywhere."""
    days = _days(word.key)
    if days is not None:
        wish.weekdays = (wish.weekdays or frozenset()) | days
    elif only_when:
        return False
    elif word.key == "all":
        wish.everything = True
    elif word.key in SUBSCRIBABLE:
        wish.kinds.add(SignalKind(word.key))
    else:
        return False
    return True


def _days(key: str) -> frozenset[int] | None:
    """`weekdays`, `mon`, `tuesdays`, `mon-fri`."""
    first, dash, last = key.partition("-")
    if not dash:
        return _DAY_WORDS.get(key)
    if first not in DAYS or last not in DAYS:
        return None
    start, end = DAYS.index(first), DAYS.index(last)
    return frozenset((start + n) % 7 for n in range((end - start) % 7 + 1))


def _zone_like(word: Word, *, sure: bool) -> str | None:
    """Return the zone a word names; None where it may as well be a category.

    `sure`: it stands where a zone is to be expected, so that `Paris` is one.
    """
    if word.quoted:
        return None
    known = _zones()
    exact = known.get(word.key)
    if exact and (sure or "/" in exact or exact.isupper()):
        return exact
    cities = [name for name in known.values() if _city(name) == word.key]
    return cities[0] if sure and len(cities) == 1 else None


def _no_zone(text: str, *, repo_likely: bool = False) -> BadInput:
    """Say that a word is no zone, with what may have been meant."""
    near = _near_zones(text.casefold())
    if repo_likely and not near:
        return BadCommand(
            to_say("'{slip}' is not a category. To hear about one repo: /hype follow {slip}"),
            slip=cut(text, _SHOWN),
        )
    try:
        parse_zone(text)
    except BadTime as error:
        slip = error
    else:
        form = to_say("'{slip}' is not clear here: write the time, the zone and the days.")
        slip = BadTime(form, slip=cut(text, _SHOWN))
    if not near:
        return slip
    return BadTime(to_say("{what_is_wrong} Did you mean {near}?"), what_is_wrong=slip, near=near)


def _near_zones(slip: str) -> tuple[str, ...]:
    known = _zones()
    names = {**{_city(name): name for name in known.values() if "/" in name}, **known}
    close = difflib.get_close_matches(slip[:_SHOWN], names, n=2, cutoff=0.75)
    return tuple(dict.fromkeys(names[name] for name in close))


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """The IANA names by their lower-case form."""
    return {name.casefold(): name for name in sorted(available_timezones())}


def _city(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _longest(rest: Sequence[Word], taxonomy: Taxonomy) -> tuple[str, int]:
    """Return the slug that the longest run from the first word names, and its length."""
    for used in range(min(len(rest), _LONGEST_NAME), 0, -1):
        # What is quoted is a name by itself.
        if used > 1 and any(word.quoted for word in rest[:used]):
            continue
        slug = _found(" ".join(word.text for word in rest[:used]), taxonomy)
        if slug is not None:
            return slug, used
    try:
        return taxonomy.find(rest[0].text).slug, 1
    except UnknownCategory as error:
        raise UnknownCategory(cut(error.text, _SHOWN), error.suggestions) from None


def _found(text: str, taxonomy: Taxonomy) -> str | None:
    try:
        return taxonomy.find(text).slug
    except UnknownCategory:
        return None
