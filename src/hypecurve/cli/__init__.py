"""The command line. Each command imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from hypecurve.cli import (
    channels,
    deliveries,
    doctor,
    finding,
    forgetting,
    listing,
    operating,
    reading,
    secrets,
    showing,
    sorting,
    status,
    submitting,
)
from hypecurve.cli.bots import WithBots

app = typer.Typer(
    name="hypecurve",
    cls=WithBots,
    help="What is rising in open-source AI, told in Slack and Discord.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer's signature
    if asked:
        from importlib.metadata import version

        typer.echo(f"hypecurve {version('hypecurve')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """What is rising in open-source AI, told in Slack and Discord."""


showing.add_to(app)
operating.add_to(app)
status.add_to(app)
deliveries.add_to(app)
doctor.add_to(app)
listing.add_to(app)
reading.add_to(app)
finding.add_to(app)
sorting.add_to(app)
channels.add_to(app)
submitting.add_to(app)
secrets.add_to(app)
forgetting.add_to(app)
