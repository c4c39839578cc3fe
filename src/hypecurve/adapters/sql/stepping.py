"""The steps of deliveries, on SQL: who begins one makes its call, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, exists, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hypecurve.adapters.sql import rows
from hypecurve.adapters.sql.statements import among
from hypecurve.adapters.sql.tables import delivery, delivery_step
from hypecurve.domain.delivery import REPEATABLE, DeliveryState, IllegalMove, Step
from hypecurve.domain.errors import NotFound

_S = DeliveryState
_BEGUN = (_S.SENDING.value, _S.SENT.value, _S.UNKNOWN.value)


async def write_step(
    connection: AsyncConnection, delivery_id: int, number: int, step: Step
) -> None:
    """Write where one step stands; see `ports.store.Outbox.step`."""
    values = {
        "delivery_id": delivery_id,
        "number": number,
        "kind": step.kind.value,
        "state": step.state.value,
        "ref": step.ref,
        "intent_at": step.intent_at,
        "done_at": step.done_at,
    }
    known = delivery.c.id == delivery_id
    if step.state is _S.SENDING:
        # One statement: between a look and the writing another sender could begin it.
        known = and_(known, delivery.c.state == _S.SENDING.value)
    given = [literal(value, delivery_step.c[name].type) for name, value in values.items()]
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(delivery_step).from_select(
        list(values), select(*given).where(exists().where(known))
    )
    taken = {name: statement.excluded[name] for name in values if name not in _KEYS}
    allowed = delivery_step.c.state != _S.SENT.value
    if step.state is _S.SENDING and step.kind not in REPEATABLE:
        allowed = delivery_step.c.state.not_in(_BEGUN)
    written = await connection.scalar(
        statement.on_conflict_do_update(
            index_elements=list(_KEYS), set_=taken, where=allowed
        ).returning(delivery_step.c.number)
    )
    if written is None:
        await _explain(connection, delivery_id, number, step)


_KEYS = ("delivery_id", "number")


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
