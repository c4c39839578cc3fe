"""Two services over one database: each thing is done by one of them, and by somebody."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import structlog

from hypecurve.adapters.clock import SetClock, SystemClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.answering import Serving, answer
from hypecurve.config import Settings
from hypecurve.domain.errors import BadSetting, Busy, StoreUnavailable
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.domain.subscription import Subscription, Wants
from hypecurve.holding import TRACKER, Leases
from hypecurve.worker import Service
from support.catalogue import CHANNEL, OTHER_CHANNEL, a_repo, a_signal, listed, speak
from support.databases import NOW
from support.messengers import MemoryMessenger
from support.sample_day import sample_taxonomy

SOON = timedelta(milliseconds=10)


def _service(store: SqlStore, clock: SetClock, holder: str) -> Service:
    return Service(Settings(), store, clock, sample_taxonomy(), {}, holder=holder)


async def test_each_platform_is_served_by_the_service_that_has_its_token(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    async with store.write() as tx:
        for channel in (CHANNEL, OTHER_CHANNEL):
            wants = Wants(frozenset(), frozenset(SUBSCRIBABLE))
            await tx.subscriptions.add(Subscription(channel, wants, next_due=NOW))
    await speak(store, [a_signal(1)])
    clock, slack, discord = SetClock(NOW), MemoryMessenger(), MemoryMessenger()
    one, other = _service(store, clock, "host-a:1"), _service(store, clock, "host-b:2")
    for _ in range(3):
        await one.deliver({"slack": slack})
        await other.deliver({"discord": discord})
        clock.at += timedelta(seconds=15)
    assert [post.channel for post in slack.posts] == [CHANNEL]
    assert [post.channel for post in discord.posts] == [OTHER_CHANNEL]


async def test_the_one_that_stands_by_answers_as_soon_as_the_first_stops(store: SqlStore) -> None:
    answering: list[str] = []
    changed = asyncio.Condition()
    stops = {name: asyncio.Event() for name in ("one", "other")}

    def serving(name: str) -> Serving:
        async def serve_until(until: asyncio.Event) -> None:
            async with changed:
                answering.append(name)
                changed.notify_all()
            await until.wait()
            answering.remove(name)

        return serve_until

    async def has(names: list[str]) -> None:
        async with asyncio.timeout(10), changed:
            await changed.wait_for(lambda: answering == names)

    def begin(name: str) -> asyncio.Task[None]:
        leases = Leases(store, SystemClock(), name)
        running = answer("slack", serving(name), leases, SystemClock(), stops[name], watch=SOON)
        return asyncio.create_task(running)

    first = begin("one")
    await has(["one"])
    with structlog.testing.capture_logs() as logged:
        second = begin("other")
        async with asyncio.timeout(10):
            while not logged:  # noqa: ASYNC110 - a log has no event
                await asyncio.sleep(0)
    assert logged[0]["event"] == "another service answers; this one stands by"
    assert answering == ["one"]
    stops["one"].set()
    await first
    await has(["other"])
    stops["other"].set()
    await second
    async with store.read() as tx:
        assert await tx.leases.holders() == {}


async def test_a_bot_with_a_wrong_token_stops_the_service_and_gives_its_lease_back(
    store: SqlStore,
) -> None:
    stop = asyncio.Event()

    async def refused(_: asyncio.Event) -> None:
        message = "SLACK_BOT_TOKEN is refused."
        raise BadSetting(message)

    with pytest.raises(BadSetting):
        await answer("slack", refused, Leases(store, SystemClock(), "one"), SystemClock(), stop)
    assert stop.is_set()
    async with store.read() as tx:
        assert await tx.leases.holders() == {}


async def test_what_another_does_already_is_refused_in_one_line_and_not_begun(
    store: SqlStore,
) -> None:
    clock = SetClock(NOW)
    begun: list[str] = []

    async def work() -> None:
        begun.append("work")

    assert await Leases(store, clock, "host-a:1").hold(TRACKER)
    with pytest.raises(Busy, match=r"^The tracker is at work already, as host-a:1 .*\.$"):
        await Leases(store, clock, "host-b:2").alone(TRACKER, work)
    assert begun == []
    # A lease that is lent is worked under, and stays its owner's.
    await Leases(store, clock, "host-a:1").alone(TRACKER, work, lent=True)
    assert begun == ["work"]
    assert await Leases(store, clock, "host-b:2").hold(TRACKER) == frozenset()


async def test_a_lease_is_held_while_the_work_lasts_and_given_back_however_it_ends(
    store: SqlStore,
) -> None:
    clock = SetClock(NOW)
    other = Leases(store, clock, "host-b:2")

    async def work() -> None:
        assert await other.hold(TRACKER) == frozenset()
        raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        await Leases(store, clock, "host-a:1").alone(TRACKER, work)
    assert await other.hold(TRACKER)


async def test_work_ends_where_another_took_its_lease_over(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hypecurve.holding.RENEW", SOON)
    clock = SetClock(NOW)
    ended: list[str] = []

    async def work() -> None:
        clock.at += timedelta(hours=1)  # the machine was asleep
        async with store.write() as tx:
            assert await tx.leases.hold(TRACKER, "host-b:2", clock.at, timedelta(minutes=2))
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    with pytest.raises(Busy, match="host-b:2"):
        await Leases(store, clock, "host-a:1").alone(TRACKER, work)
    assert ended == ["work"]
