"""What stands in pictures: looked up in the figure itself, with data as ugly as it gets."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from hypecurve.charts.comparison import spread
from hypecurve.charts.drawing import drawn, laid_out
from hypecurve.charts.glyphs import STAND_IN, drawable, fitting
from hypecurve.charts.paper import WIDTH, Sheet, drawing_rules
from hypecurve.charts.scales import star_axis
from hypecurve.domain.chart import Curve
from hypecurve.domain.lines import pieces
from hypecurve.wording.texts import texts
from support.charts import CHARTS, EVERYTHING, FAR_APART, GAPPY, NORMAL, RISERS, SIMILAR

LOCALES = itertools.cycle(["en", "zh_CN", "ru"])
CASES = [(name, locale) for name, locale in zip(CHARTS, LOCALES, strict=False)]
CASES += [(name, locale) for name, locale in (("everything", "zh_CN"), ("everything", "ru"))]


@pytest.fixture
def rules() -> Iterator[None]:
    with drawing_rules():
        yield


def texts_of(sheet: Sheet) -> list[Text]:
    found = [each for each in sheet.figure.findobj(Text) if isinstance(each, Text)]
    return [each for each in found if each.get_text().strip() and each.get_visible()]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(("name", "locale"), CASES)
def test_every_text_has_its_glyphs_lies_in_the_card_and_touches_no_other(
    name: str, locale: str
) -> None:
    sheet = laid_out(CHARTS[name], locale)
    sheet.figure.draw_without_rendering()
    boxes = []
    for each in texts_of(sheet):
        assert all(ord(char) in drawable() for char in each.get_text()), each.get_text()
        assert not each.get_parse_math()
        box = each.get_window_extent()
        assert box.x0 >= 12, each.get_text()
        assert box.x1 <= WIDTH - 12, each.get_text()
        assert 0 <= box.y0 < box.y1 <= sheet.height, each.get_text()
        boxes.append((each.get_text(), box.padded(-1)))
    for (one, box), (other, second) in itertools.combinations(boxes, 2):
        assert not box.overlaps(second), (one, other)


def test_a_gap_is_never_drawn_through_and_the_dots_say_what_it_is() -> None:
    with drawing_rules():
        axes = laid_out(GAPPY).figure.axes[0]
        solid = [line for line in axes.lines if line.get_linestyle() == "-" and line.zorder == 5]
        dotted = [line for line in axes.lines if line.zorder == 4]
        runs = pieces(GAPPY.line)
        assert [np.size(line.get_xdata()) for line in solid] == [len(run) for run in runs]
        (dots,) = dotted
        assert np.array(dots.get_xdata()).tolist() == [
            runs[0][-1][0].toordinal(),
            runs[1][0][0].toordinal(),
        ]
        assert any(each.get_text() == "Not counted" for each in laid_out(GAPPY).figure.texts)
        whole = laid_out(NORMAL)
        assert all(line.zorder != 4 for line in whole.figure.axes[0].lines)


def test_only_repos_far_apart_stand_on_a_logarithmic_axis_that_says_so() -> None:
    with drawing_rules():
        far, near = laid_out(FAR_APART), laid_out(SIMILAR)
        assert far.figure.axes[0].get_yscale() == "log"
        assert "stars, logarithmic scale" in {each.get_text() for each in far.figure.texts}
        low, high = far.figure.axes[0].get_ylim()
        assert low < 105
        assert high > 400_000
        assert near.figure.axes[0].get_yscale() == "linear"


def test_every_line_of_a_comparison_has_a_colour_dashes_and_a_mark_of_its_own() -> None:
    with drawing_rules():
        axes = laid_out(SIMILAR).figure.axes[0]
        ends = [line for line in axes.lines if line.zorder == 6]
        bodies = [line for line in axes.lines if line.zorder == 5]
        assert len({str(line.get_color()) for line in ends}) == 5
        assert len({str(line.get_marker()) for line in ends}) == 5
        assert len({str(line._unscaled_dash_pattern) for line in bodies}) == 5  # type: ignore[attr-defined]


def test_a_rise_leaves_the_shade_of_the_usual_pace_and_a_correction_ends_it() -> None:
    def shades(chart: Curve) -> list[tuple[float, float, float]]:
        (axes,) = laid_out(chart).figure.axes
        boxes = [each.get_datalim(axes.transData) for each in axes.collections]
        return [(box.x0, box.x1, box.y1) for box in boxes]

    with drawing_rules():
        last = NORMAL.line.points[-1]
        _, (begin, end, top) = shades(NORMAL)
        assert (begin, end) == (last[0].toordinal() - 3 - 63, last[0].toordinal())
        assert last[1] > top
        corrected = EVERYTHING.corrected[0].toordinal()
        assert [begin for begin, *_ in shades(EVERYTHING)][1] == corrected


def test_a_picture_is_sharp_has_a_card_of_its_own_and_round_corners_to_see_through() -> None:
    picture = Image.open(BytesIO(drawn(RISERS)))
    assert picture.format == "PNG"
    assert picture.mode == "RGBA"
    assert picture.width == WIDTH
    assert picture.info.get("Software") is None
    assert picture.getpixel((1, 1))[3] == 0  # type: ignore[index]
    assert picture.getpixel((WIDTH // 2, 20)) == (255, 255, 255, 255)


def test_the_same_chart_gives_the_same_bytes_and_another_language_others() -> None:
    once = drawn(CHARTS["nothing"])
    assert drawn(CHARTS["nothing"]) == once
    assert drawn(CHARTS["nothing"], "ru") != once


def test_nothing_of_a_figure_stays_when_it_is_drawn() -> None:
    gc.collect()
    drawn(RISERS)
    # No collector came by meanwhile: a service that draws a hundred of them keeps none.
    assert not [each for each in gc.get_objects() if type(each) is Figure]
    assert gc.isenabled()


@given(st.text(max_size=40))
def test_whatever_a_name_holds_what_is_drawn_has_a_glyph(name: str) -> None:
    shown = fitting(name)
    assert all(ord(char) in drawable() for char in shown)
    assert fitting(shown) == shown


def test_a_name_is_replaced_only_where_no_font_has_it() -> None:
    assert fitting("acme/flash_kv-2.0") == "acme/flash_kv-2.0"
    assert fitting("大模型 модель $x^2$") == "大模型 модель $x^2$"
    assert fitting("rocket \U0001f680\U0001f9ff龘!") == f"rocket {STAND_IN}!"


@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=5))
def test_names_are_spread_in_their_order_and_stay_where_they_have_room(
    wanted: list[float],
) -> None:
    places = spread(wanted, 118, 0, 1_000)
    ordered = [place for _, place in sorted(zip(wanted, places, strict=True))]
    assert all(b - a >= 118 - 1e-6 for a, b in itertools.pairwise(ordered))
    assert min(places) >= -1e-6
    assert max(places) <= 1_000 + 1e-6
    if all(abs(a - b) >= 118 for a, b in itertools.combinations(wanted, 2)):
        assert places == pytest.approx(wanted)


@pytest.mark.parametrize("locale", ["en", "ru", "zh_CN"])
@given(st.integers(0, 500_000), st.integers(0, 500_000))
def test_an_axis_of_stars_says_its_very_numbers(locale: str, one: int, other: int) -> None:
    axes, said = Figure().add_subplot(), texts(locale)
    shown = star_axis(axes, min(one, other), max(one, other), said)
    ticks = [int(tick) for tick in axes.get_yticks()]
    assert shown in ([said.exact(tick) for tick in ticks], [said.short(tick) for tick in ticks])
    assert shown == [said.exact(tick) for tick in ticks] or not any(map(said.is_rounded, ticks))
