"""The jobs of a service: each platform's own, each done by one service, and ended in good time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import structlog

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import subscription
from hypecurve.bootstrap import load_bots
from hypecurve.config import Settings
from hypecurve.delivering import COMPOSE, lease_of
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import StoreUnavailable, TenantRefused
from hypecurve.domain.signal import SUBSCRIBABLE
from hypecurve.domain.subscription import Channel, Subscription, Wants
from hypecurve.holding import LEASE
from hypecurve.jobs import Jobs
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve.services.delivery.presence import Presence
from hypecurve.worker import Service
from support.catalogue import CHANNEL, OTHER_CHANNEL, a_repo, a_signal, listed, speak
from support.databases import NOW
from support.outgoing import HOUR, SHORT, Interrupted, MadeUpChat, at, kept, put
from support.sample_day import sample_taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
S = DeliveryState
TICK = timedelta(seconds=15)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


def _service(store: SqlStore | Interrupted, clock: SetClock, holder: str = "host-a:1") -> Service:
    settings = Settings(_env_file=None)
    return Service(settings, store, clock, sample_taxonomy(), {}, holder=holder)


async def _due(store: SqlStore, *channels: Channel) -> None:
    """Let there be news for channels that are due."""
    await listed(store, [a_repo(1)])
    async with store.write() as tx:
        for channel in channels:
            wants = Wants(frozenset(), frozenset(SUBSCRIBABLE))
            await tx.subscriptions.add(Subscription(channel, wants, next_due=NOW))
    await speak(store, [a_signal(1)])


async def test_each_platform_is_served_by_the_service_that_has_its_token(
    store: SqlStore, clock: SetClock
) -> None:
    await _due(store, CHANNEL, OTHER_CHANNEL)
    slack, discord = MadeUpChat(), MadeUpChat()
    one, other = _service(store, clock), _service(store, clock, "host-b:2")
    sender, its_sender = one.sender("slack", slack), other.sender("discord", discord)
    for _ in range(3):
        await one.compose()
        await other.compose()
        await sender.run()
        await its_sender.run()
        clock.at += TICK
    assert [each.channel for each in slack.standing] == [CHANNEL]
    assert [each.channel for each in discord.standing] == [OTHER_CHANNEL]


async def test_of_two_services_one_composes_and_one_sends_until_it_dies(
    store: SqlStore, clock: SetClock
) -> None:
    await put(store, CHANNEL)
    chat, idle = MadeUpChat(), MadeUpChat()
    one, other = _service(store, clock), _service(store, clock, "host-b:2")
    await one.sender("slack", chat).run()
    await put(store, CHANNEL, SHORT, NOW - HOUR)
    await other.sender("slack", idle).run()
    assert (len(chat.calls), len(idle.calls)) == (1, 0)
    clock.at += 2 * LEASE
    await other.sender("slack", idle).run()
    assert (len(chat.calls), len(idle.calls)) == (1, 1)


async def test_what_is_composed_is_sent_at_once_and_not_at_the_next_tick(
    store: SqlStore, clock: SetClock
) -> None:
    await _due(store, CHANNEL)
    chat, service = MadeUpChat(), _service(store, clock)
    await service.compose([service.sender("slack", chat)])
    await service._jobs.end(10)
    assert len(chat.read_in(CHANNEL)) == 1


async def test_one_platforms_outage_delays_no_other_one(store: SqlStore, clock: SetClock) -> None:
    await _due(store, CHANNEL, OTHER_CHANNEL)
    silent, discord = MadeUpChat(goes_on=asyncio.Event()), MadeUpChat()
    service = _service(store, clock)
    senders = [service.sender("slack", silent), service.sender("discord", discord)]
    await service.compose(senders)
    async with asyncio.timeout(10):
        await silent.begun.wait()
        await discord.begun.wait()
        await senders[1].run()
    assert discord.standing
    assert not silent.standing
    assert silent.goes_on is not None
    silent.goes_on.set()
    await service._jobs.end(10)
    assert silent.standing


async def test_told_to_end_it_finishes_what_is_under_way_and_leaves_the_rest(
    store: SqlStore, clock: SetClock
) -> None:
    chat, service = MadeUpChat(at_once=1, goes_on=asyncio.Event()), _service(store, clock)
    await put(store, at(1))
    await put(store, at(2))
    sender = service.sender("slack", chat)
    service._jobs.begin("deliver slack", sender.run)
    await chat.begun.wait()
    ending = asyncio.create_task(service._end())
    await asyncio.sleep(0)
    assert chat.goes_on is not None
    chat.goes_on.set()
    await ending
    assert [await kept(store, at(number)) for number in (1, 2)] == [[S.SENT], [S.PENDING]]
    service._jobs.begin("deliver slack", sender.run)
    assert len(chat.calls) == 1
    other = _service(store, clock, "host-b:2")
    await other.sender("slack", MadeUpChat()).run()
    assert await kept(store, at(2)) == [S.SENT], "its leases were given back"


async def test_a_platform_that_answers_nothing_is_cut_off_at_the_end(
    store: SqlStore, clock: SetClock
) -> None:
    chat, service = MadeUpChat(goes_on=asyncio.Event()), _service(store, clock)
    await put(store, at(1))
    service._jobs.begin("deliver slack", service.sender("slack", chat).run)
    await chat.begun.wait()
    with structlog.testing.capture_logs() as logged:
        await service._jobs.end(within=0.01)
    assert [each["event"] for each in logged] == ["stopped in the middle of a job"]
    assert await kept(store, at(1)) == [S.SENDING]


async def test_due_times_that_cannot_be_put_right_keep_nobody_from_composing(
    store: SqlStore, clock: SetClock
) -> None:
    await _due(store, CHANNEL, OTHER_CHANNEL)
    async with store.write() as tx:
        torn = subscription.update().where(subscription.c.id == 1).values(at="dawn")
        await tx.subscriptions._connection.execute(torn)
    service, chat = _service(store, clock), MadeUpChat()
    with structlog.testing.capture_logs() as logged:
        for _ in range(5):
            await service.compose()
            clock.at += TICK
    await service.sender("discord", chat).run()
    assert [each.channel for each in chat.standing] == [OTHER_CHANNEL]
    events = [each["event"] for each in logged if each["log_level"] == "error"]
    assert events == ["due times cannot be put right", "a digest cannot be composed"], "once"


async def test_a_database_that_is_away_is_one_line_for_each_job_and_tick(
    store: SqlStore, clock: SetClock
) -> None:
    await _due(store, CHANNEL)
    away, chat = Interrupted(store), MadeUpChat()
    service = _service(away, clock)
    sender = service.sender("slack", chat)
    for gone in (False, True, True, False):
        away.is_away = gone
        clock.at += TICK
        with structlog.testing.capture_logs() as logged:
            jobs = Jobs()
            jobs.begin(COMPOSE, service.compose)
            jobs.begin(lease_of("slack"), sender.run)
            await jobs.end(10)
        if gone:
            assert len(logged) <= 2
    assert chat.read_in(CHANNEL)


async def test_what_a_bot_was_answered_counts_where_another_service_sends(
    store: SqlStore, clock: SetClock
) -> None:
    one, other = _service(store, clock), _service(store, clock, "host-b:2")
    await one.sender("slack", MadeUpChat()).run()
    invalid = other._invalid["slack"] = InvalidAnswers("slack", budget=2)
    invalid()
    invalid()
    await other.sender("slack", MadeUpChat()).run()
    assert invalid.count == 0
    await put(store, at(1))
    chat = MadeUpChat()
    await one.sender("slack", chat).run()
    assert chat.calls == []


async def test_what_a_bot_was_answered_counts_where_nothing_is_sent_beside_it(
    store: SqlStore, clock: SetClock
) -> None:
    """As a part of its own: `hypecurve run slack`, with the sender in another container."""
    settings = Settings(_env_file=None, invalid_answers=2)
    bots = {"slack": (load_bots()["slack"], dict[str, str]())}
    service = Service(settings, store, clock, sample_taxonomy(), bots, holder="host-b:2")
    for _ in range(2):
        service._invalid["slack"]()
    for job in service._scheduler(["slack"], {}).get_jobs():
        ticked, (name, work) = job.func, job.args
        await ticked(name, work)
    await service._jobs.end(10)
    async with store.read() as tx:
        assert (await tx.reach.breakers())["slack"].is_open(clock.now())
    sender = _service(store, clock).sender("slack", chat := MadeUpChat())
    await put(store, at(1))
    await sender.run()
    assert chat.calls == []


async def test_suspended_tenants_are_asked_by_the_sender(store: SqlStore, clock: SetClock) -> None:
    tenant = at(1).tenant
    await put(store, at(1))
    await Presence(store, clock).tenant_gone(tenant, "The app was removed.")
    chat = MadeUpChat(gone={tenant: TenantRefused("gone")})
    sender = _service(store, clock).sender("slack", chat)
    clock.at += HOUR
    await sender.run()
    assert chat.probes == [tenant]


async def test_an_idle_tick_writes_next_to_nothing(store: SqlStore, clock: SetClock) -> None:
    """Leases, and two looks at the outbox."""
    watched, chat = Interrupted(store), MadeUpChat()
    service = _service(watched, clock)
    sender = service.sender("slack", chat)
    await service.compose()
    await sender.run()
    before = watched.commits
    for _ in range(8):
        clock.at += TICK
        await service.compose()
        await sender.run()
    assert watched.commits - before <= 3 * 8


async def test_a_job_is_under_way_once_and_one_that_fails_is_a_line(backend: str) -> None:
    assert backend == "sqlite"
    jobs, begun, goes_on = Jobs(), [], asyncio.Event()

    async def slow() -> None:
        begun.append("slow")
        await goes_on.wait()

    async def fail() -> None:
        begun.append("fail")
        raise StoreUnavailable

    async def mistake() -> None:
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            await jobs.ticked("slow", slow)
            await jobs.ticked("fail", fail)
            await jobs.ticked("mistake", mistake)
            await asyncio.sleep(0.001)
        goes_on.set()
        await jobs.end(10)
        await jobs.ticked("slow", slow)
    assert begun.count("slow") == 1
    assert begun.count("fail") == 3
    assert [each["job"] for each in logged].count("mistake") == 3
    assert all(each["log_level"] == "error" for each in logged)
