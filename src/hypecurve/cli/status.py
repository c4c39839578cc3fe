"""`status`: what is watched, who is at work, what is on its way, and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from hypecurve.cli.common import WorldOption, checked_world, no_bot, note, note_world, one_of, runs
from hypecurve.cli.deliveries import shown

if TYPE_CHECKING:
    from hypecurve.adapters.sql.store import SqlStore
    from hypecurve.config import Settings
    from hypecurve.domain.category import Taxonomy
    from hypecurve.domain.overview import ChannelOverview, Overview, Trouble
    from hypecurve.domain.subscription import Channel
    from hypecurve.ports.store import Filled, Sending, Sweep
    from hypecurve.services.answers.lookup import Ecosystem

_SHOWN = 20
"""Channels that something is wrong with; a program gets all."""
_LAST = 10


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("status")(runs(status))


async def status(
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 unless the service is alive.")
    ] = False,
    channel: Annotated[
        str | None, typer.Option("--channel", help="Just this one: slack:TEAM/CHANNEL.")
    ] = None,
    style: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    world: WorldOption = None,
) -> None:
    """What is watched, who is at work, what is on its way, and what is wrong and how to mend it."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.subscription import Channel

    one_of("--format", style, ("text", "json"))
    place = None if channel is None else Channel.parse(channel)
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    async with any_store(settings, SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        if place is None:
            state = await _state(store, taxonomy, every=style == "json")
        else:
            return await _print_channel(store, taxonomy, place, style)
    if style == "json":
        typer.echo(json.dumps(_values(state), ensure_ascii=False, indent=1))
    else:
        for line in _lines(state, settings, taxonomy):
            typer.echo(line)
    if check and not state.at_work:
        raise typer.Exit(1)
    return None


@dataclass(frozen=True, slots=True)
class _State:
    """All that is shown."""

    world: str
    figures: Ecosystem
    filled: Filled
    latest: Sweep | None
    at_work: list[str]
    overview: Overview
    last: list[Sending]


async def _state(store: SqlStore, taxonomy: Taxonomy, *, every: bool) -> _State:
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.holding import alive
    from hypecurve.ports.store import Found
    from hypecurve.services.answers.lookup import ecosystem
    from hypecurve.services.answers.overview import overview

    clock = SystemClock()
    figures = await ecosystem(store, taxonomy)
    found = await overview(store, clock, every=every)
    async with store.read() as tx:
        latest = await tx.stars.latest()
        filled = await tx.past.filled(Found())
        holders = await tx.leases.holders()
        last = await tx.outbox.recent(limit=_LAST)
    at_work = alive(holders, clock.now())
    return _State(str(store.world), figures, filled, latest, at_work, found, last)


def _lines(state: _State, settings: Settings, taxonomy: Taxonomy) -> Iterator[str]:
    from hypecurve.domain.delivery import DeliveryState as S
    from hypecurve.holding import shown as lease_words

    figures, found, counts = state.figures, state.overview, state.overview.counts
    listed = figures.software + figures.others
    for name, value in (
        ("world", state.world),
        (
            "catalogue",
            (
                f"{listed:,} repos of {figures.owners:,} owners: {figures.software:,} software, "
                f"{figures.others:,} tutorials and lists"
            ),
        ),
        ("no star", _still(figures)),
        ("star history", _history(state.filled, settings.backfill_per_hour)),
        ("last sweep", f"{state.latest.at:%Y-%m-%d %H:%M} UTC" if state.latest else "none yet"),
        ("at work", ", ".join(map(lease_words, state.at_work)) or "nobody"),
        ("channels", f"{found.subscribed:,}, {found.due:,} of them due"),
        (
            "deliveries",
            (
                f"{counts[S.PENDING]:,} waiting, {counts[S.SENDING]:,} in flight, "
                f"{counts[S.HELD]:,} held, {counts[S.UNKNOWN]:,} unknown, {counts[S.DEAD]:,} dead"
            ),
        ),
    ):
        yield f"{name:<13}{value}"
    for each in state.last:
        why = f" ({each.delivery.reason})" if each.delivery.reason else ""
        yield f"delivery {each.delivery.id}: {each.delivery.state.value}, {each.channel}{why}"
    yield from _wrong(found, taxonomy)


def _wrong(found: Overview, taxonomy: Taxonomy) -> Iterator[str]:
    from hypecurve.services.delivery.redelivering import RETRIED
    from hypecurve.wording.status import in_words

    whole = (*found.left_alone, *found.suspended)
    told = {trouble.about for trouble in whole}
    channels = [
        (each.channel, [one for one in each.troubles if one.about not in told])
        for each in found.channels
    ]
    channels = [(channel, troubles) for channel, troubles in channels if troubles]
    if not whole and not channels:
        return
    yield ""
    yield "What is wrong (times in UTC):"
    for trouble in whole:
        yield f"  {trouble.about}: {in_words(trouble, taxonomy, found.at)}"
    for channel, troubles in channels[:_SHOWN]:
        for trouble in troubles:
            yield f"  {channel}: {in_words(trouble, taxonomy, found.at)}"
    if len(channels) > _SHOWN:
        yield f"  and {len(channels) - _SHOWN:,} channels more: --format json shows all"
    if any(found.counts[each] for each in RETRIED):
        yield "hypecurve deliveries lists what did not arrive; retry ID or drop ID decides on it."


async def _print_channel(store: SqlStore, taxonomy: Taxonomy, channel: Channel, style: str) -> None:
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.domain.errors import NotFound
    from hypecurve.services.answers.overview import channel_overview
    from hypecurve.wording.plain import plain
    from hypecurve.wording.status import status_message

    found = await channel_overview(store, SystemClock(), channel)
    if not found.subscriptions and not found.last and not found.troubles:
        message = (
            f"{channel} hears nothing and got nothing yet: see how it is written, or begin with "
            f"`hypecurve subscribe {channel} all`."
        )
        raise NotFound(message)
    async with store.read() as tx:
        lacking = await no_bot(tx, channel)
    if lacking is not None and found.subscriptions:
        found = replace(found, troubles=(lacking, *found.troubles))
    if style == "json":
        typer.echo(json.dumps(_channel(found), ensure_ascii=False, indent=1))
        return
    typer.echo(plain(status_message(found, taxonomy, "en")))
    note(f"Its deliveries: hypecurve deliveries --channel {channel}")


def _values(state: _State) -> Mapping[str, object]:
    found = state.overview
    return {
        "world": state.world,
        "at": found.at.isoformat(),
        "catalogue": asdict(state.figures),
        "star_history": {"asked": state.filled.asked, "total": state.filled.total},
        "last_sweep": _iso(state.latest.at if state.latest else None),
        "at_work": state.at_work,
        "channels": found.subscribed,
        "due": found.due,
        "deliveries": {each.value: count for each, count in found.counts.items()},
        "left_alone": [_trouble(each) for each in found.left_alone],
        "suspended": [_trouble(each) for each in found.suspended],
        "by_channel": [_channel(each) for each in found.channels],
    }


def _channel(found: ChannelOverview) -> Mapping[str, object]:
    return {
        "channel": str(found.channel),
        "subscriptions": len(found.subscriptions),
        "next_due": _iso(found.next_due),
        "paused_until": _iso(found.paused_until),
        "wrong": [_trouble(each) for each in found.troubles],
        "deliveries": [
            {key.replace(" ", "_"): value for key, value in shown(each).items()}
            for each in found.last
        ],
    }


def _trouble(trouble: Trouble) -> Mapping[str, object]:
    posting = trouble.posting
    return {
        "kind": trouble.kind.value,
        "about": trouble.about,
        "since": _iso(trouble.since),
        "again_at": _iso(trouble.again_at),
        "reason": trouble.reason,
        "delivery": None if posting is None else posting.delivery.id,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _history(filled: Filled, an_hour: int) -> str:
    """`6,120 of 18,004 (34 %), about 5 h to go`, by what is asked in an hour."""
    from hypecurve.services.tracker.backfill import time_left

    # Rounded down: 100 % is said only of all.
    loaded = f"{filled.asked:,} of {filled.total:,} ({int(100 * filled.share)} %)"
    left = time_left(filled, an_hour)
    if filled.asked >= filled.total:
        return loaded
    if left is None:
        return f"{loaded}, and stays there: HYPECURVE_BACKFILL_PER_HOUR is 0"
    return f"{loaded}, {_about(left)} to go"


def _about(left: timedelta) -> str:
    hours = round(left / timedelta(hours=1))
    return f"about {hours:,} h" if hours else "less than an hour"


def _still(figures: Ecosystem) -> str:
    return (
        f"in 24 h {figures.still_day:,} of {figures.known_day:,}, "
        f"in 7 d {figures.still_week:,} of {figures.known_week:,} software repos"
    )
