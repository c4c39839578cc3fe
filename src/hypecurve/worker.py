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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
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
_RETRY = timedelta(minutes=15)
"""After a cycle began; the next is due by then only if it brought no sweep."""
_BACKFILL = timedelta(hours=1)
_SETTLED = timedelta(minutes=1)
"""A bot that answered for so long had the right settings."""
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_ENDS_WITHIN = 5.0
"""Seconds that a child and the jobs under way have at the end."""

_log = structlog.get_logger(__name__)
Serving = Callable[[asyncio.Event], Awaitable[None]]
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
        self._life = f"service {self._holder}"
        self._child: asyncio.subprocess.Process | None = None
        self._tracking: asyncio.Task[None] | None = None
        self._jobs: set[asyncio.Future[None]] = set()
        self._retry_at = clock.now()
        self._backfill_at = clock.now() + _BACKFILL
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
                        tasks.create_task(self._answer(name, partial(bot.serve, env, desk)))
                try:
                    await stop.wait()
                finally:
                    scheduler.pause()
                    await self._end()
                    scheduler.shutdown(wait=False)
        except* HypecurveError as group:
            raise group.exceptions[0] from None

    async def _answer(self, name: str, serve_until: Serving) -> None:
        """Let a bot answer while this service holds its lease; stand by while another does.

        Two services that answer in one Discord server would carry out each command twice.
        A bot that fails soon after the start (a wrong token) stops the service with its one line;
        one that fails later is logged, and the other parts go on.
        """
        began = self._clock.now()
        lease = f"bot {name}"
        try:
            while not self._stop.is_set():
                if not await self._hold(lease):
                    await self._rest(_RENEW)
                    continue
                until = asyncio.Event()
                keeping = asyncio.create_task(self._keep(lease, until))
                try:
                    await serve_until(until)
                finally:
                    keeping.cancel()
                    await self._give_back(lease)
        except HypecurveError as error:
            if self._clock.now() - began < _SETTLED:
                self._stop.set()
                raise
            _log.error(
                "a bot ended; start the service again once it is mended",
                bot=name,
                reason=str(error),
            )
        except BaseException:
            self._stop.set()
            raise

    async def _keep(self, lease: str, until: asyncio.Event) -> None:
        """Renew a lease; set `until` at the end of the service, or where another one took over."""
        while True:
            await self._rest(_RENEW)
            if self._stop.is_set():
                break
            # A database that does not answer has given the lease to nobody else either.
            with suppress(HypecurveError):
                async with self._store.write() as tx:
                    if not await tx.leases.hold(lease, self._holder, self._clock.now(), _LEASE):
                        break
        until.set()

    async def _rest(self, span: timedelta) -> None:
        """Wait, but no longer than the service runs."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), span.total_seconds())

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
            seconds = span.total_seconds()
            scheduler.add_job(self._job, "interval", [job], seconds=seconds, next_run_time=now)

        every(_RENEW, self.show_life)
        if TRACKER in wanted:
            every(_RENEW, self.track)
        if DELIVER in wanted:
            every(_TICK, partial(self.deliver, open_messengers))
        return scheduler

    async def _job(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do a job, known to be under way: what it has begun to send is not cut off by the end."""
        task = asyncio.ensure_future(job())
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        # A job that the end cuts off all the same is told of there, once and without a trace.
        with suppress(asyncio.CancelledError):
            await task

    async def show_life(self) -> None:
        """Hold a lease of this process alone: what `hypecurve status --check` looks for."""
        await self._hold(self._life)

    async def track(self) -> None:
        """Begin a cycle, or more of the past, where it is time for one and no other service does.

        The lease is held between cycles too: two services started at different times must not
        look twice as often. What is due is told by the last sweep, whoever made it.
        """
        if not await self._hold(TRACKER) or (self._tracking and not self._tracking.done()):
            return
        try:
            async with self._store.read() as tx:
                sweep = await tx.stars.latest()
        except HypecurveError as error:
            _log.warning("the tracker waits", reason=str(error))
            return
        now = self._clock.now()
        last = sweep.at if sweep else None
        if now >= self._retry_at and update_due(last, now, self._settings.update_every):
            self._retry_at = now + _RETRY
            self._tracking = asyncio.create_task(self._in_child("update"))
        elif now >= self._backfill_at:
            self._backfill_at = now + _BACKFILL
            self._tracking = asyncio.create_task(self._in_child("update", "--only", "backfill"))

    async def _in_child(self, *command: str) -> None:
        """Run a command in a process of its own, and log how it ended."""
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hypecurve", *command, "--log"
        )
        if self._stop.is_set():  # it came while the child was being made
            self._child.terminate()
        status = await self._child.wait()
        _log.info("cycle ended", command=" ".join(command), status=status)

    async def _hold(self, name: str) -> bool:
        """Take or renew a lease; False where another holder has it, or nobody can say."""
        try:
            async with self._store.write() as tx:
                return await tx.leases.hold(name, self._holder, self._clock.now(), _LEASE)
        except HypecurveError as error:
            _log.warning("lease not held", lease=name, reason=str(error))
            return False

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

    async def _end(self) -> None:
        """Stop the child, let jobs finish, and give back the leases: no successor need wait."""
        if self._child is not None and self._child.returncode is None:
            self._child.terminate()
        await asyncio.sleep(0)  # what was handed out just now begins
        under_way = {*self._jobs, *([self._tracking] if self._tracking else [])}
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=_ENDS_WITHIN)
            if late:
                _log.warning("stopped in the middle of a job", jobs=len(late))
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
        await self._give_back(self._life, TRACKER, DELIVER)

    async def _give_back(self, *names: str) -> None:
        with suppress(HypecurveError):
            async with self._store.write() as tx:
                for name in names:
                    await tx.leases.release(name, self._holder)


def update_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether it is time for a cycle, where the last sweep was at `last`.

    Cycles keep to the clock (every 6 hours: 00:00, 06:00, ... UTC), so that they neither drift nor
    come more often where services are restarted. The first comes at once, and the beat that
    follows another sweep within half a span is left out.
    """
    if last is None:
        return True
    beat = _EPOCH + (now - _EPOCH) // every * every
    return beat - last >= every / 2
