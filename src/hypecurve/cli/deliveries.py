"""`deliveries`: what is on its way, what did not arrive, and an operator's word on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from hypecurve.cli.common import (
    TABLE_FORMATS,
    FormatOption,
    WorldOption,
    checked_world,
    note,
    one_of,
    runs,
    table,
)

if TYPE_CHECKING:
    from datetime import datetime

    from hypecurve.domain.overview import Posting
    from hypecurve.ports.store import Sending

_COLUMNS = ("id", "state", "channel", "due", "made", "tries", "next try", "reason")
_NUMBERS = frozenset({"id", "tries"})
_SPARE = ("made", "tries", "next try")
_MOST = 100
StateOption = Annotated[
    list[str] | None, typer.Option("--state", help="unknown, dead, held, ...; may repeat.")
]
ChannelOption = Annotated[
    str | None, typer.Option("--channel", help="Only those to slack:TEAM/CHANNEL.")
]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]
IdsArgument = Annotated[list[int], typer.Argument(metavar="ID...", help="As listed.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        help="What is on its way, and what did not arrive.", invoke_without_command=True
    )
    group.callback()(runs(_unless_named))
    group.command("list")(runs(list_deliveries))
    group.command("retry")(runs(retry_deliveries))
    group.command("drop")(runs(drop_deliveries))
    app.add_typer(group, name="deliveries")


async def _unless_named(
    ctx: typer.Context,
    state: StateOption = None,
    channel: ChannelOption = None,
    limit: LimitOption = _MOST,
    style: FormatOption = "table",
    world: WorldOption = None,
) -> None:
    """What is on its way and what did not arrive: `list`, where no command is named."""
    if ctx.invoked_subcommand is None:
        await _print(state, channel, limit, style, world)


async def list_deliveries(
    state: StateOption = None,
    channel: ChannelOption = None,
    limit: LimitOption = _MOST,
    style: FormatOption = "table",
    world: WorldOption = None,
) -> None:
    """Deliveries, newest first."""
    await _print(state, channel, limit, style, world)


async def retry_deliveries(ids: IdsArgument) -> None:
    """Send deliveries again that may not have arrived, or could not be sent."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store
    from hypecurve.config import load_settings
    from hypecurve.domain.delivery import DeliveryState
    from hypecurve.services.delivery.redelivering import retry

    clock = SystemClock()
    async with any_store(load_settings(), clock, "live") as store:
        found = await retry(store, clock, ids)
    for each in found:
        twice = each.delivery.state is DeliveryState.UNKNOWN
        may = "; if it did arrive, it is there twice" if twice else ""
        typer.echo(f"Delivery {each.delivery.id} to {each.channel} is sent again{may}.")


async def drop_deliveries(ids: IdsArgument) -> None:
    """Take deliveries back: they are not sent any more."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store
    from hypecurve.config import load_settings
    from hypecurve.services.delivery.redelivering import drop

    clock = SystemClock()
    async with any_store(load_settings(), clock, "live") as store:
        found = await drop(store, clock, ids)
    for each in found:
        typer.echo(f"Delivery {each.delivery.id} to {each.channel} is dropped.")


async def _print(
    state: list[str] | None, channel: str | None, limit: int, style: str, world: str | None
) -> None:
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store
    from hypecurve.config import load_settings
    from hypecurve.domain.delivery import DeliveryState
    from hypecurve.domain.subscription import Channel

    one_of("--format", style, TABLE_FORMATS)
    known = [each.value for each in DeliveryState]
    states = {DeliveryState(one_of("--state", each, known)) for each in state or ()}
    place = None if channel is None else Channel.parse(channel)
    async with (
        any_store(load_settings(), SystemClock(), checked_world(world)) as store,
        store.read() as tx,
    ):
        found = await tx.outbox.recent(place, limit, states or None)
        counts = await tx.outbox.counts()
    if not found:
        note("No delivery fits." if states or place else "Nothing was sent yet.")
    rows = [{**shown(each), "channel": str(each.channel)} for each in found]
    if style == "table":
        rows = [_for_people(row) for row in rows]
    table(rows, style, right=_NUMBERS, columns=_COLUMNS, spare=_SPARE)
    left = sum(n for each, n in counts.items() if not states or each in states) - len(found)
    if place is None and left > 0:
        note(f"{left:,} older ones are left out: --limit shows more.")


def shown(each: Sending | Posting) -> Mapping[str, object]:
    """A delivery's values for programs; times are ISO 8601, `due` None for a notice."""
    delivery = each.delivery
    return {
        "id": delivery.id,
        "state": delivery.state.value,
        "due": _iso(each.due_at),
        "made": _iso(each.made_at),
        "tries": delivery.attempts,
        "next try": _iso(delivery.next_try_at) if delivery.state in _waiting() else None,
        "settled": _iso(each.settled_at),
        "digest": delivery.digest_id,
        "reason": delivery.reason,
    }


def _waiting() -> frozenset[str]:
    from hypecurve.domain.delivery import DeliveryState

    return frozenset({DeliveryState.PENDING, DeliveryState.SENDING})


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _for_people(row: Mapping[str, object]) -> dict[str, object]:
    """The same with times a person reads; UTC, as all of them."""
    times = {
        name: str(row[name])[:16].replace("T", " ") if row[name] else None
        for name in ("due", "made", "next try")
    }
    return {**row, **times, "due": times["due"] or "notice"}
