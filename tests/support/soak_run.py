"""A soak: weeks of a whole service in some minutes, with everything going wrong that can."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.bootstrap import load_taxonomy
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.services.answers import subscribe
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.delivery.presence import Presence, probe_suspended
from hypecurve.services.digests.alerts import compose_alerts
from hypecurve.services.digests.compose import compose_due
from support.databases import opened
from support.soak_account import Accepted, Account, Diary, Span
from support.soak_books import books
from support.soak_mortal import Killed, Mortal
from support.soak_plan import BEGIN, CYCLE, DAY, HOUR, TICK, Event, Happening, Plan
from support.soak_platforms import Platforms, platforms
from support.soak_time import LeapingLoop, LoopClock, PatientStore
from support.soak_world import Tracker, settle_in

OPERATOR = Channel(Tenant("slack", "T000"), "COPS")
_STUCK = 0.5
"""So much less often than it dies a sender stands still, and another one takes over meanwhile."""
_STILL_FOR = timedelta(minutes=6)
"""Longer than the lease of what is under way."""
_TAKEN_OVER = timedelta(minutes=5, seconds=20)
_LOOK = timedelta(minutes=1)
"""How exactly it is known when a platform took something."""
_AT_ONCE = timedelta(minutes=2)


@dataclass
class Soak:
    """Everything that takes part."""

    plan: Plan
    store: PatientStore
    clock: LoopClock
    platforms: Platforms
    tell: Callable[[str], None]
    accepted: list[Accepted] = field(default_factory=list)
    down: list[Span] = field(default_factory=list)
    degraded: list[Span] = field(default_factory=list)
    deaths: int = 0
    takeovers: int = 0

    def __post_init__(self) -> None:
        """Begin the diaries."""
        self.taxonomy = load_taxonomy()
        self.tracker = Tracker(self.plan, random.Random(self.plan.seed))  # noqa: S311 - made up
        self.presence = Presence(self.store, self.clock, OPERATOR)
        self.diaries = {
            each.channel: Diary([(BEGIN, each.wishes[0].schedule.zone)])
            for each in self.plan.listening
        }
        self._rng = random.Random(self.plan.seed + 1)  # noqa: S311 - made up
        self._suspended: dict[Tenant, datetime] = {}
        self._ends: list[tuple[datetime, Callable[[], Awaitable[None]]]] = []

    async def run(self) -> None:
        """Let the time pass: whatever the service does side by side is done so here."""
        await settle_in(self.store, self.plan)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._happen())
            tasks.create_task(self._each(self._look_at_tenants))
            tasks.create_task(self._each(self._look_at_platforms, _LOOK))
            tasks.create_task(self._each(self._tell_day))
            tasks.create_task(self._serve(self._compose))
            for name in self.platforms.messengers:
                tasks.create_task(self._serve(partial(self._send, name)))
        for tenant in list(self._suspended):
            self._is_back(tenant)
        self._note_taken()

    async def _each(
        self, job: Callable[[], Awaitable[None]], span: timedelta | None = None
    ) -> None:
        """Do a job again and again, at every tick or as often as is said, and some seconds."""
        at = BEGIN
        while at < self.plan.end:
            every = span or self.plan.tick(at)
            # What took longer, or a clock that was put back, is made up for by no second time.
            at += every * max(1, (self.clock.now() - at) // every + 1)
            await self.clock.until(at + timedelta(seconds=self._rng.random() * 30))
            await job()

    async def _serve(self, job: Callable[[], Awaitable[None]]) -> None:
        async def unless_down() -> None:
            if not any(span.holds(self.clock.now()) for span in self.down):
                await job()

        await self._each(unless_down)

    @property
    def _is_troubled(self) -> bool:
        return self.clock.now() < self.plan.troubled_until

    # -- what happens ------------------------------------------------------------------------

    async def _happen(self) -> None:
        """Let everything happen at its time, and end at its time."""
        events = list(self.plan.events)
        at = BEGIN
        while at < self.plan.end:
            at = min(
                self.tracker.next_at,
                self.plan.end,
                *(event.at for event in events[:1]),
                *(when for when, _ in self._ends),
                *([self.plan.troubled_until] if self._is_troubled else []),
            )
            await self.clock.until(at)
            over = [end for when, end in self._ends if when <= at]
            self._ends = [each for each in self._ends if each[0] > at]
            for end in over:
                await end()
            if not self._is_troubled:
                self.platforms.heal()
            while events and events[0].at <= at:
                await self._begin(events.pop(0))
            if self.tracker.next_at <= at:
                await self.tracker.cycle(
                    self.store,
                    self.clock.now(),
                    degraded=any(span.holds(at + CYCLE) for span in self.degraded),
                    quiet=not self._is_troubled,
                )

    async def _begin(self, event: Event) -> None:
        end = min(event.at + event.lasts, self.plan.troubled_until)
        place, tenant = event.channel, event.tenant
        match event.what:
            case Happening.PAUSES | Happening.RESUMES | Happening.MOVES if place is not None:
                await self._by_a_person(event, place)
            case Happening.CLOSES if place is not None:
                self.platforms.close(place, self._rng)
                if place not in self.plan.closed_for_good:
                    self._ends.append((end, lambda: self._opens(place, told=event.told)))
            case Happening.UNINSTALLS if tenant is not None:
                self.platforms.uninstall(tenant)
                if event.told:
                    await self.presence.tenant_gone(tenant, "the app was removed")
                self._ends.append((end, lambda: self._installs(tenant, told=event.told)))
            case Happening.OUTAGE:
                self.platforms.fail(event.platform, on=True)
                self._ends.append((end, lambda: self._recovers(event.platform)))
            case Happening.DEGRADED:
                # What the last of these sweeps was worth holds until the next one.
                self.degraded.append(Span(event.at, end + CYCLE))
            case Happening.DOWN:
                self.down.append(Span(event.at, end))
            case Happening.BACK:
                self._step_back(event)

    def _step_back(self, event: Event) -> None:
        self.clock.back(event.lasts)
        # The next look is at a time that comes once more: what was due is told then.
        for diary in self.diaries.values():
            diary.away.append(Span(event.at - TICK - _AT_ONCE, event.at))

    async def _by_a_person(self, event: Event, place: Channel) -> None:
        diary, now = self.diaries[place], self.clock.now()
        # Ticks are far apart here: what came due since the last one is put off with the rest.
        diary.away.append(Span(now - TICK - _AT_ONCE, now))
        if event.what is Happening.MOVES:
            when = subscribe.When(zone=event.detail)
            await subscribe.schedule(self.store, self.clock, place, when)
            diary.zones.append((now, event.detail))
        elif event.what is Happening.PAUSES:
            await subscribe.pause(self.store, self.clock, place, event.lasts)
            diary.away.append(Span(now, now + event.lasts))
        else:
            await subscribe.resume(self.store, self.clock, place)
            diary.away = [
                Span(span.begin, min(span.end, now)) for span in diary.away if span.begin <= now
            ]

    async def _opens(self, place: Channel, *, told: bool) -> None:
        self.platforms.open(place)
        if told:
            await self.presence.channel_open(place)

    async def _installs(self, tenant: Tenant, *, told: bool) -> None:
        self.platforms.install(tenant)
        if told:
            await self.presence.tenant_here(tenant)
            await self.presence.tenant_changed(tenant)

    async def _recovers(self, platform: str) -> None:
        self.platforms.fail(platform, on=False)

    # -- what the service does ---------------------------------------------------------------

    async def _compose(self) -> None:
        await compose_due(self.store, self.clock, self.taxonomy, operator=OPERATOR)
        await compose_alerts(self.store, self.clock, self.taxonomy)

    async def _send(self, platform: str) -> None:
        luck = self._rng.random() if self._is_troubled else 1.0
        if luck < self.plan.dies:
            await self._dies(platform)
        elif luck < self.plan.dies * (1 + _STUCK):
            await self._stands_still(platform)
        else:
            messenger = self.platforms.messengers[platform]
            await self._deliver(platform, Mortal(self.store, messenger))
            await probe_suspended(self.store, self.clock, platform, messenger)

    async def _deliver(self, platform: str, mortal: Mortal) -> None:
        await deliver_pending(
            mortal.store,
            self.clock,
            platform,
            mortal.messenger,
            invalid=self.platforms.invalid[platform],
            operator=OPERATOR,
            for_as_long=_AT_ONCE,
        )

    async def _dies(self, platform: str) -> None:
        """A sender dies at some call, before it or after it: nothing it does afterwards is kept."""
        mortal = Mortal(self.store, self.platforms.messengers[platform])
        mortal.die_at(self._rng.randint(1, 3), before=self._rng.random() < 1 / 2)
        try:
            await self._deliver(platform, mortal)
        except* Killed:
            self.deaths += 1

    async def _stands_still(self, platform: str) -> None:
        """A sender waits for an answer until its lease has run out; another one takes over."""
        messenger = self.platforms.messengers[platform]
        mortal = Mortal(self.store, messenger)
        mortal.stand_still_at(self._rng.randint(1, 2), _STILL_FOR)
        first = asyncio.create_task(self._deliver(platform, mortal))
        await asyncio.wait({first}, timeout=_TAKEN_OVER.total_seconds())
        if not first.done():
            self.takeovers += 1
            await self._deliver(platform, Mortal(self.store, messenger))
        await first

    # -- what is written down ----------------------------------------------------------------

    def _note_taken(self) -> None:
        now = self.clock.now()
        self.accepted += [Accepted(place, name, now) for place, name in self.platforms.taken()]

    async def _look_at_platforms(self) -> None:
        self._note_taken()

    async def _look_at_tenants(self) -> None:
        """Note which tenants are suspended: their digests wait."""
        async with self.store.read() as tx:
            now = {each.tenant for each in await tx.reach.suspended()}
        for tenant in set(self._suspended) - now:
            self._is_back(tenant)
        for tenant in now - set(self._suspended):
            self._suspended[tenant] = self.clock.now() - TICK - _AT_ONCE

    def _is_back(self, tenant: Tenant) -> None:
        span = Span(self._suspended.pop(tenant), self.clock.now())
        for place, diary in self.diaries.items():
            if place.tenant == tenant:
                diary.away.append(span)

    async def _tell_day(self) -> None:
        now = self.clock.now()
        if now - now.replace(hour=0, minute=0) < self.plan.tick(now):
            self.tell(
                f"{now:%d %b}: {len(self.accepted):,} messages taken, {self.platforms.faults():,}"
                f" answers went wrong, {self.deaths} senders died, {self.takeovers} stood still"
            )


def soak(plan: Plan, file: Path, tell: Callable[[str], None] = lambda _: None) -> Account:
    """Carry a plan out on a database that is not there yet; give account of it."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(_soak(plan, file, tell))


async def _soak(plan: Plan, file: Path, tell: Callable[[str], None]) -> Account:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapingLoop)
    loop.set_exception_handler(_unless_killed)
    clock = LoopClock(loop, BEGIN)
    with loop.at_work():
        opening = opened(f"sqlite:///{file}", interval=6 * HOUR, keep=130 * DAY)
        real = await opening.__aenter__()
    try:
        rng = random.Random(plan.seed + 2)  # noqa: S311 - made up
        async with platforms(plan, rng, loop.time) as both:
            one = Soak(plan, PatientStore(real, loop), clock, both, tell)
            await one.run()
        return await _account(one, real, loop)
    finally:
        with loop.at_work():
            await opening.__aexit__(None, None, None)


def _unless_killed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tell of what nobody awaited, but not that a sender died with something still to write."""
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)


async def _account(one: Soak, store: SqlStore, loop: LeapingLoop) -> Account:
    with loop.at_work():
        found = await books(store)
    return Account(
        one.plan,
        one.taxonomy,
        one.tracker.said,
        found,
        one.accepted,
        one.platforms.names,
        one.diaries,
        one.down,
        one.degraded,
    )
