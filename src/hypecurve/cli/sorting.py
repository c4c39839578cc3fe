"""`categories` and `classify`: the taxonomy, and where repos belong in it."""

from __future__ import annotations

from collections.abc import Mapping
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
)
from hypecurve.domain.errors import BadInput

if TYPE_CHECKING:
    from hypecurve.domain.category import Taxonomy


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("categories")(runs(categories))
    app.command("classify")(runs(classify))


async def categories(world: WorldOption = None) -> None:
    """The taxonomy, with how many repos each category holds where there is a catalogue."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.errors import WrongWorld
    from hypecurve.services.answers.lookup import sizes
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
        if to is not None:
            message = "--as is for one repo of the catalogue, not for a file."
            raise BadInput(message)
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
    return next((each.layer.title for each in taxonomy.categories if each.slug == slug), "")


async def _placed(name: str, to: str | None, taxonomy: Taxonomy, world: str | None) -> Any:  # noqa: ANN401 - (name, place)
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, site_of
    from hypecurve.config import load_settings
    from hypecurve.domain.catalogue import Place
    from hypecurve.domain.repo import RepoName
    from hypecurve.services.answers.lookup import named

    settings = load_settings()
    which = RepoName.parse(name, site_of(settings))
    async with any_store(settings, SystemClock(), checked_world(world)) as store:
        note_world(store.world.kind)
        async with store.write() as tx:
            entry = await named(tx, which)
            place = entry.place
            if to is not None:
                place = Place(_category(taxonomy, to), "an operator said so", by_operator=True)
                await tx.catalogue.place({entry.repo.id: place})
    return str(entry.repo.name), place


def _category(taxonomy: Taxonomy, text: str) -> str:
    """The slug an operator names: a category's, or "not-ai". BadInput for a layer."""
    from hypecurve.domain.category import NOT_AI

    if text == NOT_AI:
        return text
    found = taxonomy.find(text)
    if found not in taxonomy.categories:
        of_layer = ", ".join(each.slug for each in taxonomy.categories if each.layer == found)
        message = f"'{text}' is a layer: name one of its categories ({of_layer}), or not-ai."
        raise BadInput(message)
    return found.slug
