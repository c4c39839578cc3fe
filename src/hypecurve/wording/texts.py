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
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TypeVar

from babel import Locale, negotiate_locale

from hypecurve.domain.errors import HypecurveError
from hypecurve.domain.message import Inline, Line, Text
from hypecurve.domain.saying import Saying, to_say
from hypecurve.wording.figures import Figures

__all__ = ["SOURCE_LOCALE", "Texts", "texts", "texts_from", "to_say"]

SOURCE_LOCALE = "en"
_SHIPPED = Path(__file__).with_name("locales")
T = TypeVar("T")
_BROKEN = (KeyError, IndexError, ValueError, AttributeError)
"""What a translation with a wrong placeholder raises; the English text then stands in."""


@dataclass(frozen=True, slots=True)
class Texts(Figures):
    """The texts, figures and dates of one language."""

    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    name: str = SOURCE_LOCALE
    """The catalogue's: `en`, `zh_CN`. Babel would call the latter `zh_Hans_CN`."""

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

    def tell(self, told: Saying | HypecurveError, /) -> str:
        """Return a text that was kept with what fills it, or an error, in this language."""
        values = {name: self._shown(value) for name, value in told.values.items()}
        # Without values it is a text already, and may hold braces.
        return self.say(told.template, **values) if values else self.looked_up(told.template)

    def looked_up(self, text: str, /) -> str:
        """Return what a whole English text is in this language; itself where it is not known."""
        return self.catalogue.gettext(text) if text else ""

    def _shown(self, value: object) -> str:
        if isinstance(value, Saying | HypecurveError):
            return self.tell(value)
        if isinstance(value, tuple):
            return self.either(map(str, value))
        return str(value)

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


def texts(locale: str, folder: Path | None = None) -> Texts:
    """Return the texts of a language, `zh-CN` or `zh_CN`; English where there is no catalogue.

    `folder`: where the .po files lie; None is the package's own. A catalogue is read once.
    """
    place = folder or _SHIPPED
    known = {name.casefold(): name for name in (*_languages(place), SOURCE_LOCALE)}
    found = negotiate_locale([locale.replace("-", "_").casefold()], known)
    return _texts(known[found or SOURCE_LOCALE], place)


def texts_from(catalogue: bytes, locale: str) -> Texts:
    """Return the texts of a catalogue (the bytes of a .po file)."""
    # Only those who read another language wait for these.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(catalogue), locale=locale))
    compiled.seek(0)
    return Texts(Locale.parse(locale), gettext.GNUTranslations(compiled), locale)


@lru_cache(maxsize=64)
def _texts(locale: str, folder: Path) -> Texts:
    if locale not in _languages(folder):
        return Texts(Locale(SOURCE_LOCALE))
    return texts_from((folder / f"{locale}.po").read_bytes(), locale)


@lru_cache(maxsize=8)
def _languages(folder: Path) -> tuple[str, ...]:
    """The languages whose catalogues lie in a folder."""
    return tuple(sorted(path.stem for path in folder.glob("*.po")))


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
