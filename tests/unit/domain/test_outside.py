"""Text from outside is one line that can be seen and stored, whatever it held."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.domain import outside
from hypecurve.domain.outside import clean

ANYTHING = st.text(st.characters(codec=None), max_size=1_500)  # lone surrogates among them
NASTY = st.text(
    st.sampled_from("aéیक् \u0301\u202e\u2066\u200c\u200d\ufe0f👩👧🏽1#\u20e3\u3164\x00\n\ud800")
)
FAMILY = "👩\u200d👩\u200d👧"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain", "plain"),
        ("  one\t two \n\r\n three ", "one two three"),
        ("a\x00b\x1bc", "abc"),
        ("bell\x07 esc\x1b[31m", "bell esc[31m"),
        ("abc\u202egnp.exe\u202c", "abcgnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud83d pair", "half pair"),
        (f"a {FAMILY} stays", f"a {FAMILY} stays"),
        ("❤\ufe0f and 1\ufe0f\u20e3", "❤\ufe0f and 1\ufe0f\u20e3"),
        ("👍🏽", "👍🏽"),
        ("a\u200db", "ab"),
        ("a\u200cb", "ab"),
        ("می\u200cشد", "می\u200cشد"),
        ("می\u200c\u200cشد", "می\u200cشد"),
        ("\u200cمی\u200c شد\u200d", "می شد"),
        ("क्\u200dष", "क्\u200dष"),
        ("x\ufe0f", "x"),
        ("hidden\U000e0100\U000e0101", "hidden"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("\u3164\u2800", ""),
        ("\u0301lonely", "lonely"),
        ("नमस्ते 中文 العربية", "नमस्ते 中文 العربية"),
        ("基于 LLM 的框架", "基于 LLM 的框架"),
    ],
)
def test_only_what_can_be_seen_stays(text: str, seen: str) -> None:
    assert clean(text) == seen


def test_a_tower_of_marks_is_cut_to_a_readable_height() -> None:
    assert len(clean("Z" + "\u0334" * 10_000 + "y")) == 10


@settings(deadline=None)
@given(text=ANYTHING | NASTY, limit=st.integers(1, 60) | st.none())
def test_cleaned_text_is_one_harmless_line(text: str, limit: int | None) -> None:
    once = clean(text, limit)
    assert limit is None or len(once) <= limit
    assert clean(once, limit) == clean(once) == once
    assert once == once.strip()
    assert "  " not in once
    once.encode()  # no lone surrogate is left
    assert not any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in once)
    assert not set(once) & set(BIDI)


def test_a_cut_is_marked_and_leaves_no_space_or_joiner_before_the_mark() -> None:
    assert clean("one two three", 8) == "one two…"
    assert clean("one two three", 5) == "one…"
    assert clean(f"ab{FAMILY}", 5) == "ab👩…"
    assert clean("exactly", 7) == "exactly"


def test_what_takes_the_short_way_would_come_out_the_same_on_the_long_one() -> None:
    harmless = [
        char for char in map(chr, range(sys.maxunicode + 1)) if outside._HARMLESS.fullmatch(char)
    ]
    assert len(harmless) > 40_000
    for char in harmless:
        assert outside._sifted(f"x{char}y") == " ".join(f"x{char}y".split()), hex(ord(char))
