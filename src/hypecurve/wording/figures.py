"""Numbers and dates as one language writes them: gains exact, totals short, hours of 24."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_compact_decimal, format_decimal, format_percent

_NEARLY_A_MILLION = range(999_950, 1_000_000)
"""Babel rounds these to "1000K"."""
_SHORTENED = 1_000
_DAYS_UP_TO = 60
_MONTHS_UP_TO = 730


_CLOSE_UP = frozenset({"ja", "zh"})
"""Languages whose full stop is as wide as a character and takes no space after it."""
_BESIDE_LATIN = re.compile(r"(?<=[A-Za-z0-9])(?=[和或])|(?<=[和或])(?=[A-Za-z0-9@])")
_BEFORE_HAN = re.compile(r"(?<=\d)(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Figures:
    """How a language writes figures, lists, times and dates."""

    locale: Locale = field(default_factory=lambda: Locale("en"))

    @property
    def gap(self) -> str:
        """What stands between two sentences."""
        return "" if self.locale.language in _CLOSE_UP else " "

    def exact(self, number: int) -> str:
        """`1,940`."""
        return format_decimal(number, locale=self.locale)

    def short(self, number: int) -> str:
        """`731`, `38.2k`, `1.2M`."""
        if number in _NEARLY_A_MILLION:
            number = _NEARLY_A_MILLION.stop
        text = format_compact_decimal(number, fraction_digits=1, locale=self.locale)
        # English readers of GitHub are used to its small k.
        return text.replace("K", "k") if self.locale.language == "en" else text

    def is_rounded(self, number: int) -> bool:
        """Whether the short form says less than the number: 10.2k of 10,250."""
        whole = format_compact_decimal(number, fraction_digits=9, locale=self.locale)
        return whole != format_compact_decimal(number, fraction_digits=1, locale=self.locale)

    def gain(self, number: int) -> str:
        """`+1,940`; a loss as `-12`."""
        sign = "+" if number >= 0 else ""
        return sign + self.exact(number)

    def tenths(self, number: float) -> str:
        """`8.6`."""
        return format_decimal(number, format="#,##0.0", locale=self.locale)

    def shown_number(self, number: int) -> int:
        """Return the number whose plural goes with the short form: 38,241 is read as 38 thousand.

        In Russian "38,2 тыс. звёзд", and not "звезда", though 38,241 stars end in one.
        """
        return number if abs(number) < _SHORTENED else number // _SHORTENED * _SHORTENED

    def percent(self, share: float) -> str:
        """`34%`, rounded down: 100% is said only of all."""
        return format_percent(math.floor(share * 100) / 100, locale=self.locale)

    def listing(self, items: Iterable[str]) -> str:
        """`Agents and Inference`."""
        return _apart(format_list(list(items), locale=self.locale))

    def either(self, items: Iterable[str]) -> str:
        """`agents or tools`."""
        return _apart(format_list(list(items), style="or", locale=self.locale))

    def time(self, at: datetime, zone: tzinfo) -> str:
        """`09:00` in a zone."""
        return format_time(at, "HH:mm", tzinfo=zone, locale=self.locale)

    def date(self, day: dt.date, *, year: bool = False) -> str:
        """`22 Nov` or `22 Nov 2026`."""
        return self._date(day, "d MMM y" if year else "d MMM", "yMMMd" if year else "MMMd")

    def weekday_date(self, day: dt.date) -> str:
        """`Sun 22 Nov`."""
        return self._date(day, "EEE d MMM", "MMMEd")

    def month(self, day: dt.date) -> str:
        """`Mar 2024`."""
        return self._date(day, "MMM y", "yMMM")

    def weekday(self, number: int) -> str:
        """`Mon` for 0."""
        return str(self.locale.days["stand-alone"]["abbreviated"][number])

    def span(self, length: timedelta) -> str:
        """`19 days`, `8 months`, `3 years`."""
        return self._span(length, direction=False)

    def ago(self, then: datetime, now: datetime) -> str:
        """`5 months ago`; an instant that lies ahead by a wrong clock counts as just now."""
        return self._span(min(then - now, timedelta(minutes=-1)), direction=True)

    def _span(self, length: timedelta, *, direction: bool) -> str:
        days = abs(length.days)
        if abs(length) < timedelta(days=1) and direction:
            text = format_timedelta(
                length, granularity="minute", add_direction=True, locale=self.locale
            )
        else:
            unit = "day" if days < _DAYS_UP_TO else "month" if days < _MONTHS_UP_TO else "year"
            text = format_timedelta(
                length,
                granularity=unit,  # type: ignore[arg-type]  # mypy widens the literals to str
                threshold=math.inf,  # so that the unit is ours, not Babel's
                add_direction=direction,
                locale=self.locale,
            )
        # Babel writes "5个月前"; beside other words a number stands apart: "5 个月前".
        return _BEFORE_HAN.sub(" ", text)

    def _date(self, day: dt.date, english: str, skeleton: str) -> str:
        # Babel's plain "en" is American; the day first reads the same to everybody.
        if self.locale.language == "en":
            return format_date(day, english, locale=self.locale)
        return format_skeleton(skeleton, datetime(day.year, day.month, day.day), locale=self.locale)  # noqa: DTZ001  # a calendar day has no zone


def _apart(listed: str) -> str:
    """Set "和" and "或" apart from Latin letters, as Chinese print does; Babel does not."""
    return _BESIDE_LATIN.sub(" ", listed)
