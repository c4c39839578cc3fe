"""What the commands share."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, ParamSpec

import typer

from hypecurve.domain.errors import BadInput

if TYPE_CHECKING:
    from hypecurve.domain.overview import Trouble
    from hypecurve.domain.subscription import Channel
    from hypecurve.ports.store import Transaction

P = ParamSpec("P")

WorldOption = Annotated[
    str | None,
    typer.Option("--world", help="Which of the databases in this folder: live, replay or demo."),
]
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or json.")]
_WIDEST = 400
_GAP = 2
"""Between two columns."""
_LEAST = {"repo": 18, "category": 10, "layer": 8, "reason": 20, "description": 20}
"""The columns of words, and what they may be cut to where a terminal is narrow."""
TABLE_FORMATS = ("table", "csv", "json")


def runs(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make a plain command of an async one; a reader that has seen enough is no error."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            asyncio.run(command(*args, **kwargs))
            sys.stdout.flush()
        except BrokenPipeError:
            # `hypecurve list | head`: what is left has nowhere to go, at the exit neither.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return run


def one_of(option: str, value: str, allowed: Sequence[str]) -> str:
    """The value if it is allowed; BadInput names what is."""
    if value not in allowed:
        message = f"{option} {value!r} is not known: choose {', '.join(allowed)}."
        raise BadInput(message)
    return value


def checked_world(world: str | None) -> str | None:
    """The world if it is one."""
    return None if world is None else one_of("--world", world, ("live", "replay", "demo"))


def called() -> str:
    """How this program was called, to say what to type next."""
    import shutil

    given = Path(sys.argv[0])
    if given.name == "__main__.py":
        return "python -m hypecurve"
    found = shutil.which(given.name)
    if found is not None and Path(found).resolve() == given.resolve():
        return given.name
    here = Path.cwd()
    full = here / given
    if full.is_file() and full.is_relative_to(here):
        return str(full.relative_to(here))
    return str(given)


def note(line: str = "") -> None:
    """A line for the person at the terminal, beside the answer itself."""
    typer.echo(line, err=True)


def note_world(kind: str) -> None:
    """Say where the numbers come from when they are not the present's."""
    from hypecurve.standin import MADE_UP

    if kind == "demo":
        note(f"This is the demo's world. {MADE_UP}")
    elif kind == "replay":
        note("This is a replay of recorded histories, not the present.")


async def no_bot(tx: Transaction, channel: Channel) -> Trouble | None:
    """What keeps everything from a channel: its platform's bot lacks settings, and none is at work.

    A service elsewhere may have them: whoever sends holds a lease.
    """
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import load_bots
    from hypecurve.config import bot_settings
    from hypecurve.delivering import lease_of
    from hypecurve.domain.overview import Trouble, TroubleKind
    from hypecurve.holding import alive

    platform = channel.tenant.platform
    bot = load_bots().get(platform)
    missing = ["its package"] if bot is None else bot.missing(bot_settings(bot.settings))
    at_work = alive(await tx.leases.holders(), SystemClock().now())
    if not missing or lease_of(platform) in at_work:
        return None
    lacks = " and ".join(missing)
    are = "are" if len(missing) > 1 else "is"
    return Trouble(TroubleKind.NO_BOT, platform, reason=f"{lacks} {are} missing")


def table(
    rows: Iterable[Mapping[str, object]],
    style: str,
    *,
    right: frozenset[str] = frozenset(),
    columns: Sequence[str] = (),
    spare: Sequence[str] = (),
    hint: bool = True,
) -> None:
    """Print rows as a table for people, or as CSV or JSON for programs (exact values).

    Where a terminal is too narrow for a table, its long words are cut, and then the `spare`
    columns left out, in that order (`hint` says so); a number is whole or not there.
    """
    listed = list(rows)
    names = list(columns) or (list(listed[0]) if listed else [])
    if style == "json":
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1, default=str))
    elif style == "csv":
        import csv

        writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: row[name] for name in names} for row in listed)
    else:
        _print_table(listed, names, right, spare, hint=hint)


def _print_table(
    rows: Sequence[Mapping[str, object]],
    names: Sequence[str],
    right: frozenset[str],
    spare: Sequence[str],
    *,
    hint: bool,
) -> None:
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    natural = {
        name: max([cell_len(name), *(cell_len(shown(row[name])) for row in rows)]) for name in names
    }
    widths = natural
    console = Console()
    if console.is_terminal:
        widths = fitted(natural, terminal_width(), spare)
        if hint and len(widths) < len(natural):
            note("A wider terminal, a pipe or --format csv shows all columns.")
    else:
        # A pipe has no width: there nothing is cut.
        console = Console(width=_total(natural) + 1)
    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for name, width in widths.items():
        side: Literal["left", "right"] = "right" if name in right else "left"
        grid.add_column(name, justify=side, no_wrap=True, width=width)
    for row in rows:
        # Text, not str: rich would read markup in a description.
        grid.add_row(*(Text(shown(row[name])) for name in widths))
    # A line longer than the terminal goes on in the next one rather than lose a number.
    try:
        console.print(grid, width=_total(widths), crop=False, overflow="ignore")
    except SystemExit:  # so rich takes a reader that has gone
        raise BrokenPipeError from None


def fitted(natural: Mapping[str, int], room: int, spare: Sequence[str] = ()) -> dict[str, int]:
    """The columns that fit into a terminal of so many columns, and how wide each is.

    Only the columns of words shrink, to `_LEAST` and no further; then `spare` ones are left out.
    """
    kept = dict(natural)
    dropped = iter(spare)
    least = {name: min(width, _LEAST[name]) for name, width in kept.items() if name in _LEAST}
    while _total({**kept, **least}) > room:
        name = next(dropped, None)
        if name is None:
            break
        kept.pop(name, None)
        least.pop(name, None)
    while _total(kept) > room:
        widest = max(least, key=lambda name: kept[name] - least[name], default=None)
        if widest is None or kept[widest] == least[widest]:
            break
        kept[widest] -= 1
    return kept


def _total(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + _GAP * (len(widths) - 1)


def terminal_width() -> int:
    """Columns of the terminal; a pipe is as wide as a table wants."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDEST


def shown(value: object) -> str:
    """A cell: what is unknown stays empty."""
    return "" if value is None else str(value)
