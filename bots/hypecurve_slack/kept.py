"""What is remembered for a while: what was made of objects, and what Slack told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")
Key = TypeVar("Key")


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


class Fresh(Generic[Key, V]):
    """Values that are good for some seconds, the last `most` of them.

    What is over is dropped then, whether anybody asks again or not: it may tell of people.
    """

    def __init__(self, most: int) -> None:
        """Know nothing yet."""
        self._most = most
        self._kept: dict[Key, tuple[asyncio.TimerHandle, V]] = {}

    def __len__(self) -> int:
        """How many values are good."""
        return len(self._kept)

    def get(self, key: Key) -> V | None:
        """Return a value; None where none is good any more."""
        found = self._kept.get(key)
        return None if found is None else found[1]

    def keep(self, key: Key, value: V, seconds: float) -> None:
        """Keep a value for some seconds from now."""
        self.drop(key)
        if len(self._kept) >= self._most:
            self.drop(next(iter(self._kept)))
        ending = asyncio.get_running_loop().call_later(seconds, self.drop, key)
        self._kept[key] = ending, value

    def drop(self, key: Key) -> None:
        """Forget a value now."""
        found = self._kept.pop(key, None)
        if found is not None:
            found[0].cancel()
