"""Snapshot: one look at every watched repo."""

from __future__ import annotations

from hypecurve.domain.errors import SourceUnavailable
from hypecurve.domain.repo import RepoId
from hypecurve.ports import Clock, GitHubSource
from hypecurve.ports.store import Store, Sweep


async def snapshot(store: Store, github: GitHubSource, clock: Clock) -> Sweep | None:
    """Ask GitHub for every watched repo and keep what it says; None where nothing is watched.

    Facts are kept batch by batch, the counts together at the end as one sweep. A repo that is gone
    costs only itself; one that did not answer is a miss, which is unknown and not gone.
    SourceUnavailable where not one repo answered: that is no sweep.
    """
    async with store.read() as tx:
        watched = await tx.catalogue.watched()
    if not watched:
        return None
    by_node = {repo.node_id: repo.id for repo in watched}
    seen: dict[RepoId, int] = {}
    gone: set[RepoId] = set()
    async for batch in github.sweep([repo.node_id for repo in watched]):
        async with store.write() as tx:
            await tx.catalogue.upsert(batch.repos, clock.now())
            for lost in batch.gone:
                repo_id = by_node[lost.node_id]
                await tx.catalogue.lost([repo_id], lost.why, clock.now())
                gone.add(repo_id)
        seen.update({repo.id: repo.stars for repo in batch.repos})
    if not seen:
        message = "GitHub told nothing of any repo: this sweep is not kept."
        raise SourceUnavailable(message)
    missed = [repo.id for repo in watched if repo.id not in seen and repo.id not in gone]
    async with store.write() as tx:
        return await tx.stars.record(clock.now(), seen, missed)
