"""`forget`: what somebody asks not to be kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hypecurve.cli.common import note, one_of, runs
from hypecurve.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypecurve.ports.store import Forgotten

_PLATFORMS = ("slack", "discord", "github")
_WORDS = {
    "channels": ("channel", "channels"),
    "subscriptions": ("subscription", "subscriptions"),
    "installations": ("installation with its tokens", "installations with their tokens"),
    "digests": ("digest", "digests"),
    "notices": ("notice", "notices"),
    "picks": ("pick", "picks"),
    "repos": ("repository", "repositories"),
    "submissions": ("submission", "submissions"),
    "blocks": ("block", "blocks"),
    "names": ("name in what stays", "names in what stays"),
    "texts": ("text of what others were told", "texts of what others were told"),
}
"""What each count of a `Forgotten` is called; a test holds them together."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("forget")(runs(forget))


async def forget(
    platform: Annotated[str, typer.Argument(help="slack, discord or github.")],
    who: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Slack: T123 a team, T123/C456 a channel, U123 or T123/U456 a person. "
            "Discord: the number of a server, channel or user. GitHub: a login.",
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take a GitHub account's repositories in again.")
    ] = False,
) -> None:
    """Delete what is kept of a team, channel, person or GitHub account; see PRIVACY.md.

    A GitHub account's repositories go, and are not taken in again.
    """
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store
    from hypecurve.config import load_settings
    from hypecurve.services import forgetting

    meant = forgetting.parse_who(one_of("PLATFORM", platform, _PLATFORMS), who)
    is_account = meant.sort is forgetting.Sort.ACCOUNT
    if undo and not is_account:
        message = "--undo is for GitHub accounts: what was kept of others is gone."
        raise BadInput(message)
    clock = SystemClock()
    async with any_store(load_settings(), clock, "live") as store:
        if undo:
            was = await forgetting.readmit(store, meant)
            how = "is taken in again, by the next update" if was else "was not barred"
            typer.echo(f"{meant} {how}.")
            return
        if not yes:
            would = await forgetting.foresee(store, clock, meant)
            if not (would or is_account):
                typer.echo(f"Nothing was kept of {meant}.")
                _hint(await forgetting.enterprises(store, meant))
                return
            _ask(str(meant), _said(would) or "nothing yet", barred=is_account)
        gone = await forgetting.forget(store, clock, meant)
        wiped = await store.wipe()
        wider = await forgetting.enterprises(store, meant)
    typer.echo(f"Deleted of {meant}: {_said(gone)}." if gone else f"Nothing was kept of {meant}.")
    if is_account:
        typer.echo(
            f"Its repositories are not taken in again. To undo that: "
            f"hypecurve forget github {meant.id} --undo"
        )
    _hint(wider)
    if not wiped:
        note("A service uses the database: its log (-wal) may name it until tomorrow's deletions.")
    if gone:
        note("Copies and backups of the database, and logs, that were made before may name it yet.")


def _hint(enterprises: Sequence[str]) -> None:
    """Say under which other ids a team's may be kept."""
    if enterprises:
        note(
            "Of a team whose enterprise installed Hypecurve as a whole all is kept under the "
            f"enterprise's id: {', '.join(enterprises)}."
        )


def _ask(who: str, what: str, *, barred: bool) -> None:
    """Ask whether it is meant so; BadInput where nobody answers or the answer is no."""
    note(f"This deletes of {who}: {what}.")
    if barred:
        note("Its repositories are not taken in again, until --undo lets them be found anew.")
    final = "" if barred else "It cannot be undone. "
    typer.echo(f"{final}Delete it? [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline().strip().casefold()
    if not sys.stdin.isatty():
        note()
    if answer not in {"y", "yes"}:
        message = "Nothing was deleted: answer y, or say --yes."
        raise BadInput(message)


def _said(gone: Forgotten) -> str:
    """The counts in words; "" for nothing."""
    counts = ((getattr(gone, name), words) for name, words in _WORDS.items())
    return ", ".join(
        f"{count:,} {one if count == 1 else many}" for count, (one, many) in counts if count
    )
