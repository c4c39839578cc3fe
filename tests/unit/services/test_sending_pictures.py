"""A message with a picture: the post waits for it once, shows it, and never hangs on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.chart import Comparison, Picture
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
from hypecurve.domain.retrying import goes_without
from hypecurve.services.delivery.sending import LEASE
from support.databases import NOW
from support.messengers import Killed
from support.outgoing import (
    HOUR,
    LONG,
    MINUTE,
    SECOND,
    MadeUpChat,
    at,
    found,
    put,
    send,
    shown,
    state_of,
)

S = DeliveryState
ONE = at(1)
PICTURED = replace(LONG, picture=Picture(Comparison(()), "what it shows"))
LOST = SendUnclear("the line was cut")


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def chat() -> MadeUpChat:
    return MadeUpChat()


async def test_the_post_shows_what_was_uploaded_and_the_thread_replies_to_the_post(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE, PICTURED)
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat) == [
        (StepKind.UPLOAD, ""),
        (StepKind.POST, "id-1"),
        (StepKind.THREAD, "id-2"),
    ]


async def test_a_post_that_is_tried_again_shows_what_was_uploaded_before(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE, PICTURED)
    chat.fail(ONE, None, SendLimited("slow down", retry_after=30.0))
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += MINUTE
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat)[:2] == [(StepKind.UPLOAD, ""), (StepKind.POST, "id-1")]


@pytest.mark.parametrize(
    "error",
    [
        MessageRefused("no files here"),
        ChannelRefused("no scope", code="missing_scope"),
        SendLimited("slow down", retry_after=60.0),
    ],
)
async def test_a_picture_that_is_refused_costs_the_picture_alone(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, error: SendError
) -> None:
    key = await put(store, ONE, PICTURED)
    chat.fail(ONE, error)
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat) == [(StepKind.POST, ""), (StepKind.THREAD, "id-1")]
    assert await state_of(store, key) == (S.SENT, [S.DEAD, S.SENT, S.SENT])
    assert (await found(store, key)).reason == str(error)
    async with store.read() as tx:
        assert await tx.reach.paused() == {}


@pytest.mark.parametrize("error", [SendFailed("no route"), LOST, KeyError("id")])
async def test_a_lost_upload_is_tried_once_more_and_then_the_post_goes_without(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, error: Exception
) -> None:
    await put(store, ONE, PICTURED)
    chat.fail(ONE, error, error)
    assert await send(store, clock, chat) == [S.PENDING]
    assert chat.standing == []
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat) == [(StepKind.POST, ""), (StepKind.THREAD, "id-1")]


async def test_files_that_fail_keep_nobody_elses_messages_waiting(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    """Were it taken for trouble of the platform, it would be left alone after five of them."""
    for number in range(1, 9):
        await put(store, at(number), PICTURED)
        chat.fail(at(number), SendFailed("no route"))
    assert await send(store, clock, chat) == [S.PENDING] * 8
    async with store.read() as tx:
        assert await tx.reach.breakers("slack") == {}


async def test_a_crash_while_uploading_uploads_again(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE, PICTURED)
    chat.fail(ONE, Killed(), posted=True)
    with pytest.raises(Killed):
        await send(store, clock, chat)
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.SENT]
    assert [step for step, _ in shown(chat)] == [
        *(StepKind.UPLOAD, StepKind.UPLOAD),
        *(StepKind.POST, StepKind.THREAD),
    ]


async def test_a_crash_after_the_upload_shows_it_and_uploads_nothing(
    store: SqlStore, clock: SetClock
) -> None:
    chat = MadeUpChat(drops_repeats_for=LEASE * 2)
    await put(store, ONE, PICTURED)
    chat.fail(ONE, None, Killed())
    with pytest.raises(Killed):
        await send(store, clock, chat)
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat)[:2] == [(StepKind.UPLOAD, ""), (StepKind.POST, "id-1")]


def test_only_a_lost_upload_and_a_platform_that_is_closed_to_us_hold_up_a_post(
    backend: str,
) -> None:
    assert backend
    for error, first, second in (
        (SendFailed(""), False, True),
        (MessageRefused(""), True, True),
        (ChannelRefused(""), True, True),
        (SendLimited(""), True, True),
        (TenantRefused(""), False, False),
        (PlatformRefused(""), False, False),
    ):
        told = [goes_without(StepKind.UPLOAD, error, tries, stands=False) for tries in (1, 2)]
        assert told == [first, second]
