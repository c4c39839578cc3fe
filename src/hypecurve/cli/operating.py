"""`run`, `update`, `db`: what the person who hosts it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from hypecurve.cli.common import note, runs
from hypecurve.domain.errors import HypecurveError

if TYPE_CHECKING:
    from hypecurve.config import Settings

_PARTS = "tracker, deliver, slack, discord"
_STOPPED = "stopped: what came until now is kept, and the next run goes on from there"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("run")(runs(run))
    app.command("update")(runs(update))
    database = typer.Typer(help="The database's tables.", no_args_is_help=True)
    database.command("upgrade")(runs(db_upgrade))
    database.command("check")(runs(db_check))
    database.command("redate")(runs(db_redate))
    app.add_typer(database, name="db")


async def run(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Only these: {_PARTS}.")] = None,
) -> None:
    """The service: the tracker, the deliveries, and every bot that has its tokens."""
    from hypecurve import log
    from hypecurve.config import load_settings
    from hypecurve.worker import serve

    settings = load_settings()
    log.configure(settings.log_format)
    await serve(settings, tuple(parts or ()))


async def update(
    only: Annotated[
        str | None,
        typer.Option(
            "--only",
            help="backfill: just fill in more of the past. "
            "detect: just judge the last sweep, if nobody has.",
        ),
    ] = None,
    as_log: Annotated[bool, typer.Option("--log", hidden=True)] = False,
    holder: Annotated[str | None, typer.Option("--holder", hidden=True)] = None,
) -> None:
    """One cycle: discover, snapshot, backfill, detect.

    Ctrl-C and SIGTERM end it within 5 seconds, with status 130 and 143.
    What came until then is kept, and the next run goes on from there.
    """
    from hypecurve import log
    from hypecurve.cli.common import one_of
    from hypecurve.config import load_settings
    from hypecurve.stopping import ENDS_WITHIN, work_until_told

    if only is not None:
        one_of("--only", only, ("backfill", "detect"))
    settings = load_settings()
    log.configure(settings.log_format)
    tell = _logged if as_log else note

    async def work() -> None:
        # `--holder`: the service whose child this is holds the tracker's lease, and lends it.
        await _update(settings, only, holder, tell)

    try:
        status = await work_until_told(work, lambda: tell(_STOPPED), within=ENDS_WITHIN - 2)
    except HypecurveError as error:
        if not as_log:
            raise
        import structlog

        structlog.get_logger(__name__).error("cycle failed; it is tried again", reason=str(error))
        raise typer.Exit(2) from None
    if status:
        raise typer.Exit(status)


async def _update(
    settings: Settings, only: str | None, holder: str | None, tell: Callable[[str], None]
) -> None:
    """The work of `update`, under the tracker's lease; `holder`: who lent it."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import github, live_store, load_taxonomy, tracking
    from hypecurve.holding import TRACKER, Leases, this_process
    from hypecurve.services.tracker.cycle import Means, fill_in, judge_last, run_cycle

    clock = SystemClock()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    async with github(settings, tell) as source, live_store(settings, clock) as store:
        means = Means(store, source, clock, taxonomy, tracking(settings), tell)

        async def work() -> None:
            if only == "detect":
                if await judge_last(means) is None:
                    tell("the last sweep has been judged already")
            elif only == "backfill":
                filled = await fill_in(means)
                if filled.error is not None:
                    raise filled.error
            else:
                await run_cycle(store, source, clock, taxonomy, means.tracking, tell)

        leases = Leases(store, clock, holder or this_process())
        await leases.alone(TRACKER, work, lent=holder is not None)


def _logged(line: str) -> None:
    """A stage of a cycle as the service logs it: the same form as everything around it."""
    import structlog

    structlog.get_logger(__name__).info("cycle", stage=line)


async def db_upgrade() -> None:
    """Bring the database to this version; an empty one is made."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.adapters.sql import migrate
    from hypecurve.adapters.sql.engine import database_url
    from hypecurve.bootstrap import database, live_store
    from hypecurve.config import load_settings

    settings = load_settings()
    url = database_url(database(settings, "live"))
    was = await migrate.revision(url)
    copy = await migrate.upgrade(url)
    if copy is not None:
        typer.echo(f"What was there before lies in {copy}.")
    if was is None:
        async with live_store(settings, SystemClock()):
            pass
    now = await migrate.revision(url)
    before = "" if was == now else f", from {was}" if was else ", new"
    typer.echo(f"The database is at version {now}{before}.")


async def db_check() -> None:
    """Say whether the database fits this version, and whether its times can be."""
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.adapters.sql import migrate
    from hypecurve.adapters.sql.engine import database_url
    from hypecurve.bootstrap import any_store, existing
    from hypecurve.config import load_settings
    from hypecurve.services.tracker.clocks import refuse_future

    settings, clock = load_settings(), SystemClock()
    url = database_url(existing(settings, None))
    await migrate.check(url)
    async with any_store(settings, clock) as store:
        await refuse_future(store, clock)
    typer.echo(f"The database fits: version {await migrate.revision(url)}.")


async def db_redate() -> None:
    """Mend the live database after the clock was ahead: no sweep lies in the future any more.

    The counts are kept, in their order; they get times between the last right one and now.
    GitHub is asked for the time first: by a wrong clock nothing is mended.
    """
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.adapters.sql.redating import redate
    from hypecurve.bootstrap import existing, github, live_store
    from hypecurve.config import load_settings
    from hypecurve.holding import TRACKER, Leases, this_process
    from hypecurve.services.tracker.clocks import refuse_wrong_clock

    settings, clock = load_settings(), SystemClock()
    existing(settings, "live")
    async with github(settings, note) as source, live_store(settings, clock) as store:

        async def work() -> None:
            await refuse_wrong_clock(store, source, clock, must_know=True)
            moved = await redate(store, clock.now(), settings.update_every)
            typer.echo(f"Sweeps that lay in the future: {moved:,}. None does now.")

        await Leases(store, clock, this_process()).alone(TRACKER, work)
