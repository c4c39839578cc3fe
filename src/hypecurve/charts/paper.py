"""The sheet that charts are drawn on: a light card that stands on light and dark alike.

All places and lengths are pixels of the full size, from the top left. A chat shows the sheet at a
quarter of it, so nothing is written smaller than 38 pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.text import Text

from hypecurve.charts.glyphs import FAMILIES, fitting, load_fonts
from hypecurve.wording.cut import cut

WIDTH = 1600
DPI = 200
PAD = 56
"""Between the card's edge and what stands on it."""
LARGE, MEDIUM, SMALL = 58, 42, 38
"""Heights of letters."""
INK, SOFT, RULE, CARD, EDGE = "#1f2328", "#57606a", "#d8dee4", "#ffffff", "#b4bcc6"
"""Text, lesser text (6.4:1 on the card), grid lines, the card, its edge."""
_POINT = 72 / DPI
_OURS: dict[Any, Any] = {
    "font.family": list(FAMILIES),
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": EDGE,
    "hatch.linewidth": 2.0,
    "path.simplify": False,
}


@contextmanager
def drawing_rules() -> Iterator[None]:
    """Draw by matplotlib's own defaults and ours, whatever the user's files say."""
    load_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_OURS)
        yield


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the sheet."""

    left: float
    top: float
    right: float
    bottom: float


class Sheet:
    """A card of 1600 pixels by `height`."""

    def __init__(self, height: int) -> None:
        """Lay out an empty card."""
        self.height = height
        self.figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor="none")
        self._canvas: Any = FigureCanvasAgg(self.figure)  # its methods have no types
        card = FancyBboxPatch(
            (3 / WIDTH, 3 / height),
            1 - 6 / WIDTH,
            1 - 6 / height,
            boxstyle=f"round,pad=0,rounding_size={28 / WIDTH}",
            mutation_aspect=WIDTH / height,
            transform=self.figure.transFigure,
            facecolor=CARD,
            edgecolor=EDGE,
            linewidth=4 * _POINT,
            zorder=-10,
        )
        self.figure.add_artist(card)

    def axes(self, box: Box) -> Axes:
        """Return axes that fill a box, their rules drawn, without ticks so far."""
        axes = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        self.place(axes, box)
        axes.tick_params(length=0, pad=16 * _POINT, labelsize=SMALL * _POINT, labelcolor=SOFT)
        # Lower, so that the first one stands apart from the lowest at the left.
        axes.tick_params(axis="x", pad=28 * _POINT)
        axes.spines["bottom"].set_linewidth(3 * _POINT)
        axes.set_axisbelow(True)
        return axes

    def place(self, axes: Axes, box: Box) -> None:
        """Let axes fill a box."""
        axes.set_position(
            (
                box.left / WIDTH,
                1 - box.bottom / self.height,
                (box.right - box.left) / WIDTH,
                (box.bottom - box.top) / self.height,
            )
        )

    def write(  # noqa: PLR0913  (a place, a size, and how it stands there)
        self,
        left: float,
        top: float,
        text: str,
        *,
        size: float = MEDIUM,
        bold: bool = False,
        colour: str = INK,
        to: str = "left",
        room: float | None = None,
    ) -> Text:
        """Write a text whose middle line is at `top`; cut to `room` pixels where it is longer.

        `to`: the side of it that is at `left`: left, right or center. Large letters become smaller
        before anything is cut.
        """
        written = self.figure.text(
            left / WIDTH,
            1 - top / self.height,
            fitting(text),
            fontsize=size * _POINT,
            fontweight="bold" if bold else "normal",
            color=colour,
            ha=to,
            va="center_baseline",
            zorder=20,
        )
        if room is not None and (wide := self.extent(written)) > room:
            written.set_fontsize(max(min(size, MEDIUM), size * room / wide) * _POINT)
            self._cut(written, room)
        return written

    def block(
        self, left: float, top: float, width: float, height: float, *, colour: str, edge: str = ""
    ) -> None:
        """Fill a rectangle; with an edge of another colour where one is given."""
        self.figure.add_artist(
            Rectangle(
                (left / WIDTH, 1 - (top + height) / self.height),
                width / WIDTH,
                height / self.height,
                transform=self.figure.transFigure,
                facecolor=colour,
                edgecolor=edge or colour,
                linewidth=2 * _POINT if edge else 0,
            )
        )

    def stroke(self, places: Sequence[tuple[float, float]], *, colour: str, width: float) -> None:
        """Draw a line through places of the sheet, behind everything."""
        self.figure.add_artist(
            Line2D(
                [left / WIDTH for left, _ in places],
                [1 - top / self.height for _, top in places],
                color=colour,
                linewidth=width * _POINT,
                solid_capstyle="round",
                transform=self.figure.transFigure,
                zorder=0,
            )
        )

    def width(self, text: str, *, size: float = SMALL, bold: bool = False) -> float:
        """Return how wide a text would be, in pixels."""
        written = self.write(0, 0, text, size=size, bold=bold)
        width = self.extent(written)
        written.remove()
        return width

    def extent(self, written: Text) -> float:
        """Return how wide a text is, in pixels."""
        return float(written.get_window_extent(self._canvas.get_renderer()).width)

    def _cut(self, written: Text, room: float) -> None:
        whole = written.get_text()
        fits, too_long = 0, len(whole) + 1
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            written.set_text(cut(whole, middle))
            if self.extent(written) <= room:
                fits = middle
            else:
                too_long = middle
        written.set_text(cut(whole, fits))

    def png(self) -> bytes:
        """Return the sheet as a PNG that says nothing of who made it."""
        into = BytesIO()
        self._canvas.print_png(into, metadata={"Software": None})
        self.figure.clear()
        # Figures are held in circles until the collector comes by: 6 MB of pixels each go now.
        self._canvas.renderer = None
        return into.getvalue()


def lines(width: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - matplotlib's own
    """Return a line's style; `width` in pixels."""
    return {"linewidth": width * _POINT, "solid_capstyle": "round", **more}


def points(pixels: float) -> float:
    """Return pixels as matplotlib's points."""
    return pixels * _POINT
