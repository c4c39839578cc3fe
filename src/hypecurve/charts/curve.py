"""The curve of one repo: its stars, its usual pace shaded, its flagged days marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from hypecurve.charts.legend import Item, legend
from hypecurve.charts.paper import (
    INK,
    LARGE,
    PAD,
    SOFT,
    WIDTH,
    Box,
    Sheet,
    lines,
    points,
)
from hypecurve.charts.scales import beside, day_axis, star_axis
from hypecurve.domain.chart import Curve, Episode, Point
from hypecurve.domain.episodes import bands
from hypecurve.domain.lines import pieces
from hypecurve.wording.pictures import Labels, heading, labels
from hypecurve.wording.texts import Texts

HEIGHT = 1000
_EMPTY = 240
BLUE, RED, GREEN = "#0072b2", "#d55e00", "#007a58"
"""Of Okabe and Ito's colours, the green darker to be seen on white."""
SHADE = "#9aa4af"
_PLOT = Box(PAD, 320, WIDTH - 104, HEIGHT - 110)
_STRIP = 0.035
"""How much of the plot's height the strip above a flagged span takes."""
_FARTHEST_BAND = 1.15
_THINNEST_BAND = 0.016
"""A band is at least twice so much of the plot's height: the line would hide a thinner one."""
_LEAST_SPAN = 0.006
"""A flagged day is at least so much of the plot wide."""


@dataclass(frozen=True, slots=True)
class Shade:
    """A band as it is drawn: its middle leads from `before` to `after` stars."""

    since: date
    until: date
    before: float
    after: float
    week: float
    """How far it reaches to both sides, in stars."""


def draw_curve(curve: Curve, said: Texts) -> Sheet:
    """Lay a curve out on a sheet."""
    runs = pieces(curve.line)
    sheet = Sheet(HEIGHT if runs else _EMPTY)
    words = labels(said)
    room = WIDTH - 2 * PAD
    sheet.write(PAD, 84, curve.line.name, size=LARGE, bold=True, room=room)
    sheet.write(PAD, 162, heading(curve, said), colour=SOFT, room=room)
    if not runs:
        return sheet
    axes = sheet.axes(_PLOT)
    known = [point for run in runs for point in run]
    shaded = _bands(curve, known)
    plot = beside(sheet, axes, _PLOT, star_axis(axes, *_range(known, shaded), said))
    day_axis(sheet, axes, plot, known[0][0], known[-1][0], said)
    items = [
        *_shade(axes, shaded, words),
        *_flag(axes, curve.episodes, known, words),
        *_run(axes, runs, words),
        *_mark(axes, curve, known, words),
    ]
    bottom = legend(sheet, PAD, 244, items, room)
    sheet.place(axes, replace(plot, top=bottom + 50))
    return sheet


def _bands(curve: Curve, known: Sequence[Point]) -> list[Shade]:
    first, last = known[0][0], known[-1][0]
    found: list[Shade] = []
    for band in bands(curve, last):
        since, until = max(band.since, first), min(band.until, last)
        if since >= until:
            continue
        middle = [
            stars_on(known, band.through) + band.usual_week * (day - band.through).days / 7
            for day in (since, until)
        ]
        found.append(Shade(since, until, middle[0], middle[1], band.usual_week))
    return found


def stars_on(known: Sequence[Point], day: date) -> float:
    """Return the stars on a day, between two counts as if they had come evenly."""
    days = [each.toordinal() for each, _ in known]
    return float(np.interp(day.toordinal(), days, [stars for _, stars in known]))


def _range(known: Sequence[Point], shaded: Sequence[Shade]) -> tuple[float, float]:
    """The stars that are shown; a band that leads far away is cut off."""
    stars = [count for _, count in known]
    low, high = min(stars), max(stars)
    reach = (_FARTHEST_BAND - 1) * max(high - low, 1)
    tops = [min(each.after + each.week, high + reach) for each in shaded]
    floors = [max(each.before - each.week, low - reach, 0) for each in shaded]
    return min([low, *floors]), max([high, *tops])


def _shade(axes: Axes, shaded: Sequence[Shade], words: Labels) -> list[Item]:
    bottom, top = axes.get_ylim()
    for each in shaded:
        half = max(each.week, (top - bottom) * _THINNEST_BAND)
        days = [each.since.toordinal(), each.until.toordinal()]
        low, high = (
            [stars + side for stars in (each.before, each.after)] for side in (-half, half)
        )
        axes.fill_between(days, low, high, color=SHADE, alpha=0.42, lw=0)
        for edge in (low, high):
            axes.plot(days, edge, color=SOFT, alpha=0.7, **lines(2), zorder=1.5)
    patch = Patch(facecolor=SHADE, alpha=0.55, edgecolor=SOFT, linewidth=points(2))
    return [(patch, words.usual)] if shaded else []


def _flag(
    axes: Axes, episodes: Sequence[Episode], known: Sequence[Point], words: Labels
) -> list[Item]:
    """Mark the spans: a tint over the plot's height, a strip at its top."""
    first, last = known[0][0], known[-1][0]
    left, right = axes.get_xlim()
    found: dict[str, Item] = {}
    for each in episodes:
        begin, end = max(each.since, first), min(each.until or last, last)
        if each.kind == "awake" or begin > last or end < first:
            continue
        since, until = float(begin.toordinal()), float(end.toordinal())
        spare = max(0.0, (right - left) * _LEAST_SPAN - (until - since)) / 2
        since, until = max(left, since - spare), min(right, until + spare)
        if each.kind == "rising":
            axes.axvspan(since, until, color=RED, alpha=0.10, lw=0, zorder=0)
            axes.axvspan(since, until, 1 - _STRIP, 1, color=RED, lw=0)
            found["rising"] = (Patch(facecolor=RED), words.rising)
        else:
            axes.axvspan(since, until, color=SOFT, alpha=0.08, lw=0, zorder=0)
            axes.axvspan(since, until, 1 - _STRIP, 1, fc="white", ec=INK, hatch="////", lw=0)
            patch = Patch(facecolor="white", edgecolor=INK, hatch="////", linewidth=points(2))
            found["stalled"] = (patch, words.stalled)
    return list(found.values())


def _run(axes: Axes, runs: Sequence[Sequence[Point]], words: Labels) -> list[Item]:
    """Draw the counts; where nobody counted for long, dots lead on."""
    for run in runs:
        days = [day.toordinal() for day, _ in run]
        stars = [count for _, count in run]
        axes.plot(days, stars, color=BLUE, **lines(9), solid_joinstyle="round", zorder=5)
        if len(run) == 1:
            axes.plot(days, stars, "o", color=BLUE, markersize=points(16), zorder=5)
    for before, after in pairwise(runs):
        ends = (before[-1], after[0])
        axes.plot(
            [day.toordinal() for day, _ in ends],
            [count for _, count in ends],
            color=BLUE,
            linestyle=(0, (0.1, 2.6)),
            dash_capstyle="round",
            linewidth=points(7),
            alpha=0.65,
            zorder=4,
        )
    dots = Line2D(
        [], [], color=BLUE, linestyle=(0, (0.1, 2.2)), dash_capstyle="round", linewidth=points(7)
    )
    return [(dots, words.uncounted)] if len(runs) > 1 else []


def _mark(axes: Axes, curve: Curve, known: Sequence[Point], words: Labels) -> list[Item]:
    """Mark single days: the last count, waking up, corrections."""
    first, last = known[0][0], known[-1][0]
    axes.plot([last.toordinal()], [known[-1][1]], "o", color=BLUE, markersize=points(24), zorder=6)
    woken = [each.since for each in curve.episodes if each.kind == "awake"]
    return [
        *_days(
            axes, [day for day in woken if first <= day <= last], known, words.awake, "^", GREEN
        ),
        *_days(
            axes,
            [day for day in curve.corrected if first <= day <= last + timedelta(days=1)],
            known,
            words.corrected,
            "X",
            INK,
        ),
    ]


def _days(
    axes: Axes,
    days: Sequence[date],
    known: Sequence[Point],
    word: str,
    marker: str,
    colour: str,
) -> list[Item]:
    style: dict[str, Any] = {
        "linestyle": "none",
        "marker": marker,
        "color": colour,
        "markersize": points(38),
        "markeredgecolor": "white",
        "markeredgewidth": points(4),
    }
    for day in days:
        axes.plot([day.toordinal()], [stars_on(known, day)], zorder=7, **style)
    return [(Line2D([], [], **style), word)] if days else []
