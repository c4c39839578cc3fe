"""A language that nobody speaks: every text of the catalogues stands in ⟦brackets⟧.

Its figures and dates are Greek, and all that is made up here is Cyrillic: a Latin letter outside
the brackets is English that no catalogue knows. Whatever a function of the wording asks for is made
from its type hints, so that new messages need no list.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from functools import cache
from inspect import Parameter, signature
from io import BytesIO
from random import Random
from string import Formatter
from typing import Any, Literal, get_args, get_origin

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from hypecurve.domain.category import Category, Layer, Taxonomy
from hypecurve.domain.errors import BadTime, HypecurveError, NotFound, UnknownCategory
from hypecurve.domain.message import (
    Bars,
    Control,
    Link,
    Message,
    MessageKind,
    Moment,
    Place,
    Role,
    Style,
    Text,
)
from hypecurve.domain.signal import SignalKind
from hypecurve.wording.commands import COMMANDS, GROUPS
from hypecurve.wording.teller import Teller
from hypecurve.wording.texts import Texts, texts

LOCALE = "el"
_NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
_BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧?|https?://\S+|`[^`]*`")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'-]*")
TAXONOMY = Taxonomy.of(
    (layer := Layer("слой", "Infrastructure"), other := Layer("полка", "Models")),
    (
        Category("место", "Agents and agent frameworks", layer),
        Category("угол", "Training", layer),
        Category("край", "Vision models", other),
    ),
    (),
    {},
)
"""Titles of the taxonomy that is shipped, under slugs of no language."""
_SLUGS = ("слой", "место", "угол", "край")
SPOKEN_WORDS = frozenset(
    {"UTC", "Hypecurve", LOCALE, "acme", "nori"}
    | {*GROUPS, *(spec.name for spec in COMMANDS)}
    | {option.name for spec in COMMANDS for option in spec.options}
)
"""What stays English in every language: names of commands and of their options."""


def pseudo_catalogue(template: bytes) -> bytes:
    """Return a catalogue (a .po file) of the template's texts, their words in brackets."""
    made = Catalog(locale=LOCALE)
    for message in read_po(BytesIO(template)):
        if isinstance(message.id, str) and message.id:
            made.add(message.id, bracketed(message.id), context=message.context)
        elif message.id:
            made.add(message.id, tuple(bracketed(form) for form in message.id))
    out = BytesIO(b"")
    write_po(out, made)
    return out.getvalue()


def bracketed(text: str) -> str:
    """Put what is not a placeholder in brackets."""
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts += [f"⟦{literal}⟧"] if literal else []
        parts += [f"{{{name}}}"] if name is not None else []
    return "".join(parts)


def leaks(shown: Iterable[str], known: frozenset[str] = SPOKEN_WORDS) -> set[str]:
    """Return what is Latin and in no brackets."""
    outside = (_BRACKETED.sub(" ", text) for text in shown)
    return {word for text in outside for word in _LATIN.findall(text) if word not in known}


def shown_in(what: object) -> Iterator[str]:  # noqa: C901, PLR0912 - a case for each part
    """Yield all that people read of a message, a part of one, or a view of a bot's."""
    match what:
        case Bars() | Place() | Role() | Enum() | HypecurveError() | None:
            return
        case str():
            yield what
        case Text():
            if what.style is not Style.CODE:
                yield what.text
        case Link():
            yield what.text
        case Moment():
            yield what.fallback
        case Control():
            yield what.label
            yield from shown_in(what.choices)
        case Mapping():
            for key, value in what.items():
                told = key in {"text", "alt_text"}
                if told or not isinstance(value, str):
                    # Of a list only what is made of parts is read, like the options of a select.
                    parts = value if told or isinstance(value, Mapping) else _parts(value)
                    yield from shown_in(parts)
        case Iterable():
            for each in what:
                yield from shown_in(each)
        case _ if dataclasses.is_dataclass(what):
            for each in dataclasses.fields(what):
                if each.name not in _SILENT:
                    yield from shown_in(getattr(what, each.name))


def _parts(value: object) -> list[object]:
    found = value if isinstance(value, list | tuple) else []
    return [each for each in found if not isinstance(each, str)]


_SILENT = frozenset({"value", "url", "locale", "repo_name", "channel", "chart", "kind"})
"""Fields of messages that nobody reads."""


def arguments(function: Callable[..., Any], seed: int) -> dict[str, Any]:
    """Return what a function may be called with, from its type hints: the same for a seed."""
    made, hints = Maker(Random(f"{function.__qualname__} {seed}")), _hints(function)  # noqa: S311 - made up, not secret
    return {
        name: made.of(hints[name], name)
        for name, each in signature(function).parameters.items()
        if each.kind is not Parameter.VAR_POSITIONAL and name not in _LEFT_OUT
    }


_LEFT_OUT = frozenset({"worded", "folder", "width", "limit"})


@cache
def _hints(what: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a class or a function
    return typing.get_type_hints(what)


@dataclasses.dataclass
class Maker:
    """Makes values of types."""

    random: Random

    def of(self, hint: Any, name: str = "") -> Any:  # noqa: ANN401, PLR0911 - a case for each kind
        """Return a value of a type; its name says what kind of text a string is."""
        if hint in _MADE:
            return self.random.choice(_MADE[hint])
        if hint is Teller:
            return Teller(texts(LOCALE), TAXONOMY, UTC, _NOW)
        if hint is Texts:
            return texts(LOCALE)
        if hint is str:
            return self.random.choice(_texts(name))
        if isinstance(hint, typing.NewType):
            return self.of(hint.__supertype__, name)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return self.random.choice(list(hint))
        if get_args(hint):
            return self._generic(hint, name)
        return hint(**{each.name: self._field(hint, each) for each in _fields(hint)})

    def _generic(self, hint: Any, name: str) -> Any:  # noqa: ANN401
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Callable:
            return lambda *_: "жук"
        if origin is Literal:
            return self.random.choice(inner)
        if origin in {types.UnionType, typing.Union}:
            return self.of(self.random.choice(inner), name)
        if origin is tuple and inner[1:] != (...,):
            return tuple(self.of(each, name) for each in inner)
        many = range(self.random.randint(0 if self.random.random() < _EMPTY else 1, 2))
        if origin in {dict, Mapping}:
            return {self.of(inner[0], "slug"): self.of(inner[1], name) for _ in many}
        found = tuple(self.of(inner[0], name) for _ in many)
        return frozenset(found) if origin in {set, frozenset} else found

    def _field(self, owner: Any, each: dataclasses.Field[Any]) -> Any:  # noqa: ANN401
        whole = f"{owner.__name__}.{each.name}"
        return self.of(_hints(owner)[each.name], whole if whole in _NAMED else each.name)


_EMPTY = 0.2
"""How often a list has nothing in it."""


def _fields(hint: Any) -> list[dataclasses.Field[Any]]:  # noqa: ANN401 - a dataclass
    return [each for each in dataclasses.fields(hint) if each.init]


def _texts(name: str) -> Sequence[str]:
    if name in {"zone", "locale"}:
        return ["UTC" if name == "zone" else LOCALE]
    if name in {"category", "categories", "slug", "became"}:
        return _SLUGS
    return _NAMED.get(name, ("жук", "сова/лес", "5", ""))


_NAMED: Mapping[str, tuple[str, ...]] = {
    "Place.reason": ("topic жук", "'жук' in the name", "only topic жук", ""),
    "reason": ("This channel is archived.", "Slack asks to wait 30 seconds.", ""),
    "topic": (*(spec.name for spec in COMMANDS), ""),
    "gone_why": ("deleted", "dmca", "tos", "blocked", ""),
    "kind": tuple(kind.value for kind in SignalKind),
    "platform": ("жук",),
    "id": ("жук",),
    "user": ("жук",),
    "who": ("жук", ""),
}
"""Strings that are looked up, or said, by what they are."""
_ERRORS = [
    UnknownCategory("жук", ("угол",)),
    UnknownCategory("жук"),
    NotFound("This repo is no longer in the catalogue."),
    BadTime("'{slip}' is not a time of day: write it as 09:00.", slip="жук"),
]
_MADE: Mapping[Any, Sequence[Any]] = {
    Any: ["жук"],
    object: ["жук"],
    type(None): [None],
    bool: [True, False],
    int: [0, 1, 2, 5, 21, 38_241],
    float: [0.0, 0.4, 1.0, 8.6],
    datetime: [_NOW, _NOW - timedelta(days=3), _NOW + timedelta(days=2)],
    date: [_NOW.date(), _NOW.date() - timedelta(days=90)],
    time: [time(9)],
    timedelta: [timedelta(hours=5), timedelta(days=40)],
    tzinfo: [UTC],
    bytes: [b""],
    Taxonomy: [TAXONOMY],
    Exception: [*_ERRORS, ValueError("not for people")],
    HypecurveError: _ERRORS,
    Message: [Message(MessageKind.NOTICE, "жук", locale=LOCALE)],
}
