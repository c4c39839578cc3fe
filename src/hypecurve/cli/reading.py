"""`list`, `repo`, `signals`, `digest`, `categories`, `classify`: questions to the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hypecurve.cli.common import (
    TABLE_FORMATS,
    FormatOption,
    WorldOption,
    checked_world,
    note,
    note_world,
    one_of,
    runs,
    table,
    terminal_width,
)

if TYPE_CHECKING:
    from hypecurve.domain.catalogue import CatalogueEntry
    from hypecurve.domain.category import Taxonomy
    from hypecurve.domain.signal import Signal

_NUMBERS = frozenset(["stars", "24 h", "24 h %", "7 d", "7 d %", "30 d", "forks", "score", "count"])
_ROW_NAMES = (
    *("repo", "category", "stars", "24 h", "24 h %", "7 d", "7 d %", "30 d", "forks"),
    *("description", "language", "licence", "created", "updated", "listed", "state"),
)
_MAIN_NAMES = ("repo", "category", "stars", "24 h", "7 d", "7 d %", "30 d", "state")
_FULL_WIDTH = 220
"""Columns of a terminal that the whole table takes."""
_ORDERS = ("stars", "day", "week", "month", "listed", "created")
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
_DAY = timedelta(days=1)
_DESCRIPTION = 60
CategoryOption = Annotated[
    list[str] | None, typer.Option("--category", "-c", help="A category or layer; may repeat.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("list")(runs(list_repos))
    app.command("repo")(runs(repo))
    app.command("signals")(runs(signals))
    app.command("digest")(runs(digest))
    app.command("categories")(runs(categories))
    app.command("classify")(runs(classify))


async def list_repos(
    category: CategoryOption = None,
    order: Annotated[str, typer.Option("--by", help=", ".join(_ORDERS))] = "stars",
    state: Annotated[str | None, typer.Option("--state", help="stalled, cooling, ...")] = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1)] = None,
    style: FormatOption = "table",
    world: WorldOption = None,
) -> None:
    """The catalogue: stars, growth, category and state of every listed repo."""
    await print_list(
        category=category or (), order=order, state=state, limit=limit, style=style, world=world
    )


async def print_list(
    *,
    category: list[str] | tuple[str, ...] = (),
    order: str = "stars",
    state: str | None = None,
    limit: int | None = None,
    style: str = "table",
    world: str | None = None,
    brief: bool = False,
) -> None:
    """Print the catalogue; `brief`: without saying whose world it is, and just the main columns."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.catalogue import RepoState
    from hypecurve.ports.store import Found
    from hypecurve.services.lookup import everything

    one_of("--format", style, TABLE_FORMATS)
    one_of("--by", order, _ORDERS)
    if state is not None:
        one_of("--state", state, [each.value for each in RepoState])
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    found = Found(
        categories=taxonomy.expand(taxonomy.find(each).slug for each in category),
        states=frozenset({RepoState(state)}) if state else frozenset(),
        order=order,
        limit=limit,
    )
    async with any_store(settings, SystemClock(), checked_world(world)) as store:
        if not brief:
            note_world(store.world.kind)
        entries = await everything(store, found)
    if not entries and not brief:
        note("No listed repo fits." if category or state else "No repo is listed yet.")
    exact = style != "table"
    rows = [_row(entry, taxonomy, exact=exact) for entry in entries]
    names: tuple[str, ...] = _ROW_NAMES
    if brief or (style == "table" and terminal_width() < _FULL_WIDTH):
        names = _MAIN_NAMES
        if not brief:
            note("A wider terminal, a pipe or --format csv shows all columns.")
    table(rows, style, right=_NUMBERS, columns=names)


def _row(entry: CatalogueEntry, taxonomy: Taxonomy, *, exact: bool) -> Mapping[str, Any]:
    repo, growth = entry.repo, entry.growth
    if exact:
        day, week, month = growth.day, growth.week, growth.month
        stars: object = repo.stars
        forks: object = repo.forks
        description = repo.description
    else:
        day, week, month = (_signed(gain) for gain in (growth.day, growth.week, growth.month))
        stars = f"{repo.stars:,}"
        forks = "" if repo.forks is None else f"{repo.forks:,}"
        description = repo.description[:_DESCRIPTION]
    values = (
        str(repo.name),
        taxonomy.title(entry.place.category),
        stars,
        day,
        _share(growth.day, repo.stars),
        week,
        _share(growth.week, repo.stars),
        month,
        forks,
        description,
        repo.language,
        repo.license,
        _date(repo.created_at),
        _date(repo.updated_at or repo.pushed_at),
        _date(entry.listed_at),
        entry.state.value,
    )
    return dict(zip(_ROW_NAMES, values, strict=True))


def _signed(gain: int | None) -> Any:  # noqa: ANN401 - a cell
    return None if gain is None else f"{gain:+,}"


def _share(gain: int | None, stars: int) -> str | None:
    """A gain in % of the stars before it; None where that is unknown or nothing."""
    before = None if gain is None else stars - gain
    return None if gain is None or not before or before < 0 else f"{100 * gain / before:.2f}"


def _date(at: datetime | None) -> str | None:
    return None if at is None else at.date().isoformat()


async def repo(
    name: Annotated[str, typer.Argument(help="owner/name or a GitHub address.")],
    as_of: Annotated[str | None, typer.Option("--as-of", help="A date or time.")] = None,
    zone: Annotated[str, typer.Option("--zone")] = "UTC",
    world: WorldOption = None,
) -> None:
    """The card of one repo: counts, growth, category, state, curve."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.repo import RepoName
    from hypecurve.domain.schedule import parse_instant, parse_zone
    from hypecurve.services.lookup import card
    from hypecurve.wording.card import card_message
    from hypecurve.wording.plain import plain

    which = RepoName.parse(name)
    place = parse_zone(zone)
    at = parse_instant(as_of, place) if as_of else datetime.now(UTC)
    settings = load_settings()
    async with any_store(settings, SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        found = await card(store, which, at)
    message = card_message(found, load_taxonomy(settings.taxonomy_file), "en", zone)
    typer.echo(plain(message))


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
    table(rows, style, right=_NUMBERS, columns=_SIGNAL_COLUMNS)


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
    style: Annotated[str, typer.Option("--format", help="text, json, slack or discord.")] = "text",
    zone: Annotated[str, typer.Option("--zone")] = "UTC",
    world: WorldOption = None,
) -> None:
    """The digest of a day, as a channel would get it."""
    import json

    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_bots, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.schedule import parse_instant, parse_zone
    from hypecurve.domain.subscription import Wants
    from hypecurve.services.compose import digest_between
    from hypecurve.wording.digest import digest_message
    from hypecurve.wording.plain import plain

    bots = load_bots()
    one_of("--format", style, ("text", "json", *bots))
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
    message = digest_message(found, taxonomy, "en")
    if style == "text":
        typer.echo(plain(message))
    elif style == "json":
        from hypecurve.adapters.sql.rows import message_values

        typer.echo(json.dumps(message_values(message), ensure_ascii=False, indent=1))
    else:
        posts = list(bots[style].render(message))
        typer.echo(json.dumps(posts, ensure_ascii=False, indent=1))


async def categories(world: WorldOption = None) -> None:
    """The taxonomy, with how many repos each category holds where there is a catalogue."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.errors import WrongWorld
    from hypecurve.services.lookup import sizes
    from hypecurve.wording.lists import categories_message
    from hypecurve.wording.plain import plain

    settings = load_settings()
    counts: Mapping[str, int] = {}
    try:
        async with any_store(settings, SystemClock(), checked_world(world)) as store:
            note_world(store.world.kind)
            counts = await sizes(store)
    except WrongWorld as error:
        note(str(error))
    taxonomy = load_taxonomy(settings.taxonomy_file)
    typer.echo(plain(categories_message(taxonomy, counts, "en")))


async def classify(
    what: Annotated[str, typer.Argument(help="A repo of the catalogue, or a repos.csv.")],
    to: Annotated[str | None, typer.Option("--as", help="Put the repo there for good.")] = None,
    style: FormatOption = "table",
    world: WorldOption = None,
) -> None:
    """Where a repo or a file's repos belong, and why; `--as` overrides for a repo."""
    from hypecurve.bootstrap import load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.classify import classify as place_of

    one_of("--format", style, TABLE_FORMATS)
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    file = Path(what)
    if file.suffix in {".csv", ".gz"}:
        from hypecurve.adapters.recorded.folder import read_repos

        placed = [(str(each.name), place_of(each, taxonomy)) for each in read_repos(file)]
    else:
        placed = [await _placed(what, to, taxonomy, world)]
    rows = [
        {
            "repo": name,
            "layer": _layer(taxonomy, place.category),
            "category": taxonomy.title(place.category),
            "reason": place.reason,
        }
        for name, place in placed
    ]
    table(rows, style, columns=("repo", "layer", "category", "reason"))


def _layer(taxonomy: Taxonomy, slug: str) -> str:
    found = {category.slug: category for category in taxonomy.categories}.get(slug)
    return "" if found is None else taxonomy.title(_slug_of(found.layer))


def _slug_of(layer: Any) -> str:  # noqa: ANN401 - a Layer or its slug
    return str(getattr(layer, "slug", layer))


async def _placed(name: str, to: str | None, taxonomy: Taxonomy, world: str | None) -> Any:  # noqa: ANN401 - (name, place)
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store
    from hypecurve.config import load_settings
    from hypecurve.domain.catalogue import Place
    from hypecurve.domain.repo import RepoName
    from hypecurve.services.lookup import named

    which = RepoName.parse(name)
    async with any_store(load_settings(), SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        async with store.write() as tx:
            entry = await named(tx, which)
            place = entry.place
            if to is not None:
                slug = to if to == "not-ai" else taxonomy.find(to).slug
                place = Place(slug, "an operator said so", by_operator=True)
                await tx.catalogue.place({entry.repo.id: place})
    return str(entry.repo.name), place
