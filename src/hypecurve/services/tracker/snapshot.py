"""Snapshot: one look at every watched repo, and a second one where the first is hard to believe."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from hypecurve.domain.catalogue import FactKind
from hypecurve.domain.doubt import agree, is_doubtful
from hypecurve.domain.errors import (
    SourceError,
    SourceGone,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
)
from hypecurve.domain.health import Health
from hypecurve.domain.repo import Repo, RepoId
from hypecurve.ports import Clock, GitHubSource
from hypecurve.ports.store import Packed, Store, Sweep, Watched
from hypecurve.services.tracker.standstill import worth

GONE_FOR = timedelta(days=30)
"""A repo that is gone is asked for in every sweep for so long; later a search must meet it."""
MOST_VANISHED = 200
"""Repos whose vanishing is looked into, a request each. More at once are GitHub's own trouble."""
_IN_VAIN = 5
"""So many of them in a row without an answer are an outage, and no fault of theirs."""


async def snapshot(
    store: Store, github: GitHubSource, clock: Clock, interval: timedelta
) -> Sweep | None:
    """Ask GitHub for every watched repo and keep what it says; None where nothing is watched.

    What GitHub tells in words is kept batch by batch; the counts, and the facts that lie in them,
    together at the end as one sweep, with what it is worth as a whole: counts that stand still
    are recorded, but nobody is told of them. A repo that is gone costs only itself; one that did
    not answer is a miss, which is unknown and not gone. A count that is hard to believe, and a
    repo that vanished, are asked for again before they are taken for true. `interval`: the usual
    time between sweeps. SourceUnavailable where not one repo answered: that is no sweep.
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
        at, missed = clock.now(), look.missed
        health = await worth(tx, look.counts(), len(look.seen) + len(missed), at, interval)
        if health is not Health.STILL:
            before = await tx.stars.latest()
            await tx.catalogue.take_counts(look.seen, at, None if before is None else before.at)
        sweep = await tx.stars.record(at, look.seen, missed)
        await tx.stars.mark(sweep.number, health)
    return Sweep(sweep.number, sweep.at, sweep.expected, sweep.seen, health)


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

    def counts(self) -> NDArray[np.float64]:
        """Return what was seen, by slot; NaN unknown."""
        found = np.full(max(each.slot for each in self.watched) + 1, np.nan)
        for each in self.watched:
            found[each.slot] = self.seen.get(each.id, np.nan)
        return found

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
            await tx.catalogue.upsert(repos, self.clock.now(), counted=False)
        self.seen.update({repo.id: repo.stars for repo in repos})

    async def again_at_doubtful(self) -> None:
        """Read the counts again that are hard to believe; keep those that two readings tell.

        A second reading that fits the count before shows that the first was wrong: a MISREAD. One
        that fits neither leaves the repo unknown, and so does one that cannot be had: for the sake
        of a few nobody throws away what the others answered.
        """
        if not self._doubtful:
            return
        before = {each.id: self._before(each) for each in self.watched}
        sure, misread = [], []
        with suppress(SourceError):
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
        await self._keep(sure)
        async with self.store.write() as tx:
            for first, repo in misread:
                now = self.clock.now()
                read, told = str(first.stars), str(repo.stars)
                await tx.catalogue.note(repo.id, FactKind.MISREAD, now, read, told)

    async def after_vanished(self) -> None:
        """Ask by its number for each repo whose node was not there: it tells why, or that it is.

        A node id that changed its form is no vanished repo; and GraphQL tells of a deleted one, a
        private one and one that was taken down in the same words. Who gets no answer, and who is
        not asked for any more, is missed: unknown, not gone.
        """
        in_vain, refused = 0, False
        for each in self._vanished[:MOST_VANISHED]:
            try:
                repo = await self.github.repo(each.id)
            except SourceGone as error:
                self.gone.add(each.id)
                async with self.store.write() as tx:
                    await tx.catalogue.lost([each.id], error.why, self.clock.now())
            except SourceUnavailable:
                in_vain += 1
                if in_vain == _IN_VAIN:
                    return
                continue
            except SourceRefused:
                # An owner may shut out tokens like ours: that is no word on the other repos. Of
                # those that are refused one after the other only the first is worth the question.
                if not refused and not await self._is_welcome():
                    return
                refused = True
                continue
            except SourceError:
                return
            else:
                await self._keep([repo])
            in_vain, refused = 0, False

    async def _is_welcome(self) -> bool:
        """Whether GitHub takes our token still; where it does not say, it has not refused it."""
        try:
            await self.github.standing()
        except (SourceRefused, SourceLimited):
            return False
        except SourceError:
            return True
        return True
