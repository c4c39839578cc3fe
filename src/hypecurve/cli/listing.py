"""`list`: the catalogue as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
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
from hypecurve.cli.drawing import ChartOption, checked_chart, draw_into
from hypecurve.wording.cut import cut

if TYPE_CHECKING:
    from hypecurve.domain.catalogue import CatalogueEntry
    from hypecurve.domain.category import Taxonomy

_NUMBERS = frozenset(["stars", "24 h", "24 h %", "7 d", "7 d %", "30 d", "forks"])
_ROW_NAMES = (
    *("repo", "category", "stars", "24 h", "24 h %", "7 d", "7 d %", "30 d", "forks"),
    *("description", "language", "licence", "created", "updated", "listed", "state"),
)
_MAIN_NAMES = ("repo", "category", "stars", "24 h", "7 d", "7 d %", "30 d", "state")
_SPARE = ("30 d", "7 d %", "state", "category", "24 h")
_FULL_WIDTH = 220
"""Columns of a terminal that the whole table takes."""
_ORDERS = ("stars", "day", "week", "month", "listed", "created")
_DESCRIPTION = 60
CategoryOption = Annotated[
    list[str] | None, typer.Option("--category", "-c", help="A category or layer; may repeat.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("list")(runs(list_repos))


async def list_repos(
    category: CategoryOption = None,
    order: Annotated[str, typer.Option("--by", help=", ".join(_ORDERS))] = "stars",
    state: Annotated[str | None, typer.Option("--state", help="stalled, cooling, ...")] = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1)] = None,
    style: FormatOption = "table",
    chart: ChartOption = None,
    world: WorldOption = None,
) -> None:
    """The catalogue: stars, growth, category and state of every listed repo.

    As a picture: what the first ten of them gained in 7 days.
    """
    await print_list(
        category=category or (),
        order=order,
        state=state,
        limit=limit,
        style=style,
        world=world,
        chart=checked_chart(chart),
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
    chart: Path | None = None,
) -> None:
    """Print the catalogue; `brief`: without saying whose world it is, and just the main columns.

    `chart`: where to draw what the first ones gained in 7 days.
    """
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.catalogue import RepoState
    from hypecurve.ports.store import Found
    from hypecurve.services.answers.curves import risers_of
    from hypecurve.services.answers.lookup import everything

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
    if chart is not None:
        counted = max((entry.seen_at for entry in entries), default=SystemClock().now())
        await draw_into(chart, risers_of(entries, counted.astimezone(UTC).date()))
    if not entries and not brief:
        note("No listed repo fits." if category or state else "No repo is listed yet.")
    print_entries(entries, taxonomy, style, brief=brief)


def print_entries(
    entries: Sequence[CatalogueEntry], taxonomy: Taxonomy, style: str, *, brief: bool = False
) -> None:
    """Print repos as a table for people, or as CSV or JSON; `brief`: just the main columns."""
    exact = style != "table"
    rows = [_row(entry, taxonomy, exact=exact) for entry in entries]
    names: tuple[str, ...] = _ROW_NAMES
    if brief or (style == "table" and terminal_width() < _FULL_WIDTH):
        names = _MAIN_NAMES
        if not brief:
            note("A wider terminal, a pipe or --format csv shows all columns.")
    table(rows, style, right=_NUMBERS, columns=names, spare=_SPARE, hint=names is _ROW_NAMES)


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
        description = cut(repo.description, _DESCRIPTION)
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
