"""Every answer a platform may give, from the wire to the outbox: what becomes of the delivery.

The real clients against the stand-ins, the real services, a real database: one row a case.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.message import Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.ports import Messenger
from hypecurve.ports.store import Frozen, Outcome, Sending
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve_discord.posting.messenger import Patience
from hypecurve_discord.posting.messenger import connect as open_discord
from hypecurve_slack.posting.messenger import connect as open_slack
from hypecurve_slack.posting.pacing import Pacer
from standins.discord_payloads import StandInChannel
from standins.discord_platform import DiscordStandIn
from standins.discord_troubles import HANG, Trouble, drop, fault, hang, limited
from standins.slack import Fault, SlackStandIn
from support.bots import kit
from support.databases import NOW, opened
from support.processes import until
from support.whole import slack_env

S = DeliveryState
SLACK = Channel.parse("slack:T123/C456")
DISCORD = Channel.parse("discord:123/456")
FORUM = Channel.parse("discord:123/459")
OPERATOR = Channel.parse("slack:T123/C457")
LATER = timedelta(minutes=30)
SHORT = aiohttp.ClientTimeout(total=0.3)


@dataclass
class Around:
    """Both platforms, with a digest to send to each."""

    store: SqlStore
    clock: SetClock
    slack: SlackStandIn
    discord: DiscordStandIn
    posting: dict[str, Messenger]
    invalid: InvalidAnswers
    due: int = 0

    async def send(self, channel: Channel) -> Sending:
        """Freeze a digest and send what may be sent; where its delivery stands then."""
        async with self.store.write() as tx:
            listener = await tx.subscriptions.hold(channel)
            if not listener.subscriptions:
                await tx.subscriptions.add(Subscription(channel, created_by="U1"))
            self.due += 1
            due = NOW + timedelta(seconds=self.due)
            frozen = Frozen(listener.id, due, (0, 1), Outcome.TOLD, (), a_digest())
            await tx.digests.freeze([frozen], self.clock.now())
        await self.go_on(channel)
        return await self.last(channel)

    async def go_on(self, channel: Channel) -> None:
        """Send what may be sent now."""
        platform = channel.tenant.platform
        await deliver_pending(
            self.store,
            self.clock,
            platform,
            self.posting[platform],
            invalid=self.invalid if platform == "discord" else None,
            operator=OPERATOR,
        )

    async def last(self, channel: Channel) -> Sending:
        async with self.store.read() as tx:
            return (await tx.outbox.recent(channel, limit=1))[0]

    def posts(self, channel: Channel) -> int:
        """How many digests stand in a channel."""
        if channel == SLACK:
            return sum(not message.thread_ts for message in self.slack.channels["C456"].messages)
        return len(self.discord.channels["456"].messages)

    async def is_paused(self, channel: Channel) -> bool:
        async with self.store.read() as tx:
            return channel in await tx.reach.paused()

    async def is_suspended(self, channel: Channel) -> bool:
        async with self.store.read() as tx:
            return channel.tenant in {each.tenant for each in await tx.reach.suspended()}

    async def is_left_alone(self, channel: Channel) -> bool:
        async with self.store.read() as tx:
            breaker = (await tx.reach.breakers()).get(channel.tenant.platform)
        return breaker is not None and breaker.is_open(self.clock.now())


def a_digest() -> Message:
    entry = Entry(((Text("acme/flashkv rises"),),), spoken="acme/flashkv rises")
    section = Section(SectionKind.RISING, "Rising", (entry,))
    return Message(MessageKind.DIGEST, "acme/flashkv rises", "Agents", sections=(section,))


async def _no_pause(_: float) -> None:
    return


@pytest.fixture
async def around(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Around]:
    file = shutil.copyfile(sqlite_template, tmp_path / "hypecurve.db")
    patience = Patience(a_try=0.3, sleep=_no_pause)

    invalid = InvalidAnswers("discord", budget=20)
    async with (
        opened(f"sqlite:///{file}") as store,
        SlackStandIn() as slack,
        DiscordStandIn() as discord,
        open_slack(slack_env(slack), kit(), pacer=Pacer(0), patience=SHORT) as to_slack,
        open_discord(discord.env, kit(invalid), patience) as to_discord,
    ):
        posting: dict[str, Messenger] = {"slack": to_slack, "discord": to_discord}
        yield Around(store, SetClock(NOW), slack, discord, posting, invalid)


async def test_a_good_answer_means_that_it_was_sent(around: Around) -> None:
    for channel in (SLACK, DISCORD):
        assert (await around.send(channel)).delivery.state is S.SENT
        assert around.posts(channel) == 1


@pytest.mark.parametrize("trouble", [Fault.limited(7), limited(7.0)])
async def test_a_rate_limit_holds_the_channel_as_told_and_is_no_attempt(
    around: Around, trouble: Fault | Trouble
) -> None:
    channel = told(around, trouble)
    waits = (await around.send(channel)).delivery
    assert (waits.state, waits.attempts) == (S.PENDING, 0)
    assert timedelta(seconds=7) <= waits.next_try_at - NOW <= timedelta(seconds=12)
    around.clock.at = NOW + timedelta(seconds=6)
    await around.go_on(channel)
    assert around.posts(channel) == 0
    around.clock.at = NOW + timedelta(seconds=13)
    await around.go_on(channel)
    assert (await around.last(channel)).delivery.state is S.SENT
    assert around.posts(channel) == 1


REFUSALS: tuple[Fault | Trouble, ...] = (
    *(
        Fault.refused(code)
        for code in (
            "not_in_channel",
            "channel_not_found",
            "is_archived",
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_only_channel",
            "restricted_action_non_threadable_channel",
            "no_permission",
            "ekm_access_denied",
        )
    ),
    fault(403, 50001),
    fault(403, 50013),
    fault(404, 10003),
)


@pytest.mark.parametrize("trouble", REFUSALS, ids=str)
async def test_a_refused_channel_is_paused_told_of_once_and_goes_on_by_itself(
    around: Around, trouble: Fault | Trouble
) -> None:
    channel = told(around, trouble)
    held = (await around.send(channel)).delivery
    assert held.state is S.HELD
    assert held.reason
    assert await around.is_paused(channel)
    assert not await around.is_suspended(channel)
    # What comes meanwhile waits too: nothing is tried against a closed door.
    later = (await around.send(channel)).delivery
    assert later.state is S.HELD
    assert around.posts(channel) == 0
    person = Channel.of_person(channel.tenant, "U1")
    async with around.store.read() as tx:
        notices = await tx.outbox.recent(person)
    assert len(notices) == 1
    around.clock.at += timedelta(hours=2)
    for _ in range(3):
        await around.go_on(channel)
    assert around.posts(channel) == 2
    assert not await around.is_paused(channel)


GONE: tuple[Fault | Trouble, ...] = (
    *(
        Fault.refused(code)
        for code in ("token_revoked", "account_inactive", "invalid_auth", "token_expired")
    ),
    fault(404, 10004),
)


@pytest.mark.parametrize("trouble", GONE, ids=str)
async def test_a_tenant_that_is_gone_is_suspended_and_what_is_queued_for_it_dropped(
    around: Around, trouble: Fault | Trouble
) -> None:
    channel = told(around, trouble)
    dropped = (await around.send(channel)).delivery
    assert dropped.state is S.DROPPED
    assert await around.is_suspended(channel)
    assert (await around.send(channel)).delivery.state is S.DROPPED
    async with around.store.read() as tx:
        listener = await tx.subscriptions.listener(channel)
    assert listener is not None
    assert listener.subscriptions
    assert around.posts(channel) == 0


@pytest.mark.parametrize(
    "trouble",
    [
        *(
            Fault.refused(code)
            for code in ("invalid_blocks", "msg_blocks_too_long", "msg_too_long")
        ),
        fault(400, 50035),
    ],
    ids=str,
)
async def test_a_message_of_ours_that_is_refused_goes_out_in_plain_words(
    around: Around,
    trouble: Fault | Trouble,
) -> None:
    channel = told(around, trouble)
    assert (await around.send(channel)).delivery.state is S.SENT
    assert around.posts(channel) == 1
    if channel == SLACK:
        (message,) = around.slack.channels["C456"].messages
        assert not message.blocks
        assert "acme/flashkv" in message.text
    assert not await around.is_paused(channel)


async def test_a_message_that_is_refused_in_plain_words_too_is_dead_with_its_reason(
    around: Around,
) -> None:
    around.slack.fail(Fault.refused("invalid_blocks"), times=2)
    dead = (await around.send(SLACK)).delivery
    assert dead.state is S.DEAD
    assert "invalid_blocks" in dead.reason
    assert not await around.is_paused(SLACK)
    assert (await around.send(SLACK)).delivery.state is S.SENT


@pytest.mark.parametrize(
    ("trouble", "posts"),
    [
        (Fault.refused("fatal_error"), 0),
        (Fault.refused("internal_error"), 0),
        (Fault(status=500), 0),
        (Fault(status=503), 0),
        (Fault.slow(0.6), 1),
        (Fault.DROPPED_BEFORE, 0),
        (Fault.DROPPED_AFTER, 1),
    ],
    ids=str,
)
async def test_what_slack_leaves_open_is_unknown_and_never_sent_again(
    around: Around, trouble: Fault, posts: int
) -> None:
    channel = told(around, trouble)
    assert (await around.send(channel)).delivery.state is S.UNKNOWN
    around.clock.at += LATER
    await around.go_on(channel)
    assert (await around.last(channel)).delivery.state is S.UNKNOWN
    assert around.posts(channel) <= posts


@pytest.mark.parametrize(
    "trouble",
    [
        *(fault(status) for status in (500, 502, 503, 504)),
        *(fault(status, accepted=True) for status in (500, 502, 503, 504)),
        drop(accepted=False),
        drop(accepted=True),
        HANG,
    ],
    ids=str,
)
async def test_what_discord_leaves_open_is_sent_again_with_its_nonce(
    around: Around, trouble: Trouble
) -> None:
    channel = told(around, trouble)
    assert (await around.send(channel)).delivery.state is S.SENT
    assert around.posts(channel) == 1


async def test_what_discord_leaves_open_every_time_is_unknown(around: Around) -> None:
    assert (await around.send(DISCORD)).delivery.state is S.SENT
    around.discord.always = drop(accepted=False)
    assert (await around.send(DISCORD)).delivery.state is S.UNKNOWN
    around.discord.always = None
    around.clock.at += LATER
    await around.go_on(DISCORD)
    assert around.posts(DISCORD) == 1


@pytest.mark.parametrize(
    ("later", "taken", "state"),
    [
        (timedelta(seconds=20), True, S.SENT),
        (timedelta(seconds=20), False, S.SENT),
        (timedelta(minutes=10), True, S.UNKNOWN),
    ],
)
async def test_a_forum_has_one_post_of_a_digest_whoever_dies_while_it_is_opened(
    around: Around,
    later: timedelta,
    taken: bool,  # noqa: FBT001 - a column of the table
    state: DeliveryState,
) -> None:
    around.discord.channels["459"] = StandInChannel("459", type=15)
    around.discord.trouble.append(hang(accepted=taken))
    sending = asyncio.create_task(around.send(FORUM))
    await until(lambda: bool(around.discord.posts_in("459") if taken else around.discord.posts))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    around.clock.at += later
    async with around.store.write() as tx:
        await tx.outbox.adopt("discord", around.clock.now())
    await around.go_on(FORUM)
    assert (await around.last(FORUM)).delivery.state is state
    assert len(around.discord.posts_in("459")) == 1
    # The next one has the same name, and is another one.
    assert (await around.send(FORUM)).delivery.state is S.SENT
    (post,) = around.discord.posts_in("459")
    assert len(post.messages) == 2


@pytest.mark.parametrize(
    "trouble",
    [limited(600.0, via=False), fault(403, 40333), fault(401)],
    ids=str,
)
async def test_a_discord_that_bars_us_is_left_alone_for_minutes_and_the_operator_told(
    around: Around, trouble: Trouble
) -> None:
    channel = told(around, trouble)
    waits = (await around.send(channel)).delivery
    assert (waits.state, waits.attempts) == (S.PENDING, 0)
    assert await around.is_left_alone(channel)
    assert not await around.is_paused(channel)
    asked = len(around.discord.posts)
    around.clock.at += timedelta(minutes=5)
    await around.go_on(channel)
    assert len(around.discord.posts) == asked
    async with around.store.read() as tx:
        assert len(await tx.outbox.recent(OPERATOR)) == 1
    around.clock.at += timedelta(minutes=6)
    await around.go_on(channel)
    assert (await around.last(channel)).delivery.state is S.SENT
    assert not await around.is_left_alone(channel)


async def test_sending_to_discord_stops_long_before_it_would_be_barred(around: Around) -> None:
    around.invalid.budget = 3
    around.discord.channels["456"].refusal = fault(403, 50001)
    for _ in range(4):
        await around.send(DISCORD)
        async with around.store.write() as tx:
            await tx.reach.resume(DISCORD)
    assert sum("/channels/456" in request for request in around.discord.requests) == 3
    assert await around.is_left_alone(DISCORD)
    around.discord.channels["456"].refusal = None
    around.clock.at += timedelta(minutes=11)
    await around.go_on(DISCORD)
    assert around.posts(DISCORD) >= 1


def told(around: Around, trouble: Fault | Trouble) -> Channel:
    """Let the next post go wrong; where."""
    if isinstance(trouble, Fault):
        around.slack.fail(trouble)
        return SLACK
    around.discord.trouble.append(trouble)
    return DISCORD
