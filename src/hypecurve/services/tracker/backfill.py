"""Backfill: GitHub's own star history fills in the past of the repos that entered."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import (
    SourceError,
    SourceGone,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
    UnknownCategory,
)
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import PastStars
from hypecurve.ports import Clock, GitHubSource
from hypecurve.ports.store import Filled, Store

WEEKS = 30
"""One page of GitHub's history: enough for the 8 weeks of a baseline and 84 days of a stall."""
_KEEP_EVERY = 25
_IN_VAIN = 5
"""So many repos in a row without an answer are an outage, and no fault of theirs.

So many refused in a row, while we are welcome, are no reason to ask for all others in vain.
"""
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
    store: Store,
    github: GitHubSource,
    clock: Clock,
    *,
    budget: int,
    weeks: int = WEEKS,
    first: frozenset[str] = frozenset(),
) -> Backfilled:
    """Ask for the past of at most `budget` repos an hour; kept every few repos.

    Those of the categories `first` are asked first, among them newcomers. What others asked within
    the hour counts, and half of what GitHub grants for an hour is left alone, whoever spent the
    rest. It can be stopped at any point and goes on where it was. A repo without a usable answer,
    or that GitHub keeps from us alone, is left for later; an error that concerns them all ends it
    and is handed back, with what came before it kept.
    """
    began = clock.now()
    async with store.read() as tx:
        left = max(0, budget - await tx.past.asked(began - _HOUR))
        entries = await tx.past.missing(left + 1, first)
    asked = in_vain = in_a_row = 0
    room: int | None = 0
    error: SourceError | None = None
    unkept = _Asked()
    try:
        for entry in entries[:left]:
            if room == 0:
                room = await _room(github)
                if room == 0:
                    break
            failed = await _ask(github, entry.repo.id, weeks, unkept)
            asked += 1
            in_vain += failed is not None
            in_a_row = 0 if failed is None else in_a_row + 1
            room = None if room is None else room - 1
            if len(unkept.past) + len(unkept.in_vain) >= _KEEP_EVERY:
                await _keep(store, began, unkept)
                unkept = _Asked()
            if in_a_row == _IN_VAIN:
                error = failed if isinstance(failed, SourceUnavailable) else None
                break
    except SourceError as found:
        error = found
    finally:
        await _keep(store, began, unkept)
    complete = len(entries) <= asked and not in_vain and error is None
    return Backfilled(asked, complete, in_vain, error)


async def _ask(
    github: GitHubSource, repo_id: RepoId, weeks: int, unkept: _Asked
) -> SourceError | None:
    """Ask for one repo's history; return what made it in vain, None where there was an answer."""
    try:
        unkept.past[repo_id] = await github.past_stars(repo_id, weeks)
    except SourceGone:
        unkept.past[repo_id] = None
    except (SourceUnavailable, SourceRefused) as error:
        if isinstance(error, SourceRefused) and not await _is_welcome(github):
            raise
        unkept.in_vain.append(repo_id)
        return error
    return None


async def _is_welcome(github: GitHubSource) -> bool:
    """Whether GitHub takes our token, so that what it refused was one repo and not us."""
    try:
        await github.standing()
    except SourceError:
        return False
    return True


async def _room(github: GitHubSource) -> int | None:
    """How many histories may be asked before half of an hour's points is spent; None: any number.

    GitHub's hours are its own: when this is used up, a new one may have begun, so it is asked anew.
    """
    try:
        allowance = (await github.standing()).allowances.get("core")
    except (SourceRefused, SourceLimited):
        raise
    except SourceError:
        return None  # a server that does not tell; an outage shows at the first history
    return None if allowance is None else max(0, allowance.left - allowance.of // 2)


async def wanted_categories(store: Store, taxonomy: Taxonomy) -> frozenset[str]:
    """Return the categories that channels subscribe to; empty where one wants them all."""
    async with store.read() as tx:
        listeners = await tx.subscriptions.listeners()
    wishes = [item.wants.categories for each in listeners for item in each.subscriptions]
    if not all(wishes):
        return frozenset()
    wanted: set[str] = set()
    for slug in frozenset().union(*wishes):
        with suppress(UnknownCategory):  # the taxonomy has it no more
            wanted |= taxonomy.expand([slug])
    return frozenset(wanted)


def time_left(filled: Filled, an_hour: int) -> timedelta | None:
    """How long the filling in still takes at so many repos an hour; None where nobody can say."""
    missing = max(0, filled.total - filled.asked)
    return timedelta(hours=missing / an_hour) if filled.total and an_hour > 0 else None


async def _keep(store: Store, began: datetime, asked: _Asked) -> None:
    """Keep what came, dated by the beginning: that is what the hour is counted from."""
    if not asked.past and not asked.in_vain:
        return
    async with store.write() as tx:
        if asked.past:
            await tx.past.save(asked.past, began)
        if asked.in_vain:
            await tx.past.failed(asked.in_vain, began)
