"""Two to five repos side by side, each line told by its colour, its dashes and its mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hypecurve.charts.legend import legend
from hypecurve.charts.paper import (
    LARGE,
    PAD,
    SMALL,
    SOFT,
    WIDTH,
    Box,
    Sheet,
    lines,
    points,
)
from hypecurve.charts.scales import age_axis, beside, day_axis, log_axis, star_axis
from hypecurve.domain.chart import Comparison, Line
from hypecurve.domain.lines import pieces
from hypecurve.wording.pictures import Labels, labels
from hypecurve.wording.texts import Texts

HEIGHT = 1000
STYLES: tuple[tuple[str, Any, str], ...] = (
    ("#0072b2", "solid", "o"),
    ("#d55e00", (0, (4.5, 1.6)), "s"),
    ("#007a58", (0, (1.2, 1.4)), "^"),
    ("#a8437f", (0, (6, 1.6, 1.2, 1.6)), "D"),
    ("#3d3d3d", (0, (2.6, 1.2)), "v"),
)
"""Colour, dashes and mark of each line: Okabe and Ito's colours, darker where they are pale."""
_DOTTED: dict[str, Any] = {
    "linestyle": (0, (0.1, 2.4)),
    "dash_capstyle": "round",
    "linewidth": points(6),
}
"""Where nobody counted for long."""
FAR_APART = 25
"""One repo with so many times another's stars: a linear axis would show that one as a floor."""
_TOP = 250
_EMPTY = 240
_MARGIN = 500
"""What names and counts may take at the right."""
_ROW = 118
"""Least pixels from one name to the next."""
_LEAD = 44
_SAMPLE = 58
_LONG_NAME = 20
_NEAR = 0.9
"""So far to the right a line ends beside its name."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line as it stands in the plot: its runs of (x, stars)."""

    name: str
    line: Line
    runs: list[list[tuple[float, int]]]
    style: tuple[str, Any, str]

    @property
    def days(self) -> list[float]:
        """The places of its points."""
        return [x for run in self.runs for x, _ in run]

    @property
    def last(self) -> tuple[float, int] | None:
        """Its last point."""
        return self.runs[-1][-1] if self.runs else None


def draw_comparison(chart: Comparison, said: Texts) -> Sheet:
    """Lay lines out on a sheet; more than five are not told apart, the first five are drawn."""
    words = labels(said)
    shown = chart.lines[: len(STYLES)]
    drawn = [
        _Drawn(name, line, _runs(line, chart), style)
        for name, line, style in zip(_names(shown), shown, STYLES, strict=False)
    ]
    stars = [stars for each in drawn for run in each.runs for _, stars in run]
    if not stars:
        return _empty(words)
    sheet = Sheet(HEIGHT)
    logarithmic = _far_apart(drawn)
    axis = words.logarithmic if logarithmic else words.stars
    sheet.write(PAD, 84, words.compared, size=LARGE, bold=True, room=WIDTH - 2 * PAD)
    named = sheet.write(PAD, 172, axis, size=SMALL, colour=SOFT, room=WIDTH - 2 * PAD)
    if any(len(each.runs) > 1 for each in drawn):
        dots = Line2D([], [], color=SOFT, **_DOTTED)
        left = PAD + sheet.extent(named) + 60
        legend(sheet, left, 172, [(dots, words.uncounted)], WIDTH - PAD - left)
    ends = [_end(each, words, said) for each in drawn]
    wide = [
        *(sheet.width(each.name, bold=True) for each in drawn),
        *(sheet.width(end) for end in ends),
    ]
    margin = min(_MARGIN, max(wide)) + _LEAD + _SAMPLE
    bottom = HEIGHT - (150 if chart.by == "age" else 110)
    whole = Box(PAD, _TOP, WIDTH - PAD - margin, bottom)
    axes = sheet.axes(whole)
    figures = (
        log_axis(axes, max(1, min(stars)), max(stars), said)
        if logarithmic
        else star_axis(axes, min(stars), max(stars), said)
    )
    box = beside(sheet, axes, whole, figures)
    if chart.by == "age":
        age_axis(sheet, axes, box, int(max(x for each in drawn for x in each.days)), said)
        middle = (box.left + box.right) / 2
        sheet.write(middle, HEIGHT - 50, words.age, size=SMALL, colour=SOFT, to="center")
    else:
        days = [day for each in drawn for run in pieces(each.line) for day, _ in run]
        day_axis(sheet, axes, box, min(days), max(days), said)
    for each in drawn:
        _draw(axes, each)
    _write_names(sheet, axes, box, drawn, ends)
    return sheet


def _empty(words: Labels) -> Sheet:
    sheet = Sheet(_EMPTY)
    sheet.write(PAD, 84, words.compared, size=LARGE, bold=True, room=WIDTH - 2 * PAD)
    sheet.write(PAD, 162, words.nothing, colour=SOFT)
    return sheet


def _end(drawn: _Drawn, words: Labels, said: Texts) -> str:
    """What stands below a name: the last count, or why there is no line."""
    if drawn.last is not None:
        return said.short(drawn.last[1])
    return words.ageless if drawn.line.points else words.nothing


def _runs(line: Line, chart: Comparison) -> list[list[tuple[float, int]]]:
    created = line.created
    if chart.by == "date":
        return [[(day.toordinal(), stars) for day, stars in run] for run in pieces(line)]
    if created is None:
        return []
    aged = [[(float((day - created).days), stars) for day, stars in run] for run in pieces(line)]
    return [run for run in ([each for each in run if each[0] >= 0] for run in aged) if run]


def _far_apart(drawn: Sequence[_Drawn]) -> bool:
    """Whether only a logarithmic axis shows all lines; what begins at nothing is no reason."""
    tops = [max(stars for run in each.runs for _, stars in run) for each in drawn if each.runs]
    return len(tops) > 1 and max(tops) >= FAR_APART * max(min(tops), 1)


def _draw(axes: Axes, drawn: _Drawn) -> None:
    colour, dashes, marker = drawn.style
    logarithmic = axes.get_yscale() == "log"
    for run in drawn.runs:
        # Nothing has no place on a logarithmic axis.
        shown = [(x, stars) for x, stars in run if stars > 0 or not logarithmic]
        days, stars = [x for x, _ in shown], [each for _, each in shown]
        axes.plot(days, stars, color=colour, linestyle=dashes, **lines(8), zorder=5)
        if len(shown) == 1:
            axes.plot(days, stars, marker, color=colour, markersize=points(16), zorder=5)
    for before, after in pairwise(drawn.runs):
        axes.plot(
            [before[-1][0], after[0][0]],
            [before[-1][1], after[0][1]],
            color=colour,
            alpha=0.7,
            zorder=4,
            **_DOTTED,
        )
    if drawn.last is not None:
        x, last = drawn.last
        axes.plot(
            [x],
            [last],
            marker,
            color=colour,
            markersize=points(28),
            markeredgecolor="white",
            markeredgewidth=points(3),
            zorder=6,
        )


def _names(shown: Sequence[Line]) -> list[str]:
    """The names as they stand at the lines: without owners where that is shorter and clear."""
    names = [line.name for line in shown]
    if all(len(name) <= _LONG_NAME for name in names):
        return names
    short = [name.partition("/")[2] or name for name in names]
    return short if len(set(short)) == len(short) else names


def _write_names(
    sheet: Sheet, axes: Axes, box: Box, drawn: Sequence[_Drawn], ends: Sequence[str]
) -> None:
    """Write the names at the right, in the order of the lines' ends, none upon another."""
    wanted = []
    for each in drawn:
        place = box.bottom
        if each.last is not None:
            x, stars = each.last
            least, _ = axes.get_ylim()
            place = sheet.height - float(axes.transData.transform((x, max(stars, least)))[1])
        wanted.append(place)
    tops = spread(wanted, _ROW, box.top - 20, box.bottom - 60)
    left = box.right + _LEAD
    room = WIDTH - PAD - left - _SAMPLE
    for each, end, place, top in zip(drawn, ends, wanted, tops, strict=True):
        if each.last is not None:
            _lead(sheet, axes, box, each, place, top)
            _sample(sheet, left + 20, top, each.style)
        name = sheet.write(left + _SAMPLE, top, each.name, size=SMALL, bold=True, room=room)
        name.set_gid("name")
        sheet.write(left + _SAMPLE, top + 48, end, size=SMALL, colour=SOFT, room=room)


def spread(wanted: Sequence[float], apart: float, least: float, most: float) -> list[float]:
    """Return places as near to the wanted ones as can be, at least so far `apart`, in their order.

    All between `least` and `most`, as far as there is room for that.
    """
    order = sorted(range(len(wanted)), key=lambda each: wanted[each])
    groups: list[list[float]] = []  # what would collide, by where its first one would stand
    for rank, each in enumerate(order):
        groups.append([wanted[each] - rank * apart])
        while len(groups) > 1 and fmean(groups[-2]) > fmean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    firsts = [fmean(group) for group in groups for _ in group]
    highest = most - (len(order) - 1) * apart
    places = [0.0] * len(wanted)
    for rank, (each, first) in enumerate(zip(order, firsts, strict=True)):
        places[each] = max(least, min(first, highest)) + rank * apart
    return places


def _lead(sheet: Sheet, axes: Axes, box: Box, drawn: _Drawn, place: float, top: float) -> None:
    """Lead from a line's end to its name, where the line ends at the right."""
    if drawn.last is None:
        return
    begin = float(axes.transData.transform(drawn.last)[0])
    if begin < box.left + (box.right - box.left) * _NEAR:
        return
    to = (box.right + _LEAD - 4, top)
    sheet.stroke([(begin + 18, place), to], colour=drawn.style[0], width=3)


def _sample(sheet: Sheet, left: float, top: float, style: tuple[str, Any, str]) -> None:
    colour, _, marker = style
    sheet.figure.add_artist(
        Line2D(
            [left / WIDTH],
            [1 - top / sheet.height],
            marker=marker,
            color=colour,
            markersize=points(30),
            linestyle="none",
            transform=sheet.figure.transFigure,
        )
    )
