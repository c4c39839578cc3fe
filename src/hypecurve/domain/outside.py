"""The one rule for text from outside: what comes in is one line that can be seen and stored.

What is dropped can turn a line around, hide words in it or make a name look like another; NUL and
lone surrogates no database takes.
"""

from __future__ import annotations

import re
from unicodedata import category

ELLIPSIS = "…"
_JOINER, _NON_JOINER = "\u200d", "\u200c"
# Scripts whose letters change shape beside each other, so that words are spelt with joiners:
# Arabic to N'Ko, the Indic scripts, Khmer, Mongolian.
_SHAPED = re.compile("[\u0600-\u07ff\u0840-\u0dff\u1780-\u18af]")
_STYLES = frozenset("\ufe0e\ufe0f")
_KEYCAPS = frozenset("#*0123456789")
# Letters and symbols that draw nothing, so that a name may seem empty or equal to another:
# Hangul fillers and the blank braille cell. They are as good as a space.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Marks that draw nothing: grapheme joiner, Khmer inherent vowels, Mongolian selectors.
_HIDDEN_MARKS = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
_MARKS_IN_A_ROW = 8
"""More than any script needs; stacks of hundreds paint over the neighbouring lines."""
# Nothing of this is ever dropped, whatever stands beside it: Latin, Greek, Cyrillic, punctuation,
# symbols, Chinese, Japanese, Korean, emoji. Nearly every description passes here, many times
# faster than letter by letter.
_HARMLESS = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0558\u2010-\u2027\u2030-\u205e"
    "\u20a0-\u20bf\u2100-\u27ff\u2900-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\u3130"
    "\u3165-\ua4cf\uac00-\ud7a3\uff01-\uff9f\U0001f000-\U0001faff]*"
)


def clean(text: str, limit: int | None = None) -> str:
    """Drop what cannot be seen and collapse white space to single spaces.

    Dropped are control and format characters (the bidirectional ones among them), lone
    surrogates, noncharacters, hidden marks and stacks of more than 8 marks. The joiner and the
    variation selectors stay where they shape an emoji, joiner and non-joiner inside words of
    scripts that are spelt with them. Doing it twice changes nothing more.
    `limit`: the most code points that are left; a text cut there ends with "…".
    """
    line = " ".join(text.split()) if _HARMLESS.fullmatch(text) else _sifted(text)
    if limit is None or len(line) <= limit:
        return line
    return line[: limit - len(ELLIPSIS)].rstrip(" " + _JOINER + _NON_JOINER) + ELLIPSIS


def _sifted(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        last = kept[-1] if kept else " "
        if char.isspace() or char in _BLANKS:
            if last != " ":
                kept.append(" ")
            marks = 0
        elif category(char) in {"Mn", "Me"} and not _is_variation(char):
            marks += 1
            if marks <= _MARKS_IN_A_ROW and last != " " and char not in _HIDDEN_MARKS:
                kept.append(char)
        elif _stays(char, last, text[place + 1 : place + 2]):
            kept.append(char)
            marks = 0
    return "".join(kept).rstrip(" ")


def _stays(char: str, last: str, following: str) -> bool:
    """Whether a character is to be seen, between the one kept before it and the one after it."""
    if char in {_JOINER, _NON_JOINER} and _SHAPED.match(last) and _SHAPED.match(following):
        return category(last)[0] in "LM" and category(following)[0] == "L"
    if char == _JOINER:
        return (_is_picture(last) or last in _STYLES) and _is_picture(following)
    if _is_variation(char):
        return char in _STYLES and (_is_picture(last) or last in _KEYCAPS)
    return not _is_hidden(char)


def _is_hidden(char: str) -> bool:
    """Control, format, half of a surrogate pair, or no character at all."""
    if category(char) in {"Cc", "Cf", "Cs"}:
        return True
    code = ord(char)
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE  # noqa: PLR2004  # Unicode's noncharacters


def _is_variation(char: str) -> bool:
    """A variation selector; the supplementary ones are a known way to smuggle hidden text."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_picture(char: str) -> bool:
    """Roughly Unicode's Extended_Pictographic, skin tones and flags; "" is none."""
    return (
        char in {"©", "®"}
        or (
            ("\u203c" <= char <= "\u3299" or "\U0001f000" <= char <= "\U0001faff")
            and category(char)[0] in "SP"
        )
    ) and char not in _BLANKS
