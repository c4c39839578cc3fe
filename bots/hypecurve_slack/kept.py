"""What was made of objects that come again and again: the last used are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")


class Kept(Generic[T, V]):
    """Makes something of an object and a word once, and keeps the last `most` of them.

    Objects are told apart by which they are: to hash or to compare a message goes through all of
    it.
    """

    def __init__(self, make: Callable[[T, str], V], most: int) -> None:
        """Make nothing yet."""
        self._make = make
        self._most = most
        # With the object itself: while it lives, its id is no other one's.
        self._kept: dict[tuple[int, str], tuple[T, V]] = {}

    def of(self, item: T, word: str = "") -> V:
        """Return what is made of an object and a word."""
        key = id(item), word
        found = self._kept.pop(key, None)
        if found is None:
            found = item, self._make(item, word)
            if len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
        self._kept[key] = found  # the last used stand last
        return found[1]
