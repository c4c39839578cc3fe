"""Two services over one database: each thing is done by one of them, and by somebody."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
import structlog

from hypecurve.adapters.clock import SetClock, SystemClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.answering import Serving, answer
from hypecurve.domain.errors import BadSetting, Busy, StoreUnavailable
from hypecurve.holding import LEASE, RENEW, TRACKER, Leases
from hypecurve.kin import this_process
from support.databases import NOW
from support.outgoing import SECOND, Interrupted

SOON = timedelta(milliseconds=10)


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


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_is_held_is_renewed_together_and_not_before_it_is_time(store: SqlStore) -> None:
    clock, watched = SetClock(NOW), Interrupted(store)
    leases = Leases(watched, clock, "host-a:1")
    assert await leases.hold("compose", "deliver slack") == {"compose", "deliver slack"}
    asked = watched.asked
    clock.at += RENEW / 2
    assert await leases.hold("compose") == {"compose"}
    assert watched.asked == asked
    clock.at += RENEW / 2
    assert await leases.hold("compose") == {"compose"}
    assert watched.commits == 2
    assert await leases.hold("deliver slack") == {"deliver slack"}
    assert watched.commits == 2
    clock.at += LEASE - SECOND
    assert not await Leases(store, clock, "host-b:2").hold("deliver slack")
    clock.at -= timedelta(days=1)
    assert await leases.hold("compose"), "a clock that is set back renews"
    assert watched.commits == 3


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_while_the_database_is_away_nothing_is_lost_and_what_was_taken_over_is(
    store: SqlStore,
) -> None:
    clock, away = SetClock(NOW), Interrupted(store)
    one, other = Leases(away, clock, "host-a:1"), Leases(store, clock, "host-b:2")
    assert await one.hold("compose")
    end = one.end_of("compose")
    away.is_away = True
    clock.at += RENEW
    with structlog.testing.capture_logs() as logged:
        assert await one.hold("compose") == frozenset()
    assert len(logged) == 1
    assert not end.is_set()
    away.is_away = False
    assert await one.hold("compose")
    clock.at += 2 * LEASE
    assert await other.hold("compose")
    assert await one.hold("compose") == frozenset()
    assert end.is_set()
    assert not one.end_of("compose").is_set(), "the next time is another one"
    one.end()
    assert one.end_of("compose").is_set()
    assert one.end_of("deliver slack").is_set(), "what is begun at the end ends at once"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_a_dead_process_of_this_machine_held_is_taken_over_at_once(
    store: SqlStore,
) -> None:
    clock = SetClock(NOW)
    dead = re.sub(r"\d+$", "1", this_process())
    assert await Leases(store, clock, dead).hold("deliver slack", TRACKER)
    mine = Leases(store, clock, this_process())
    assert await mine.hold("deliver slack") == {"deliver slack"}
    assert await mine.hold(TRACKER) == frozenset(), "a child may be at work under it"


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
