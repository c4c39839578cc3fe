"""Backfill: GitHub's own star history fills in the past of the repos that entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypecurve.domain.errors import SourceError, SourceGone, SourceUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.ports import Clock, GitHubSource
from hypecurve.ports.store import Store

WEEKS = 30
"""One page of GitHub's history: enough for the 8 weeks of a baseline and 84 days of a stall."""
_KEEP_EVERY = 25
_IN_VAIN = 5
"""So many repos in a row without an answer are an outage, and no fault of theirs."""
_HOUR = timedelta(minutes=59)
"""A little less: who comes back every hour finds the hour before over."""


@dataclass(frozen=True, slots=True)
class Backfilled:
    """How many repos were asked, and whether all have been by now."""

    asked: int
    complete: bool
    in_vain: int = 0
    """Those of them that are left for later: GitHub had no usable answer."""
    error: SourceError | None = None
    """What ended it before its time."""


@dataclass(slots=True)
class _Asked:
    """What has come since the last time it was kept."""

    past: dict[RepoId, PastStars | None] = field(default_factory=dict)
    in_vain: list[RepoId] = field(default_factory=list)


async def backfill(
    store: Store, github: GitHubSource, clock: Clock, *, budget: int, weeks: int = WEEKS
) -> Backfilled:
    """Ask for the past of at most `budget` repos an hour, newcomers first; kept every few repos.

    What others asked within the hour counts. It can be stopped at any point and goes on where it
    was. A repo without a usable answer is left for later; an error that concerns them all ends it
    and is handed back, with what came before it kept.
    """
    began = clock.now()
    async with store.read() as tx:
        left = max(0, budget - await tx.past.asked(began - _HOUR))
        entries = await tx.past.missing(left + 1)
    asked = in_vain = in_a_row = 0
    error: SourceError | None = None
    unkept = _Asked()
    try:
        for entry in entries[:left]:
            repo_id, in_a_row = entry.repo.id, in_a_row + 1
            try:
                unkept.past[repo_id] = await github.past_stars(entry.repo.name, weeks)
                in_a_row = 0
            except SourceGone:
                unkept.past[repo_id] = None
                in_a_row = 0
            except SourceUnavailable as found:
                unkept.in_vain.append(repo_id)
                in_vain += 1
                error = found if in_a_row == _IN_VAIN else None
            except SourceError as found:
                error = found
                break
            asked += 1
            if len(unkept.past) + len(unkept.in_vain) >= _KEEP_EVERY:
                await _keep(store, began, unkept)
                unkept = _Asked()
            if error is not None:
                break
    finally:
        await _keep(store, began, unkept)
    complete = len(entries) <= left and not in_vain and error is None
    return Backfilled(asked, complete, in_vain, error)


async def _keep(store: Store, began: datetime, asked: _Asked) -> None:
    """Keep what came, dated by the beginning: that is what the hour is counted from."""
    if not asked.past and not asked.in_vain:
        return
    async with store.write() as tx:
        if asked.past:
            await tx.past.save(asked.past, began)
        if asked.in_vain:
            await tx.past.failed(asked.in_vain, began)
