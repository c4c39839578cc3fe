"""`secrets`: the keys that seal the tokens of who installed the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from hypecurve.cli.common import note, runs

if TYPE_CHECKING:
    from hypecurve.domain.installation import Installation


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="The keys that seal the tokens of who installed the app.")
    group.command("new")(new)
    group.command("rotate")(runs(rotate))
    app.add_typer(group, name="secrets")


def new() -> None:
    """Print a new key for HYPECURVE_SECRET_KEYS. Keep a copy elsewhere.

    Several keys are divided by commas: the first seals, each of them opens. A service that does
    not have a key yet cannot read what another one seals with it. So with several services the new
    key goes to the end first (OLD,NEW), in all of them; once all were restarted, to the front
    (NEW,OLD); then comes `hypecurve secrets rotate`. One service takes NEW,OLD at once.
    """
    from hypecurve.adapters.sealing import new_key

    typer.echo(new_key())
    note("Set HYPECURVE_SECRET_KEYS to it, or put it in front of the key that is there (NEW,OLD).")
    note("With several services: first OLD,NEW in all of them, then NEW,OLD; then secrets rotate.")
    note("Without it tokens cannot be read again: keep a copy where the database's copies are not.")


async def rotate() -> None:
    """Seal all tokens with the first key, so that the other keys can be taken out.

    Exits with 1 where no key opens some of them: those tenants install the app anew.
    """
    from hypecurve.adapters.clock import SystemClock
    from hypecurve.bootstrap import existing, live_store, load_bots, sealer_of
    from hypecurve.config import load_settings
    from hypecurve.services.installing import reseal

    settings, clock = load_settings(), SystemClock()
    sealer = sealer_of(settings, clock)
    existing(settings, "live")
    async with live_store(settings, clock) as store:
        done = await reseal(store, clock, sealer, load_bots())
    typer.echo(
        f"Sealed anew with the first key: {done.anew:,}. Sealed with it before: {done.already:,}."
    )
    if done.lost:
        for kept in done.lost:
            note(lost_words(kept, settings.public_url))
        raise typer.Exit(1)
    note("The keys behind the first one are needed no longer, once every service has the first.")


def lost_words(kept: Installation, public_url: str) -> str:
    """Return whose tokens no key opens, and what to do."""
    from hypecurve.domain.outside import clean

    name = f" ({clean(kept.name, 60)})" if kept.name else ""
    link = f": {public_url}/{kept.tenant.platform}/install" if public_url else ""
    return f"No key opens the tokens of {kept.tenant}{name}: let the app be installed anew{link}"
