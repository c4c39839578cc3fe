"""Deliver: what the outbox holds goes to the platforms, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import digest
from hypecurve.domain.delivery import Delivery, DeliveryState, StepKind
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
from hypecurve.domain.message import Message, MessageKind, Section, SectionKind
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.services.compose import USEFUL
from hypecurve.services.deliver import LEASE, MOST_TRIES, Verdict, deliver_pending, judge
from support.catalogue import CHANNEL, OTHER_CHANNEL
from support.databases import NOW
from support.messengers import Killed, MemoryMessenger

S = DeliveryState
SHORT = Message(MessageKind.DIGEST, "short")
LONG = Message(MessageKind.DIGEST, "long", overflow=(Section(SectionKind.PLAIN, "More", ()),))
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def messenger() -> MemoryMessenger:
    return MemoryMessenger()


async def _put(
    store: SqlStore, message: Message = SHORT, channel: Channel = CHANNEL, number: int = 0
) -> int:
    async with store.write() as tx:
        listener = await tx.subscriptions.listener(channel)
        if listener is None:
            await tx.subscriptions.add(Subscription(channel))
            listener = await tx.subscriptions.listener(channel)
        assert listener is not None
        digest_id = await tx.outbox.put(
            listener, NOW + number * SECOND, (0, 1), NOW, signal_ids=[], message=message
        )
    assert digest_id is not None
    return digest_id


async def _deliver(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> list[DeliveryState]:
    outcomes = await deliver_pending(store, clock, {"slack": messenger, "discord": messenger})
    return [outcome.state for outcome in outcomes]


async def _only(store: SqlStore) -> Delivery:
    async with store.read() as tx:
        (found,) = await tx.outbox.recent()
    return found


async def test_a_message_is_posted_once_and_its_id_kept(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    assert await _deliver(store, clock, messenger) == [S.SENT]
    assert await _deliver(store, clock, messenger) == []
    (post,) = messenger.posts
    assert (post.channel, post.message, post.step, post.ref) == (
        CHANNEL,
        SHORT,
        StepKind.POST,
        "",
    )
    delivery = await _only(store)
    assert [(step.state, step.ref) for step in delivery.steps] == [(S.SENT, "post-1")]
    assert delivery.attempts == 1


async def test_the_thread_hangs_on_the_post(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store, LONG)
    assert await _deliver(store, clock, messenger) == [S.SENT]
    assert [(post.step, post.ref) for post in messenger.posts] == [
        (StepKind.POST, ""),
        (StepKind.THREAD, "post-1"),
    ]


async def test_the_intent_is_kept_before_each_call_and_no_call_is_in_a_transaction(
    store: SqlStore, clock: SetClock
) -> None:
    """Were a transaction open during the call, a writer on SQLite would wait for it for ever."""
    await _put(store, LONG)
    seen: list[list[tuple[DeliveryState, str]]] = []

    class Watching(MemoryMessenger):
        async def post(
            self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
        ) -> str:
            delivery = await _only(store)
            seen.append([(step.state, step.ref) for step in delivery.steps])
            async with store.write() as tx:
                await tx.leases.hold("somebody", "else", NOW, SECOND)
            return await super().post(channel, message, step, key=key, ref=ref)

    assert await _deliver(store, clock, Watching()) == [S.SENT]
    assert seen == [[(S.SENDING, "")], [(S.SENT, "post-1"), (S.SENDING, "")]]


async def test_keys_are_the_same_at_every_try_and_differ_otherwise(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store, LONG)
    await _put(store, LONG, OTHER_CHANNEL)
    messenger.then_fail(SendFailed("no route"))
    messenger.then_fail(None)
    messenger.then_fail(SendFailed("no route"))
    await _deliver(store, clock, messenger)
    clock.at += timedelta(hours=1)
    await _deliver(store, clock, messenger)
    keys = [key for _, key in messenger.calls]
    first_post, other_post, other_thread, *again = keys
    # The first thread is called for the first time; the others come back under their old keys.
    assert len(again) == 3
    assert {first_post, other_thread} < set(again)
    assert other_post not in again
    assert len({post.key for post in messenger.posts}) == len(messenger.posts) == 4
    assert len(set(keys)) == 4
    assert all(len(key) <= 20 for key in keys)


@pytest.mark.parametrize(
    ("error", "state", "counted"),
    [
        (SendLimited("slow down", retry_after=7.0), S.PENDING, 0),
        (PlatformRefused("stop"), S.PENDING, 0),
        (SendFailed("no route"), S.PENDING, 1),
        (SendUnclear("the line was cut"), S.UNKNOWN, 1),
        (ChannelRefused("not in channel"), S.HELD, 1),
        (TenantRefused("token revoked"), S.HELD, 1),
        (MessageRefused("invalid blocks"), S.DEAD, 1),
    ],
)
async def test_what_an_answer_does_to_a_delivery(
    store: SqlStore,
    clock: SetClock,
    messenger: MemoryMessenger,
    error: SendError,
    state: DeliveryState,
    counted: int,
) -> None:
    await _put(store)
    messenger.then_fail(error, posted=isinstance(error, SendUnclear))
    assert await _deliver(store, clock, messenger) == [state]
    delivery = await _only(store)
    assert (delivery.state, delivery.attempts) == (state, counted)
    assert delivery.reason == str(error)
    assert (delivery.next_try_at > NOW) == (state in {S.PENDING, S.HELD})
    clock.at += timedelta(days=1)
    later = await _deliver(store, clock, messenger)
    assert later == ([S.SENT] if state in {S.PENDING, S.HELD} else [])
    assert len(messenger.posts) == (0 if state is S.DEAD else 1)


async def test_a_limit_is_obeyed_to_the_second(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    messenger.then_fail(SendLimited("slow down", retry_after=30.0))
    await _deliver(store, clock, messenger)
    clock.at = NOW + 29 * SECOND
    assert await _deliver(store, clock, messenger) == []
    clock.at = NOW + 36 * SECOND
    assert await _deliver(store, clock, messenger) == [S.SENT]


async def test_a_thread_that_fails_is_tried_again_without_a_second_post(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store, LONG)
    messenger.then_fail(None)
    messenger.then_fail(SendFailed("no route"))
    assert await _deliver(store, clock, messenger) == [S.PENDING]
    clock.at += timedelta(hours=1)
    assert await _deliver(store, clock, messenger) == [S.SENT]
    assert [(post.step, post.ref) for post in messenger.posts] == [
        (StepKind.POST, ""),
        (StepKind.THREAD, "post-1"),
    ]


async def test_after_the_last_try_it_is_dead_with_its_reason(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    states = []
    for _ in range(MOST_TRIES + 2):
        messenger.then_fail(SendFailed("no route"))
        states += await _deliver(store, clock, messenger)
        clock.at += timedelta(hours=2)
    assert states == [S.PENDING] * (MOST_TRIES - 1) + [S.DEAD]
    assert (await _only(store)).reason == "no route"


async def _die(store: SqlStore, clock: SetClock, messenger: MemoryMessenger) -> None:
    with pytest.raises(Killed):
        await _deliver(store, clock, messenger)


@pytest.mark.parametrize("posted", [True, False])
async def test_a_crash_between_intent_and_outcome_is_unknown_and_not_sent_again(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger, *, posted: bool
) -> None:
    await _put(store)
    messenger.then_fail(Killed(), posted=posted)
    await _die(store, clock, messenger)
    assert await _deliver(store, clock, messenger) == []
    clock.at += LEASE + SECOND
    assert await _deliver(store, clock, messenger) == [S.UNKNOWN]
    assert "died" in (await _only(store)).reason
    clock.at += timedelta(days=1)
    assert await _deliver(store, clock, messenger) == []
    assert len(messenger.calls) == 1


async def test_a_crash_in_the_thread_leaves_the_post_alone(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store, LONG)
    messenger.then_fail(None)
    messenger.then_fail(Killed())
    await _die(store, clock, messenger)
    clock.at += LEASE + SECOND
    assert await _deliver(store, clock, messenger) == [S.UNKNOWN]
    assert [step.state for step in (await _only(store)).steps] == [S.SENT, S.UNKNOWN]
    assert [post.step for post in messenger.posts] == [StepKind.POST]


async def test_a_crash_before_any_call_sends_it_after_the_lease(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    await _put(store, channel=OTHER_CHANNEL)
    messenger.then_fail(Killed())
    await _die(store, clock, messenger)
    clock.at += LEASE + SECOND
    assert sorted(await _deliver(store, clock, messenger)) == [S.SENT, S.UNKNOWN]
    assert [post.channel for post in messenger.posts] == [OTHER_CHANNEL]


async def test_one_channels_trouble_is_no_other_ones(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    await _put(store, channel=OTHER_CHANNEL)
    messenger.then_fail(ChannelRefused("archived"))
    assert await _deliver(store, clock, messenger) == [S.HELD, S.SENT]


async def test_a_message_that_cannot_be_read_is_dead_and_the_others_go_on(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    broken = await _put(store)
    await _put(store, channel=OTHER_CHANNEL)
    async with store.write() as tx:
        await tx.outbox._connection.execute(
            update(digest)
            .where(digest.c.id == broken)
            .values(message={"kind": "what a newer version writes", "notification": ""})
        )
    outcomes = await deliver_pending(store, clock, {"slack": messenger, "discord": messenger})
    assert [(outcome.state, outcome.channel) for outcome in outcomes] == [
        (S.DEAD, None),
        (S.SENT, OTHER_CHANNEL),
    ]
    assert outcomes[0].reason.startswith("cannot be sent: ValidationError")
    assert "\n" not in outcomes[0].reason
    assert await _deliver(store, clock, messenger) == []


async def test_an_unforeseen_error_while_posting_is_unknown_and_not_sent_again(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    await _put(store, channel=OTHER_CHANNEL)
    messenger.then_fail(KeyError("ts"), posted=True)
    assert await _deliver(store, clock, messenger) == [S.UNKNOWN, S.SENT]
    clock.at += 2 * LEASE
    assert await _deliver(store, clock, messenger) == []
    async with store.read() as tx:
        (failed,) = await tx.outbox.recent(CHANNEL)
    assert "KeyError" in failed.reason
    assert [step.state for step in failed.steps] == [S.UNKNOWN]


async def test_what_a_channel_refused_is_tried_again_after_a_growing_wait(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    for hours in (1, 2):
        messenger.then_fail(ChannelRefused("the bot is not in the channel"))
        assert await _deliver(store, clock, messenger) == [S.HELD]
        clock.at += timedelta(hours=hours) - SECOND
        assert await _deliver(store, clock, messenger) == []
        clock.at += SECOND
    assert await _deliver(store, clock, messenger) == [S.SENT]
    assert len(messenger.posts) == 1


async def test_what_a_channel_refused_for_a_week_is_given_up(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    messenger.then_fail(ChannelRefused("the bot is not in the channel"))
    await _deliver(store, clock, messenger)
    clock.at += USEFUL + SECOND
    assert await _deliver(store, clock, messenger) == []
    item = await _only(store)
    assert (item.state, item.reason) == (S.EXPIRED, "the bot is not in the channel")


async def test_two_senders_at_once_send_each_message_once(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    for place in range(6):
        await _put(store, LONG, Channel.parse(f"slack:T1/C{place}"))
    await asyncio.gather(*(_deliver(store, clock, messenger) for _ in range(3)))
    await _deliver(store, clock, messenger)
    keys = [post.key for post in messenger.posts]
    assert len(keys) == len(set(keys)) == 12


async def test_a_slow_sender_does_not_begin_what_may_be_anothers_by_now(
    store: SqlStore, clock: SetClock
) -> None:
    """The platform takes minutes for each call: the lease of what waits behind it runs out."""
    for place in range(4):
        await _put(store, channel=Channel.parse(f"slack:T1/C{place}"))
    slow, other = MemoryMessenger(), MemoryMessenger()

    def take_minutes() -> None:
        clock.at += 0.6 * LEASE

    slow.before_call = take_minutes
    await _deliver(store, clock, slow)
    clock.at = NOW + LEASE + SECOND
    await _deliver(store, clock, other)
    channels = [post.channel.id for post in (*slow.posts, *other.posts)]
    assert sorted(channels) == ["C0", "C1", "C2", "C3"]
    assert len(slow.posts) == 1


async def test_only_platforms_with_a_messenger_are_served(
    store: SqlStore, clock: SetClock, messenger: MemoryMessenger
) -> None:
    await _put(store)
    await _put(store, channel=OTHER_CHANNEL)
    outcomes = await deliver_pending(store, clock, {"discord": messenger})
    assert [outcome.channel for outcome in outcomes] == [OTHER_CHANNEL]
    assert await deliver_pending(store, clock, {}) == []


@pytest.mark.parametrize(
    ("error", "attempts", "luck", "verdict"),
    [
        (
            SendLimited("", retry_after=30),
            1,
            0.0,
            Verdict(S.PENDING, NOW + 30 * SECOND, counted=False),
        ),
        (
            SendLimited("", retry_after=30),
            99,
            1.0,
            Verdict(S.PENDING, NOW + 35 * SECOND, counted=False),
        ),
        (SendLimited(""), 1, 0.0, Verdict(S.PENDING, NOW + SECOND, counted=False)),
        (PlatformRefused(""), 1, 0.0, Verdict(S.PENDING, NOW + 600 * SECOND, counted=False)),
        (
            PlatformRefused("", retry_after=9),
            1,
            0.0,
            Verdict(S.PENDING, NOW + 9 * SECOND, counted=False),
        ),
        (SendUnclear(""), 1, 0.5, Verdict(S.UNKNOWN)),
        (ChannelRefused(""), 1, 0.5, Verdict(S.HELD, NOW + 3600 * SECOND)),
        (TenantRefused(""), 3, 0.5, Verdict(S.HELD, NOW + 4 * 3600 * SECOND)),
        (TenantRefused(""), 99, 0.5, Verdict(S.HELD, NOW + 24 * 3600 * SECOND)),
        (MessageRefused(""), 1, 0.5, Verdict(S.DEAD)),
        (SendFailed(""), 1, 1.0, Verdict(S.PENDING, NOW + 30 * SECOND)),
        (SendFailed(""), 1, 0.0, Verdict(S.PENDING, NOW)),
        (SendFailed(""), 3, 1.0, Verdict(S.PENDING, NOW + 120 * SECOND)),
        (SendFailed(""), 7, 0.5, Verdict(S.PENDING, NOW + 960 * SECOND)),
        (SendFailed(""), MOST_TRIES, 0.5, Verdict(S.DEAD)),
        (SendError("what nobody knows"), 1, 0.5, Verdict(S.DEAD)),
    ],
)
def test_judge_says_what_each_error_means(
    error: SendError, attempts: int, luck: float, verdict: Verdict
) -> None:
    assert judge(error, attempts, NOW, luck) == verdict
