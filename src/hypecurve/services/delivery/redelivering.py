"""Redelivering: an operator's word on deliveries that stand somewhere they do not leave alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import BadInput, NotFound
from hypecurve.ports import Clock
from hypecurve.ports.store import Sending, Store, Transaction
from hypecurve.services.delivery.deliver import USEFUL

_S = DeliveryState
RETRIED = frozenset({_S.UNKNOWN, _S.DEAD})
"""Others are sent by themselves, or were, or are not wanted any more."""
DROPPED = frozenset({_S.PENDING, _S.HELD, _S.UNKNOWN, _S.DEAD})


async def retry(store: Store, clock: Clock, ids: Sequence[int]) -> list[Sending]:
    """Send deliveries again that are unknown or dead; return them as they were.

    All of them or none: NotFound for an id that is none, BadInput where one stands elsewhere, or
    is too old to be sent.
    """
    now = clock.now()
    async with store.write() as tx:
        found = await _found(tx, ids, RETRIED, "sent again")
        for each in found:
            _check_age(each, now)
            await tx.outbox.retry(each.delivery.id, now)
    return found


async def drop(store: Store, clock: Clock, ids: Sequence[int]) -> list[Sending]:
    """Take deliveries back that did not arrive; return them as they were.

    What they told, and nobody can have read, is the next digest's. All of them or none: NotFound
    for an id that is none, BadInput where one stands elsewhere.
    """
    async with store.write() as tx:
        found = await _found(tx, ids, DROPPED, "dropped")
        for each in found:
            await tx.outbox.settle(
                each.delivery.id,
                _S.DROPPED,
                at=clock.now(),
                reason="dropped by the operator",
                counted=False,
            )
    return found


def _check_age(sending: Sending, now: datetime) -> None:
    """BadInput for what the sender would give up before it tried it."""
    if now - sending.made_at >= USEFUL:
        message = (
            f"Delivery {sending.delivery.id} was put together on {sending.made_at:%Y-%m-%d}: what "
            f"is older than {USEFUL.days} days is no news and is not sent any more. "
            f"`hypecurve deliveries drop {sending.delivery.id}` closes it. Nothing was changed."
        )
        raise BadInput(message)


async def _found(
    tx: Transaction, ids: Sequence[int], allowed: Collection[DeliveryState], what: str
) -> list[Sending]:
    found = []
    for delivery_id in dict.fromkeys(ids):
        sending = await tx.outbox.find(delivery_id)
        if sending is None:
            message = (
                f"There is no delivery {delivery_id}: `hypecurve deliveries` lists them. "
                "Nothing was changed."
            )
            raise NotFound(message)
        state = sending.delivery.state
        if state not in allowed:
            *some, last = sorted(each.value for each in allowed)
            those = f"{', '.join(some)} or {last}"
            message = (
                f"Delivery {delivery_id} is {state}: only what is {those} can be {what}. "
                "Nothing was changed."
            )
            raise BadInput(message)
        found.append(sending)
    return found
