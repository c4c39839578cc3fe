"""Outside text is cleaned and cut in whole graphemes, whatever it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from hypecurve.wording.cut import clean, cut, length

ANYTHING = st.text(st.characters(), max_size=300)  # lone surrogates among them
NASTY = st.text(
    st.sampled_from("aé \u0301\u202e\u2066\u200d\ufe0f👩👧🏽1#\u20e3\u3164\x00\n\ud800")
)
FAMILY = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("  one\t two \n\r\n three ", "one two three"),
        ("a\x00b\x1bc", "abc"),
        ("abc\u202egnp.exe\u202c", "abcgnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud83d pair", "half pair"),
        (f"a {FAMILY} stays", f"a {FAMILY} stays"),
        ("❤\ufe0f and 1\ufe0f\u20e3", "❤\ufe0f and 1\ufe0f\u20e3"),
        ("👍🏽", "👍🏽"),
        ("a\u200db", "ab"),
        ("x\ufe0f", "x"),
        ("hidden\U000e0100\U000e0101", "hidden"),
        ("\u3164\u2800", ""),
        ("\u0301lonely", "lonely"),
        ("नमस्ते 中文 العربية", "नमस्ते 中文 العربية"),
    ],
)
def test_only_what_can_be_seen_stays(text: str, seen: str) -> None:
    assert clean(text) == seen


def test_a_tower_of_marks_is_cut_to_a_readable_height() -> None:
    assert len(clean("Z" + "\u0334" * 10_000 + "y")) == 10


@given(ANYTHING | NASTY)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert "  " not in once
    once.encode()  # no lone surrogate is left
    assert not set(once) & set("\n\r\t\x00\u202e\u2066\u2028")


def test_what_fits_stays_whole() -> None:
    assert cut("exactly", 7) == "exactly"


def test_a_cut_is_marked_and_leaves_no_space_before_the_mark() -> None:
    assert cut("one two three", 8) == "one two…"
    assert cut("one two three", 5) == "one…"


def test_a_family_is_never_parted() -> None:
    assert cut(f"ab{FAMILY}cd", 6) == "ab…"
    assert cut(f"ab{FAMILY}cd", 8) == f"ab{FAMILY}…"


def test_utf16_counts_twice_what_lies_beyond_the_first_plane() -> None:
    assert length("a😀", utf16=True) == 3
    assert length("a😀") == 2
    assert cut("😀😀😀", 5, utf16=True) == "😀😀…"


def test_no_room_gives_nothing() -> None:
    assert cut("abc", 0) == ""
    assert cut("abc", -3) == ""
    assert cut("abc", 1) == "…"


@given(text=ANYTHING | NASTY, limit=st.integers(-1, 60), utf16=st.booleans())
def test_a_cut_never_exceeds_its_limit_nor_parts_a_grapheme(
    text: str, limit: int, *, utf16: bool
) -> None:
    short = cut(text, limit, utf16=utf16)
    assert length(short, utf16=utf16) <= max(0, limit)
    if short != text and short:
        assert short.endswith("…")
        graphemes = list(iter_graphemes(text))
        body = short.removesuffix("…")
        starts = {"".join(graphemes[:n]).rstrip() for n in range(len(graphemes) + 1)}
        assert body in starts
