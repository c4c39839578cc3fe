"""`demo`, `replay` and `backtest`: worlds of their own, each in its own file."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hypecurve.cli.common import called, note, one_of, runs
from hypecurve.domain.errors import BadInput

if TYPE_CHECKING:
    from hypecurve.domain.message import Message
    from hypecurve.ports import Bot

_WIDTH = 88
_MOST_DAYS = 60
_FEW_DAYS = 2


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("demo")(demo)
    app.command("replay")(runs(replay))
    app.command("backtest")(backtest)


def demo(
    days: Annotated[int, typer.Option("--days", help="Simulated days to poll.")] = 14,
) -> None:
    """Run the whole pipeline on a made-up GitHub on this machine; no account needed."""
    if not 1 <= days <= _MOST_DAYS:
        message = f"--days {days} is out of range: give 1 to {_MOST_DAYS}."
        raise BadInput(message)
    from hypecurve.bootstrap import FILES, load_bots, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.demo import UNTIL, run_demo
    from hypecurve.standin import MADE_UP
    from hypecurve.wording.digest import digest_message

    file = Path(FILES["demo"])
    if file.is_dir():
        message = f"{file} is a folder: the demo writes a file of that name. Move the folder away."
        raise BadInput(message)
    load_settings()  # a setting that cannot be used is told before the work, not after it
    typer.secho(MADE_UP, bold=True)
    typer.echo("The real tracker polls it over HTTP every 6 simulated hours.\n")
    taxonomy = load_taxonomy()
    with typer.progressbar(length=days * 4 + 1, label=_many(days, "day"), show_pos=True) as bar:
        met: set[datetime] = set()

        def step(at: datetime, _line: str) -> None:
            if at not in met:
                met.add(at)
                bar.update(1)

        shown = asyncio.run(run_demo(file, days, step))
    typer.echo(f"{_many(shown.requests, 'request')}, {_many(shown.signals, 'signal')}.\n")
    _show(digest_message(shown.digest, taxonomy, "en"), load_bots())
    typer.secho("\nThe top of the made-up catalogue, by stars in 7 days\n", bold=True)
    from hypecurve.cli.listing import print_list

    asyncio.run(print_list(world="demo", order="week", limit=10, brief=True))
    # Where one day is all there is, the last one is the only one to look at.
    earlier = UNTIL - timedelta(days=2 if days > _FEW_DAYS else 0)
    typer.secho("\nWhat to type next", bold=True)
    suggested = (
        ("list --world demo", "the whole made-up catalogue"),
        ("repo nori/voicebox --world demo", "one repo of it"),
        (f"digest --world demo --as-of {earlier:%Y-%m-%d}", "the digest of that day"),
        ("categories", "what can be subscribed to"),
        ("update", "the real GitHub: needs GITHUB_TOKEN"),
    )
    wide = max(len(arguments) for arguments, _ in suggested)
    for arguments, what in suggested:
        typer.echo(f"  {called()} {arguments:<{wide}}  {what}")


def _note_reading(folder: Path, into: str = "") -> None:
    """Say what takes a while and where it goes, unless it ends at once with an error."""
    if all(any(folder.glob(f"{name}.csv*")) for name in ("repos", "stars")):
        note(f"Reading {folder}{f' into {into}' if into else ''} ...")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _show(message: Message, bots: dict[str, Bot]) -> None:
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    from hypecurve.wording.plain import plain

    console = Console(width=_WIDTH + 4)
    console.print(Panel(Text(plain(message, width=_WIDTH)), title="The digest as text"))
    for name, bot in bots.items():
        lines = "\n".join(bot.layout(message))
        console.print(Panel(Text.from_ansi(lines), title=f"as {name.capitalize()} lays it out"))


async def replay(
    folder: Annotated[Path, typer.Argument(help="Holds repos.csv, stars.csv (.gz) and more.")],
    until: Annotated[str | None, typer.Option("--until", help="Last day, like 2025-06-30.")] = None,
) -> None:
    """Load recorded star histories and detect day by day."""
    from hypecurve.adapters.recorded.folder import read_folder
    from hypecurve.bootstrap import check_replay, load_taxonomy, replay_store, shown_database
    from hypecurve.config import load_settings
    from hypecurve.domain.schedule import parse_instant
    from hypecurve.services.replay import RecordedDay
    from hypecurve.services.replay import replay as run

    settings = load_settings()
    last = parse_instant(until).date() if until else None
    into = shown_database(settings, "replay")
    await check_replay(settings)
    _note_reading(folder, into)
    recording = read_folder(folder, last)
    for line in recording.refused.lines():
        note(line)
    async with replay_store(settings) as store:
        length = len(recording.days)
        with typer.progressbar(length=length, label="Replaying", show_pos=True) as bar:

            def step(_day: RecordedDay) -> None:
                bar.update(1)

            done = await run(
                store,
                load_taxonomy(settings.taxonomy_file),
                recording.replayed(),
                min_stars=settings.min_stars,
                step=step,
            )
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.signals.items()))
    typer.echo(
        f"{done.observations:,} observations of {recording.names:,} names, "
        f"{recording.repos_seen:,} repos after joining renames, "
        f"on {done.days:,} days; signals: {kinds or 'none'}."
    )
    typer.echo(f"The replay is in {into}.")
    typer.echo(f"Next: {called()} list --world replay, {called()} digest --world replay")


def backtest(
    folder: Annotated[Path, typer.Argument(help="Holds repos.csv, stars.csv (.gz) and more.")],
    until: Annotated[str | None, typer.Option("--until", help="Last day, like 2025-06-30.")] = None,
    style: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Score the detection on recorded histories."""
    import sys

    from hypecurve.adapters.recorded.grid import read_grid
    from hypecurve.cli.scores import print_scores
    from hypecurve.domain.schedule import parse_instant
    from hypecurve.services.backtest import report_of

    one_of("--format", style, ("table", "json"))
    last = parse_instant(until).date() if until else None
    _note_reading(folder)
    grid = read_grid(folder, last)
    for line in grid.refused.lines():
        note(line)
    with typer.progressbar(length=1, label="Scoring", file=sys.stderr) as bar:

        def step(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = report_of(grid.curves, progress=step)
    print_scores(report, grid.notes, style)
