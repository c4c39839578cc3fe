"""`search` and `compare`: repos by a text, and side by side."""

from __future__ import annotations

from typing import Annotated

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
)
from hypecurve.cli.drawing import ChartOption, checked_chart, draw_into
from hypecurve.cli.listing import print_entries
from hypecurve.cli.reading import StyleOption, check_style, print_message

_WAYS = ("date", "age")
_MANY = 20


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("search")(runs(search))
    app.command("compare")(runs(compare))


async def search(
    text: Annotated[list[str], typer.Argument(help="A part of a name, or a few words.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = _MANY,
    style: FormatOption = "table",
    world: WorldOption = None,
) -> None:
    """Repos by name, owner, description or topics, the closest first."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.chat.finding import Search
    from hypecurve.chat.grammar import parse
    from hypecurve.config import load_settings
    from hypecurve.services.answers.search import search as look_for

    one_of("--format", style, TABLE_FORMATS)
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    asked = parse(str(Search(" ".join(text))), taxonomy)  # refused as in a chat
    wanted = asked.text if isinstance(asked, Search) else ""
    async with any_store(settings, SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        hits = await look_for(store, wanted, limit)
    if not hits.entries:
        note("No listed repo is called so, or says so of itself.")
    print_entries(hits.entries, taxonomy, style)
    if hits.total > len(hits.entries):
        note(f"{len(hits.entries)} of {hits.total:,}: --limit shows more.")


async def compare(  # typer takes options as arguments
    names: Annotated[list[str], typer.Argument(help="Two to five repos, owner/name each.")],
    by: Annotated[
        str, typer.Option("--by", help="date: of the last year; age: since each was created.")
    ] = "date",
    style: StyleOption = "text",
    zone: Annotated[str, typer.Option("--zone")] = "UTC",
    chart: ChartOption = None,
    world: WorldOption = None,
) -> None:
    """Two to five repos side by side; as a picture with --chart."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy, site_of
    from hypecurve.config import load_settings
    from hypecurve.domain.chart import MOST_COMPARED
    from hypecurve.domain.errors import BadInput
    from hypecurve.domain.repo import RepoName
    from hypecurve.domain.schedule import parse_zone
    from hypecurve.services.answers.comparing import compare as side_by_side
    from hypecurve.wording.comparison import comparison_message

    check_style(style)
    one_of("--by", by, _WAYS)
    file = checked_chart(chart)
    parse_zone(zone)
    settings = load_settings()
    which = {each.key: each for each in (RepoName.parse(n, site_of(settings)) for n in names)}
    if not 1 < len(which) <= MOST_COMPARED:
        message = (
            f"Name two to {MOST_COMPARED} different repos: "
            "hypecurve compare acme/flashkv nori/voicebox"
        )
        raise BadInput(message)
    clock = SystemClock()
    async with any_store(settings, clock, checked_world(world)) as store:
        note_world(store.world.kind)
        found = await side_by_side(
            store, clock, list(which.values()), "age" if by == "age" else "date"
        )
    if file is not None:
        await draw_into(file, found.chart)
    taxonomy = load_taxonomy(settings.taxonomy_file)
    print_message(comparison_message(found.entries, found.chart, taxonomy, "en", zone), style)
