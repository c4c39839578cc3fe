"""Sealing: what only this service may read, where others could see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol


class Sealer(Protocol):
    """Seals texts with the first of some keys; opens what any of them sealed."""

    def seal(self, text: str) -> str:
        """Return a text sealed, in ASCII; BadSetting where there is no key."""
        ...

    def open(self, sealed: str, *, within: timedelta | None = None) -> str:
        """Return a sealed text; KeyLost where no key opens it, or it is older than `within`."""
        ...

    def is_fresh(self, sealed: str) -> bool:
        """Whether the first key sealed it: what is not should be sealed anew."""
        ...
