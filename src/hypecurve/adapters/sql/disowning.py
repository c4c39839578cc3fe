"""A GitHub account that wants no part in this: its repos go and do not come back, on SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql.dropping import drop
from hypecurve.adapters.sql.packing import packed, unpacked
from hypecurve.adapters.sql.statements import among, change, one_holder, one_writer, upsert
from hypecurve.adapters.sql.tables import (
    block,
    digest_member,
    follow,
    mute,
    pick,
    repo,
    repo_alias,
    repo_fact,
    signal,
    star_column,
    star_past,
    star_snapshot,
    submission,
    subscription,
    sweep_miss,
    watch_span,
)
from hypecurve.adapters.sql.untelling import Name, holds, untell
from hypecurve.domain.barring import BARRED, bar_key
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.repo import Repo
from hypecurve.ports.store import Forgotten

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_OF_A_REPO = (follow, mute, repo_alias, repo_fact, star_past, star_snapshot, sweep_miss, watch_span)
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("node_id", "owner", "name", "name_key", "description", "origin"), ""),
    **dict.fromkeys(("language", "license", "forks", "open_issues", "owner_is_organisation")),
    **dict.fromkeys(("created_at", "pushed_at", "updated_at", "listed_at", "listed_reason")),
    **dict.fromkeys(("gain_day", "gain_week", "gain_month", "usual_week")),
    **dict.fromkeys(("looked_before_at", "past_tried_at", "met_at")),
    **dict.fromkeys(("stars",), 0),
    **dict.fromkeys(("archived", "is_fork"), False),
    "topics": [],
    # Nobody asks for it again, and no word of a later text gives it another place.
    "gone_at": _LONG_AGO,
    "gone_why": "forgotten",
    "category": NOT_AI,
    "category_reason": "",
    "category_by_operator": True,
}
"""What stays of a repo: its slot, as an array's index is a repo, and others keep theirs."""


async def disown(connection: AsyncConnection, login: str, at: datetime) -> Forgotten:
    """Delete an account's repos with all that hangs on them, and bar it from now on."""
    await one_writer(connection)
    await one_holder(connection)
    await upsert(connection, block, [{"key": bar_key(login), "at": at}], update=())
    name = Name.of_login(login)
    # Texts first: what waits gives its other news back by the members that it has now.
    told = await untell(connection, name, at)
    its = repo.c.name_key.startswith(f"{login.casefold()}/", autoescape=True)
    found = (await connection.execute(select(repo.c.id, repo.c.slot).where(its))).all()
    ids, slots = [row.id for row in found], [row.slot for row in found]
    gone = await _drop_repos(connection, ids)
    await _drop_signals(connection, ids, name)
    await _blank_counts(connection, slots)
    for repo_id, slot in zip(ids, slots, strict=True):
        # GitHub's number would name it too.
        values = {**_NOTHING, "id": -(slot + 1), "past_asked_at": at}
        await connection.execute(update(repo).where(repo.c.id == repo_id).values(values))
    names = await _unname(connection, login, name)
    return Forgotten.together([told, gone, Forgotten(repos=len(ids), names=names)])


async def readmit(connection: AsyncConnection, login: str) -> bool:
    """Bar an account no longer; False where it was not barred."""
    return bool(await drop(connection, block, block.c.key == bar_key(login)))


async def barred_owners(connection: AsyncConnection) -> list[str]:
    """Return which owners of repos that are kept are barred."""
    keys = await _bars(connection)
    if not keys:
        return []
    owners = await connection.scalars(select(func.lower(repo.c.owner)).distinct())
    return sorted(owner for owner in owners if bar_key(owner) in keys)


async def without_barred(connection: AsyncConnection, repos: Sequence[Repo]) -> Sequence[Repo]:
    """Leave out repos of accounts that are barred."""
    keys = await _bars(connection) if repos else ()
    if not keys:
        return repos
    return [each for each in repos if bar_key(each.name.owner) not in keys]


async def _bars(connection: AsyncConnection) -> frozenset[str]:
    found = await connection.scalars(select(block.c.key).where(block.c.key.startswith(BARRED)))
    return frozenset(found)


async def _drop_repos(connection: AsyncConnection, ids: Sequence[int]) -> Forgotten:
    """Delete what hangs on repos, but for their signals."""
    if not ids:
        return Forgotten()
    for table in _OF_A_REPO:
        await drop(connection, table, among(connection, table.c.repo_id, ids))
    await drop(connection, block, block.c.key.in_([f"repo:{repo_id}" for repo_id in ids]))
    picks = await drop(connection, pick, among(connection, pick.c.repo_id, ids))
    wished = among(connection, submission.c.repo_id, ids)
    return Forgotten(picks=picks, submissions=await drop(connection, submission, wished))


async def _drop_signals(connection: AsyncConnection, ids: Sequence[int], name: Name) -> None:
    """Delete the signals of repos, and those of others that tell of a name they had before."""
    told = await connection.execute(
        select(signal.c.id, signal.c.evidence).where(holds(connection, signal.c.evidence, name))
    )
    named = [row.id for row in told if any(value in name for value in _texts(row.evidence))]
    theirs = or_(among(connection, signal.c.repo_id, ids), among(connection, signal.c.id, named))
    members = digest_member.c.signal_id.in_(select(signal.c.id).where(theirs))
    await drop(connection, digest_member, members)
    await drop(connection, signal, theirs)


def _texts(evidence: dict[str, Any]) -> Iterable[str]:
    return (value for value in evidence.values() if isinstance(value, str))


async def _blank_counts(connection: AsyncConnection, slots: Sequence[int]) -> None:
    """Take slots out of every packed column of counts, one after the other."""
    if not slots:
        return
    numbers = (await connection.scalars(select(star_column.c.sweep))).all()
    for number in numbers:
        is_it = star_column.c.sweep == number
        column = unpacked(await connection.scalar(select(star_column.c.counts).where(is_it)) or b"")
        inside = [slot for slot in slots if slot < len(column)]
        if inside:
            column[inside] = -1
            await connection.execute(update(star_column).where(is_it).values(counts=packed(column)))


async def _unname(connection: AsyncConnection, login: str, name: Name) -> int:
    """Take an account's name out of what is kept of others' repos and channels."""
    begins = f"{login.casefold()}/"

    def had(column: ColumnElement[str]) -> ColumnElement[bool]:
        return func.lower(column).startswith(begins, autoescape=True)

    names = await drop(connection, repo_alias, had(repo_alias.c.name_key))
    names += await drop(connection, repo_fact, or_(had(repo_fact.c.before), had(repo_fact.c.after)))
    present = select(repo.c.owner + "/" + repo.c.name).where(repo.c.id == submission.c.repo_id)
    renamed = await connection.execute(
        update(submission).where(had(submission.c.name)).values(name=present.scalar_subquery())
    )
    names += renamed.rowcount
    left_out = await connection.execute(
        select(subscription.c.id, subscription.c.without_owners).where(
            holds(connection, subscription.c.without_owners, name)
        )
    )
    filters = [
        {
            "id": row.id,
            "without_owners": [each for each in row.without_owners if each != login.casefold()],
        }
        for row in left_out
        if login.casefold() in row.without_owners
    ]
    await change(connection, subscription, filters)
    return names + len(filters)
