"""Outlook: how much has been seen of GitHub yet, and so what an answer can go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Outlook:
    """How far the first look and the filling in of the past have come."""

    is_first: bool = False
    """The first look of all has not ended: nothing is listed yet."""
    since: datetime | None = None
    """When it began, aware UTC; None where that is not known."""
    loaded: float = 1.0
    """Share of the repos whose past was asked, 0 to 1."""
    left: timedelta | None = None
    """How long the rest of the past still takes; None where nobody can say."""

    @property
    def is_filling(self) -> bool:
        """Whether so much of the past is still to come that rising is not told of many."""
        return not self.is_first and self.loaded < _ALL_BUT and self.left is not None


_ALL_BUT = 0.99
"""The last ones are newcomers, and those whom GitHub keeps its history of: they are never all."""
ALL_SEEN = Outlook()
"""Nothing is to be said of it."""
