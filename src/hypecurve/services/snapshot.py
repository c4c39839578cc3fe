"""Snapshot: one look at every watched repo, and a second one where the first is hard to believe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import FactKind
from hypecurve.domain.doubt import agree, is_doubtful
from hypecurve.domain.errors import SourceError, SourceGone, SourceUnavailable
from hypecurve.domain.health import Health, health
from hypecurve.domain.repo import Repo, RepoId
from hypecurve.ports import Clock, GitHubSource
from hypecurve.ports.store import Packed, Store, Sweep, Transaction, Watched

GONE_FOR = timedelta(days=30)
"""A repo that is gone is asked for in every sweep for so long; later a search must meet it."""
MOST_VANISHED = 200
"""Repos whose vanishing is looked into, a request each. More at once are GitHub's own trouble."""
_WEEK = timedelta(weeks=1)
_WEEKS = 4
_LEAST_WEEKS = 2
"""So many weeks make a habit; before, the usual pace of the whole week stands for the slot's."""
_A_SLOT = 0.75
"""Of the usual time between sweeps; shorter stretches fall between the sweeps of other weeks."""


async def snapshot(
    store: Store, github: GitHubSource, clock: Clock, interval: timedelta
) -> Sweep | None:
    """Ask GitHub for every watched repo and keep what it says; None where nothing is watched.

    Facts are kept batch by batch, the counts together at the end as one sweep, with what it is
    worth as a whole. A repo that is gone costs only itself; one that did not answer is a miss,
    which is unknown and not gone. A count that is hard to believe, and a repo that vanished, are
    asked for again before they are taken for true. `interval`: the usual time between sweeps.
    SourceUnavailable where not one repo answered: that is no sweep.
    """
    async with store.read() as tx:
        watched = await tx.catalogue.watched(clock.now() - GONE_FOR)
        known = await tx.stars.last_known()
    if not watched:
        return None
    look = _Look(store, github, clock, watched, known)
    await look.at_all()
    await look.again_at_doubtful()
    await look.after_vanished()
    if not look.seen:
        message = "GitHub told nothing of any repo: this sweep is not kept."
        raise SourceUnavailable(message)
    async with store.write() as tx:
        at = clock.now()
        worth = await _worth(tx, look, at, interval)
        sweep = await tx.stars.record(at, look.seen, look.missed)
        await tx.stars.mark(sweep.number, worth)
    return Sweep(sweep.number, sweep.at, sweep.expected, sweep.seen, worth)


@dataclass(slots=True)
class _Look:
    """One sweep as it goes on. `known`: the last count of each repo, by slot."""

    store: Store
    github: GitHubSource
    clock: Clock
    watched: Sequence[Watched]
    known: Packed
    seen: dict[RepoId, int] = field(default_factory=dict)
    gone: set[RepoId] = field(default_factory=set)
    _doubtful: dict[RepoId, Repo] = field(default_factory=dict)
    _vanished: list[Watched] = field(default_factory=list)

    @property
    def missed(self) -> list[RepoId]:
        """Who did not answer; those that were gone before and still are were not expected to."""
        out = {*self.seen, *self.gone}
        return [each.id for each in self.watched if each.id not in out and not each.gone]

    async def at_all(self) -> None:
        """Look at every repo, once."""
        by_node = {each.node_id: each for each in self.watched}
        before = {each.id: self._before(each) for each in self.watched}
        async for batch in self.github.sweep(list(by_node)):
            sure = []
            for repo in batch.repos:
                count = before.get(repo.id, -1)
                if count >= 0 and is_doubtful(count, repo.stars):
                    self._doubtful[repo.id] = repo
                else:
                    sure.append(repo)
            await self._keep(sure)
            lost = (by_node[each.node_id] for each in batch.gone)
            self._vanished += [each for each in lost if not each.gone]

    def _before(self, each: Watched) -> int:
        return int(self.known[each.slot]) if each.slot < len(self.known) else -1

    async def _keep(self, repos: Sequence[Repo]) -> None:
        async with self.store.write() as tx:
            await tx.catalogue.upsert(repos, self.clock.now())
        self.seen.update({repo.id: repo.stars for repo in repos})

    async def again_at_doubtful(self) -> None:
        """Read the counts again that are hard to believe; keep those that two readings tell.

        A second reading that fits the count before shows that the first was wrong: a MISREAD. One
        that fits neither leaves the repo unknown.
        """
        if not self._doubtful:
            return
        before = {each.id: self._before(each) for each in self.watched}
        sure, misread = [], []
        try:
            async for batch in self.github.sweep([r.node_id for r in self._doubtful.values()]):
                for repo in batch.repos:
                    first = self._doubtful.get(repo.id)
                    if first is None:
                        continue
                    if agree(first.stars, repo.stars):
                        sure.append(repo)
                    elif not is_doubtful(before[repo.id], repo.stars):
                        sure.append(repo)
                        misread.append((first, repo))
        except SourceUnavailable:
            return  # nobody knows: they are missed
        await self._keep(sure)
        async with self.store.write() as tx:
            for first, repo in misread:
                now = self.clock.now()
                read, told = str(first.stars), str(repo.stars)
                await tx.catalogue.note(repo.id, FactKind.MISREAD, now, read, told)

    async def after_vanished(self) -> None:
        """Ask by its number for each repo whose node was not there: it tells why, or that it is.

        A node id that changed its form is no vanished repo; and GraphQL tells of a deleted one, a
        private one and one that was taken down in the same words.
        """
        for each in self._vanished[:MOST_VANISHED]:
            try:
                repo = await self.github.repo(each.id)
            except SourceGone as error:
                self.gone.add(each.id)
                async with self.store.write() as tx:
                    await tx.catalogue.lost([each.id], error.why, self.clock.now())
            except SourceError:
                return  # the others are missed: unknown, not gone
            else:
                await self._keep([repo])


async def _worth(tx: Transaction, look: _Look, at: datetime, interval: timedelta) -> Health:
    """What this sweep is worth as a whole, before it is kept."""
    gains, usual = await _gains(tx, look, at, interval)
    return health(len(look.seen) + len(look.missed), len(look.seen), gains, usual)


async def _gains(
    tx: Transaction, look: _Look, at: datetime, interval: timedelta
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By slot: stars since the last believed sweep, and what such hours of a week usually bring."""
    slots = max(each.slot for each in look.watched) + 1
    last = await tx.stars.latest()
    if last is None:
        return np.full(slots, np.nan), np.full(slots, np.nan)
    now = np.full(slots, np.nan)
    for each in look.watched:
        now[each.slot] = look.seen.get(each.id, np.nan)
    passed = at - last.at
    pace = await tx.catalogue.usual_weeks(slots) * (passed / _WEEK)
    habit = await _habit(tx, at, passed, interval, slots)
    usual = np.where(np.isfinite(habit), habit, pace)
    return now - _wide(look.known, slots), usual


async def _habit(
    tx: Transaction, at: datetime, passed: timedelta, interval: timedelta, slots: int
) -> NDArray[np.float64]:
    """Stars that the weeks before brought in the same hours of the week; NaN unknown."""
    if passed < interval * _A_SLOT:
        return np.full(slots, np.nan)
    instants = [
        end - back
        for end in (at - _WEEK * week for week in range(1, _WEEKS + 1))
        for back in (timedelta(0), passed)
    ]
    columns, _ = await tx.stars.columns(instants, interval / 2)
    weeks = [
        _wide(after, slots) - _wide(before, slots)
        for after, before in zip(columns[::2], columns[1::2], strict=True)
    ]
    known = np.sum([np.isfinite(week) for week in weeks], axis=0)
    total = np.sum([np.nan_to_num(week) for week in weeks], axis=0)
    habit: NDArray[np.float64] = np.where(
        known >= _LEAST_WEEKS, total / np.maximum(known, 1), np.nan
    )
    return habit


def _wide(column: Packed | None, slots: int) -> NDArray[np.float64]:
    """A packed column as so many numbers; NaN unknown."""
    wide = np.full(slots, np.nan)
    if column is not None:
        part = column[:slots]
        wide[: len(part)] = np.where(part < 0, np.nan, part)
    return wide
