"""Every text people read, from message catalogues: gettext files read at run time by Babel.

The English source text is the key and the fallback. `say`, `say_count`, `say_line` and `to_say`
are what the extraction looks for; `locales/README.md` tells how to refresh the template.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from string import Formatter
from typing import TypeVar

from babel import Locale, negotiate_locale

from hypecurve.domain.message import Inline, Line, Text
from hypecurve.wording.figures import Figures

SOURCE_LOCALE = "en"
T = TypeVar("T")
_BROKEN = (KeyError, IndexError, ValueError, AttributeError)
"""What a translation with a wrong placeholder raises; the English text then stands in."""


def to_say(text: str) -> str:
    """Mark a text for the catalogue where it stands; it is looked up where it is said."""
    return text


@dataclass(frozen=True, slots=True)
class Texts(Figures):
    """The texts, figures and dates of one language."""

    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)

    @property
    def name(self) -> str:
        """The Babel name of the language: `en`, `zh_CN`."""
        return str(self.locale)

    def say(self, source: str, /, **values: object) -> str:
        """Return the text in this language, its `{placeholders}` filled in."""
        return _or_source(
            lambda form: form.format_map(values), self.catalogue.gettext(source), source
        )

    def say_count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Return the form that goes with a number; `{n}` is that number, exact.

        English knows two forms, other languages one to six.
        """
        filled = {"n": self.exact(number), **values}
        return _or_source(
            lambda form: form.format_map(filled),
            self.catalogue.ngettext(one, many, number),
            one if number == 1 else many,
        )

    def say_line(self, source: str, /, **parts: Inline | str) -> Line:
        """Return a line whose `{placeholders}` are links, bars, moments or plain texts."""
        return _or_source(
            lambda form: tuple(_inlines(form, parts)), self.catalogue.gettext(source), source
        )

    def day(self, at: datetime, now: datetime, zone: tzinfo) -> str:
        """`today`, `yesterday`, `Tue`, `12 Nov` or `12 Nov 2025`, as seen from `now` in a zone."""
        day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
        if day == today:
            return self.say("today")
        if day == today - timedelta(days=1):
            return self.say("yesterday")
        if timedelta(0) < today - day < timedelta(days=7):
            return self.weekday(day.weekday())
        return self.date(day, year=day.year != today.year)


def texts(locale: str) -> Texts:
    """Return the texts of a language, `zh-CN` or `zh_CN`; English where there is no catalogue."""
    found = negotiate_locale([locale.replace("-", "_")], [*_shipped(), SOURCE_LOCALE])
    return _texts(found or SOURCE_LOCALE)


def texts_from(catalogue: bytes, locale: str) -> Texts:
    """Return the texts of a catalogue (the bytes of a .po file)."""
    # Only those who read another language wait for these.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(catalogue), locale=locale))
    compiled.seek(0)
    return Texts(Locale.parse(locale), gettext.GNUTranslations(compiled))


@lru_cache(maxsize=64)
def _texts(locale: str) -> Texts:
    try:
        catalogue = files(__package__).joinpath("locales", f"{locale}.po").read_bytes()
    except FileNotFoundError:
        return Texts(Locale(SOURCE_LOCALE))
    return texts_from(catalogue, locale)


@lru_cache(maxsize=1)
def _shipped() -> tuple[str, ...]:
    """The languages whose catalogues lie in `locales/`."""
    folder = files(__package__).joinpath("locales")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


def _or_source(build: Callable[[str], T], translated: str, source: str) -> T:
    try:
        return build(translated)
    except _BROKEN:
        return build(source)


def _inlines(form: str, parts: Mapping[str, Inline | str]) -> Iterator[Inline]:
    for literal, name, _, _ in Formatter().parse(form):
        if literal:
            yield Text(literal)
        if name is not None:
            part = parts[name]
            yield Text(part) if isinstance(part, str) else part
