"""What many senders write down at once, on SQL: looked at together, written together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import outgoing
from hypecurve.adapters.sql.statements import among, change, upsert
from hypecurve.adapters.sql.tables import channel, delivery, delivery_step, suspension
from hypecurve.domain.delivery import LEGAL, REPEATABLE, DeliveryState, IllegalMove, Step, StepKind
from hypecurve.domain.errors import HypecurveError, NotFound
from hypecurve.ports.store import Record, Settled

_S = DeliveryState
_BEGUN = frozenset({_S.SENDING, _S.SENT, _S.UNKNOWN})
_WAITS = frozenset({_S.PENDING, _S.HELD})
_BY_PERSON = {_S.PENDING: frozenset({_S.DEAD, _S.UNKNOWN})}
"""Moves that only an operator's own word makes: `retry`."""
_FROM: dict[DeliveryState, frozenset[DeliveryState]] = {
    after: frozenset(
        before
        for before in _S
        if (after in LEGAL[before] and before not in _BY_PERSON.get(after, ()))
        # Another sender took it over meanwhile, and it had arrived all the same.
        or (after is _S.SENT and before is not _S.SENT)
    )
    for after in _S
    if after is not _S.SENDING  # that is what a claim makes of it
}
"""Where a delivery may come from that is settled so."""


async def write_records(
    connection: AsyncConnection, records: Sequence[Record], at: datetime | None
) -> list[HypecurveError | None]:
    """Write records in order; see `ports.store.Outbox.record`.

    The deliveries are held, in one order, before anything is looked at: two who begin the same
    step come one after the other.
    """
    ids = sorted({record.delivery_id for record in records})
    found = await connection.execute(
        select(delivery.c.id, delivery.c.state, delivery.c.attempts, delivery.c.next_try_at)
        .where(among(connection, delivery.c.id, ids))
        .order_by(delivery.c.id)
        .with_for_update()
    )
    steps = await steps_of(connection, ids)
    held = {
        row.id: _Held(row.id, _S(row.state), row.attempts, row.next_try_at, steps.get(row.id, ()))
        for row in found
    }
    if any(each.settled is not None and each.settled.state in _WAITS for each in records):
        # Asked once they are held: whoever suspends a tenant then sees what is written here.
        for key, why in await _of_tenants_gone(connection, ids):
            held[key].gone = why
    refused = [_written(held.get(each.delivery_id), each, at) for each in records]
    changed = [each for each in held.values() if each.steps or each.settled]
    await upsert(connection, delivery_step, [row for each in changed for row in each.step_rows()])
    await change(connection, delivery, [each.row() for each in changed if each.settled])
    return refused


@dataclass(slots=True)
class _Held:
    """A delivery that is held, and what is written of it."""

    id: int
    state: DeliveryState
    attempts: int
    next_try_at: datetime
    before: tuple[Step, ...]
    gone: str | None = None
    """Why its tenant is suspended, where it is."""
    steps: dict[int, Step] = field(default_factory=dict)
    settled: tuple[Settled, datetime | None] | None = None

    def step(self, number: int) -> Step | None:
        """Where a step stands by now."""
        kept = self.before[number] if number < len(self.before) else None
        return self.steps.get(number, kept)

    @property
    def stands(self) -> bool:
        """Its post can be read in the channel."""
        steps = (self.step(number) for number in {*range(len(self.before)), *self.steps})
        return any(
            each is not None and each.kind is StepKind.POST and each.state is _S.SENT
            for each in steps
        )

    def step_rows(self) -> list[dict[str, Any]]:
        """The steps as they are kept."""
        return [
            {
                "delivery_id": self.id,
                "number": number,
                "kind": step.kind.value,
                "state": step.state.value,
                "ref": step.ref,
                "intent_at": step.intent_at,
                "done_at": step.done_at,
            }
            for number, step in self.steps.items()
        ]

    def row(self) -> dict[str, Any]:
        """How it ended as it is kept."""
        assert self.settled is not None  # noqa: S101 - only such are asked
        end, at = self.settled
        return {
            "id": self.id,
            "state": self.state.value,
            "reason": end.reason,
            "lease_until": None,
            "attempts": self.attempts,
            "next_try_at": self.next_try_at,
            "settled_at": None if self.state in _WAITS else at,
        }


def _written(held: _Held | None, record: Record, at: datetime | None) -> HypecurveError | None:
    """Take one record in, or say why it cannot be."""
    if held is None:
        return NotFound(f"There is no delivery {record.delivery_id}.")
    taken: dict[int, Step] = {}
    for number, step in record.steps:
        before = held.step(number)
        if step.state is _S.SENDING and not _may_begin(held, before, step):
            return IllegalMove(
                f"step {number} of delivery {held.id} ({held.state}) cannot begin: it did already"
            )
        if before is None or before.state is not _S.SENT:
            taken[number] = step
    end = record.settled
    if end is not None and held.state is not end.state:
        if held.state not in _FROM.get(end.state, frozenset()):
            return IllegalMove(f"delivery {held.id} cannot go from {held.state} to {end.state}")
        held.steps.update(taken)
        held.state, held.settled = end.state, (end, at)
        if held.gone is not None and end.state in _WAITS:
            # What waited when the tenant went was dropped; this one was under way just then.
            end = end if held.stands else replace(end, reason=held.gone)
            held.state = _S.SENT if held.stands else _S.DROPPED
            held.settled = (end, at)
        held.attempts += end.counted
        held.next_try_at = end.next_try_at or held.next_try_at
    held.steps.update(taken)
    return None


def _may_begin(held: _Held, before: Step | None, step: Step) -> bool:
    if held.state is not _S.SENDING:
        return False
    return before is None or step.kind in REPEATABLE or before.state not in _BEGUN


async def _of_tenants_gone(
    connection: AsyncConnection, ids: Sequence[int]
) -> Sequence[tuple[int, str]]:
    """Return which of the deliveries go to tenants that are suspended, and why these are."""
    found = await connection.execute(
        select(delivery.c.id, suspension.c.reason)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(
            suspension,
            and_(
                suspension.c.platform == channel.c.platform,
                suspension.c.tenant == channel.c.tenant,
            ),
        )
        .where(among(connection, delivery.c.id, ids))
    )
    return [(row.id, row.reason) for row in found]


async def steps_of(
    connection: AsyncConnection, delivery_ids: Sequence[int]
) -> dict[int, tuple[Step, ...]]:
    """Return the steps of each delivery that has any, in order; none of what no one can read."""
    return (await read_steps(connection, delivery_ids))[0]


async def read_steps(
    connection: AsyncConnection, delivery_ids: Sequence[int]
) -> tuple[dict[int, tuple[Step, ...]], frozenset[int]]:
    """Return the steps of each delivery, and which have steps that this version does not know.

    A version to come may have written them beside this one, or before it was put back.
    """
    if not delivery_ids:
        return {}, frozenset()
    statement = (
        select(delivery_step)
        .where(among(connection, delivery_step.c.delivery_id, delivery_ids))
        .order_by(delivery_step.c.delivery_id, delivery_step.c.number)
    )
    found: dict[int, tuple[Step, ...]] = {}
    strange = set[int]()
    for row in (await connection.execute(statement)).mappings():
        key = row["delivery_id"]
        try:
            found[key] = (*found.get(key, ()), outgoing.step(row))
        except ValueError:
            strange.add(key)
    return {key: steps for key, steps in found.items() if key not in strange}, frozenset(strange)
