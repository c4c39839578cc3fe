"""Every text people read, from message catalogues: gettext files read at run time by Babel.

The English source text is the key and the fallback. `say`, `say_count`, `say_line` and `to_say`
are what the extraction looks for; `locales/README.md` tells how to refresh the template.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache, reduce
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TypeVar

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.message import Inline, Line, Text
from hypecurve.domain.saying import Saying, to_say
from hypecurve.wording.figures import Figures
from hypecurve.wording.retelling import made_from, sentences

__all__ = ["SOURCE_LOCALE", "Texts", "texts", "texts_from", "to_say"]

SOURCE_LOCALE = "en"
_SHIPPED = Path(__file__).with_name("locales")
T = TypeVar("T")
_WEEKDAYS = (
    *(to_say("Mon"), to_say("Tue"), to_say("Wed"), to_say("Thu")),
    *(to_say("Fri"), to_say("Sat"), to_say("Sun")),
)
"""Days of the last week, as an answer to "when": "во вт"."""
_TEXTS_THEMSELVES = frozenset({"error", "is_gone", "mended", "reason", "what_is_wrong", "why"})
"""Placeholders that may hold a text of the catalogue."""
_BROKEN = (KeyError, IndexError, ValueError, AttributeError)
"""What a translation with a wrong placeholder raises; the English text then stands in."""


@dataclass(frozen=True, slots=True)
class Texts(Figures):
    """The texts, figures and dates of one language."""

    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    name: str = SOURCE_LOCALE
    """The catalogue's: `en`, `zh_CN`. Babel would call the latter `zh_Hans_CN`."""
    sentences: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """English sentences of the catalogue that are found again where they were kept filled in."""

    def say(self, source: str, /, **values: object) -> str:
        """Return the text in this language, its `{placeholders}` filled in."""
        return _or_source(
            lambda form: form.format_map(_ending(form, values)),
            self.catalogue.gettext(source),
            source,
        )

    def say_count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Return the form that goes with a number; `{n}` is that number, exact.

        English knows two forms, other languages one to six.
        """
        filled = {"n": self.exact(number), **values}
        return _or_source(
            lambda form: form.format_map(_ending(form, filled)),
            self.catalogue.ngettext(one, many, number),
            one if number == 1 else many,
        )

    def say_line(self, source: str, /, **parts: Inline | str) -> Line:
        """Return a line whose `{placeholders}` are links, bars, moments or plain texts."""
        return _or_source(
            lambda form: tuple(_inlines(form, parts)), self.catalogue.gettext(source), source
        )

    def tell(self, told: Saying | HypecurveError, /) -> str:
        """Return a text that was kept with what fills it, or an error, in this language."""
        values = {name: self._shown(value) for name, value in told.values.items()}
        # Without values it is a text already, and may hold braces.
        # Of no text there is nothing to say; gettext would return the head of its catalogue.
        if not values or not told.template:
            return self.looked_up(told.template)
        return self.say(told.template, **values)

    def retell(self, kept: str, /, forms: tuple[str, ...] = ()) -> str:
        """Return a text that was kept in English in this language; as it is where none knows it.

        `forms`: the texts it may have been made from; where left out, all whole sentences.
        """
        whole = self.looked_up(kept)
        if whole != kept or self.name == SOURCE_LOCALE:
            return whole
        for form, values in made_from(kept, forms or self.sentences):
            told = {
                name: self.retell(value, forms) if name in _TEXTS_THEMSELVES else value
                for name, value in values.items()
            }
            return self.say(form, **told)
        return kept

    def row(self, items: Iterable[str]) -> str:
        """Return names one after the other: `agents, coding`."""
        return self.say(", ").join(items)

    def clauses(self, items: Iterable[str]) -> str:
        """Return what is said one after the other: `+63 in 7 days, last push 2 months ago`."""
        parts = list(items)
        if not parts:
            return ""
        return reduce(
            lambda before, part: self.say("{before}, {then}", before=before, then=part), parts
        )

    def multiple(self, times: float) -> str:
        """`8.6x`."""
        return self.say("{number}x", number=self.tenths(times))

    def looked_up(self, text: str, /) -> str:
        """Return what a whole English text is in this language; itself where it is not known."""
        return self.catalogue.gettext(text) if text else ""

    def _shown(self, value: object) -> str:
        if isinstance(value, Saying | HypecurveError):
            return self.tell(value)
        if isinstance(value, tuple):
            return self.either(map(str, value))
        if isinstance(value, list):
            return self.listing(map(str, value))
        return str(value)

    def day(self, at: datetime, now: datetime, zone: tzinfo) -> str:
        """`today`, `yesterday`, `Tue`, `12 Nov` or `12 Nov 2025`, as seen from `now` in a zone.

        It says when something was ("renamed Tue"), in languages that have such a form for it.
        """
        day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
        if day == today:
            return self.say("today")
        if day == today - timedelta(days=1):
            return self.say("yesterday")
        if timedelta(0) < today - day < timedelta(days=7):
            return self.say(_WEEKDAYS[day.weekday()])
        return self.date(day, year=day.year != today.year)


def texts(locale: str, folder: Path | None = None) -> Texts:
    """Return the texts of a language, `zh-CN` or `zh_CN`; English where there is no catalogue.

    `folder`: where the .po files lie; None is the package's own. A catalogue is read once.
    """
    place = folder or _SHIPPED
    return _texts(_nearest(locale, place), place)


def texts_from(catalogue: bytes, locale: str) -> Texts:
    """Return the texts of a catalogue (the bytes of a .po file)."""
    # Only those who read another language wait for these.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    listed = read_po(BytesIO(catalogue), locale=locale)
    write_mo(compiled, listed)
    compiled.seek(0)
    kept = sentences(each.id for each in listed if isinstance(each.id, str) and each.string)
    return Texts(Locale.parse(locale), gettext.GNUTranslations(compiled), locale, kept)


@lru_cache(maxsize=64)
def _texts(locale: str, folder: Path) -> Texts:
    if locale not in _languages(folder):
        return Texts(Locale(SOURCE_LOCALE))
    return texts_from((folder / f"{locale}.po").read_bytes(), locale)


@lru_cache(maxsize=256)
def _nearest(locale: str, folder: Path) -> str:
    """The catalogue in the language and script of a locale: zh-SG reads zh_CN, zh-TW does not.

    CLDR has no way from traditional Chinese to simplified either (its parent is the root).
    """
    wanted = _written(locale)
    found = (name for name in _languages(folder) if wanted and _written(name) == wanted)
    return next(found, SOURCE_LOCALE)


def _written(locale: str) -> tuple[str, str] | None:
    """The language and script of a locale: `("zh", "Hans")`; None where it is none."""
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return None
    likely = get_global("likely_subtags")
    names = (f"{known.language}_{known.territory}", known.language)
    full = next((str(likely[name]) for name in names if name in likely), "")
    return known.language, known.script or full.partition("_")[2].partition("_")[0]


@lru_cache(maxsize=8)
def _languages(folder: Path) -> tuple[str, ...]:
    """The languages whose catalogues lie in a folder."""
    return tuple(sorted(path.stem for path in folder.glob("*.po")))


def _or_source(build: Callable[[str], T], translated: str, source: str) -> T:
    try:
        return build(translated)
    except _BROKEN:
        return build(source)


def _ending(form: str, values: Mapping[str, object]) -> Mapping[str, object]:
    """Take the full stop off what stands before one: "22 нояб." ends a sentence by itself."""
    doubled = {
        name: value[:-1]
        for name, value in values.items()
        if isinstance(value, str) and value.endswith(".") and f"{{{name}}}." in form
    }
    return {**values, **doubled} if doubled else values


def _inlines(form: str, parts: Mapping[str, Inline | str]) -> Iterator[Inline]:
    for literal, name, _, _ in Formatter().parse(form):
        if literal:
            yield Text(literal)
        if name is not None:
            part = parts[name]
            yield Text(part) if isinstance(part, str) else part
