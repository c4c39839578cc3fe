"""`submit` and `submissions`: what readers wish for, and what the operator makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hypecurve.cli.common import TABLE_FORMATS, FormatOption, note, one_of, runs, table

if TYPE_CHECKING:
    from hypecurve.domain.catalogue import CatalogueEntry
    from hypecurve.domain.category import Taxonomy
    from hypecurve.domain.submission import Submission, Submitted
    from hypecurve.services.answers.vet import Blocked

_NAMES = (
    *("repo", "stars", "state", "category", "suggested", "reason"),
    *("submitted", "by", "channel", "listed", "told"),
)
_SPARE = ("told", "channel", "by", "suggested", "reason", "listed")
NameArgument = Annotated[str, typer.Argument(help="owner/name or a GitHub address.")]
CategoryArgument = Annotated[
    list[str] | None, typer.Argument(help="Where it belongs; guessed where left out.")
]
WhatArgument = Annotated[str, typer.Argument(help="A repo, or a user like slack:T123/U456.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("submit")(runs(submit))
    group = typer.Typer(help="What was submitted, and what you decide of it.")
    group.callback(invoke_without_command=True)(submissions)
    group.command("approve")(runs(approve))
    group.command("refuse")(runs(refuse))
    group.command("block")(runs(block))
    group.command("unblock")(runs(unblock))
    app.add_typer(group, name="submissions")


async def submit(name: NameArgument, category: CategoryArgument = None) -> None:
    """Let a repo be watched in every update, and listed once it has enough stars."""
    from hypecurve import log
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import existing, github, live_store, load_taxonomy, site_of
    from hypecurve.config import load_settings
    from hypecurve.domain.repo import RepoName
    from hypecurve.services.answers import submit as service
    from hypecurve.services.answers.vet import category_of
    from hypecurve.wording.plain import plain
    from hypecurve.wording.submissions import submitted_message

    settings, clock = load_settings(), SystemClock()
    log.configure(settings.log_format)
    taxonomy = load_taxonomy(settings.taxonomy_file)
    said = " ".join(category or ())
    which = RepoName.parse(name, site_of(settings))
    wish = service.Wish(which, category_of(taxonomy, said) if said else None)
    existing(settings, "live")  # a wish must not leave a new, empty catalogue behind
    async with github(settings, note, clock) as source, live_store(settings, clock) as store:
        submitted = await service.submit(
            store, source, clock, taxonomy, wish, bar=settings.min_stars, per_day=None
        )
    _tell(submitted, plain(submitted_message(submitted, taxonomy, "en", here=False)).strip())


def _tell(submitted: Submitted, words: str) -> None:
    """Say what became of it, and what an operator can do about it."""
    from hypecurve.domain.errors import BadInput
    from hypecurve.domain.submission import Outcome

    name, undo = submitted.name, f"`hypecurve forget github {submitted.name.owner} --undo`"
    approve = f"`hypecurve submissions approve {name}`"
    mend = {
        Outcome.GONE: "",
        Outcome.REFUSED: f" To let it in after all: {approve}.",
        Outcome.BLOCKED: f" To take it again: `hypecurve submissions unblock {name}`.",
        Outcome.FORGOTTEN: f" To take it in again: {undo}.",
    }
    if submitted.outcome in mend:
        raise BadInput(words.partition("\n")[0] + mend[submitted.outcome])
    typer.echo(words)
    if submitted.outcome in {Outcome.FORK, Outcome.NOT_AI, Outcome.WAITING}:
        note(f"To let it in: {approve}; to keep it out: refuse.")


def submissions(
    context: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", help="watched, waiting, approved, refused, misplaced.")
    ] = None,
    style: FormatOption = "table",
) -> None:
    """What was submitted, newest first, and what you decide of it."""
    if context.invoked_subcommand is None:
        runs(print_submissions)(state, style)


async def print_submissions(state: str | None, style: str) -> None:
    """Print what was submitted, of one state or of all."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy
    from hypecurve.config import load_settings
    from hypecurve.domain.submission import SubmissionState

    one_of("--format", style, TABLE_FORMATS)
    if state is not None:
        one_of("--state", state, [each.value for each in SubmissionState])
    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    wanted = [SubmissionState(state)] if state else []
    async with any_store(settings, SystemClock(), "live") as store, store.read() as tx:
        found = await tx.submissions.everything(wanted)
    if not found:
        note(f"No submission is {state}." if state else "Nothing was submitted yet.")
    exact = style != "table"
    rows = [_row(wished, entry, taxonomy, exact=exact) for wished, entry in found]
    table(rows, style, right=frozenset(["stars"]), columns=_NAMES, spare=_SPARE)
    if not exact and any(wished.state is SubmissionState.WAITING for wished, _ in found):
        note("For those that wait: hypecurve submissions approve NAME [CATEGORY], or refuse NAME.")
    if not exact and any(wished.state is SubmissionState.MISPLACED for wished, _ in found):
        note("To move what is misplaced: hypecurve submissions approve NAME; else refuse NAME.")


def _row(
    wished: Submission, entry: CatalogueEntry, taxonomy: Taxonomy, *, exact: bool
) -> Mapping[str, Any]:
    from hypecurve.wording.teller import place_title
    from hypecurve.wording.texts import SOURCE_LOCALE, texts

    english = texts(SOURCE_LOCALE)
    repo, place = entry.repo, entry.place
    fork = repo.is_fork and not place.by_operator
    values = (
        str(repo.name),
        repo.stars if exact else f"{repo.stars:,}",
        wished.state.value,
        place_title(taxonomy, place.category, english),
        None if wished.category is None else place_title(taxonomy, wished.category, english),
        "a fork" if fork else place.reason,
        _when(wished.at, exact=exact),
        wished.user or "operator",
        None if wished.channel is None else str(wished.channel),
        _when(entry.listed_at, exact=exact),
        _when(wished.told_at, exact=exact),
    )
    return dict(zip(_NAMES, values, strict=True))


def _when(at: datetime | None, *, exact: bool) -> str | None:
    if at is None:
        return None
    return at.isoformat(timespec="seconds") if exact else at.date().isoformat()


async def approve(name: NameArgument, category: CategoryArgument = None) -> None:
    """Let a submitted repo in, be it a fork or no AI by its words; its category stands for good."""
    await _decide(name, " ".join(category or ()), approved=True)


async def refuse(name: NameArgument) -> None:
    """Keep a submitted repo out; one that is listed already stays."""
    await _decide(name, "", approved=False)


async def _decide(text: str, category: str, *, approved: bool) -> None:
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, load_taxonomy, site_of
    from hypecurve.config import load_settings
    from hypecurve.domain.category import NOT_AI
    from hypecurve.domain.repo import RepoName
    from hypecurve.services.answers.vet import decide

    settings = load_settings()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    name = RepoName.parse(text, site_of(settings))
    async with any_store(settings, SystemClock(), "live") as store:
        entry = await decide(store, taxonomy, name, approve=approved, category=category or None)
    shown, stars = entry.repo.name, entry.repo.stars
    if not approved and entry.place.category != NOT_AI:
        typer.echo(f"{shown} stays in {taxonomy.title(entry.place.category)}.")
        return
    if not approved:
        typer.echo(f"{shown} is refused: it is not listed, and not taken again.")
        return
    if entry.listed_at is not None:
        then = f"It has been listed since {entry.listed_at:%Y-%m-%d}."
    elif stars >= settings.min_stars:
        then = f"The next update lists it, with {stars:,} stars."
    else:
        then = f"It is listed when it reaches {settings.min_stars:,} stars; it has {stars:,}."
    typer.echo(f"{shown} is approved, in {taxonomy.title(entry.place.category)}. {then}")


async def block(what: WhatArgument) -> None:
    """Take no more submissions of a repo, or by a user."""
    done = await _block(what, on=True)
    typer.echo(f"{done.what} is blocked{'' if done.changed else ' already'}.")
    if done.wishes:
        note(
            f"It was submitted before, and that still counts: "
            f"to keep it out, hypecurve submissions refuse {done.what}."
        )


async def unblock(what: WhatArgument) -> None:
    """Take submissions of a repo, or by a user, again."""
    done = await _block(what, on=False)
    how = "is no longer blocked" if done.changed else "was not blocked"
    typer.echo(f"{done.what} {how}.")


async def _block(what: str, *, on: bool) -> Blocked:
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import any_store, site_of
    from hypecurve.config import load_settings
    from hypecurve.services.answers import vet

    settings, clock = load_settings(), SystemClock()
    async with any_store(settings, clock, "live") as store:
        return await vet.block(store, clock, what, on=on, site=site_of(settings))
