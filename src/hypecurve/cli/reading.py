"""`repo`, `why`, `signals`, `digest`: questions to the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from hypecurve.cli.common import (
    TABLE_FORMATS,
    FormatOption,
    WorldOption,
    checked_world,
    note_world,
    one_of,
    runs,
    table,
)
from hypecurve.cli.drawing import ChartOption, checked_chart, draw_into
from hypecurve.cli.listing import CategoryOption

if TYPE_CHECKING:
    from hypecurve.domain.message import Message
    from hypecurve.domain.repo import RepoName
    from hypecurve.domain.signal import Signal
    from hypecurve.ports.store import Store

StyleOption = Annotated[str, typer.Option("--format", help="text, json, slack or discord.")]
_NUMBERS = frozenset(
    ["score", "stars", "gain_3d", "gain_7d", "usual_7d", "multiple", "gain_28d", "best_28d"]
)
_SIGNAL_COLUMNS = [
    "kind",
    "repo",
    "at",
    "score",
    "lane",
    "episode",
    "step",
    "stars",
    "gain_3d",
    "gain_7d",
    "usual_7d",
    "multiple",
    "gain_28d",
    "best_28d",
    "rule",
]
_SPARE = (
    *("rule", "episode", "step", "lane", "score", "best_28d", "gain_28d"),
    *("gain_3d", "usual_7d", "multiple", "stars"),
)
"""What a narrow terminal does without, in this order."""
_DAY = timedelta(days=1)
_PART = re.compile(r"[\w.-]{2,100}")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("repo")(runs(repo))
    app.command("why")(runs(why))
    app.command("signals")(runs(signals))
    app.command("digest")(runs(digest))


async def repo(
    name: Annotated[str, typer.Argument(help="owner/name, a part of it, or a GitHub address.")],
    as_of: Annotated[str | None, typer.Option("--as-of", help="A date or time.")] = None,
    style: StyleOption = "text",
    zone: Annotated[str, typer.Option("--zone")] = "UTC",
    chart: ChartOption = None,
    world: WorldOption = None,
) -> None:
    """The card of one repo: counts, growth, category, state, curve."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy, site_of
    from hypecurve.config import load_settings
    from hypecurve.domain.repo import RepoName
    from hypecurve.domain.schedule import parse_instant, parse_zone
    from hypecurve.services.answers.curves import curve
    from hypecurve.services.answers.lookup import card
    from hypecurve.wording.card import card_message

    check_style(style)
    picture = checked_chart(chart)
    settings = load_settings()
    whole = None if is_part(name) else RepoName.parse(name, site_of(settings))
    place = parse_zone(zone)
    at = parse_instant(as_of, place) if as_of else datetime.now(UTC)
    async with any_store(settings, SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        which = whole or await only_one(store, name)
        found = await card(store, which, at)
        drawn = await curve(store, which, at) if picture else None
    if picture and drawn:
        await draw_into(picture, drawn[1])
    print_message(card_message(found, load_taxonomy(settings.taxonomy_file), "en", zone), style)


async def why(
    name: Annotated[str, typer.Argument(help="owner/name, a part of it, or a GitHub address.")],
    style: StyleOption = "text",
    zone: Annotated[str, typer.Option("--zone")] = "UTC",
    world: WorldOption = None,
) -> None:
    """Why a repo was announced, or was not: figures, thresholds, guards."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy, site_of
    from hypecurve.config import load_settings
    from hypecurve.domain.repo import RepoName
    from hypecurve.domain.schedule import parse_zone
    from hypecurve.services.answers.why import why as explain
    from hypecurve.wording.why import why_message

    check_style(style)
    settings = load_settings()
    whole = None if is_part(name) else RepoName.parse(name, site_of(settings))
    parse_zone(zone)
    clock = SystemClock()
    async with any_store(settings, clock, checked_world(world)) as store:
        note_world(store.world.kind)
        which = whole or await only_one(store, name)
        found = await explain(store, clock, which, bar=settings.min_stars)
    print_message(why_message(found, load_taxonomy(settings.taxonomy_file), "en", zone), style)


def is_part(name: str) -> bool:
    """Whether somebody wrote a part of a name, and not owner/name or an address."""
    return _PART.fullmatch(name.strip()) is not None


async def only_one(store: Store, part: str) -> RepoName:
    """Return the one repo that a part of a name means; a HypecurveError names those it may mean."""
    from hypecurve.domain.errors import BadInput, NotFound
    from hypecurve.services.answers.search import meant

    found = await meant(store, part.strip())
    if found.only is not None:
        return found.only.repo.name
    if not found.total:
        message = f"No repo is called '{part}' or has it in its name: hypecurve search {part}"
        raise NotFound(message)
    names = [str(each.repo.name) for each in found.likely]
    more = f" or one of {found.total - len(names):,} more" if found.total > len(names) else ""
    message = f"'{part}' may be {', '.join(names)}{more}: write owner/name."
    raise BadInput(message)


async def signals(
    since: Annotated[str | None, typer.Option("--since", help="A date or time.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="A date or time.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="May repeat.")] = None,
    style: FormatOption = "table",
    world: WorldOption = None,
) -> None:
    """What was noticed, and on what evidence."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store
    from hypecurve.config import load_settings
    from hypecurve.domain.schedule import parse_instant
    from hypecurve.domain.signal import SignalKind
    from hypecurve.ports.store import Found

    one_of("--format", style, TABLE_FORMATS)
    wanted = {one_of("--kind", each, [k.value for k in SignalKind]) for each in kind or ()}
    # A date alone means the whole day: `--since` begins where that day does.
    begin = parse_instant(since) if since else None
    if since and begin and len(since.strip()) == len("2025-06-30"):
        begin = begin.replace(hour=0, minute=0, second=0) - timedelta(microseconds=1)
    end = parse_instant(until) if until else None
    async with any_store(load_settings(), SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        async with store.read() as tx:
            found = [signal for _, signal in await tx.signals.during(begin, end)]
            ids = sorted({signal.repo_id for signal in found})
            entries = await tx.catalogue.entries(Found(ids=ids, listed=False))
    names = {entry.repo.id: str(entry.repo.name) for entry in entries}
    rows = [
        _signal(signal, names[signal.repo_id])
        for signal in found
        if not wanted or signal.kind.value in wanted
    ]
    if style == "table":
        rows = [{**row, "at": str(row["at"])[:16].replace("T", " ")} for row in rows]
    table(rows, style, right=_NUMBERS, columns=_SIGNAL_COLUMNS, spare=_SPARE)


def _signal(signal: Signal, name: str) -> Mapping[str, object]:
    evidence = signal.evidence
    usual, multiple = evidence.usual_7d, evidence.multiple
    values = (
        signal.kind.value,
        name,
        signal.at.isoformat(),
        round(signal.score, 4),
        signal.lane.value if signal.lane else None,
        signal.episode,
        signal.step,
        evidence.stars,
        evidence.gain_3d,
        evidence.gain_7d,
        None if usual is None else round(usual, 1),
        None if multiple is None else round(multiple, 2),
        evidence.gain_28d,
        evidence.best_28d,
        signal.rule,
    )
    return dict(zip(_SIGNAL_COLUMNS, values, strict=True))


async def digest(
    category: CategoryOption = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="A date or time.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=31, help="How far back.")] = 1,
    style: StyleOption = "text",
    zone: Annotated[str, typer.Option("--zone")] = "UTC",
    world: WorldOption = None,
) -> None:
    """The digest of a day, as a channel would get it."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_bots, load_taxonomy, pictured
    from hypecurve.config import load_settings
    from hypecurve.domain.schedule import parse_instant, parse_zone
    from hypecurve.domain.subscription import Wants
    from hypecurve.services.digests.compose import digest_between
    from hypecurve.services.digests.pictures import picture_of
    from hypecurve.wording.digest import digest_message

    check_style(style)
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    wants = Wants(frozenset(taxonomy.find(each).slug for each in category or ()))
    place = parse_zone(zone)
    at = parse_instant(as_of, place) if as_of else None
    async with any_store(settings, SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        async with store.read() as tx:
            latest = await tx.stars.latest(at)
            # Without a time: the day that ends with the last look at the counts.
            until = at or (latest.at if latest else datetime.now(UTC))
            found = await digest_between(tx, taxonomy, wants, until - days * _DAY, until, zone)
            shows = style in pictured(load_bots())
            picture = await picture_of(tx, found, until, "en") if shows else None
    print_message(replace(digest_message(found, taxonomy, "en"), picture=picture), style)


def check_style(style: str) -> None:
    """Refuse a form that a message cannot be printed in; BadInput names those there are."""
    from hypecurve.bootstrap import load_bots

    one_of("--format", style, ("text", "json", *load_bots()))


def print_message(message: Message, style: str) -> None:
    """Print a message as text, as its own parts, or as the posts a bot would make of it."""
    import json

    from hypecurve.adapters.sql.messages import message_values
    from hypecurve.bootstrap import load_bots
    from hypecurve.wording.plain import plain

    if style == "text":
        typer.echo(plain(message))
    else:
        parts = (
            message_values(message) if style == "json" else [*load_bots()[style].render(message)]
        )
        typer.echo(json.dumps(parts, ensure_ascii=False, indent=1))
