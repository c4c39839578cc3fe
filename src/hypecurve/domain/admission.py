"""Newly listed, or only newly met? What a repo's first appearance over the bar means."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypecurve.domain.catalogue import CatalogueEntry, ListedReason
from hypecurve.domain.repo import AHEAD
from hypecurve.domain.stars import PastStars

SUBMISSION = "submission"
"""Origin of a repo that somebody submitted."""

_APPEARING = 1.5
"""A search finds only what is over its bar. What it finds for the first time a day after its last
complete look, with at most so many times the bar and no history to ask, is taken for a crossing."""
_LATELY = timedelta(days=7)
"""Nobody looked before a repo was submitted: it is news if it came to be, or passed the bar, within
so long before."""


def admission(
    entry: CatalogueEntry,
    *,
    bar: int,
    origin: str,
    first_complete_at: datetime | None,
    previous_at: datetime | None,
    earlier_stars: int | None,
    past: PastStars | None,
) -> ListedReason:
    """Say why a repo that stands over the bar is listed now.

    `origin`: what brought it; `first_complete_at`, `previous_at`: when that source was read to
    its end for the first time, and the time before the last. `earlier_stars`: the count of the
    sweep before, None where there was none. Rules: "Newly listed" in the signals' definitions.
    What is submitted long after it passed the bar is listed as MATCHED: its submitter hears of it,
    but it is no news to all the others.
    """
    if earlier_stars is not None:
        if earlier_stars >= bar:
            return ListedReason.MATCHED
        return ListedReason.SUBMITTED if origin == SUBMISSION else ListedReason.CROSSED
    if origin == SUBMISSION:
        looked_at = entry.first_seen_at - _LATELY
    elif first_complete_at is None or entry.first_seen_at <= first_complete_at:
        return ListedReason.BASELINE
    else:
        looked_at = previous_at or first_complete_at
    created = entry.repo.created_at
    # One that lies in the future says nothing of its age.
    if created is not None and looked_at < created <= entry.seen_at + AHEAD:
        return ListedReason.SUBMITTED if origin == SUBMISSION else ListedReason.CREATED
    if past is not None:
        # Days are only about UTC days: the one we looked on may hold stars from before the look.
        day = looked_at.date() - timedelta(days=1)
        since = past.days[max(0, (day - past.first_day).days) :]
        crossed = entry.repo.stars - sum(since) < bar
    else:
        crossed = origin.startswith("search:") and entry.repo.stars <= _APPEARING * bar
    if not crossed:
        return ListedReason.MATCHED
    return ListedReason.SUBMITTED if origin == SUBMISSION else ListedReason.CROSSED
