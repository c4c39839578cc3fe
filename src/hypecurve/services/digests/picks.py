"""Picks: what people in a channel want its next digest to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hypecurve.domain.catalogue import CatalogueEntry
from hypecurve.domain.digest import PickItem
from hypecurve.domain.pick import KEPT, MOST_PICKS, Pick
from hypecurve.domain.repo import RepoId
from hypecurve.ports.store import Found, Listener, Transaction


async def picks_of(
    tx: Transaction, listeners: Sequence[Listener], now: datetime
) -> Mapping[int, tuple[PickItem, ...]]:
    """Return what waits for the next digest of each channel, the oldest first, at most 10.

    Two statements however many channels they are. A repo that is muted since is left out; one that
    is gone is told of all the same: somebody was promised it. The rest waits for the digest after.
    """
    waiting = await tx.picks.waiting([each.id for each in listeners], now - KEPT)
    ids = sorted({pick.repo_id for picks in waiting.values() for pick in picks})
    if not ids:
        return {}
    found = await tx.catalogue.entries(Found(ids=ids, listed=False))
    entries = {entry.repo.id: entry for entry in found}
    return {
        each.id: _items(
            [
                pick
                for pick in waiting.get(each.id, ())
                if pick.repo_id in entries and pick.repo_id not in each.muted
            ],
            entries,
        )
        for each in listeners
    }


def _items(picks: Sequence[Pick], entries: Mapping[RepoId, CatalogueEntry]) -> tuple[PickItem, ...]:
    """Each repo once, by the last word on it: one that was on its way may have come back."""
    by_repo: dict[RepoId, list[Pick]] = {}
    for pick in picks:
        by_repo.setdefault(pick.repo_id, []).append(pick)
    return tuple(
        PickItem(last, entries[repo_id], tuple(each.id for each in older if each.id is not None))
        for repo_id, (*older, last) in by_repo.items()
    )[:MOST_PICKS]
