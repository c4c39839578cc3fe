"""What the service starts, and when: by the last sweep, whoever made it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.child import Child
from hypecurve.config import Settings
from hypecurve.domain.health import Health
from hypecurve.services.tracker.detect import detect_changes
from hypecurve.worker import Service
from support.catalogue import listed
from support.databases import INTERVAL, NOW
from support.tracking import an_ai_repo, taxonomy

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
UPDATE, DETECT, BACKFILL = (
    ("update",),
    ("update", "--only", "detect"),
    ("update", "--only", "backfill"),
)


class Noted(Child):
    """A child that is only noted."""

    def __init__(self) -> None:
        super().__init__("host-a:1")
        self.started: list[tuple[str, ...]] = []

    def begin(self, *command: str) -> None:
        self.started.append(command)


class Recording(Service):
    """A service whose children are only noted."""

    def __init__(self, store: SqlStore, clock: SetClock) -> None:
        settings = Settings(_env_file=None)
        super().__init__(settings, store, clock, taxonomy(), {}, holder="host-a:1")
        self.clock = clock
        self.child = child = Noted()
        self.started = child.started

    async def asked(self, after: timedelta = timedelta(0)) -> list[tuple[str, ...]]:
        """Let time pass and a tick come; what was started by it."""
        self.clock.at += after
        before = len(self.started)
        await self.track()
        return self.started[before:]


async def _sweep(store: SqlStore, clock: SetClock, health: Health = Health.GOOD) -> None:
    async with store.write() as tx:
        found = await tx.stars.record(clock.at, {an_ai_repo(1).id: 600})
        await tx.stars.mark(found.number, health)


async def _judge(store: SqlStore) -> None:
    assert await detect_changes(store, interval=INTERVAL, min_stars=500) is not None


@pytest.fixture
async def service(store: SqlStore) -> Recording:
    """One that has just been started beside a sweep that was judged."""
    clock = SetClock(NOW)
    await listed(store, [an_ai_repo(1)])
    await _sweep(store, clock)
    await _judge(store)
    return Recording(store, clock)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_between_cycles_nothing_is_started_but_the_backfill_of_each_hour(
    service: Recording,
) -> None:
    assert await service.asked() == []
    assert await service.asked(59 * MINUTE) == []
    assert await service.asked(MINUTE) == [BACKFILL]
    assert await service.asked(MINUTE) == []


async def test_a_sweep_that_nobody_judged_is_judged_at_once(
    store: SqlStore, service: Recording
) -> None:
    service.clock.at += 5 * MINUTE
    await _sweep(store, service.clock)
    assert await service.asked() == [DETECT]
    assert await service.asked(MINUTE) == [], "it may be at work, or in trouble"
    assert await service.asked(14 * MINUTE) == [DETECT]
    await _judge(store)
    assert await service.asked(16 * MINUTE) == []


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_after_the_first_sweep_of_all_the_judgement_is_made_up_for(store: SqlStore) -> None:
    service = Recording(store, SetClock(NOW))
    assert await service.asked() == [UPDATE]
    await listed(store, [an_ai_repo(1)])
    await _sweep(store, service.clock)
    assert await service.asked(MINUTE) == [DETECT]


@pytest.mark.parametrize("health", [Health.PARTIAL, Health.STILL])
async def test_a_bad_sweep_is_followed_by_another_in_45_minutes(
    store: SqlStore, service: Recording, health: Health
) -> None:
    service.clock.at += 5 * MINUTE
    await _sweep(store, service.clock, health)
    await _judge(store)
    assert await service.asked(44 * MINUTE) == []
    assert await service.asked(MINUTE) == [UPDATE]
    await _sweep(store, service.clock)
    await _judge(store)
    assert await service.asked(50 * MINUTE) == [BACKFILL]
    assert await service.asked(50 * MINUTE) == []


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_while_another_holds_the_trackers_lease_nothing_is_started(
    store: SqlStore, service: Recording
) -> None:
    for _ in range(3):
        async with store.write() as tx:
            await tx.leases.hold("tracker", "host-b:2", service.clock.at + 7 * HOUR, 2 * MINUTE)
        assert await service.asked(7 * HOUR) == []


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_sweep_in_the_future_is_told_of_by_a_cycle_not_by_silence(
    store: SqlStore, service: Recording
) -> None:
    service.clock.at += 5 * MINUTE
    await _sweep(store, SetClock(service.clock.at + 300 * 24 * HOUR))
    assert await service.asked() == [UPDATE]
