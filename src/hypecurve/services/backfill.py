"""Backfill: GitHub's own star history fills in the past of the repos that entered."""

from __future__ import annotations

from dataclasses import dataclass

from hypecurve.domain.errors import SourceGone
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.ports import Clock, GitHubSource
from hypecurve.ports.store import Store

WEEKS = 30
"""One page of GitHub's history: enough for the 8 weeks of a baseline and 84 days of a stall."""
_KEEP_EVERY = 25


@dataclass(frozen=True, slots=True)
class Backfilled:
    """How many repos were asked, and whether all have been by now."""

    asked: int
    complete: bool


async def backfill(
    store: Store, github: GitHubSource, clock: Clock, *, budget: int, weeks: int = WEEKS
) -> Backfilled:
    """Ask for the past of at most `budget` repos, newcomers first; kept every few repos.

    It can be stopped at any point and goes on where it was.
    """
    async with store.read() as tx:
        entries = await tx.stars.without_past(budget + 1)
    asked = 0
    past: dict[RepoId, PastStars | None] = {}
    try:
        for entry in entries[:budget]:
            try:
                past[entry.repo.id] = await github.past_stars(entry.repo.name, weeks)
            except SourceGone:
                past[entry.repo.id] = None
            asked += 1
            if len(past) >= _KEEP_EVERY:
                await _keep(store, clock, past)
                past = {}
    finally:
        await _keep(store, clock, past)
    return Backfilled(asked, complete=len(entries) <= budget)


async def _keep(store: Store, clock: Clock, past: dict[RepoId, PastStars | None]) -> None:
    if past:
        async with store.write() as tx:
            await tx.stars.save_past(past, clock.now())
