"""Where the figures stand on an axis: as many as fit without touching each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from matplotlib.axes import Axes

from hypecurve.charts.paper import RULE, SMALL, WIDTH, Box, Sheet, lines
from hypecurve.wording.texts import Texts

_BESIDE = 24
"""Pixels between an axis and the texts at its left."""
_GAP = 44
"""Pixels between two texts of an axis."""
_MONTHS = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120, 240)
_DAYS = (1, 2, 4, 7, 14)
_DAYS_UP_TO = timedelta(days=75)
_MOST = 12
_FEW_ROWS = 5
_PADDING = 0.06
_FROM_ZERO = 0.35
"""Where the lowest count is under this share of the highest, the axis begins at nothing."""
_LEAST_RANGE = 10
Tick = tuple[float, str]
"""A place (a day by its ordinal, an age in days) and what stands there."""


def day_axis(sheet: Sheet, axes: Axes, box: Box, since: date, until: date, said: Texts) -> None:
    """Lay out an axis of days."""
    if since == until:
        since, until = since - timedelta(days=3), until + timedelta(days=3)
    margin = (until.toordinal() - since.toordinal()) * 0.015
    axes.set_xlim(since.toordinal() - margin, until.toordinal() + margin)
    _lay(sheet, axes, box, _day_choices(since, until, said))


def age_axis(sheet: Sheet, axes: Axes, box: Box, until: int, said: Texts) -> None:
    """Lay out an axis of days since something was created."""
    end = max(until, 7)
    axes.set_xlim(-end * 0.015, end * 1.015)
    _lay(sheet, axes, box, _age_choices(end, said))


def star_axis(axes: Axes, low: float, high: float, said: Texts) -> list[str]:
    """Lay out an axis of stars from `low` to `high`, with rules across; return its texts."""
    if low < _FROM_ZERO * high:
        low = 0
    spare = max(_LEAST_RANGE, high * 0.002) - (high - low)
    if spare > 0:
        low, high = max(0, low - spare / 2), high + spare / 2
    padding = (high - low) * _PADDING
    axes.set_ylim(low - (padding if low > padding else 0), high + padding)
    ticks = list(_steps(low, high, _FEW_ROWS))
    return _rules(axes, ticks, said)


def log_axis(axes: Axes, low: float, high: float, said: Texts) -> list[str]:
    """Lay out a logarithmic axis of stars likewise; `low` and `high` are above zero."""
    axes.set_yscale("log")
    axes.set_ylim(low / 1.25, high * 1.35)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    places = [1] if last - first > 2 else [1, 3]  # noqa: PLR2004 - of ten; two tens are few rows
    ticks = [place * 10**power for power in range(first, last + 1) for place in places]
    shown = [tick for tick in ticks if low / 1.25 <= tick <= high * 1.35]
    axes.tick_params(which="minor", length=0, labelleft=False)
    return _rules(axes, shown, said)


def beside(sheet: Sheet, axes: Axes, box: Box, texts: Sequence[str]) -> Box:
    """Let axes fill a box, less what their texts at the left need; return what they fill."""
    wide = max((sheet.width(text) for text in texts), default=0)
    left = replace(box, left=box.left + wide + _BESIDE)
    sheet.place(axes, left)
    return left


def _rules(axes: Axes, ticks: Sequence[float], said: Texts) -> list[str]:
    whole = [round(tick) for tick in ticks]
    rounded = any(said.is_rounded(tick) for tick in whole)
    texts = [said.exact(tick) if rounded else said.short(tick) for tick in whole]
    axes.set_yticks(whole, texts)
    axes.grid(axis="y", color=RULE, **lines(2.5))
    return texts


def _steps(low: float, high: float, few: int) -> Iterator[int]:
    rough = max((high - low) / few, 1)
    power = 10 ** math.floor(math.log10(rough))
    # A step of 25 is well read, one of 2.5 stars is none.
    steps = [int(power * each) for each in (1, 2, 2.5, 5, 10) if power > 1 or each != 2.5]  # noqa: PLR2004
    step = next(each for each in steps if each >= rough)
    tick = math.ceil(low / step) * step
    while tick <= high:
        yield tick
        tick += step


def _lay(sheet: Sheet, axes: Axes, box: Box, choices: Iterator[Sequence[Tick]]) -> None:
    """Take the finest choice whose texts stand apart and inside the card."""
    left, right = axes.get_xlim()
    scale = (box.right - box.left) / (right - left)
    taken: Sequence[Tick] = ()
    for ticks in choices:
        inside = [tick for tick in ticks if left <= tick[0] <= right]
        if len(inside) > _MOST:
            continue
        placed = [
            (box.left + (place - left) * scale, sheet.width(text, size=SMALL) / 2)
            for place, text in inside
        ]
        apart = all(b - a >= half + other + _GAP for (a, half), (b, other) in pairwise(placed))
        if apart:
            taken = [
                tick
                for tick, (place, half) in zip(inside, placed, strict=True)
                if half + 16 <= place <= WIDTH - half - 16
            ]
            break
    axes.set_xticks([place for place, _ in taken], [text for _, text in taken])


def _day_choices(since: date, until: date, said: Texts) -> Iterator[Sequence[Tick]]:
    if until - since <= _DAYS_UP_TO:
        for step in _DAYS:
            count = (until - since).days // step + 1
            days = [until - timedelta(days=step * each) for each in range(count)]
            yield [(day.toordinal(), said.date(day)) for day in reversed(days)]
    for months in _MONTHS:
        first = since.year * 12 + since.month - 1
        last = until.year * 12 + until.month - 1
        begins = range(math.ceil(first / months) * months, last + 1, months)
        starts = [date(begin // 12, begin % 12 + 1, 1) for begin in begins]
        yield [(day.toordinal(), _month(day, months, said)) for day in starts]


def _month(day: date, months: int, said: Texts) -> str:
    return str(day.year) if months >= 12 else said.month(day)  # noqa: PLR2004 - months of a year


def _age_choices(end: int, said: Texts) -> Iterator[Sequence[Tick]]:
    for power in range(6):
        for each in (1, 2, 5):
            step = each * 10**power
            yield [(float(age), said.exact(age)) for age in range(0, end + 1, step)]
