"""Text made fit to show: no longer than a limit, in whole graphemes; `clean` is the domain's."""

from __future__ import annotations

from wcwidth import iter_graphemes

from hypecurve.domain.outside import ELLIPSIS, clean

__all__ = ["ELLIPSIS", "clean", "cut", "length"]


def length(text: str, *, utf16: bool = False) -> int:
    """Return the length in code points, or in UTF-16 units (as JavaScript counts)."""
    if not utf16 or text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, *, utf16: bool = False) -> str:
    """Return at most `limit` code points (or UTF-16 units) of a text, in whole graphemes.

    It ends with "…" where something was cut; a limit of 0 or less gives an empty text.
    """
    if length(text, utf16=utf16) <= limit:
        return text
    if limit <= 0:
        return ""
    room = limit - len(ELLIPSIS)
    kept = []
    # What lies past the limit cannot be kept, and a long text need not be walked to its end.
    for grapheme in iter_graphemes(text[:limit]):
        room -= length(grapheme, utf16=utf16)
        if room < 0:
            break
        kept.append(grapheme)
    return "".join(kept).rstrip() + ELLIPSIS
