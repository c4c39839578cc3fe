"""Small catalogues for tests: invented repos, and the shortest way to put them into a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypecurve.domain.catalogue import CatalogueEntry, FactKind, ListedReason, Place
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.signal import Evidence, Lane, Signal, SignalKind
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import Found, Store, Sweep
from support.databases import INTERVAL, NOW

CHANNEL = Channel.parse("slack:T123/C456")
OTHER_CHANNEL = Channel.parse("discord:900/901")
DAY = timedelta(days=1)


def a_repo(number: int, stars: int = 600, name: str = "", **facts: Any) -> Repo:  # noqa: ANN401 - fields of a Repo
    """Repo `number`, called `acme/repo-NUMBER` unless a name is given."""
    return Repo(
        RepoId(number),
        f"R_{number}",
        RepoName.parse(name or f"acme/repo-{number}"),
        stars,
        **facts,
    )


def a_signal(
    number: int,
    kind: SignalKind = SignalKind.RISING,
    at: datetime = NOW,
    *,
    episode: int = 1,
    step: int = 1,
    score: float = 2.0,
    lane: Lane | None = Lane.MIDDLE,
    **evidence: Any,  # noqa: ANN401 - fields of Evidence
) -> Signal:
    """A signal of repo `number`."""
    return Signal(
        RepoId(number), kind, at, episode, step, score, lane, "test/1", Evidence(**evidence)
    )


async def keep(
    store: Store, repos: Sequence[Repo], at: datetime = NOW, origin: str = ""
) -> frozenset[RepoId]:
    """Let the repos enter the catalogue."""
    async with store.write() as tx:
        return await tx.catalogue.upsert(repos, at, origin=origin)


async def meet(
    store: Store, repos: Sequence[Repo], at: datetime = NOW, origin: str = "search:llm"
) -> frozenset[RepoId]:
    """Let a search bring the repos."""
    async with store.write() as tx:
        return await tx.catalogue.meet(repos, at, origin)


async def lose(
    store: Store, numbers: Sequence[int], at: datetime = NOW, why: str = "deleted"
) -> None:
    """Let repos be gone."""
    async with store.write() as tx:
        await tx.catalogue.lost([RepoId(number) for number in numbers], why, at)


async def untold_facts(store: Store) -> list[tuple[int, FactKind, str, str]]:
    """(repo, kind, before, after) of what no cycle has spoken of yet."""
    async with store.read() as tx:
        facts = await tx.catalogue.facts()
    return [(fact.repo_id, fact.kind, fact.before, fact.after) for fact in facts]


async def called(store: Store, name: str) -> int | None:
    """Which repo a name leads to."""
    async with store.read() as tx:
        entry = await tx.catalogue.find(RepoName.parse(name))
    return None if entry is None else entry.repo.id


async def listed(
    store: Store,
    repos: Sequence[Repo],
    category: str = "agents",
    at: datetime = NOW,
) -> None:
    """Let the repos enter the catalogue and pass the gate, all in one category."""
    ids = [repo.id for repo in repos]
    async with store.write() as tx:
        await tx.catalogue.upsert(repos, at)
        await tx.catalogue.place(dict.fromkeys(ids, Place(category, "topic agent")))
        await tx.catalogue.list_as(dict.fromkeys(ids, ListedReason.BASELINE), at)


async def sweep(
    store: Store,
    at: datetime,
    seen: Mapping[int, int],
    missed: Sequence[int] = (),
) -> Sweep:
    """Record one sweep."""
    async with store.write() as tx:
        return await tx.stars.record(
            at,
            {RepoId(key): stars for key, stars in seen.items()},
            [RepoId(key) for key in missed],
        )


async def speak(store: Store, signals: Sequence[Signal], at: datetime = NOW) -> int:
    """Keep the signals of one cycle; return the cycle's number."""
    async with store.write() as tx:
        cycle = await tx.signals.next_cycle(at)
        await tx.signals.add(signals, cycle)
    return cycle


async def entry_of(store: Store, number: int) -> CatalogueEntry:
    """The entry of repo `number`, listed or not."""
    async with store.read() as tx:
        (entry,) = await tx.catalogue.entries(Found(ids=[RepoId(number)], listed=False))
    return entry


def instants(count: int, start: datetime = NOW, every: timedelta = INTERVAL) -> list[datetime]:
    """`count` instants, the first at `start`."""
    return [start + every * place for place in range(count)]
