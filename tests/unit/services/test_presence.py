"""Presence: channels that refuse are paused, tenants that are gone suspended; both come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import structlog
from syrupy.assertion import SnapshotAssertion

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import (
    ChannelRefused,
    PlatformRefused,
    SendFailed,
    TenantRefused,
    TokenSealed,
)
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.ports import Events
from hypecurve.services.answers.trying import try_again
from hypecurve.services.delivery.presence import Presence, probe_suspended
from hypecurve.wording.greeting import greeting
from hypecurve.wording.operator import dead, in_one_line, left_alone, sealed, suspended
from hypecurve.wording.reach import Ends, paused
from support.databases import NOW
from support.outgoing import (
    HOUR,
    LONG,
    MINUTE,
    SECOND,
    Interrupted,
    MadeUpChat,
    at,
    kept,
    put,
    send,
)

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
S = DeliveryState
ONE = at(1)
MAKER = Channel.parse("slack:T1/@U7")
OPERATOR = at(99, "OURS")
OUT = ChannelRefused(
    "Hypecurve is not in this channel: invite it with /invite @hypecurve.", code="not_in_channel"
)
GONE = TenantRefused("Slack does not take this workspace's token any more (token_revoked).")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def chat() -> MadeUpChat:
    return MadeUpChat()


async def _subscribe(store: SqlStore, *makers: str, channel: Channel = ONE) -> None:
    async with store.write() as tx:
        for maker in makers:
            await tx.subscriptions.add(Subscription(channel, created_by=maker))


async def _paused(store: SqlStore) -> dict[Channel, tuple[str, datetime | None]]:
    async with store.read() as tx:
        return {
            channel: (pause.code, pause.probe_at)
            for channel, pause in (await tx.reach.paused()).items()
        }


async def test_a_channel_that_refuses_is_paused_and_tried_after_growing_waits(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await put(store, ONE)
    await put(store, ONE, LONG, NOW + SECOND)
    began = clock.at
    chat.fail(ONE, OUT, OUT, OUT)
    assert await send(store, clock, chat) == [S.HELD]
    for hours in (1, 3):
        assert await _paused(store) == {ONE: ("not_in_channel", began + hours * HOUR)}
        assert await kept(store, ONE) == [S.HELD, S.HELD]
        clock.at = began + hours * HOUR - SECOND
        assert await send(store, clock, chat) == []
        clock.at += SECOND
        assert await send(store, clock, chat) == [S.HELD], "one of them asks for all"
    clock.at += 4 * HOUR
    assert await send(store, clock, chat) == [S.SENT, S.SENT]
    assert await _paused(store) == {}
    assert chat.read_in(ONE) == ["short", "long", "long"]


async def test_who_set_it_up_is_told_once_for_each_pause(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await _subscribe(store, "U7", "U8")
    await put(store, ONE)
    chat.fail(ONE, OUT, OUT)
    await send(store, clock, chat)
    clock.at += 2 * HOUR
    await send(store, clock, chat)
    assert len(chat.read_in(MAKER)) == 1
    clock.at += 4 * HOUR
    await send(store, clock, chat)
    assert await _paused(store) == {}
    await put(store, ONE, LONG, clock.at)
    chat.fail(ONE, OUT)
    await send(store, clock, chat)
    assert chat.read_in(MAKER) == [f"Hypecurve cannot post in a channel you set up: {OUT}"] * 2
    assert chat.read_in(at(0)) == chat.read_in(Channel.parse("slack:T1/@U8")) == []


@pytest.mark.parametrize("makers", [["operator"], [""], []])
async def test_what_nobody_of_a_chat_set_up_is_told_to_the_operator(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, makers: list[str]
) -> None:
    await _subscribe(store, *makers)
    await put(store, ONE)
    chat.fail(ONE, OUT)
    await send(store, clock, chat, operator=OPERATOR)
    assert chat.read_in(OPERATOR) == [f"Hypecurve cannot post in slack:T1/C1: {OUT}"]


async def test_of_a_persons_own_channel_and_the_operators_nobody_is_told(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    await _subscribe(store, "U7", channel=MAKER)
    for channel in (MAKER, OPERATOR):
        await put(store, channel)
        chat.fail(channel, OUT)
    assert await send(store, clock, chat, operator=OPERATOR) == [S.HELD, S.HELD]
    assert await kept(store, MAKER) == await kept(store, OPERATOR) == [S.HELD]


async def test_a_pause_ends_when_the_platform_says_that_the_channel_is_open(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    events: Events = Presence(store, clock)
    await put(store, ONE)
    chat.fail(ONE, OUT)
    await send(store, clock, chat)
    await events.channel_open(at(2))
    assert await send(store, clock, chat) == []
    await events.channel_open(ONE)
    assert await send(store, clock, chat) == [S.SENT]


@pytest.mark.parametrize("code", ["removed", "deleted"])
async def test_what_is_closed_for_good_is_not_tried_until_it_is_invited_or_somebody_says_so(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, code: str
) -> None:
    events = Presence(store, clock)
    await _subscribe(store, "U7")
    await put(store, ONE)
    await events.channel_closed(ONE, code, "Hypecurve was removed from this channel.")
    await events.channel_closed(ONE, "is_archived", "This channel is archived.")
    await put(store, ONE, LONG, NOW + SECOND)
    assert await send(store, clock, chat) == [S.SENT], "to who set it up"
    for _ in range(3):
        clock.at += 15 * HOUR
        await events.channel_open(ONE)
        await events.tenant_changed(ONE.tenant)
        assert await send(store, clock, chat) == []
    async with store.read() as tx:
        assert (await tx.reach.paused())[ONE].code == code
    if code == "removed":
        await events.channel_joined(ONE, "en")
    else:
        assert await try_again(store, clock, ONE)
    assert await send(store, clock, chat) == [S.SENT, S.SENT]
    assert chat.read_in(ONE) == ["short", "long", "long"]
    assert len(chat.read_in(MAKER)) == 1


async def test_an_archived_channel_is_tried_now_and_then_and_its_maker_told_once(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    events = Presence(store, clock)
    await _subscribe(store, "U7")
    for _ in range(2):
        await events.channel_closed(ONE, "is_archived", "This channel is archived.")
    await put(store, ONE)
    assert await send(store, clock, chat) == [S.SENT]
    clock.at += HOUR
    assert await send(store, clock, chat) == [S.SENT]
    assert (len(chat.read_in(MAKER)), len(chat.read_in(ONE))) == (1, 1)


async def test_a_channel_that_hears_nothing_is_not_paused_and_nobody_told(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    events = Presence(store, clock, OPERATOR)
    await events.channel_joined(ONE, "ru")
    await events.channel_closed(ONE, "removed", "")
    await events.channel_closed(at(2), "removed", "")
    assert await _paused(store) == {}
    await events.channel_joined(ONE, "en")
    assert await send(store, clock, chat, operator=OPERATOR) == [S.SENT]
    assert [each.message.locale for each in chat.standing] == ["ru"]


async def test_what_changes_in_a_tenant_lets_its_paused_channels_be_tried_at_once(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    events, other = Presence(store, clock), at(2, "T2")
    for channel in (ONE, other):
        await put(store, channel)
        chat.fail(channel, OUT)
    await send(store, clock, chat)
    clock.at += MINUTE
    await events.tenant_changed(ONE.tenant)
    assert await send(store, clock, chat) == [S.SENT]
    assert set(await _paused(store)) == {other}


async def test_a_tenant_that_is_gone_is_suspended_what_is_queued_dropped_and_all_else_kept(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    other = at(2)
    await _subscribe(store, "U7")
    await put(store, ONE)
    await put(store, other, LONG)
    chat.at_once = 1
    chat.fail(ONE, GONE)
    ended = await send(store, clock, chat, operator=OPERATOR)
    assert ended == [S.DROPPED, S.SENT], "the operator's notice is all that is sent"
    assert await kept(store, ONE) == await kept(store, other) == [S.DROPPED]
    assert chat.read_in(OPERATOR) == [f"Hypecurve is no longer installed in slack:T1: {GONE}"]
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(ONE)
    assert listener is not None
    assert len(listener.subscriptions) == 1


async def test_it_is_restored_when_it_is_there_again_and_gets_what_comes_then(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    events = Presence(store, clock, OPERATOR)
    await _subscribe(store, "U7")
    await events.tenant_gone(ONE.tenant, "The app was removed.")
    await put(store, ONE)
    assert await kept(store, ONE) == [S.DROPPED]
    await events.tenant_here(Tenant("slack", "T2"))
    async with store.read() as tx:
        assert [each.tenant for each in await tx.reach.suspended()] == [ONE.tenant]
    await events.tenant_here(ONE.tenant)
    await put(store, ONE, LONG, NOW - SECOND)
    assert await send(store, clock, chat) == [S.SENT, S.SENT]
    assert chat.read_in(ONE) == ["long", "long"]


async def test_a_suspended_tenant_is_asked_at_growing_waits_and_comes_back(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    tenant = ONE.tenant
    await _subscribe(store, "U7")
    await Presence(store, clock).tenant_gone(tenant, "The app was removed.")
    chat.gone[tenant] = GONE
    for hours in (1, 2, 4):
        clock.at += hours * HOUR - SECOND
        assert await probe_suspended(store, clock, "slack", chat) == []
        before = len(chat.probes)
        clock.at += SECOND
        assert await probe_suspended(store, clock, "slack", chat) == []
        assert len(chat.probes) == before + 1
    del chat.gone[tenant]
    clock.at += 8 * HOUR
    assert await probe_suspended(store, clock, "discord", chat) == []
    assert await probe_suspended(store, clock, "slack", chat) == [tenant]
    async with store.read() as tx:
        assert await tx.reach.suspended() == []


async def test_a_suspended_tenant_is_asked_in_time_by_a_clock_that_was_set_back(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    tenant = ONE.tenant
    await _subscribe(store, "U7")
    await Presence(store, clock).tenant_gone(tenant, "The app was removed.")
    clock.at -= 5 * MINUTE
    assert await probe_suspended(store, clock, "slack", chat) == []
    clock.at -= HOUR
    assert await probe_suspended(store, clock, "slack", chat) == [tenant]


async def test_that_the_app_was_removed_stays_known_and_counts_from_when_it_was_told(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    async def suspension() -> tuple[bool, timedelta]:
        async with store.read() as tx:
            (found,) = await tx.reach.suspended()
        return found.removed, found.since - NOW

    await put(store, ONE)
    chat.fail(ONE, GONE)  # a wrong token, for all that is known
    chat.gone[ONE.tenant] = GONE
    await send(store, clock, chat)
    assert await suspension() == (False, timedelta(0))
    clock.at += 24 * HOUR
    await probe_suspended(store, clock, "slack", chat)
    assert await suspension() == (False, timedelta(0))
    clock.at += 24 * HOUR
    chat.gone[ONE.tenant] = TenantRefused("account_inactive", removed=True)
    await probe_suspended(store, clock, "slack", chat)
    assert await suspension() == (True, 48 * HOUR)
    clock.at += 24 * HOUR
    await Presence(store, clock).tenant_refused(ONE.tenant, "not_installed")
    await Presence(store, clock).tenant_gone(ONE.tenant, "app_uninstalled")
    assert await suspension() == (True, 48 * HOUR)


async def test_tokens_that_no_key_opens_hold_up_one_tenant_and_the_operator_is_told_once(
    store: SqlStore, clock: SetClock, chat: MadeUpChat
) -> None:
    other = replace(ONE, tenant=Tenant("slack", "T2"))
    await put(store, ONE)
    await put(store, other)
    lost = TokenSealed("No key opens them: https://hype.example.com/slack/install", code="key_lost")
    chat.fail(ONE, *[lost] * 6)
    for _ in range(6):
        await send(store, clock, chat, operator=OPERATOR)
        clock.at += HOUR
    assert await kept(store, ONE) == [S.PENDING]
    assert await kept(store, other) == [S.SENT]
    told = chat.read_in(OPERATOR)
    assert told == [f"Nothing can be sent to slack:T1: {lost}"]
    async with store.read() as tx:
        assert await tx.reach.suspended() == []
        assert await tx.reach.breakers() == {}
    assert await send(store, clock, chat) == [S.SENT]


@pytest.mark.parametrize("error", [SendFailed("no route"), PlatformRefused("barred")])
async def test_where_nobody_can_say_a_tenant_is_asked_again_soon_and_its_waits_do_not_grow(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, error: SendFailed
) -> None:
    tenant = ONE.tenant
    await _subscribe(store, "U7")
    await Presence(store, clock).tenant_gone(tenant, "The app was removed.")
    clock.at += HOUR
    chat.gone[tenant] = error
    await probe_suspended(store, clock, "slack", chat)
    async with store.read() as tx:
        (found,) = await tx.reach.suspended()
    assert (found.refusals, found.probe_at) == (1, clock.at + 10 * MINUTE)


async def test_what_a_platform_tells_while_the_database_is_away_is_one_line_and_no_error(
    store: SqlStore, clock: SetClock
) -> None:
    events = Presence(Interrupted(store, is_away=True), clock)
    with structlog.testing.capture_logs() as logged:
        await events.channel_open(ONE)
        await events.channel_joined(ONE, "en")
        await events.channel_closed(ONE, "is_archived", "")
        await events.channel_moved(ONE, at(2))
        await events.tenant_changed(ONE.tenant)
        await events.tenant_gone(ONE.tenant, "The app was removed.")
        await events.tenant_refused(ONE.tenant, "invalid_auth")
        await events.tenant_here(ONE.tenant)
        await events.tenant_met(ONE, "en", NOW)
    assert [each["event"] for each in logged] == ["what a platform told was not kept"] * 9


def test_what_is_said_of_it(backend: str, snapshot: SnapshotAssertion) -> None:
    assert backend == "sqlite"
    messages = [
        paused(ONE, str(OUT)),
        paused(ONE, str(OUT), from_outside=True),
        paused(ONE, "Hypecurve was removed from it.", ends=Ends.BY_INVITATION),
        paused(ONE, "It was deleted.", ends=Ends.NEVER),
        greeting("en"),
        left_alone("discord", "500 invalid answers within ten minutes.", NOW),
        suspended("slack:T1", str(GONE)),
        sealed("slack:T1", "No key of HYPECURVE_SECRET_KEYS opens the tokens of slack:T1."),
        dead(12, "slack:T1/C1", "Slack does not take this message (invalid_blocks)."),
    ]
    assert [in_one_line(message) for message in messages] == snapshot


@pytest.mark.parametrize(
    ("known", "days", "greeted"),
    [("", 0, 1), ("", 7, 1), ("", 8, 0), ("channel", 0, 0), ("gone", 0, 0), ("back", 0, 0)],
)
async def test_a_tenant_that_was_joined_while_nobody_listened_is_greeted_once_if_it_is_new(
    store: SqlStore, clock: SetClock, chat: MadeUpChat, known: str, days: int, greeted: int
) -> None:
    events = Presence(store, clock)
    if known:
        await _subscribe(store, "U7")
    if known in {"gone", "back"}:
        await events.tenant_gone(ONE.tenant, "The app was removed.")
    if known == "back":
        await events.tenant_here(ONE.tenant)
    for place in (ONE, ONE, at(2)):  # a service that starts again may find another channel first
        await events.tenant_met(place, "en", NOW - timedelta(days=days))
    await send(store, clock, chat)
    assert chat.read_in(ONE) == [greeting("en").notification] * greeted
    assert chat.read_in(at(2)) == []
