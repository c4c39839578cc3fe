"""Text is cut in whole graphemes, whatever it holds."""

from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from hypecurve.wording.cut import cut, length

ANYTHING = st.text(st.characters(), max_size=300)  # lone surrogates among them
NASTY = st.text(
    st.sampled_from("aé \u0301\u202e\u2066\u200d\ufe0f👩👧🏽1#\u20e3\u3164\x00\n\ud800")
)
FAMILY = "👩\u200d👩\u200d👧"


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
