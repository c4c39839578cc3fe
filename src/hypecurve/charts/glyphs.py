"""What the fonts can draw: text from outside is replaced where they cannot, never drawn as boxes.

matplotlib is imported here: only the worker thread that draws may import this module.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from pathlib import Path
from unicodedata import category

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from hypecurve.domain.outside import clean

FAMILIES = ("DejaVu Sans", "Hypecurve Sans SC")
"""matplotlib's own, for Latin, Cyrillic and most else; ours for Chinese (fonts/README.md)."""
STAND_IN = "·"
"""Drawn for any run of characters that no font has."""
_OURS = Path(__file__).with_name("fonts") / "HypecurveSansSC.otf"


@cache
def load_fonts() -> None:
    """Let matplotlib know our font."""
    manager = font_manager.fontManager
    manager.addfont(_OURS)
    # There is one weight of it: it stands for bold too, which matplotlib would else warn of.
    manager.ttflist.append(replace(manager.ttflist[-1], weight=700))


@cache
def drawable() -> frozenset[int]:
    """The code points that are drawn, in plain and in bold."""
    latin = [
        frozenset(_glyphs(font_manager.findfont(_properties(weight))))
        for weight in ("normal", "bold")
    ]
    return frozenset.intersection(*latin) | _glyphs(str(_OURS))


def fitting(text: str) -> str:
    """Return a text in one line that can be drawn whole: what no font has becomes a dot.

    Marks and joiners without a glyph are left out; a run of the rest is one dot.
    """
    known = drawable()
    shown = []
    for has_glyph, run in itertools.groupby(clean(text), lambda char: ord(char) in known):
        chars = "".join(run)
        if has_glyph:
            shown.append(chars)
        elif any(category(char)[0] not in "MC" for char in chars):
            shown.append(STAND_IN)
    return " ".join("".join(shown).split())


def _properties(weight: str) -> font_manager.FontProperties:
    return font_manager.FontProperties(family=FAMILIES[:1], weight=weight)


def _glyphs(path: str) -> frozenset[int]:
    return frozenset(int(code) for code in FT2Font(path).get_charmap())
