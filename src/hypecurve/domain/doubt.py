"""Counts that are not believed at the first reading.

"Guards" in the signals' definitions: a rise of more than half the stars, a fall that would be a
purge, and nothing where there was something (or the other way round) are asked for again.
"""

from __future__ import annotations

from hypecurve.domain.changes import is_purge

_LEAST_RISE = 50
"""Stars; half of a handful is an ordinary day."""
_LEAST_COUNT = 10
"""Between 0 and fewer stars than these lies no doubt."""
_APART, _SHARE = 10, 0.02
"""Two readings within seconds may differ by so many stars, or by this share."""


def is_doubtful(before: int, now: int) -> bool:
    """Say whether a count, with the one known before, needs a second reading."""
    if (before == 0) is not (now == 0):
        return max(before, now) >= _LEAST_COUNT
    return now - before > max(_LEAST_RISE, before / 2) or is_purge(before, now)


def agree(first: int, second: int) -> bool:
    """Say whether two readings within seconds tell the same count."""
    return abs(first - second) <= max(_APART, _SHARE * max(first, second))
