"""Star counts over time, on SQL.

Three forms of the same counts. `star_snapshot` holds the changes and is the truth; with
`watch_span` and `sweep_miss` it tells "unchanged" from "not asked". `star_column` holds each
sweep as one packed array by slot, for reading the whole catalogue at once; it can be rebuilt.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.packing import packed, padded, unpacked
from hypecurve.adapters.sql.seeing import seen
from hypecurve.adapters.sql.statements import among, columns_of, one_writer, upsert
from hypecurve.adapters.sql.tables import (
    repo,
    star_column,
    star_snapshot,
    sweep,
    sweep_miss,
    watch_span,
)
from hypecurve.domain.errors import BadData
from hypecurve.domain.health import Health
from hypecurve.domain.repo import RepoId
from hypecurve.domain.stars import StarHistory
from hypecurve.ports.store import Packed, Sweep

_BELIEVED = sweep.c.health != Health.STILL.value
_LAST_KNOWN = 0
"""Number of the column that holds each repo's last known count; sweeps count from 1."""


class SqlStarLog:
    """`ports.store.StarLog`. `keep`: how long packed columns stay; None for ever."""

    def __init__(
        self, connection: AsyncConnection, interval: timedelta, keep: timedelta | None
    ) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection
        self._interval = interval
        self._keep = keep

    async def record(
        self, at: datetime, seen: Mapping[RepoId, int], missed: Sequence[RepoId] = ()
    ) -> Sweep:
        """Write one sweep: changed counts, who was missed, and the packed column."""
        await one_writer(self._connection)
        last = await self.latest(whatever_health=True)
        if last is not None and at <= last.at:
            message = f"a sweep at {at:%Y-%m-%d %H:%M} is not after the last one ({last.at})"
            raise BadData(message)
        number = 1 if last is None else last.number + 1
        done = Sweep(number, at, len(seen) + len(missed), len(seen))
        await self._connection.execute(
            sweep.insert().values(number=number, at=at, expected=done.expected, seen=done.seen)
        )
        ids, slots, watched = await self._slots()
        keys = np.fromiter(seen, np.int64, len(seen))
        order = np.argsort(keys)
        counts = np.fromiter(seen.values(), np.int32, len(seen))[order]
        keys = keys[order]
        places = np.searchsorted(ids, keys)
        if keys.size and (places[-1] == len(ids) or (ids[places] != keys).any()):
            message = "a sweep brought counts of repos that are not in the catalogue"
            raise BadData(message)
        await self._write_column(number, keys, slots[places], counts)
        new = keys[~watched[places]].tolist()
        await self._write_spans(number, new, ids[watched], keys, missed)
        if self._keep is not None:
            old = select(sweep.c.number).where(sweep.c.at < at - self._keep)
            await self._connection.execute(
                delete(star_column).where(
                    star_column.c.sweep.in_(old), star_column.c.sweep != _LAST_KNOWN
                )
            )
        return done

    async def _slots(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Return (ids, slots, has an open span) of all repos, by id."""
        # Both are answered from an index alone; a join, or the order by id, would read the tables.
        by_slot = select(repo.c.id, repo.c.slot).order_by(repo.c.slot)
        is_open = watch_span.c.to_sweep.is_(None)
        opened = select(watch_span.c.repo_id).where(is_open)
        found = [
            *await columns_of(self._connection, by_slot),
            *await columns_of(self._connection, opened),
        ]
        ids, slots, watched = (np.array(column, np.int64) for column in found)
        order = np.argsort(ids)
        return ids[order], slots[order], np.isin(ids[order], watched)

    async def _write_column(
        self, number: int, ids: NDArray[np.int64], slots: NDArray[np.int64], counts: Packed
    ) -> None:
        size = int(slots.max(initial=-1)) + 1
        column = np.full(size, -1, np.int32)
        column[slots] = counts
        known = await self._column(_LAST_KNOWN)
        known = padded(known if known is not None else np.empty(0, np.int32), size)
        changed = known[slots] != counts
        await upsert(
            self._connection,
            star_snapshot,
            [
                {"repo_id": repo_id, "sweep": number, "stars": stars}
                for repo_id, stars in zip(
                    ids[changed].tolist(), counts[changed].tolist(), strict=True
                )
            ],
        )
        known[slots] = counts
        await upsert(
            self._connection,
            star_column,
            [
                {"sweep": number, "counts": packed(column)},
                {"sweep": _LAST_KNOWN, "counts": packed(known)},
            ],
        )

    async def _write_spans(
        self,
        number: int,
        new: Sequence[int],
        watched: NDArray[np.int64],
        seen: NDArray[np.int64],
        missed: Sequence[RepoId],
    ) -> None:
        await upsert(
            self._connection,
            watch_span,
            [{"repo_id": key, "from_sweep": number, "to_sweep": None} for key in new],
        )
        known = frozenset(watched.tolist()) if missed else frozenset()
        await upsert(
            self._connection,
            sweep_miss,
            [{"repo_id": key, "sweep": number} for key in missed if key in known],
        )
        left = np.setdiff1d(np.setdiff1d(watched, seen), np.array(missed, np.int64)).tolist()
        if left:
            await self._connection.execute(
                update(watch_span)
                .where(watch_span.c.to_sweep.is_(None))
                .where(among(self._connection, watch_span.c.repo_id, left))
                .values(to_sweep=number - 1)
            )

    async def mark(self, number: int, health: Health) -> None:
        """Say what a sweep is worth."""
        await self._connection.execute(
            update(sweep).where(sweep.c.number == number).values(health=health.value)
        )

    async def latest(
        self, at: datetime | None = None, *, whatever_health: bool = False
    ) -> Sweep | None:
        """Return the last believed sweep, or the last such at or before an instant."""
        statement = _latest(by_time=at is not None, whatever_health=whatever_health)
        row = (await self._connection.execute(statement, {"until": at})).mappings().first()
        return None if row is None else rows.sweep(row)

    async def recent(self, limit: int) -> list[Sweep]:
        """Return the last sweeps, whatever their health, newest first."""
        statement = select(sweep).order_by(sweep.c.number.desc()).limit(limit)
        return [rows.sweep(row) for row in (await self._connection.execute(statement)).mappings()]

    async def last_known(self) -> Packed:
        """Return the last count of each repo, by slot, however long ago."""
        known = await self._column(_LAST_KNOWN)
        return np.empty(0, np.int32) if known is None else known

    async def counts_of(self, number: int) -> Packed:
        """Return the packed counts of one sweep, whatever it is worth."""
        kept = await self._column(number)
        return await self._rebuilt(number) if kept is None else kept

    async def columns(
        self, instants: Sequence[datetime], within: timedelta
    ) -> tuple[list[Packed | None], int]:
        """Return, for each instant, the packed counts of the sweep nearest to it."""
        span = sweep.c.at.between(min(instants) - within, max(instants) + within)
        result = await self._connection.execute(
            select(sweep.c.number, sweep.c.at).where(span, _BELIEVED).order_by(sweep.c.number)
        )
        sweeps = result.all()
        numbers = [_nearest(sweeps, instant, within) for instant in instants]
        wanted = sorted({number for number in numbers if number is not None})
        # One statement for all: each one costs a round trip to the driver's thread.
        kept = await self._connection.execute(
            select(star_column).where(among(self._connection, star_column.c.sweep, wanted))
        )
        loaded = {row.sweep: unpacked(row.counts) for row in kept}
        for number in wanted:
            if number not in loaded:
                loaded[number] = await self._rebuilt(number)
        last = await self._connection.scalar(select(func.max(repo.c.slot)))
        slots = 0 if last is None else int(last) + 1
        return [None if number is None else loaded[number] for number in numbers], slots

    async def _column(self, number: int) -> Packed | None:
        counts = await self._connection.scalar(
            select(star_column.c.counts).where(star_column.c.sweep == number)
        )
        return None if counts is None else unpacked(counts)

    async def _rebuilt(self, number: int) -> Packed:
        """The column of a sweep, made again from the changes."""
        watched = (
            select(watch_span.c.repo_id)
            .where(watch_span.c.from_sweep <= number)
            .where(watch_span.c.to_sweep.is_(None) | (watch_span.c.to_sweep >= number))
        )
        missed = select(sweep_miss.c.repo_id).where(sweep_miss.c.sweep == number)
        stars = (
            select(star_snapshot.c.stars)
            .where(star_snapshot.c.repo_id == repo.c.id, star_snapshot.c.sweep <= number)
            .order_by(star_snapshot.c.sweep.desc())
            .limit(1)
            .scalar_subquery()
        )
        result = await self._connection.execute(
            select(repo.c.slot, stars.label("stars"))
            .where(repo.c.id.in_(watched), repo.c.id.not_in(missed))
            .order_by(repo.c.slot)
        )
        found = result.all()
        column = np.full(found[-1].slot + 1 if found else 0, -1, np.int32)
        for row in found:
            column[row.slot] = row.stars
        return column

    async def history(self, repo_id: RepoId, since: datetime, until: datetime) -> StarHistory:
        """Return one repo's counts, a snapshot for each believed sweep that saw it."""
        return StarHistory(await seen(self._connection, repo_id, since, until), self._interval)


@cache
def _latest(*, by_time: bool, whatever_health: bool) -> Select[Any]:
    """Select the last sweep; made once, as most answers begin with it."""
    statement = select(sweep).order_by(sweep.c.number.desc()).limit(1)
    if by_time:
        statement = statement.where(sweep.c.at <= bindparam("until", type_=sweep.c.at.type))
    return statement if whatever_health else statement.where(_BELIEVED)


def _nearest(sweeps: Sequence[Any], instant: datetime, within: timedelta) -> int | None:
    place = bisect_left(sweeps, instant, key=lambda row: row.at)
    close = sweeps[max(0, place - 1) : place + 1]
    best = min(close, key=lambda row: abs(row.at - instant), default=None)
    return None if best is None or abs(best.at - instant) > within else int(best.number)
