"""Sending: what each answer does to a delivery, to its steps and to the world around it."""

from __future__ import annotations

import itertools
from datetime import time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from structlog.testing import capture_logs

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import digest
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Alerts, Channel, Subscription
from hypecurve.services.answers.subscribe import unsubscribe
from hypecurve.services.delivery.sending import LEASE
from support.databases import NOW
from support.listening import TAXONOMY
from support.messengers import Killed
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
    send,
    state_of,
)

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
S = DeliveryState
ONE = at(1)
OPERATOR = at(99, "OURS")
BLOCKS = "blocks"
_numbers = itertools.count(1000)
ALWAYS = Alerts(quiet_from=None, quiet_until=None)
LOST = SendUnclear("the line was cut")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def chat() -> MadeUpChat:
    return MadeUpChat()


@pytest.mark.parametrize(
    ("error", "state", "counted"),
    [
        (SendLimited("slow down", retry_after=7.0), S.PENDING, 0),
        (PlatformRefused("stop"), S.PENDING, 0),
        (SendFailed("no route"), S.PENDING, 1),
        (LOST, S.UNKNOWN, 1),
        (ChannelRefused("not in channel", code="not_in_channel"), S.HELD, 1),
        (TenantRefused("token revoked"), S.DROPPED, 1),
        (MessageRefused("invalid blocks"), S.DEAD, 1),
    ],
)
async def test_what_an_answer_does_to_a_delivery(
    store: SqlStore,
    clock: SetClock,
    chat: MadeUpChat,
    error: SendError,
    state: DeliveryState,
    counted: int,
) -> None:
    key = await put(store, ONE)
    chat.fail(ONE, error, posted=error is LOST)
    assert await send(store, clock, chat) == [state]
    delivery = await found(store, key)
    assert (delivery.state, delivery.attempts, delivery.reason) == (state, counted, str(error))
    assert (delivery.next_try_at > NOW) == (state is S.PENDING)
    clock.at += 25 * HOUR
    goes_on = state in {S.PENDING, S.HELD}
    assert await send(store, clock, chat) == ([S.SENT] if goes_on else [])
    assert chat.read_in(ONE) == (["short"] if goes_on or error is LOST else [])


async def test_a_limit_is_obeyed_to_the_second(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE)
    chat.fail(ONE, SendLimited("slow down", retry_after=30.0))
    await send(store, clock, chat)
    clock.at = NOW + 29 * SECOND
    assert await send(store, clock, chat) == []
    clock.at = NOW + 36 * SECOND
    assert await send(store, clock, chat) == [S.SENT]


async def test_the_intent_is_kept_before_each_call_and_no_call_is_in_a_transaction(
    store: SqlStore, clock: SetClock
) -> None:
    """Were a transaction open during the call, a writer on SQLite would wait for it for ever."""
    key = await put(store, ONE, LONG)
    seen = []

    class Watching(MadeUpChat):
        async def post(
            self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
        ) -> str:
            seen.append(await state_of(store, watched))
            async with store.write() as tx:
                await tx.leases.hold("somebody", "else", NOW, SECOND)
            return await super().post(channel, message, step, key=key, ref=ref)

    watched = key
    assert await send(store, clock, Watching()) == [S.SENT]
    assert seen == [(S.SENDING, [S.SENDING]), (S.SENDING, [S.SENT, S.SENDING])]


async def test_the_steps_behind_the_post_hang_on_it(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    chat.announces.add(ONE)
    await put(store, ONE, LONG)
    assert await send(store, clock, chat) == [S.SENT]
    assert [(each.step, each.ref) for each in chat.standing] == [
        (StepKind.POST, ""),
        (StepKind.THREAD, "id-1"),
        (StepKind.PUBLISH, "id-1"),
    ]


async def test_a_thread_that_failed_is_tried_again_without_a_second_post(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE, LONG)
    chat.fail(ONE, None, SendFailed("no route"))
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT]
    assert [(each.step, each.ref) for each in chat.standing] == [
        (StepKind.POST, ""),
        (StepKind.THREAD, "id-1"),
    ]


async def test_only_the_ambiguous_step_is_unknown_and_the_others_go_on(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    chat.announces.add(ONE)
    key = await put(store, ONE, LONG)
    chat.fail(ONE, None, LOST)
    assert await send(store, clock, chat) == [S.SENT]
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.UNKNOWN, S.SENT])
    assert (await found(store, key)).reason == str(LOST)
    assert [each.step for each in chat.standing] == [StepKind.POST, StepKind.PUBLISH]


@pytest.mark.parametrize("error", [LOST, SendFailed("no route"), KeyError("id")])
async def test_publishing_is_never_unknown_but_done_again(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, error: Exception
) -> None:
    chat.announces.add(ONE)
    key = await put(store, ONE)
    chat.fail(ONE, None, error)
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT]
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.SENT])
    assert [each.step for each in chat.standing] == [StepKind.POST, StepKind.PUBLISH]


@pytest.mark.parametrize("error", [MessageRefused("may not publish"), ChannelRefused("closed")])
async def test_a_post_that_stands_is_sent_whatever_is_refused_behind_it(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, error: SendError
) -> None:
    chat.announces.add(ONE)
    key = await put(store, ONE, LONG)
    chat.fail(ONE, None, error)
    assert await send(store, clock, chat) == [S.SENT]
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.DEAD, S.SENT])
    assert (await found(store, key)).reason == str(error)
    async with store.read() as tx:
        assert await tx.reach.paused() == {}


async def test_what_fails_behind_a_post_is_not_tried_for_ever(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE, LONG)
    chat.fail(ONE, None, *[SendFailed("no route")] * 20)
    ended = []
    for _ in range(12):
        ended += await send(store, clock, chat)
        clock.at += 2 * HOUR
    assert ended[-1] is S.SENT
    assert len(ended) == 6
    assert chat.read_in(ONE) == ["long"]


@pytest.mark.parametrize(
    ("wait", "every", "tries"),
    [(1800.0, HOUR, 1), (600.0, 11 * MINUTE, 2), (240.0, 5 * MINUTE, 4), (None, 5 * MINUTE, 4)],
)
async def test_what_is_limited_behind_a_post_holds_the_channel_up_for_a_quarter_of_an_hour(
    store: SqlStore,
    clock: SetClock,
    chat: MadeUpChat,
    wait: float | None,
    every: timedelta,
    tries: int,
) -> None:
    chat.announces.add(ONE)
    key = await put(store, ONE)
    chat.fail(ONE, None, *[SendLimited("ten an hour", retry_after=wait)] * tries)
    async with store.write() as tx:
        await tx.digests.notify(ONE, "listed 1", SHORT, NOW)
    with capture_logs() as logs:
        for number in range(tries):
            assert await kept(store, ONE) == [S.PENDING, S.PENDING]
            clock.at = NOW + number * every
            await send(store, clock, chat)
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.DEAD])
    assert [log["step"] for log in logs if log["log_level"] == "warning"] == ["publish"]
    assert (await found(store, key)).reason == "ten an hour"
    assert await kept(store, ONE) == [S.SENT, S.SENT], "what waited behind it goes on"


async def _killed(store: SqlStore, clock: SetClock, chat: MadeUpChat) -> None:
    with pytest.raises(Killed):
        await send(store, clock, chat)


@pytest.mark.parametrize("posted", [True, False])
async def test_a_crash_between_intent_and_outcome_is_unknown_and_not_sent_again(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, *, posted: bool
) -> None:
    key = await put(store, ONE)
    chat.fail(ONE, Killed(), posted=posted)
    await _killed(store, clock, chat)
    assert await send(store, clock, chat) == []
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.UNKNOWN]
    assert "died" in (await found(store, key)).reason
    clock.at += 24 * HOUR
    assert await send(store, clock, chat) == []
    assert len(chat.calls) == 1


async def _die(store: SqlStore, clock: SetClock, chat: MadeUpChat, *, posted: bool) -> None:
    """Let the sender die in the middle of the post, and its successor come at once."""
    chat.fail(ONE, Killed(), posted=posted)
    await _killed(store, clock, chat)
    clock.at += MINUTE
    async with store.write() as tx:
        await tx.outbox.adopt("slack", clock.at)


@pytest.mark.parametrize("posted", [True, False])
async def test_where_a_repeat_is_dropped_what_a_dead_sender_began_is_sent_again_as_the_same(
    store: SqlStore, clock: SetClock, *, posted: bool
) -> None:
    chat = MadeUpChat(drops_repeats_for=2 * MINUTE)
    key = await put(store, ONE, LONG)
    await _die(store, clock, chat, posted=posted)
    assert await send(store, clock, chat) == [S.SENT]
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.SENT])
    assert [each.step for each in chat.standing] == [StepKind.POST, StepKind.THREAD]


@pytest.mark.parametrize("error", [SendFailed("no route"), ChannelRefused("closed"), LOST])
@pytest.mark.parametrize("early", [True, False])
async def test_where_the_repeat_is_refused_the_first_may_stand_all_the_same(
    store: SqlStore, clock: SetClock, error: SendError, *, early: bool
) -> None:
    class Refusing(MadeUpChat):
        async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
            if early and self.calls:
                raise error
            return await super().steps(channel, message)

    chat = Refusing(drops_repeats_for=2 * MINUTE)
    await put(store, ONE)
    await _die(store, clock, chat, posted=True)
    chat.fail(ONE, error)
    assert await send(store, clock, chat) == [S.UNKNOWN]


async def test_behind_a_repeat_that_arrived_a_thread_that_fails_is_tried_again(
    store: SqlStore, clock: SetClock
) -> None:
    chat = MadeUpChat(drops_repeats_for=2 * MINUTE)
    await put(store, ONE, LONG)
    await _die(store, clock, chat, posted=True)
    chat.fail(ONE, None, SendFailed("no route"))
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT]
    assert [each.step for each in chat.standing] == [StepKind.POST, StepKind.THREAD]


async def test_a_mistake_of_ours_hides_no_post_that_may_stand(
    store: SqlStore, clock: SetClock
) -> None:
    class Mistaken(MadeUpChat):
        async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
            if self.calls:
                raise KeyError(BLOCKS)
            return await super().steps(channel, message)

    chat = Mistaken(drops_repeats_for=2 * MINUTE)
    await put(store, ONE)
    await _die(store, clock, chat, posted=True)
    assert await send(store, clock, chat) == [S.UNKNOWN]


async def test_a_crash_in_the_thread_leaves_the_post_sent_and_the_thread_unknown(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    chat.announces.add(ONE)
    key = await put(store, ONE, LONG)
    chat.fail(ONE, None, Killed())
    await _killed(store, clock, chat)
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.SENT]
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.UNKNOWN, S.SENT])
    assert [each.step for each in chat.standing] == [StepKind.POST, StepKind.PUBLISH]


async def test_a_crash_while_publishing_publishes_again(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    chat.announces.add(ONE)
    key = await put(store, ONE)
    chat.fail(ONE, None, Killed())
    await _killed(store, clock, chat)
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.SENT]
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.SENT])


async def test_a_slow_sender_begins_no_step_that_may_be_anothers_by_then(
    store: SqlStore, clock: SetClock
) -> None:
    class Slow(MadeUpChat):
        async def post(
            self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
        ) -> str:
            clock.at += 0.6 * LEASE
            return await super().post(channel, message, step, key=key, ref=ref)

    await put(store, ONE, LONG)
    slow = Slow()
    assert await send(store, clock, slow) == [S.PENDING, S.SENT]
    assert [each.step for each in slow.standing] == [StepKind.POST, StepKind.THREAD]


async def test_a_message_that_cannot_be_read_is_dead_and_the_others_go_on(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    key, other = await put(store, ONE), await put(store, at(2))
    async with store.engine.begin() as connection:
        broken = {"kind": "what a newer version writes", "notification": ""}
        await connection.execute(update(digest).where(digest.c.id == 1).values(message=broken))
    assert sorted(await send(store, clock, chat, operator=OPERATOR)) == [S.DEAD, S.SENT, S.SENT]
    assert (await found(store, key)).reason.startswith("cannot be sent:")
    assert (await found(store, other)).state is S.SENT
    assert await send(store, clock, chat) == []


async def test_an_unforeseen_error_while_posting_is_unknown_and_one_before_it_dead(
    store: SqlStore, clock: SetClock
) -> None:
    class Mistaken(MadeUpChat):
        async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
            if channel == at(2):
                raise KeyError(BLOCKS)
            return await super().steps(channel, message)

    chat = Mistaken()
    posting, before = await put(store, ONE), await put(store, at(2))
    chat.fail(ONE, KeyError("ts"), posted=True)
    assert sorted(await send(store, clock, chat)) == [S.DEAD, S.UNKNOWN]
    assert "KeyError: 'ts'" in (await found(store, posting)).reason
    assert "KeyError: 'blocks'" in (await found(store, before)).reason
    clock.at += 24 * HOUR
    assert await send(store, clock, chat) == []


async def test_an_error_before_any_call_never_makes_it_unknown(
    store: SqlStore, clock: SetClock
) -> None:
    class Unsure(MadeUpChat):
        async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
            del channel, message
            raise LOST

    await put(store, ONE)
    assert await send(store, clock, Unsure()) == [S.PENDING]


async def _alert(store: SqlStore, wish: Alerts | None = ALWAYS) -> int:
    async with store.write() as tx:
        await tx.subscriptions.add(Subscription(ONE, alerts=wish))
        key = await tx.digests.notify(ONE, "alert 7", ALERT, NOW)
    assert key is not None
    return key


async def test_an_alert_that_may_not_have_arrived_is_sent_once_more_marked_and_no_third_time(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await _alert(store)
    chat.fail(ONE, LOST, LOST, posted=True)
    assert await send(store, clock, chat) == [S.UNKNOWN, S.UNKNOWN]
    clock.at += HOUR
    assert await send(store, clock, chat) == []
    first, again = chat.read_in(ONE)
    assert first == ALERT.notification
    assert "possibly a repeat" in again
    assert await kept(store, ONE) == [S.UNKNOWN, S.UNKNOWN]


@pytest.mark.parametrize(
    ("wish", "waits", "ended"),
    [
        (Alerts(quiet_from=time(22), quiet_until=time(8)), 3 * HOUR, S.SENT),
        (Alerts(quiet_from=time(7), quiet_until=time(11)), 3 * HOUR, S.DROPPED),
        (ALWAYS, 25 * HOUR, S.DROPPED),
        (None, 3 * HOUR, S.DROPPED),
    ],
)
async def test_an_alert_that_waited_into_the_quiet_hours_or_a_day_is_the_digests(
    store: SqlStore,
    clock: SetClock,
    chat: MadeUpChat,
    wish: Alerts | None,
    waits: timedelta,
    ended: DeliveryState,
) -> None:
    await _alert(store, wish)
    digest_behind = await put(store, ONE, LONG)
    clock.at += waits
    assert await send(store, clock, chat) == [ended, S.SENT]
    assert (await found(store, digest_behind)).state is S.SENT


async def test_an_alert_is_not_repeated_for_who_took_everything_off_meanwhile(
    store: SqlStore, clock: SetClock
) -> None:
    class Leaving(MadeUpChat):
        async def post(
            self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
        ) -> str:
            assert await unsubscribe(store, clock, TAXONOMY, channel, frozenset())
            return await super().post(channel, message, step, key=key, ref=ref)

    chat = Leaving()
    await _alert(store)
    chat.fail(ONE, LOST)
    assert await send(store, clock, chat) == [S.UNKNOWN, S.DROPPED]
    assert chat.read_in(ONE) == []


async def test_a_digest_or_a_notice_that_may_not_have_arrived_is_not_repeated(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE)
    async with store.write() as tx:
        await tx.digests.notify(at(2), "listed 1", SHORT, NOW)
    chat.down = LOST
    assert await send(store, clock, chat) == [S.UNKNOWN, S.UNKNOWN]
    assert await kept(store, ONE) == await kept(store, at(2)) == [S.UNKNOWN]


async def test_the_operator_hears_once_a_day_of_what_kills_messages(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    for number in range(4):
        await put(store, at(number))
        chat.fail(at(number), MessageRefused("Slack does not take this.", code="invalid_blocks"))
    ended = await send(store, clock, chat, operator=OPERATOR)
    assert ended.count(S.DEAD) == 4
    (line,) = chat.read_in(OPERATOR)
    assert line.endswith("to slack:T1/C0 cannot be sent: Slack does not take this.")


async def test_what_is_refused_in_the_operators_channel_is_not_told_there(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, OPERATOR)
    chat.fail(OPERATOR, MessageRefused("too long"))
    assert await send(store, clock, chat, operator=OPERATOR) == [S.DEAD]


async def test_a_platform_that_refuses_us_is_left_alone_and_the_operator_told(
    store: SqlStore, clock: SetClock
) -> None:
    chat = MadeUpChat(at_once=1)
    for number in range(5):
        await put(store, at(number))
    chat.fail(at(0), PlatformRefused("Slack bars this address."))
    assert await send(store, clock, chat, operator=OPERATOR) == [S.PENDING]
    clock.at += 9 * MINUTE
    assert await send(store, clock, chat, operator=OPERATOR) == []
    clock.at += 2 * MINUTE
    assert await send(store, clock, chat, operator=OPERATOR) == [S.SENT] * 6
    (line,) = chat.read_in(OPERATOR)
    assert "Slack bars this address." in line


async def test_what_kills_no_more_is_sent_at_the_operators_word(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    key = await put(store, ONE, LONG)
    chat.fail(ONE, LOST)
    assert await send(store, clock, chat) == [S.UNKNOWN]
    async with store.write() as tx:
        await tx.outbox.retry(key, clock.at)
    assert await send(store, clock, chat) == [S.SENT]
    assert chat.read_in(ONE) == ["long", "long"]


ERRORS = [
    None,
    SendLimited("slow down", retry_after=2),
    SendFailed("no route"),
    LOST,
    ChannelRefused("archived"),
    MessageRefused("invalid"),
    Killed(),
]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(answers=st.lists(st.tuples(st.sampled_from(ERRORS), st.booleans()), max_size=9))
async def test_whatever_answers_come_nothing_stands_twice_and_nothing_hangs(
    store: SqlStore, answers: list[tuple[BaseException | None, bool]]
) -> None:
    """The post and the thread each stand at most once; sent is what stands."""
    clock, chat = SetClock(NOW), MadeUpChat()
    async with store.write() as tx:
        for channel in await tx.reach.paused():
            await tx.reach.resume(channel)
    channel = at(next(_numbers))
    key = await put(store, channel, LONG)
    for error, posted in answers:
        # Only what nobody is sure of may have been posted all the same.
        chat.trouble[channel].append((error, posted and (error is LOST or _is_death(error))))
    ends = {S.SENT, S.UNKNOWN, S.DEAD}
    while (await state_of(store, key))[0] not in ends:
        assert len(chat.calls) <= 20
        try:
            await send(store, clock, chat)
        except Killed:
            clock.at += LEASE
        clock.at += 5 * HOUR
    state, steps = await state_of(store, key)
    standing = [each.step for each in chat.standing]
    assert len(standing) == len(set(standing))
    for step, kept_state in zip((StepKind.POST, StepKind.THREAD), steps, strict=False):
        if kept_state is S.SENT:
            assert step in standing
        elif kept_state is not S.UNKNOWN:
            assert step not in standing
    assert (state is S.SENT) == (steps[0] is S.SENT)


def _is_death(error: BaseException | None) -> bool:
    return isinstance(error, Killed)
