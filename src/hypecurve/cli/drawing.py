"""`--chart FILE`: a picture beside what a command prints."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hypecurve.cli.common import note
from hypecurve.domain.errors import BadInput

if TYPE_CHECKING:
    from hypecurve.domain.chart import Chart

ChartOption = Annotated[
    Path | None,
    typer.Option("--chart", help="Draw it into this file too (.png); what is there is replaced."),
]


def checked_chart(file: Path | None) -> Path | None:
    """The file if a picture can be written there, before any work is done for it.

    BadInput where its name, its folder or what is there already does not fit.
    """
    if file is None:
        return None
    if file.suffix.casefold() != ".png":
        message = (
            f"--chart {file}: a picture is a PNG, give a name like {file.stem or 'chart'}.png."
        )
        raise BadInput(message)
    try:
        if not file.parent.is_dir():
            message = f"--chart {file}: there is no folder {file.parent}."
            raise BadInput(message)
        if file.exists() and not file.is_file():
            message = f"--chart {file}: there is something of that name that is no file."
            raise BadInput(message)
    except OSError as error:
        raise _unwritable(file, error) from None
    return file


async def draw_into(file: Path, chart: Chart) -> None:
    """Write a chart into a file, whole or not at all; BadInput where that cannot be done."""
    from hypecurve.charts import Studio

    _write(file, await Studio().draw(chart))
    note(f"Drawn into {file}.")


def _write(file: Path, picture: bytes) -> None:
    target = file.resolve()
    aside = target.with_name(f".hypecurve-{os.getpid()}.part")
    try:
        try:
            aside.write_bytes(picture)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError) -> BadInput:
    return BadInput(f"--chart {file} cannot be written: {error.strerror or error}.")
