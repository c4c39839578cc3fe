"""What the marks of a chart mean: rows of samples and words above it."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from hypecurve.charts.paper import SMALL, WIDTH, Sheet

Item = tuple[Line2D | Patch, str]
_SAMPLE = 56
_GAP = 14
"""Between a sample and its word."""
_APART = 40
_ROW = 60


def legend(sheet: Sheet, left: float, top: float, items: Sequence[Item], room: float) -> float:
    """Draw samples and words in rows of `room` pixels; return where the last row ends."""
    place, row = left, top
    for sample, said in items:
        word = said[:1].upper() + said[1:]
        width = _SAMPLE + _GAP + sheet.width(word, size=SMALL)
        if place > left and place + width > left + room:
            place, row = left, row + _ROW
        sheet.figure.add_artist(_placed(sheet, sample, place, row))
        sheet.write(place + _SAMPLE + _GAP, row, word, size=SMALL, room=room - _SAMPLE - _GAP)
        place += width + _APART
    return row + _ROW / 2 if items else top - _ROW / 2


def _placed(sheet: Sheet, sample: Line2D | Patch, left: float, top: float) -> Artist:
    height = sheet.height
    if isinstance(sample, Line2D):
        middle = left + _SAMPLE / 2
        marked = sample.get_marker() not in {None, "None", "none", ""}
        ends = [middle] if marked else [left, left + _SAMPLE]
        sample.set_data([end / WIDTH for end in ends], [1 - top / height] * len(ends))
        sample.set_transform(sheet.figure.transFigure)
        return sample
    box = Rectangle(
        (left / WIDTH, 1 - (top + 16) / height),
        _SAMPLE / WIDTH,
        32 / height,
        transform=sheet.figure.transFigure,
    )
    box.update_from(sample)
    box.set_transform(sheet.figure.transFigure)
    return box
