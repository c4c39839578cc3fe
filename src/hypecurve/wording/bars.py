"""A curve as text: one block character a week."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"
_FEWEST = 3
"""Fewer known figures are no curve."""


def bars(gains: Sequence[int | None]) -> str:
    """Return one character a figure, the largest at full height; None shows as a dot.

    A loss stands as low as nothing. Fewer than three known figures give an empty text.
    """
    known = [gain for gain in gains if gain is not None]
    if len(known) < _FEWEST:
        return ""
    top = max(*known, 1)
    steps = len(BLOCKS) - 1
    return "".join(
        UNKNOWN if gain is None else BLOCKS[round(max(gain, 0) / top * steps)] for gain in gains
    )


def merged(gains: Sequence[int | None], into: int) -> tuple[int | None, ...]:
    """Add neighbours up so that at most `into` figures are left; the newest group is complete.

    A group with an unknown figure is unknown.
    """
    size = -(-len(gains) // into) or 1
    groups = []
    for end in range(len(gains), 0, -size):
        group = gains[max(0, end - size) : end]
        known = [gain for gain in group if gain is not None]
        groups.append(sum(known) if len(known) == size else None)
    return tuple(reversed(groups))
