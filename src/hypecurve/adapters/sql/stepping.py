"""The steps of deliveries, on SQL: who begins one makes its call, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.statements import among
from hypecurve.adapters.sql.tables import delivery, delivery_step
from hypecurve.domain.delivery import REPEATABLE, DeliveryState, IllegalMove, Step
from hypecurve.domain.errors import NotFound

_S = DeliveryState
BEGUN = (_S.SENDING.value, _S.SENT.value, _S.UNKNOWN.value)


async def write_step(
    connection: AsyncConnection, delivery_id: int, number: int, step: Step
) -> None:
    """Write where one step stands; see `ports.store.Outbox.step`."""
    begins = step.state is _S.SENDING
    statement = _writing(
        connection.dialect.name, begins=begins, once=begins and step.kind not in REPEATABLE
    )
    values = {
        "delivery_id": delivery_id,
        "number": number,
        "kind": step.kind.value,
        "state": step.state.value,
        "ref": step.ref,
        "intent_at": step.intent_at,
        "done_at": step.done_at,
    }
    written = await connection.execute(statement, values)
    if written.rowcount == 0:
        await _explain(connection, delivery_id, number, step)


@cache
def _writing(dialect: str, *, begins: bool, once: bool) -> Any:  # noqa: ANN401 - either dialect's own
    """The statement that writes a step: put together once, as putting it together costs as much.

    It is a single one: between a look and the writing another sender could begin the step.
    """
    columns = delivery_step.c
    known = delivery.c.id == bindparam("delivery_id", type_=delivery.c.id.type)
    if begins:
        known = and_(known, delivery.c.state == _S.SENDING.value)
    given = [bindparam(column.name, type_=column.type) for column in columns]
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(delivery_step).from_select(
        columns.keys(), select(*given).where(exists().where(known))
    )
    keys = [column.name for column in delivery_step.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in columns.keys() if name not in keys},
        where=columns.state.not_in(_BEGUN) if once else columns.state != _S.SENT.value,
    )


async def _explain(connection: AsyncConnection, delivery_id: int, number: int, step: Step) -> None:
    """Say why a step was not written; nothing where it is sent and stays so."""
    where = select(delivery.c.state).where(delivery.c.id == delivery_id)
    state = await connection.scalar(where)
    if state is None:
        message = f"There is no delivery {delivery_id}."
        raise NotFound(message)
    if step.state is _S.SENDING:
        message = f"step {number} of delivery {delivery_id} ({state}) cannot begin: it did already"
        raise IllegalMove(message)


async def steps_of(
    connection: AsyncConnection, delivery_ids: Sequence[int]
) -> dict[int, tuple[Step, ...]]:
    """Return the steps of each delivery that has any, in order."""
    if not delivery_ids:
        return {}
    statement = (
        select(delivery_step)
        .where(among(connection, delivery_step.c.delivery_id, delivery_ids))
        .order_by(delivery_step.c.delivery_id, delivery_step.c.number)
    )
    found: dict[int, tuple[Step, ...]] = {}
    for row in (await connection.execute(statement)).mappings():
        key = row["delivery_id"]
        found[key] = (*found.get(key, ()), rows.step(row))
    return found
