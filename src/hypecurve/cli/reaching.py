"""What the doctor asks of others: the database, GitHub, the platforms; and what it says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, TypeVar

from hypecurve.cli.checks import Check, Read, State, in_bytes, one_or_other
from hypecurve.domain.errors import HypecurveError, Unready

if TYPE_CHECKING:
    from hypecurve.ports import Bot, Clock, Standing
    from hypecurve.ports.store import Store, Sweep

_LATE = 2
"""Spans between cycles after which the last sweep is late."""
_SILENT = "no answer within {:g} s: check the network and the proxy settings, or try again later."
T = TypeVar("T")


async def _bounded(name: str, looking: Awaitable[T], within: float) -> T | Check:
    """What a look brought; a failed check where it raised, or took too long."""
    try:
        async with asyncio.timeout(within):
            return await looking
    except Unready as error:
        return Check(name, State.WARN, str(error))
    except HypecurveError as error:
        return Check(name, State.FAIL, str(error))
    except TimeoutError:
        return Check(name, State.FAIL, _SILENT.format(within))


async def database(read: Read, clock: Clock, within: float) -> list[Check]:
    """Look at the live database: can it be used, how fresh is it, and is a service at work."""
    found = await _bounded("database", _database(read, clock), within)
    return [found] if isinstance(found, Check) else found


async def _database(read: Read, clock: Clock) -> list[Check]:
    from hypecurve.adapters.sql.looking import look_at
    from hypecurve.adapters.sql.store import World, open_store
    from hypecurve.bootstrap import database as address_of
    from hypecurve.bootstrap import shown_database
    from hypecurve.holding import alive

    settings, name = read.settings, "database"
    url, shown = address_of(settings, "live"), shown_database(settings, "live")
    looked = await look_at(url)
    if looked is None or looked.world is None:
        says = f"{shown} is still to be made: `hypecurve update` or `hypecurve run` does it."
        return [Check(name, State.WARN, says)]
    wanted = World("live", settings.github_api_url.split("://", 1)[-1])
    if looked.world != wanted and "GITHUB_API_URL" not in read.wrong:
        says = (
            f"{shown} holds the world {looked.world}, not {wanted}: point DATABASE_URL at another "
            "one, or set GITHUB_API_URL as it was."
        )
        return [Check(name, State.FAIL, says)]
    says = f"{shown}: {looked.world}, version {looked.revision}, {in_bytes(looked.size)}"
    every, now = settings.update_every, clock.now()
    async with (
        open_store(url, looked.world, now=now, interval=every) as store,
        store.read() as tx,
    ):
        sweep = await tx.stars.latest(whatever_health=True)
        holders = await tx.leases.holders()
        lost = await _lost(read, store, clock)
    at_work = alive(holders, now)
    checks = [Check(name, State.OK, says), _last_sweep(sweep, now, every), _service(at_work)]
    return [*checks, *lost]


async def _lost(read: Read, store: Store, clock: Clock) -> list[Check]:
    """Look for tokens that no key opens; a key that is none is told of elsewhere."""
    from hypecurve.bootstrap import load_bots, sealer_of
    from hypecurve.cli.secrets import lost_words
    from hypecurve.domain.errors import BadSetting
    from hypecurve.services.installing import lost_keys

    try:
        found = await lost_keys(store, sealer_of(read.settings, clock), load_bots())
    except BadSetting:
        return []
    url = read.settings.public_url
    return [Check("installed", State.FAIL, f"{lost_words(kept, url)}.") for kept in found]


def _last_sweep(sweep: Sweep | None, now: datetime, every: timedelta) -> Check:
    from hypecurve.domain.clocks import lies_ahead
    from hypecurve.domain.health import Health
    from hypecurve.wording.texts import texts

    name = "last sweep"
    if sweep is None:
        return Check(name, State.WARN, "none yet: `hypecurve update` looks for the first time.")
    if lies_ahead(sweep.at, now):
        says = (
            f"it lies in the future, at {sweep.at:%Y-%m-%d %H:%M} UTC: nothing is looked at until "
            "then. Set the clock if it is behind; if it was ahead once, run `hypecurve db redate`."
        )
        return Check(name, State.WARN, says)
    ago = texts("en").ago(sweep.at, now)
    says = f"{ago}, {sweep.seen:,} of {sweep.expected:,} repos answered"
    if sweep.health is Health.STILL:
        says += "; the counts stand still and are not believed, until they move again."
        return Check(name, State.WARN, says)
    if sweep.health is Health.PARTIAL:
        says += "; the others are unknown, until the next one."
        return Check(name, State.WARN, says)
    if now - sweep.at > _LATE * every:
        says += "; it is late: see that `hypecurve run` is at work, and what it logs."
        return Check(name, State.WARN, says)
    return Check(name, State.OK, says)


def _service(at_work: list[str]) -> Check:
    from hypecurve.holding import shown as lease_words

    name = "service"
    if not at_work:
        return Check(name, State.WARN, "nobody is at work: `hypecurve run` starts it.")
    return Check(name, State.OK, f"at work: {', '.join(map(lease_words, at_work))}")


async def github(read: Read, clock: Clock, within: float) -> Standing | Check:
    """Ask GitHub how it sees us; where that fails, a check that says why."""
    for each in ("GITHUB_API_URL", "GITHUB_TOKEN"):
        if each in read.wrong:
            # A token goes to no other address than the one it was meant for.
            return Check("token", State.FAIL, f"not asked: {each} cannot be used.")
    return await _bounded("token", _standing(read, clock, within), within)


async def _standing(read: Read, clock: Clock, within: float) -> Standing:
    from hypecurve.adapters.github.client import open_github
    from hypecurve.adapters.github.wire import Patience
    from hypecurve.config import NO_GITHUB
    from hypecurve.domain.errors import BadSetting

    secret = read.settings.github_token
    token = secret.get_secret_value().strip() if secret else ""
    if not token:
        raise BadSetting(NO_GITHUB)
    patience = Patience(attempts=1, answer_within=within, max_wait=timedelta(0))
    async with open_github(
        read.settings.github_api_url, token, clock=clock, patience=patience
    ) as source:
        return await source.standing()


def token(standing: Standing, now: datetime) -> Check:
    """Judge what GitHub's token may do, and for how long."""
    from hypecurve.services.operator import TOKEN_STEPS

    worries = []
    if standing.scopes:
        worries.append(
            f"it has rights that are not needed ({', '.join(standing.scopes)}): "
            "a token without any scope will do"
        )
    ends = standing.expires_at
    when = "" if ends is None else f", ends on {ends:%Y-%m-%d %H:%M} UTC"
    if ends is not None and (left := ends - now) <= timedelta(days=max(TOKEN_STEPS)):
        days = ceil(left / timedelta(days=1))
        worries.append(
            f"it ends in {days} day{'' if days == 1 else 's'}: make a new one at "
            "github.com/settings/tokens and set GITHUB_TOKEN to it"
        )
    scopes = "" if standing.scopes is None or standing.scopes else ", no scope"
    says = f"accepted{scopes}{when}"
    if worries:
        return Check("token", State.WARN, f"{says}; {'; '.join(worries)}.")
    return Check("token", State.OK, says)


def points(standing: Standing) -> Check:
    """Say what is left of GitHub's budgets."""
    empty = [
        f"nothing of {name} until {allowance.resets_at:%H:%M} UTC"
        for name, allowance in standing.allowances.items()
        if not allowance.left
    ]
    left = ", ".join(
        f"{name} {allowance.left:,} of {allowance.of:,}"
        for name, allowance in standing.allowances.items()
    )
    if empty:
        says = f"{left}; {', '.join(empty)}: cycles wait for it by themselves."
        return Check("points", State.WARN, says)
    return Check("points", State.OK, f"{left} left" if left else "this server limits nobody")


def clock(standing: Standing | None) -> Check:
    """Compare our clock with GitHub's."""
    from hypecurve.services.operator import MOST_SKEW

    skew = None if standing is None else standing.skew
    if skew is None:
        return Check("clock", State.WARN, "not compared: GitHub did not tell its time.")
    seconds = abs(int(skew.total_seconds()))
    how = "behind" if skew > timedelta(0) else "ahead of"
    says = f"{seconds:,} s {how} GitHub's" if seconds else "as GitHub's"
    if abs(skew) > MOST_SKEW:
        return Check("clock", State.WARN, f"{says}: let NTP set it, digests come by this clock.")
    return Check("clock", State.OK, says)


async def platforms(bots: Mapping[str, Bot], within: float) -> AsyncIterator[Check]:
    """Look at each bot that is installed, where it is set up."""
    from hypecurve.config import bot_settings

    unused = []
    for name, bot in bots.items():
        try:
            env = bot_settings(bot.settings)
        except HypecurveError as error:
            yield Check(name, State.FAIL, str(error))
            continue
        needed = " and ".join(bot.missing(env))
        if not needed:
            found = await _bounded(name, bot.probe(env), within)
            yield found if isinstance(found, Check) else Check(name, State.OK, found)
        elif any(item.name in env and item.secret for item in bot.settings):
            yield Check(name, State.WARN, f"not in use: {needed} is missing.")
        else:
            unused.append(name)
            others = " or ".join(item.instead for item in bot.settings if item.instead)
            more = f", or {others}" if others else ""
            yield Check(name, State.OK, f"not in use; it needs {needed}{more}")
    if len(unused) == len(bots):
        where = f"set the tokens of {one_or_other(bots)}" if bots else "no bot is installed"
        says = f"nothing is posted anywhere: {where}."
        yield Check("bots", State.WARN, says)
