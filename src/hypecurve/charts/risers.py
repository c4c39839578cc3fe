"""A day's risers as bars: what each gained in 7 days, and how much of that is usual for it."""

from __future__ import annotations

from matplotlib.patches import Patch

from hypecurve.charts.legend import legend
from hypecurve.charts.paper import INK, LARGE, MEDIUM, PAD, SMALL, SOFT, WIDTH, Sheet, points
from hypecurve.domain.chart import Riser, Risers
from hypecurve.wording.pictures import gained, labels
from hypecurve.wording.texts import Texts

MOST = 10
BLUE = "#0072b2"
_USUAL = "#d3d9e0"
_HEAD = 240
_ROW = 132
_BAR = 44
_LEAST = 6
"""Pixels of the smallest gain that is one."""


def draw_risers(chart: Risers, said: Texts) -> Sheet:
    """Lay the bars out on a sheet, at most ten; the sheet is as high as they need."""
    bars = chart.bars[:MOST]
    words = labels(said)
    sheet = Sheet(_HEAD + _ROW * max(len(bars), 1) + 30)
    room = WIDTH - 2 * PAD
    sheet.write(PAD, 84, words.gained, size=LARGE, bold=True, room=room)
    day = sheet.write(PAD, 162, said.date(chart.on, year=True), colour=SOFT, room=room)
    if not bars:
        sheet.write(PAD, _HEAD + _ROW / 2, words.nothing, size=MEDIUM, colour=SOFT)
        return sheet
    if any(bar.usual for bar in bars):
        left = PAD + sheet.extent(day) + 50
        legend(
            sheet,
            left,
            162,
            [(Patch(facecolor=_USUAL, edgecolor=SOFT, linewidth=points(3)), words.usual)],
            WIDTH - PAD - left,
        )
    most = max(1.0, *(max(bar.gain, bar.usual or 0) for bar in bars))
    for place, bar in enumerate(bars):
        _row(sheet, _HEAD + place * _ROW, bar, room / most, said)
    return sheet


def _row(sheet: Sheet, top: float, bar: Riser, scale: float, said: Texts) -> None:
    """The name and the figures above, the bar below; what is usual lies within the bar."""
    gain, normal = gained(bar.gain, bar.usual, said)
    right = WIDTH - PAD
    note = f" ({normal})" if normal else ""
    noted = sheet.write(right, top, note, size=SMALL, colour=SOFT, to="right")
    beside = right - sheet.extent(noted) - (12 if note else 0)
    written = sheet.write(beside, top, gain, size=SMALL, bold=True, to="right")
    room = beside - sheet.extent(written) - 40 - PAD
    sheet.write(PAD, top, bar.name, size=SMALL, colour=INK, room=room)
    long = max(bar.gain * scale, _LEAST) if bar.gain > 0 else 0
    sheet.block(PAD, top + 32, long, _BAR, colour=BLUE)
    if bar.usual:
        sheet.block(PAD, top + 32 + _BAR / 4, bar.usual * scale, _BAR / 2, colour=_USUAL, edge=SOFT)
