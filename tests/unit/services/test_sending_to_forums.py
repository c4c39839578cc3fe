"""A message for a forum: where it goes is written down first, and holds for every later try."""

from __future__ import annotations

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendSought,
    SendUnclear,
)
from hypecurve.domain.subscription import Alerts, Subscription
from hypecurve.services.delivery.sending import LEASE
from support.databases import NOW
from support.messengers import Killed
from support.outgoing import (
    ALERT,
    HOUR,
    MINUTE,
    SECOND,
    SHORT,
    MadeUpChat,
    at,
    found,
    put,
    send,
    shown,
    state_of,
)
from support.telling import expire, freeze, notify, signals, told

S = DeliveryState
FORUM = at(1)
SOUGHT = SendSought("the line was cut")


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def chat() -> MadeUpChat:
    return MadeUpChat(forums={FORUM})


@pytest.mark.parametrize(
    "trouble", [SendFailed("down"), SendLimited("slow down", retry_after=30.0)], ids=str
)
async def test_a_post_that_is_tried_again_goes_where_it_went_before(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, trouble: SendError
) -> None:
    await put(store, FORUM, SHORT)
    chat.fail(FORUM, None, trouble)
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat) == [(StepKind.PLACE, ""), (StepKind.POST, "id-1")]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SendUnclear("the line was cut"), S.PENDING),
        (SendFailed("down"), S.PENDING),
        (ChannelRefused("closed", code="50013"), S.HELD),
    ],
)
async def test_nothing_is_posted_before_its_place_is_known(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, error: SendError, state: DeliveryState
) -> None:
    key = await put(store, FORUM, SHORT)
    chat.fail(FORUM, error)
    await send(store, clock, chat)
    assert (await state_of(store, key))[0] is state
    assert not chat.standing


async def test_a_place_that_was_not_written_down_is_found_out_anew(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, FORUM, SHORT)
    chat.fail(FORUM, Killed(), posted=True)
    with pytest.raises(Killed):
        await send(store, clock, chat)
    clock.at += LEASE + SECOND
    assert await send(store, clock, chat) == [S.SENT]
    assert shown(chat) == [(StepKind.PLACE, ""), (StepKind.PLACE, ""), (StepKind.POST, "id-2")]


async def test_a_post_in_doubt_that_is_looked_for_is_tried_again_after_a_minute(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    key = await put(store, FORUM, SHORT)
    chat.fail(FORUM, None, SOUGHT)
    assert await send(store, clock, chat) == [S.PENDING]
    assert (await found(store, key)).steps[1].is_sought
    clock.at += MINUTE - SECOND
    assert await send(store, clock, chat) == []
    clock.at += SECOND
    assert await send(store, clock, chat) == [S.SENT]
    assert await state_of(store, key) == (S.SENT, [S.SENT, S.SENT])
    assert shown(chat) == [(StepKind.PLACE, ""), (StepKind.POST, "id-1")]


@pytest.mark.parametrize(
    ("then", "state", "comes_back"),
    [
        ((), S.UNKNOWN, False),
        ((SendFailed("down"), SendLimited("slow down")), S.UNKNOWN, False),
        ((SendFailed("down"), ChannelRefused("closed", code="50013")), S.UNKNOWN, False),
        ((MessageRefused("too long"),), S.EXPIRED, True),
    ],
    ids=["at once", "down", "closed", "refused"],
)
async def test_what_is_given_up_in_doubt_is_unknown_and_nobody_tells_its_news_again(
    store: SqlStore,
    clock: SetClock,
    chat: MadeUpChat,
    then: tuple[SendError, ...],
    state: DeliveryState,
    comes_back: bool,  # noqa: FBT001 - a column of the table
) -> None:
    news = await signals(store, 1)
    await freeze(store, signal_ids=news, message=SHORT, channel=FORUM)
    chat.fail(FORUM, None, SOUGHT, *then)
    for _ in range(1 + len(then)):
        await send(store, clock, chat)
        clock.at += HOUR
    await expire(store, FORUM, at=clock.at)
    assert (await state_of(store, 1))[0] is state
    kept = await told(store, FORUM)
    assert (kept.released.signal_ids == set(news)) is comes_back
    assert len(kept.unsure) == (not comes_back), "the next digest says so"


async def test_an_alert_in_doubt_that_is_late_by_then_is_the_next_digests(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    news = await signals(store, 1)
    async with store.write() as tx:
        always = Alerts(quiet_from=None, quiet_until=None)
        await tx.subscriptions.add(Subscription(FORUM, alerts=always))
    await notify(store, "rise 1", FORUM, NOW, news, ALERT)
    chat.fail(FORUM, None, SOUGHT)
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += 30 * HOUR
    assert await send(store, clock, chat) == [S.DROPPED]
    assert (await told(store, FORUM)).released.signal_ids == set(news)


async def test_nobody_looks_for_a_post_in_doubt_when_it_may_have_been_put_away(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    key = await put(store, FORUM, SHORT)
    chat.fail(FORUM, None, SOUGHT)
    assert await send(store, clock, chat) == [S.PENDING]
    clock.at += 12 * HOUR
    assert await send(store, clock, chat) == [S.UNKNOWN]
    assert await state_of(store, key) == (S.UNKNOWN, [S.SENT, S.UNKNOWN])
    assert (await found(store, key)).reason == str(SOUGHT)
    async with store.write() as tx:
        await tx.outbox.retry(key, clock.at)
    assert await send(store, clock, chat) == [S.SENT], "by an operator's own word it is"
    assert shown(chat)[-1] == (StepKind.POST, "id-1")
