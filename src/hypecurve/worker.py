"""The embedded driver: one process runs the parts; APScheduler is the ticker and nothing more.

A cycle runs in a child process, so that commands are answered while thousands of repos are
counted. The services know nothing of who drives them: another driver may take this one's place.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from hypecurve.adapters.clock import SystemClock
from hypecurve.bootstrap import configured_bots, live_store, load_bots, load_taxonomy, messengers
from hypecurve.chat.desk import ServiceDesk
from hypecurve.config import Settings
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadInput, BadSetting, HypecurveError
from hypecurve.ports import Bot, Clock, Messenger
from hypecurve.ports.store import Store
from hypecurve.services.compose import compose_due
from hypecurve.services.deliver import deliver_pending

TRACKER, DELIVER = "tracker", "deliver"
_TICK = timedelta(seconds=15)
_LEASE = timedelta(minutes=2)
_RENEW = timedelta(seconds=30)
_CHILD_STOPS_WITHIN = 5.0
_BOTS_STOP_WITHIN = 8.0

_log = structlog.get_logger(__name__)
Configured = Mapping[str, tuple[Bot, Mapping[str, str]]]


async def serve(settings: Settings, parts: Sequence[str]) -> None:
    """Run the parts until SIGTERM or Ctrl-C; all of them if none is named.

    BadInput for an unknown part, BadSetting where a named part lacks its settings.
    """
    bots = configured_bots(load_bots())
    wanted = _wanted(settings, parts, bots)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock = SystemClock()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    async with live_store(settings, clock) as store:
        _log.info("service started", parts=", ".join(wanted), world=str(store.world))
        service = Service(settings, store, clock, taxonomy, bots)
        await service.run(wanted, stop)
    _log.info("service stopped")


def _wanted(settings: Settings, parts: Sequence[str], bots: Configured) -> list[str]:
    known = [TRACKER, DELIVER, *load_bots()]
    for part in parts:
        if part not in known:
            message = f"There is no part '{part}': choose from {', '.join(known)}."
            raise BadInput(message)
        if part in known[2:] and part not in bots:
            names = [item.name for item in load_bots()[part].settings if item.required]
            message = f"The part '{part}' needs {', '.join(names)}: set it in .env."
            raise BadSetting(message)
    wanted = list(parts) or [TRACKER, DELIVER, *bots]
    token = settings.github_token
    if TRACKER in wanted and (token is None or not token.get_secret_value()):
        message = "GITHUB_TOKEN is missing: the tracker needs one (without any scope)."
        raise BadSetting(message)
    return wanted


class Service:
    """The parts over one store."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        taxonomy: Taxonomy,
        bots: Configured,
    ) -> None:
        """Start nothing yet."""
        self._settings = settings
        self._store = store
        self._clock = clock
        self._taxonomy = taxonomy
        self._bots = bots
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._child: asyncio.subprocess.Process | None = None
        self._stop = asyncio.Event()

    async def run(self, wanted: Sequence[str], stop: asyncio.Event) -> None:
        """Run the parts until `stop` is set; a part that fails for good stops all of them."""
        self._stop = stop
        desk = ServiceDesk(self._store, self._clock, self._taxonomy)
        posting = self._bots if DELIVER in wanted else {}
        try:
            async with messengers(posting) as open_messengers, asyncio.TaskGroup() as tasks:
                scheduler = self._scheduler(wanted, open_messengers)
                scheduler.start()
                for name, (bot, env) in self._bots.items():
                    if name in wanted:
                        tasks.create_task(self._guard(bot.serve(env, desk, stop)))
                await stop.wait()
                scheduler.shutdown(wait=False)
                await self._end_child()
        except* HypecurveError as group:
            raise group.exceptions[0] from None

    async def _guard(self, serving: Awaitable[None]) -> None:
        """A bot that ends with an error stops the service: a supervisor starts it again."""
        try:
            await serving
        finally:
            self._stop.set()

    def _scheduler(
        self, wanted: Sequence[str], open_messengers: Mapping[str, Messenger]
    ) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A tick that comes late is one tick, and never beside itself.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        now = self._clock.now()

        def every(span: timedelta, job: Callable[[], Awaitable[None]]) -> None:
            scheduler.add_job(job, "interval", seconds=span.total_seconds(), next_run_time=now)

        every(_RENEW, self.show_life)
        if TRACKER in wanted:
            every(self._settings.update_every, self.update)
            scheduler.add_job(self.backfill, "interval", hours=1)
        if DELIVER in wanted:
            every(_TICK, partial(self.deliver, open_messengers))
        return scheduler

    async def show_life(self) -> None:
        """Hold a lease of this process alone: what `hypecurve status --check` looks for."""
        await self._hold(f"service {self._holder}")

    async def update(self) -> None:
        """One cycle, in a child process."""
        await self._in_child(TRACKER, "update")

    async def backfill(self) -> None:
        """More of the past, between cycles."""
        await self._in_child(TRACKER, "update", "--only", "backfill")

    async def _in_child(self, lease: str, *command: str) -> None:
        if self._child is not None:
            return
        async with self._leased(lease) as held:
            if not held:
                _log.info("another service does this", part=lease)
                return
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hypecurve", *command, "--log"
            )
            try:
                status = await self._child.wait()
            finally:
                self._child = None
        _log.info("cycle ended", command=" ".join(command), status=status)

    @asynccontextmanager
    async def _leased(self, name: str) -> AsyncIterator[bool]:
        """Hold a lease, renewed while the block runs; False where another holder has it."""
        if not await self._hold(name):
            yield False
            return
        renewing = asyncio.create_task(self._renew(name))
        try:
            yield True
        finally:
            renewing.cancel()
            async with self._store.write() as tx:
                await tx.leases.release(name, self._holder)

    async def _hold(self, name: str) -> bool:
        async with self._store.write() as tx:
            return await tx.leases.hold(name, self._holder, self._clock.now(), _LEASE)

    async def _renew(self, name: str) -> None:
        while True:
            await asyncio.sleep(_RENEW.total_seconds())
            await self._hold(name)

    async def deliver(self, open_messengers: Mapping[str, Messenger]) -> None:
        """Compose what is due and send what may be sent."""
        if not await self._hold(DELIVER):
            return
        try:
            composed = await compose_due(self._store, self._clock, self._taxonomy)
            if composed:
                _log.info("digests composed", count=composed)
            for outcome in await deliver_pending(self._store, self._clock, open_messengers):
                _log.info(
                    "delivery tried",
                    delivery=outcome.delivery_id,
                    channel=str(outcome.channel),
                    state=outcome.state.value,
                    reason=outcome.reason,
                )
        except HypecurveError as error:
            _log.error("delivering failed; it is tried again", reason=str(error))

    async def _end_child(self) -> None:
        """Ask the child to stop, and see that it does."""
        child = self._child
        if child is None or child.returncode is not None:
            return
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), _CHILD_STOPS_WITHIN)
        except TimeoutError:
            child.kill()
