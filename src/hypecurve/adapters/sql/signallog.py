"""Signals, detection states and the numbering of cycles, on SQL."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Result, RowMapping, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.statements import columns_of, upsert
from hypecurve.adapters.sql.tables import cycle, detection_state, signal
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.states import STATE, fresh_states


class SqlSignalLog:
    """`ports.store.SignalLog`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def next_cycle(self, at: datetime) -> int:
        """Take the next cycle's number; the row stays locked until this transaction ends."""
        number = await self._connection.scalar(
            update(cycle).values(number=cycle.c.number + 1, at=at).returning(cycle.c.number)
        )
        return int(number or 0)

    async def current_cycle(self) -> int:
        """Return the number of the last committed cycle, 0 before the first."""
        return int(await self._connection.scalar(select(cycle.c.number)) or 0)

    async def judged_at(self) -> datetime | None:
        """Return the instant of the sweep that the last committed cycle judged."""
        found: datetime | None = await self._connection.scalar(select(cycle.c.at))
        return found

    async def add(self, signals: Sequence[Signal], cycle: int) -> int:
        """Keep signals with their cycle; return how many were new. Known ones are left alone."""
        if not signals:
            return 0
        is_sqlite = self._connection.dialect.name == "sqlite"
        insert = sqlite.insert if is_sqlite else postgresql.insert
        # Asking for the ids counts them: not every driver tells how many rows it wrote.
        new = await self._connection.scalars(
            insert(signal).on_conflict_do_nothing().returning(signal.c.id),
            [rows.signal_values(item, cycle) for item in signals],
        )
        return len(new.all())

    async def between(
        self, after: int, upto: int, kinds: frozenset[SignalKind] | None = None
    ) -> list[tuple[int, Signal]]:
        """Return (id, signal) of the cycles after `after` up to `upto`, in order."""
        statement = select(signal).where(signal.c.cycle > after, signal.c.cycle <= upto)
        if kinds is not None:
            statement = statement.where(_is_one_of(kinds))
        return await self._read(statement.order_by(signal.c.id))

    async def lately(self, after: int, upto: int, since: datetime) -> list[tuple[int, int, Signal]]:
        """Return (id, cycle, signal) of the cycles after `after` up to `upto`, in order.

        Of signals that are no older than `since`.
        """
        statement = select(signal).where(
            signal.c.cycle > after, signal.c.cycle <= upto, signal.c.at >= since
        )
        result = await self._connection.execute(statement.order_by(signal.c.id))
        return [(row["id"], row["cycle"], rows.signal(row)) for row in _known(result)]

    async def during(
        self,
        since: datetime | None,
        until: datetime | None,
        repo_id: RepoId | None = None,
        kinds: frozenset[SignalKind] | None = None,
    ) -> list[tuple[int, Signal]]:
        """Return (id, signal) by time, oldest first; `since` excluded, `until` included."""
        statement = select(signal)
        if since is not None:
            statement = statement.where(signal.c.at > since)
        if until is not None:
            statement = statement.where(signal.c.at <= until)
        if repo_id is not None:
            statement = statement.where(signal.c.repo_id == repo_id)
        if kinds is not None:
            statement = statement.where(_is_one_of(kinds))
        return await self._read(statement.order_by(signal.c.at, signal.c.id))

    async def repos(self, since: datetime, kinds: frozenset[SignalKind]) -> list[RepoId]:
        """Return the repos with a signal of these kinds after an instant, each once, by id."""
        statement = select(signal.c.repo_id).where(signal.c.at > since, _is_one_of(kinds))
        (found,) = await columns_of(self._connection, statement)
        return [RepoId(key) for key in sorted(set(found))]

    async def _read(self, statement: Select[tuple[object, ...]]) -> list[tuple[int, Signal]]:
        result = await self._connection.execute(statement)
        return [(row["id"], rows.signal(row)) for row in _known(result)]

    async def states(self, slots: int) -> NDArray[np.void]:
        """Return the detection states by slot.

        A field is one packed array: reading or writing all states takes a dozen rows, and a field
        that a later version adds simply starts at zero.
        """
        states = fresh_states(slots)
        for row in await self._connection.execute(select(detection_state)):
            if row.field in (STATE.names or ()):
                numbers = np.frombuffer(zlib.decompress(row.numbers), STATE[row.field])
                states[row.field][: len(numbers)] = numbers[:slots]
        return states

    async def save_states(self, states: NDArray[np.void]) -> None:
        """Replace the detection states, by slot."""
        await upsert(
            self._connection,
            detection_state,
            [
                {"field": name, "numbers": zlib.compress(states[name].tobytes(), 1)}
                for name in STATE.names or ()
            ],
        )


def _known(result: Result[tuple[object, ...]]) -> Iterator[RowMapping]:
    """The rows of kinds that are known here: a newer version may write others beside us."""
    return filter(rows.is_known_signal, result.mappings())


def _is_one_of(kinds: frozenset[SignalKind]) -> ColumnElement[bool]:
    return signal.c.kind.in_(sorted(kind.value for kind in kinds))
