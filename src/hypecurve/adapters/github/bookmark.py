"""Where a search was cut off, as a line of text to go on from; pure.

The line names the search it belongs to: the slices of one search are nothing to another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypecurve.adapters.github.slices import Slice

_VERSION = 1
_FIELDS = 4
_MOST = 1_000
"""Slices; a search that is left with more is none of ours."""


def written(question: str, todo: Sequence[Slice]) -> str:
    """Return what is left of a search, the slice to be read next as the last; "" for nothing.

    `question`: the query of the whole search. Creation dates are in Unix seconds.
    """
    if not todo:
        return ""
    left = [[part.low, part.high, _seconds(part.since), _seconds(part.until)] for part in todo]
    kept = {"v": _VERSION, "q": question, "left": left}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read(text: str, question: str) -> list[Slice] | None:
    """Return the slices of `written`; None where the text is not that, or of another search."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(kept, dict) or (kept.get("v"), kept.get("q")) != (_VERSION, question):
        return None
    left = kept.get("left")
    if not isinstance(left, list) or not 0 < len(left) <= _MOST:
        return None
    parts = [_slice(each) for each in left]
    return [part for part in parts if part] if all(parts) else None


def _slice(kept: object) -> Slice | None:
    if not isinstance(kept, list) or len(kept) != _FIELDS or not all(map(_is_figure, kept)):
        return None
    low, high, since, until = kept
    try:
        part = Slice(low, high, _instant(since), _instant(until))
    except (ValueError, OverflowError, OSError):
        return None
    if low is None or low < 0 or (high is not None and high < low):
        return None
    return None if since is not None and until is not None and until < since else part


def _is_figure(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _instant(seconds: Any) -> datetime | None:  # noqa: ANN401 - checked before
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
