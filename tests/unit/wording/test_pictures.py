"""Pictures in words, for who does not see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from hypecurve.domain.chart import Line
from hypecurve.wording.pictures import LONGEST_ALT, heading, pictured
from hypecurve.wording.texts import texts
from support.charts import CHARTS, DAY, END, EVERYTHING


@pytest.mark.parametrize(
    "name", ["everything", "one point", "nothing", "far apart", "aged", "risers", "no risers"]
)
def test_what_a_picture_shows_is_said_in_words(name: str, snapshot: SnapshotAssertion) -> None:
    picture = pictured(CHARTS[name], "en")
    assert {"title": picture.title, "alt": picture.alt} == snapshot


@pytest.mark.parametrize("name", CHARTS)
def test_the_words_are_never_too_long_and_never_empty(name: str) -> None:
    for locale in ("en", "zh_CN", "ru"):
        picture = pictured(CHARTS[name], locale)
        assert picture.chart is CHARTS[name]
        assert 0 < len(picture.title) <= 200
        assert len(picture.title) < len(picture.alt) <= LONGEST_ALT


def test_of_many_gaps_and_corrections_the_latest_are_told() -> None:
    days = [END - each * 30 * DAY for each in range(50, -1, -1)]
    line = Line("acme/monthly", tuple((day, 900) for day in days), None, tuple(days[1:]))
    alt = pictured(replace(EVERYTHING, line=line, corrected=tuple(days)), "en").alt
    assert alt.count("Not counted from") == 4
    assert alt.count("GitHub corrected the count on") == 4
    assert "to 22 Nov 2026." in alt


def test_names_in_the_words_are_cleaned_and_cut() -> None:
    hostile = Line("acme/\u202eevil\n" + "x" * 200, ((END, 5),))
    alt = pictured(replace(EVERYTHING, line=hostile), "en").alt
    assert "\u202e" not in alt
    assert "\n" not in alt
    assert "x" * 100 not in alt


def test_below_a_name_stand_its_stars_their_day_and_what_is_usual() -> None:
    said = texts("en")
    assert heading(EVERYTHING, said) == (
        f"{EVERYTHING.line.points[-1][1]:,} stars · 22 Nov 2026 · usually 226 a week"
    )
