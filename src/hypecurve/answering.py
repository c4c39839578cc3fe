"""Bots that answer: one service for each bot, while another stands by; over HTTP, every service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog

from hypecurve.bootstrap import load_bots, pictured, site_of
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.chat.manners import Manners
from hypecurve.config import Settings
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import HypecurveError
from hypecurve.holding import Leases, rest
from hypecurve.ports import Bot, Clock, GitHubSource, Host, Kit
from hypecurve.ports.store import Store
from hypecurve.services.delivery.presence import Presence

_SETTLED = timedelta(minutes=1)
"""A bot that answered for so long had the right settings."""
_WATCH = timedelta(seconds=5)
"""How often one that stands by asks for the lease: nobody answers for that long at most."""

_Listening = Callable[[asyncio.Event], Coroutine[Any, Any, None]]

_log = structlog.get_logger(__name__)
Serving = Callable[[asyncio.Event], Awaitable[None]]


async def answer(
    name: str,
    serve_until: Serving,
    leases: Leases,
    clock: Clock,
    stop: asyncio.Event,
    *,
    watch: timedelta = _WATCH,
) -> None:
    """Let a bot answer while this service holds its lease; stand by while another does.

    Two services that answer in one Discord server would carry out each command twice.
    A bot that fails soon after the start (a wrong token) sets `stop` and raises its one line;
    one that fails later is logged, and the other parts go on.
    """
    began = clock.now()
    lease = f"bot {name}"
    stands_by = False
    try:
        while not stop.is_set():
            if not await leases.hold(lease):
                if not stands_by:
                    _log.info("another service answers; this one stands by", bot=name)
                stands_by = True
                await rest(stop, watch)
                continue
            stands_by = False
            await _serve(lease, serve_until, leases, stop)
    except HypecurveError as error:
        if clock.now() - began < _SETTLED:
            stop.set()
            raise
        _log.error(
            "a bot ended; start the service again once it is mended",
            bot=name,
            reason=str(error),
        )
    except BaseException:
        stop.set()
        raise


async def _serve(lease: str, serve_until: Serving, leases: Leases, stop: asyncio.Event) -> None:
    until = asyncio.Event()
    keeping = asyncio.create_task(leases.keep(lease, stop, until))
    try:
        await serve_until(until)
    finally:
        keeping.cancel()
        # Only now: a successor that began while this one still answers would answer twice.
        await leases.give_back(lease)


def hosts_of(
    kits: Mapping[str, Kit],
    settings: Settings,
    store: Store,
    clock: Clock,
    taxonomy: Taxonomy,
    github: GitHubSource | None,
) -> dict[str, Host]:
    """Return what each bot that answers is given; `kits` by their names."""
    desk = ServiceDesk(
        store,
        clock,
        taxonomy,
        bar=settings.min_stars,
        site=site_of(settings),
        github=github,
        submissions_per_day=settings.submissions_per_day,
        operator=settings.operator,
        histories_an_hour=settings.backfill_per_hour,
        changes=settings.changes,
        pictured=pictured(load_bots()),
    )
    polite = Manners(desk, ServiceForms(desk))
    events = Presence(store, clock, settings.operator)
    return {name: Host(polite, polite, events, kit) for name, kit in kits.items()}


@asynccontextmanager
async def over_http(
    bots: Mapping[str, tuple[Bot, Mapping[str, str], Host]], listen: tuple[str, int] | None
) -> AsyncIterator[_Listening | None]:
    """Open what bots answer over HTTP, and the socket for it; yields what serves until a stop.

    None where no bot needs it and no address is set. BadSetting where a setting cannot be used, or
    the address cannot be listened on.
    """
    async with AsyncExitStack() as stack:
        opened = {
            name: await stack.enter_async_context(bot.web(env, host))
            for name, (bot, env, host) in bots.items()
        }
        apps = {name: app for name, app in opened.items() if app is not None}
        if not apps and listen is None:
            yield None
            return
        from hypecurve import web  # noqa: PLC0415 - late: a service without HTTP needs none of it

        with web.listen(*(listen or web.DEFAULT)) as listening:
            yield lambda stop: web.serve_http(web.site(apps), listening, stop)
