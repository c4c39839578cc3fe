"""Rows of what goes out, and of what keeps it from going: no SQL, no I/O."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hypecurve.adapters.sql.rows import Row
from hypecurve.domain.breaker import Breaker
from hypecurve.domain.delivery import Delivery, DeliveryState, Step, StepKind
from hypecurve.domain.subscription import Tenant
from hypecurve.ports.store import Pause, Suspension


def step(row: Row) -> Step:
    """A row as a step of a delivery."""
    return Step(
        StepKind(row["kind"]),
        DeliveryState(row["state"]),
        row["ref"],
        row["intent_at"],
        row["done_at"],
    )


def delivery(row: Row, steps: tuple[Step, ...]) -> Delivery:
    """A row and its steps as a delivery."""
    return Delivery(
        id=row["id"],
        digest_id=row["digest_id"],
        channel_id=row["channel_id"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_try_at=row["next_try_at"],
        steps=steps,
        reason=row["reason"],
    )


def pause(row: Row) -> Pause | None:
    """What a row of `channel` says of its pause; None where it has none."""
    if row["paused_at"] is None:
        return None
    return Pause(
        since=row["paused_at"],
        code=row["pause_code"],
        reason=row["pause_reason"],
        probe_at=row["probe_at"],
        refusals=row["refusals"],
    )


def pause_values(item: Pause | None) -> dict[str, Any]:
    """A pause, or that there is none, as a row of `channel` keeps it."""
    return {
        "paused_at": None if item is None else item.since,
        "pause_code": "" if item is None else item.code,
        "pause_reason": "" if item is None else item.reason,
        "probe_at": None if item is None else item.probe_at,
        "refusals": 0 if item is None else item.refusals,
    }


def suspension(row: Row) -> Suspension:
    """A row as a suspension."""
    tenant = Tenant(row["platform"], row["tenant"])
    return Suspension(
        tenant, row["since"], row["reason"], row["probe_at"], row["refusals"], row["removed"]
    )


def breaker(row: Row) -> Breaker:
    """A row as a breaker."""
    return Breaker(**{name: value for name, value in row.items() if name != "platform"})


def breaker_values(item: Breaker) -> dict[str, Any]:
    """A breaker as a row."""
    return {"platform": item.key.partition(":")[0], **asdict(item)}
