"""The embedded driver: one process runs the parts; APScheduler is the ticker and nothing more.

A cycle runs in a child process, so that commands are answered while thousands of repos are
counted. The services know nothing of who drives them: another driver may take this one's place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from hypecurve.adapters.clock import SystemClock
from hypecurve.answering import answer, hosts_of, over_http
from hypecurve.beat import beat_of, update_due
from hypecurve.bootstrap import (
    configured_bots,
    github_for_chats,
    half_made,
    kits,
    live_store,
    load_bots,
    load_taxonomy,
    messengers,
    pictured,
    wait_for_database,
)
from hypecurve.child import CYCLE, FILLING, JUDGING, Child
from hypecurve.config import NO_GITHUB, Settings, bot_settings
from hypecurve.delivering import COMPOSE, Composing, Keeping, Sender, keep_count, lease_of
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.errors import BadInput, BadSetting, HypecurveError
from hypecurve.holding import RENEW, TRACKER, Leases, this_process
from hypecurve.jobs import Jobs
from hypecurve.ports import Bot, Clock, Messenger
from hypecurve.ports.store import Store, Sweep
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve.stopping import SERVICE_ENDS_WITHIN, told_to_end

DELIVER = "deliver"
_TICK = timedelta(seconds=15)
_RETRY = timedelta(minutes=15)
"""After a cycle began; the next is due by then only if it brought no sweep."""
_BACKFILL = timedelta(hours=1)
_KEEP = timedelta(minutes=10)
"""Between looks at whether a day is over since what is old was deleted."""
_JOBS_END_WITHIN = 7.5
"""Seconds that the jobs under way have at the end: a call that was begun is finished."""
_LONGEST_NAME = 56
_log = structlog.get_logger(__name__)
Configured = Mapping[str, tuple[Bot, Mapping[str, str]]]


async def serve(settings: Settings, parts: Sequence[str]) -> None:
    """Run the parts until SIGTERM or Ctrl-C; all of them if none is named.

    Either ends it within 10 seconds, and well: that is how a service ends. BadInput for an unknown
    part, BadSetting where a named part lacks its settings.
    """
    bots = configured_bots(load_bots())
    wanted = _wanted(settings, parts, bots)
    stop = asyncio.Event()
    clock = SystemClock()
    taxonomy = load_taxonomy(settings.taxonomy_file)
    for line in half_made(load_bots()):
        _log.warning(line)
    with told_to_end(stop.set, within=SERVICE_ENDS_WITHIN - 0.5, at_last=_cut_off):
        if not await wait_for_database(settings, stop, _log.warning):
            return
        async with live_store(settings, clock) as store:
            beat = beat_of(store.world.made_at or clock.now())
            service = Service(settings, store, clock, taxonomy, bots, beat=beat)
            await service.run(wanted, stop, str(store.world))
        _log.info("service stopped")


def _cut_off(_number: int) -> int:
    _log.warning("service stopped; something did not end in time and was cut off")
    return 0


def _wanted(settings: Settings, parts: Sequence[str], bots: Configured) -> list[str]:
    known = [TRACKER, DELIVER, *load_bots()]
    for part in parts:
        if part not in known:
            message = f"There is no part '{part}': choose from {', '.join(known)}."
            raise BadInput(message)
        if part in known[2:] and part not in bots:
            bot = load_bots()[part]
            names = ", ".join(bot.missing(bot_settings(bot.settings)))
            message = f"The part '{part}' needs {names}: set it in .env."
            raise BadSetting(message)
    wanted = list(parts) or [TRACKER, DELIVER, *bots]
    token = settings.github_token
    if TRACKER in wanted and (token is None or not token.get_secret_value()):
        raise BadSetting(NO_GITHUB)
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
        *,
        holder: str = "",
        beat: timedelta = timedelta(0),
    ) -> None:
        """Start nothing yet.

        `holder`: what it holds leases as, this process if empty; `beat`: see `beat_of`.
        """
        self._settings = settings
        self._store = store
        self._clock = clock
        self._taxonomy = taxonomy
        self._bots = bots
        self._beat = beat
        self._leases = Leases(store, clock, holder or this_process())
        # From its end: there it differs from another process's.
        self._life = f"service {self._leases.holder[-_LONGEST_NAME:]}"
        # Of all that are installed: what is composed here may be sent by another service.
        shown = pictured(load_bots())
        self._composing = Composing(store, clock, taxonomy, self._leases, settings.operator, shown)
        self._keeping = Keeping(store, clock, self._leases)
        self.child = Child(self._leases.holder)
        self._jobs = Jobs()
        self._platforms = set[str]()
        self._invalid = {
            name: InvalidAnswers(name, settings.invalid_answers) for name in self._bots
        }
        self._retry_at = self._judge_at = clock.now()
        self._backfill_at = clock.now() + _BACKFILL
        self._stop = asyncio.Event()

    async def run(self, wanted: Sequence[str], stop: asyncio.Event, world: str = "") -> None:
        """Run the parts until `stop` is set; a part that fails for good stops all of them."""
        self._stop = stop
        delivers = DELIVER in wanted
        bots = {name: bot for name, bot in self._bots.items() if delivers or name in wanted}
        lent = kits(self._settings, self._store, self._clock, self._invalid)
        try:
            # Opening them calls nobody, but says which setting cannot be used before anything runs.
            async with (
                github_for_chats(self._settings, self._clock) as github,
                messengers(bots, lent) as open_messengers,
            ):
                here = {name: kit for name, kit in lent.items() if name in wanted}
                hosts = hosts_of(
                    here, self._settings, self._store, self._clock, self._taxonomy, github
                )
                answering = {name: (*self._bots[name], host) for name, host in hosts.items()}
                async with (
                    over_http(answering, self._settings.listen) as http,
                    asyncio.TaskGroup() as tasks,
                ):
                    _log.info("service started", parts=", ".join(wanted), world=world)
                    if delivers and not bots:
                        _log.warning("nothing is delivered: no bot has its settings")
                    scheduler = self._scheduler(wanted, open_messengers)
                    scheduler.start()
                    for name, (bot, env, host) in answering.items():
                        serving = partial(bot.serve, env, host)
                        tasks.create_task(answer(name, serving, self._leases, self._clock, stop))
                    if http is not None:
                        tasks.create_task(http(stop))
                    try:
                        await stop.wait()
                    finally:
                        scheduler.pause()
                        await self._end()
                        scheduler.shutdown(wait=False)
        except* HypecurveError as group:
            raise group.exceptions[0] from None

    def _scheduler(
        self, wanted: Sequence[str], open_messengers: Mapping[str, Messenger]
    ) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A tick that comes late is one tick, and never beside itself.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        now = self._clock.now()

        def every(span: timedelta, name: str, job: Callable[[], Awaitable[None]]) -> None:
            seconds, ticked = span.total_seconds(), self._jobs.ticked
            scheduler.add_job(ticked, "interval", [name, job], seconds=seconds, next_run_time=now)

        every(RENEW, "leases", self.show_life)
        if TRACKER in wanted:
            every(RENEW, TRACKER, self.track)
        if DELIVER in wanted:
            senders = [self.sender(name, each) for name, each in open_messengers.items()]
            every(_TICK, COMPOSE, partial(self.compose, senders))
            every(_KEEP, "keep", self._keeping.run)
            for sender in senders:
                every(_TICK, lease_of(sender.platform), sender.run)
        else:
            for name in set(wanted) & self._invalid.keys():
                every(_TICK, f"answers {name}", partial(self.keep_count, name))
        return scheduler

    async def show_life(self) -> None:
        """Hold a lease of this process alone: what `hypecurve status --check` looks for.

        It renews all that this service holds, however long what is done under it takes.
        """
        await self._leases.hold(self._life)

    async def track(self) -> None:
        """Begin a cycle, or more of the past, where it is time for one and no other service does.

        The lease is held between cycles too: two services started at different times must not
        look twice as often. What is due is told by the last sweep, whoever made it.
        """
        if not await self._leases.hold(TRACKER) or self.child.is_at_work:
            return
        try:
            async with self._store.read() as tx:
                sweep = await tx.stars.latest(whatever_health=True)
                judged = await tx.signals.judged_at()
        except HypecurveError as error:
            _log.warning("the tracker waits", reason=str(error))
            return
        command = self._due(sweep, judged, self._clock.now())
        if command:
            self.child.begin(*command)

    def _due(self, sweep: Sweep | None, judged: datetime | None, now: datetime) -> tuple[str, ...]:
        """What is to be run now; empty for nothing."""
        every = self._settings.update_every
        if now >= self._retry_at and update_due(sweep, now, every, self._beat):
            self._retry_at = now + _RETRY
            return CYCLE
        is_judged = sweep is None or (judged is not None and judged >= sweep.at)
        if now >= self._judge_at and not is_judged:
            # Its cycle died before it could judge: nobody shall wait for the next one.
            self._judge_at = now + _RETRY
            return JUDGING
        if now >= self._backfill_at:
            self._backfill_at = now + _BACKFILL
            return FILLING
        return ()

    def sender(self, platform: str, messenger: Messenger) -> Sender:
        """Return what brings a platform's deliveries there, a job of its own."""
        self._platforms.add(platform)
        invalid = self._invalid.get(platform, InvalidAnswers(platform))
        operator = self._settings.operator
        return Sender(
            self._store, self._clock, self._leases, platform, messenger, invalid, operator
        )

    async def keep_count(self, name: str) -> None:
        """Write down a bot's invalid answers where nothing here sends: its sender is elsewhere."""
        operator = self._settings.operator
        await keep_count(self._store, self._clock, self._invalid[name], operator)

    async def compose(self, senders: Sequence[Sender] = ()) -> None:
        """Compose what is due, and let it be sent at once."""
        if await self._composing.run():
            for sender in senders:
                self._jobs.begin(lease_of(sender.platform), sender.run)

    async def _end(self) -> None:
        """Stop the child, let jobs finish, and give back the leases: no successor need wait."""
        self.child.tell_to_end()
        self._leases.end()
        await asyncio.gather(self.child.end(), self._jobs.end(_JOBS_END_WITHIN))
        platforms = map(lease_of, self._platforms)
        await self._leases.give_back(self._life, TRACKER, COMPOSE, *platforms)
