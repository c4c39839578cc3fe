"""Taking in what GitHub says: new repos, changed ones, and the facts that lie in a change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.disowning import without_barred
from hypecurve.adapters.sql.facts import after, fact, keep, milestones_and_corrections, peaks
from hypecurve.adapters.sql.names import tell_of_takers
from hypecurve.adapters.sql.statements import among, change, columns_of, one_writer, upsert
from hypecurve.adapters.sql.tables import repo, repo_alias, source
from hypecurve.domain.catalogue import FactKind, RepoState
from hypecurve.domain.changes import Before, Counted, in_counts, in_words, needs_past
from hypecurve.domain.repo import Repo, RepoId, RepoName
from hypecurve.domain.windows import DAYS

_COMPARED = (
    *(repo.c.owner, repo.c.name, repo.c.archived, repo.c.is_fork, repo.c.license),
    repo.c.gone_at,
)
_EVER = datetime.min.replace(tzinfo=UTC)
_REMEMBERED = timedelta(days=DAYS)
"""So long a purge may be given back; the detection remembers it as long."""


async def meet(
    connection: AsyncConnection, repos: Sequence[Repo], at: datetime, origin: str
) -> frozenset[RepoId]:
    """Insert what is new; of what is known take over the node id, and note whom we missed."""
    await one_writer(connection)
    latest = {item.id: item for item in repos}
    these = among(connection, repo.c.id, latest)
    found = await connection.execute(select(repo.c.id, repo.c.node_id).where(these))
    known = {row.id: row.node_id for row in found}
    fresh = await _new_among(connection, latest, known)
    moved = [
        {"id": item.id, "node_id": item.node_id}
        for item in latest.values()
        if known.get(item.id, item.node_id) != item.node_id
    ]
    await change(connection, repo, moved)
    await _insert(connection, fresh, at, origin)
    await tell_of_takers(connection, {item.name.key for item in fresh}, at)
    gone = these & repo.c.gone_at.is_not(None)
    await connection.execute(update(repo).where(gone).values(met_at=at))
    return frozenset(item.id for item in fresh)


async def take_in(
    connection: AsyncConnection,
    repos: Sequence[Repo],
    at: datetime,
    origin: str,
    *,
    counted: bool = True,
) -> frozenset[RepoId]:
    """Insert what is new, update what is known; return the ids that were not known before.

    `counted` False leaves the stars of what is known, and the facts in them, to `take_counts`.
    """
    await one_writer(connection)
    latest = {item.id: item for item in repos}
    these = among(connection, repo.c.id, latest)
    found = await connection.execute(select(*_COMPARED, repo.c.stars, repo.c.id).where(these))
    known = {row.id: row for row in found}
    fresh = await _new_among(connection, latest, known)
    await _insert(connection, fresh, at, origin)
    moved = await _update(
        connection,
        [item for item in latest.values() if item.id in known],
        known,
        at,
        counted=counted,
    )
    await tell_of_takers(connection, moved | {item.name.key for item in fresh}, at)
    return frozenset(item.id for item in fresh)


async def take_counts(
    connection: AsyncConnection, seen: Mapping[RepoId, int], at: datetime, since: datetime | None
) -> None:
    """Write the counts that changed, and the facts that lie in the change."""
    await one_writer(connection)
    before = dict(zip(*await columns_of(connection, select(repo.c.id, repo.c.stars)), strict=True))
    changed = {key: stars for key, stars in seen.items() if before.get(key, stars) != stars}
    returned = await after(connection, since or _EVER, [FactKind.RETURNED])
    back = {fact.repo_id for fact in returned}
    facts = await _in_counts(connection, [(key, before[key]) for key in changed], seen, back, at)
    values = [{"id": key, "stars": stars} for key, stars in changed.items()]
    await change(connection, repo, values)
    await keep(connection, facts)


async def _new_among(
    connection: AsyncConnection, latest: Mapping[RepoId, Repo], known: Collection[int]
) -> Sequence[Repo]:
    """Who is not known yet, without accounts that are barred."""
    fresh = [item for item in latest.values() if item.id not in known]
    return await without_barred(connection, fresh)


async def _insert(
    connection: AsyncConnection, fresh: Sequence[Repo], at: datetime, origin: str
) -> None:
    if not fresh:
        return
    taken = await connection.scalar(select(func.max(repo.c.slot)))
    first = 0 if taken is None else taken + 1
    looked = await connection.scalar(select(source.c.complete_at).where(source.c.key == origin))
    constant = {
        "origin": origin,
        "first_seen_at": at,
        "looked_before_at": looked,
        "category": "unsure",
        "category_reason": "",
        "category_by_operator": False,
        "state": RepoState.ACTIVE.value,
    }
    values = [
        {
            **rows.repo_values(item, at),
            **rows.name_values(item.name),
            **constant,
            "slot": slot,
        }
        for slot, item in enumerate(fresh, first)
    ]
    await upsert(connection, repo, values)


async def _update(
    connection: AsyncConnection,
    items: Sequence[Repo],
    known: Mapping[int, Any],
    at: datetime,
    *,
    counted: bool,
) -> set[str]:
    """Write what is known already; return the names, old and new, that changed their holder."""
    # At most times most repos are as they were.
    changed = [item for item in items if known[item.id][:-2] != _compared(item)]
    facts = [
        fact(item.id, at, each)
        for item in changed
        for each in in_words(_before(known[item.id]), item)
    ]
    values = [rows.repo_values(item, at) for item in items]
    if counted:
        risen = [
            (item.id, known[item.id].stars) for item in items if known[item.id].stars != item.stars
        ]
        back = {item.id for item in changed if known[item.id].gone_at is not None}
        counts = {item.id: item.stars for item in items}
        facts += await _in_counts(connection, risen, counts, back, at)
    else:
        for row in values:
            del row["stars"]
    await change(connection, repo, values)
    former = {item.id: RepoName(known[item.id].owner, known[item.id].name) for item in changed}
    renamed = [item for item in changed if item.name != former[item.id]]
    # Names apart: they hardly ever change, and writing them means writing their index.
    names = [{"id": item.id, **rows.name_values(item.name)} for item in renamed]
    await change(connection, repo, names)
    aliases = [
        {"name_key": old.key, "repo_id": item.id, "name": str(old), "until": at}
        for item in renamed
        if (old := former[item.id]).key != item.name.key
    ]
    await upsert(connection, repo_alias, aliases)
    await keep(connection, facts)
    return {name.key for item in renamed for name in (item.name, former[item.id])}


def _compared(item: Repo) -> tuple[Any, ...]:
    """What a row's `_COMPARED` is where nothing happened."""
    name = item.name
    return (name.owner, name.name, item.archived, item.is_fork, item.license, None)


def _before(row: Any) -> Before:  # noqa: ANN401 - a row of any columns
    return Before(
        name=RepoName(row.owner, row.name),
        archived=row.archived,
        is_fork=row.is_fork,
        license=row.license,
        gone=row.gone_at is not None,
    )


async def _in_counts(
    connection: AsyncConnection,
    before: Sequence[tuple[RepoId, int]],
    now: Mapping[RepoId, int],
    back: Collection[int],
    at: datetime,
) -> list[dict[str, Any]]:
    """The facts that lie in counts. `before`: who changed, and from what; `back`: who was gone."""
    rising = [key for key, stars in before if needs_past(stars, now[key])]
    told = await milestones_and_corrections(connection, rising, at - _REMEMBERED)
    peak = await peaks(connection, rising)
    return [
        fact(key, at, each)
        for key, stars in before
        for each in in_counts(
            Counted(stars, key in back, peak.get(key, 0), told.get(key, ())), now[key]
        )
    ]
