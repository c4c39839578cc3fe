"""Deliver: what the outbox holds goes to the platforms, once, in order, many at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.breaker import TROUBLES
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.errors import (
    ChannelRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
)
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Alerts, Channel, Subscription
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve.services.delivery.deliver import USEFUL, deliver_pending
from hypecurve.services.delivery.sending import LEASE
from support.databases import NOW
from support.outgoing import (
    ALERT,
    HOUR,
    LONG,
    MINUTE,
    SECOND,
    SHORT,
    MadeUpChat,
    at,
    found,
    kept,
    put,
    put_all,
    send,
    state_of,
)

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
S = DeliveryState
ONE, TWO = at(1), at(2)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def chat() -> MadeUpChat:
    return MadeUpChat()


async def test_a_message_is_posted_once_and_its_id_kept(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    key = await put(store, ONE)
    assert await send(store, clock, chat) == [S.SENT]
    assert await send(store, clock, chat) == []
    (standing,) = chat.standing
    assert (standing.channel, standing.message, standing.step) == (ONE, SHORT, StepKind.POST)
    delivery = await found(store, key)
    assert [(step.state, step.ref) for step in delivery.steps] == [(S.SENT, "id-1")]
    assert delivery.attempts == 1


async def test_keys_are_the_same_at_every_try_and_differ_otherwise(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    other = at(2)
    await put(store, ONE, LONG)
    await put(store, other, LONG)
    chat.fail(ONE, SendFailed("no route"))
    chat.fail(other, None, SendFailed("no route"))
    await send(store, clock, chat)
    clock.at += HOUR
    await send(store, clock, chat)
    keys: dict[tuple[Channel, StepKind], str] = {}
    for channel, step, key in chat.calls:
        assert keys.setdefault((channel, step), key) == key
        assert len(key) <= 20
    assert len(set(keys.values())) == len(keys) == 4


async def test_many_are_under_way_at_once_and_one_for_each_channel_in_order(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    for day in range(3):
        message = LONG if day == 1 else SHORT
        await put_all(store, map(at, range(60)), message, NOW - (3 - day) * HOUR)
    assert await send(store, clock, chat) == [S.SENT] * 180
    assert chat.most_at_once > 20
    for number in range(60):
        assert chat.read_in(at(number)) == ["short", "long", "long", "short"]


async def test_no_more_are_under_way_than_the_platform_takes(
    store: SqlStore, clock: SetClock
) -> None:
    chat = MadeUpChat(at_once=7)
    await put_all(store, map(at, range(40)))
    assert await send(store, clock, chat) == [S.SENT] * 40
    assert chat.most_at_once == 7


async def test_more_are_let_under_way_by_posts_that_stand_and_not_only_by_what_has_ended(
    store: SqlStore, clock: SetClock
) -> None:
    """A thread waits a second for its turn on Slack."""
    all_stand = asyncio.Event()

    class Slow(MadeUpChat):
        async def post(
            self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
        ) -> str:
            if step is StepKind.THREAD:
                await all_stand.wait()
            found = await super().post(channel, message, step, key=key, ref=ref)
            if len(self.standing) == 2 * TROUBLES:
                all_stand.set()
            return found

    await put_all(store, map(at, range(TROUBLES - 1)), LONG)
    await put(store, at(TROUBLES))
    await put_all(store, map(at, range(TROUBLES + 1, 2 * TROUBLES + 1)), LONG)
    async with asyncio.timeout(20):
        assert await send(store, clock, Slow()) == [S.SENT] * (2 * TROUBLES)


async def test_what_waits_behind_a_failure_in_its_channel_waits_on(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE, LONG, NOW - HOUR)
    await put(store, ONE)
    chat.fail(ONE, SendFailed("no route"))
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT, S.SENT]
    assert chat.read_in(ONE) == ["long", "long", "short"]


async def test_an_outage_at_the_start_makes_a_handful_unknown_and_not_all(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    """The platform takes connections and answers nothing; then it is well again."""
    await put_all(store, (at(number, f"T{number}") for number in range(100)))
    chat.down = SendUnclear("no answer within 30 s")
    assert await send(store, clock, chat) == [S.UNKNOWN] * TROUBLES
    assert await send(store, clock, chat) == []
    clock.at += 10 * 60 * SECOND
    assert await send(store, clock, chat) == [S.UNKNOWN], "one tries whether it is well again"
    chat.down = None
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT] * (99 - TROUBLES)
    assert chat.most_at_once > TROUBLES


async def test_one_workspace_in_trouble_is_left_alone_and_the_others_get_theirs(
    store: SqlStore, clock: SetClock
) -> None:
    chat = MadeUpChat(at_once=2)
    bad = [at(number, "BAD") for number in range(12)]
    good = [at(number, f"T{number}") for number in range(12)]
    await put_all(store, (each for pair in zip(bad, good, strict=True) for each in pair))
    for channel in bad:
        chat.fail(channel, *[SendUnclear("500")] * 9)
    ended = await send(store, clock, chat)
    assert ended.count(S.SENT) == 12
    assert TROUBLES <= ended.count(S.UNKNOWN) <= TROUBLES + 1
    for channel in bad:
        chat.trouble[channel].clear()
    clock.at += HOUR
    ended = await send(store, clock, chat)
    clock.at += HOUR
    ended += await send(store, clock, chat)
    assert ended.count(S.SENT) >= 12 - TROUBLES - 1


async def test_a_spent_budget_of_invalid_answers_stops_sending_until_its_window_is_over(
    store: SqlStore, clock: SetClock
) -> None:
    chat, invalid = MadeUpChat(at_once=1), InvalidAnswers("slack", budget=3)
    await put_all(store, map(at, range(9)))

    for _ in range(3):
        invalid()
    assert await send(store, clock, chat, invalid=invalid) == []
    other = InvalidAnswers("slack", budget=3)
    assert await send(store, clock, chat, invalid=other) == [], "the budget is one for all"
    clock.at += 11 * 60 * SECOND
    assert await send(store, clock, chat, invalid=other) == [S.SENT] * 9


async def test_invalid_answers_are_counted_while_it_sends(store: SqlStore, clock: SetClock) -> None:
    invalid = InvalidAnswers("slack", budget=6)

    class Counting(MadeUpChat):
        async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
            invalid()
            return await super().steps(channel, message)

    await put_all(store, map(at, range(40)))
    chat = Counting(at_once=1)
    chat.down = ChannelRefused("not in channel")
    assert await send(store, clock, chat, invalid=invalid) == [S.HELD] * 6


async def test_when_told_to_stop_nothing_new_begins_and_what_is_under_way_ends(
    store: SqlStore, clock: SetClock
) -> None:
    chat, stop = MadeUpChat(at_once=2, goes_on=asyncio.Event()), asyncio.Event()
    keys = [await put(store, at(number), LONG) for number in range(6)]
    sending = asyncio.create_task(deliver_pending(store, clock, "slack", chat, stop=stop))
    await chat.begun.wait()
    stop.set()
    assert chat.goes_on is not None
    chat.goes_on.set()
    assert 1 <= await sending <= 2
    states = [(await state_of(store, key))[0] for key in keys]
    assert set(states) == {S.SENT, S.PENDING}


async def test_what_is_called_off_is_taken_over_when_its_lease_has_run_out(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    """The process dies while the platform holds its answer back: nobody knows."""
    key, later = await put(store, ONE, LONG), await put(store, ONE, SHORT, NOW + SECOND)
    chat.goes_on = asyncio.Event()
    sending = asyncio.create_task(deliver_pending(store, clock, "slack", chat))
    await chat.begun.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    chat.goes_on = None
    assert await state_of(store, key) == (S.SENDING, [S.SENDING])
    assert await send(store, clock, chat) == []
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.UNKNOWN, S.SENT]
    assert await state_of(store, key) == (S.UNKNOWN, [S.UNKNOWN])
    assert await state_of(store, later) == (S.SENT, [S.SENT])
    assert chat.read_in(ONE) == ["short"]


@pytest.mark.parametrize(
    ("message", "error"), [(ALERT, None), (SHORT, SendLimited("slow down", retry_after=5.0))]
)
async def test_a_clock_that_leaps_ahead_leaves_what_is_under_way_to_itself(
    store: SqlStore, clock: SetClock, message: Message, error: SendError | None
) -> None:
    """Or a machine that slept: by the clock the leases are over, and yet nobody died."""
    goes_on = asyncio.Event()
    both_begun, looked_again = asyncio.Event(), asyncio.Event()

    class Slow(MadeUpChat):
        async def post(
            self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
        ) -> str:
            if channel == ONE and not goes_on.is_set():
                both_begun.set()
                await goes_on.wait()
            elif channel == TWO:
                await both_begun.wait()
                clock.at = NOW + LEASE + MINUTE
                if len(self.calls) == 1:
                    looked_again.set()
            return await super().post(channel, message, step, key=key, ref=ref)

    chat = Slow()
    if error is not None:
        chat.fail(ONE, error)
    async with store.write() as tx:
        await tx.subscriptions.add(Subscription(ONE, alerts=Alerts(3, None, None)))
    await put(store, ONE, message)
    await put(store, TWO)
    await put(store, TWO, due_at=NOW + SECOND)
    sending = asyncio.create_task(deliver_pending(store, clock, "slack", chat))
    await looked_again.wait()
    goes_on.set()
    await sending
    clock.at += HOUR
    await send(store, clock, chat)
    assert await kept(store, ONE) == [S.SENT]
    assert chat.read_in(ONE) == [message.notification]


async def test_two_senders_at_once_send_each_message_once(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put_all(store, map(at, range(12)), LONG)
    await asyncio.gather(*(send(store, clock, chat) for _ in range(3)))
    assert len(chat.standing) == 24
    assert len({key for _, _, key in chat.calls}) == 24


async def test_only_the_platform_asked_for_is_served(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, Channel.parse("discord:900/901"))
    assert await send(store, clock, chat) == []


async def test_what_got_nowhere_for_a_week_is_given_up_with_its_reason(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    key = await put(store, ONE)
    chat.down = SendFailed("no route")
    while clock.at < NOW + USEFUL:
        await send(store, clock, chat)
        clock.at += 13 * HOUR
    assert await send(store, clock, chat) == []
    delivery = await found(store, key)
    assert (delivery.state, delivery.reason) == (S.EXPIRED, "no route")
    assert delivery.attempts > 8, "there is no last try"


async def test_it_ends_when_its_time_is_over(store: SqlStore, chat: MadeUpChat) -> None:
    await put(store, ONE)
    tried = await deliver_pending(store, SetClock(NOW), "slack", chat, for_as_long=timedelta(0))
    assert tried == 0
    assert chat.calls == []
