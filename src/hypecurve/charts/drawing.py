"""A chart as a PNG. Only the worker thread that draws imports this: it loads matplotlib."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from hypecurve.charts.comparison import draw_comparison
from hypecurve.charts.curve import draw_curve
from hypecurve.charts.paper import Sheet, drawing_rules
from hypecurve.charts.risers import draw_risers
from hypecurve.domain.chart import Chart, Comparison, Curve
from hypecurve.wording.texts import texts


def drawn(chart: Chart, locale: str = "en") -> bytes:
    """Return a chart as a PNG, 1600 pixels wide; the same chart gives the same bytes."""
    with drawing_rules(), _swept():
        return laid_out(chart, locale).png()


@contextmanager
def _swept() -> Iterator[None]:
    """Leave nothing of a figure behind: its parts hold each other in circles, 10 MB of them.

    The collector would come by after a dozen figures, and looking through all that a service
    holds takes it a fifth of a second. What was made while it rests is young, and soon looked at.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
            gc.collect(0)


def laid_out(chart: Chart, locale: str = "en") -> Sheet:
    """Return the sheet of a chart, to be looked at; within `drawing_rules`."""
    said = texts(locale)
    if isinstance(chart, Curve):
        return draw_curve(chart, said)
    if isinstance(chart, Comparison):
        return draw_comparison(chart, said)
    return draw_risers(chart, said)
