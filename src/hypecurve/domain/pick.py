"""Picks: a repo that somebody wants a channel to see, in its next digest, with a word why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.repo import RepoId

KEPT = timedelta(days=30)
"""A pick waits so long for a digest: through a pause, or until a channel takes messages again."""
MOST_PICKS = 10
"""In one digest; more wait for the next."""
MOST_WHY = 300
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One pick; `by` is the name of who made it, `why` their words: both from outside, cleaned."""

    repo_id: RepoId
    why: str
    by: str
    at: datetime
    user: str = ""
    """Who that is to the platform, `slack:T1/U1`; "" for an operator."""
    id: int | None = None
