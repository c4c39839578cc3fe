"""Discord's messenger keeps what every messenger promises, and what Discord asks besides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager

import pytest

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    BadSetting,
    ChannelRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Messenger
from hypecurve_discord.markdown import shown as read
from hypecurve_discord.messenger import DiscordMessenger, Patience, connect
from standins.discord_platform import HANG, DiscordStandIn, Trouble, drop, fault, limited
from standins.discord_rules import shown
from support.messenger_contract import (
    BRIEF,
    RETRY_AFTER,
    Failure,
    MessengerContract,
    Posted,
    refused,
    send,
)

TROUBLES: dict[Failure, Trouble] = {
    Failure.LIMITED: limited(RETRY_AFTER),
    Failure.CHANNEL_CLOSED: fault(403, 50013, "Missing Permissions"),
    Failure.REVOKED: fault(401, 0, "401: Unauthorized"),
    Failure.OUTAGE: fault(500),
}
ONCE: dict[Failure, Trouble] = {
    Failure.MESSAGE_REFUSED: fault(400, 50035, "Invalid Form Body"),
    Failure.DROPPED_AFTER: drop(accepted=True),
}


async def at_once(_: float) -> None:
    """Wait for nothing."""


# discord.py sleeps for seconds after a 500: the try ends before it is done.
QUICK = Patience(a_try=0.3, pauses=(1.0, 3.0), sleep=at_once)


def never() -> None:
    """Nothing that is answered here counts towards a ban."""


def connected(
    discord: DiscordStandIn, patience: Patience = QUICK
) -> AbstractAsyncContextManager[DiscordMessenger]:
    """Open a messenger of little patience."""
    return connect(discord.env, never, patience)


class Rig:
    """A messenger beside a stand-in Discord."""

    channel = Channel.parse("discord:123/456")
    missing = Channel.parse("discord:123/999")
    person = Channel.parse("discord:123/@42")
    foreign = Tenant("discord", "999")

    def __init__(self, discord: DiscordStandIn, messenger: DiscordMessenger) -> None:
        self.discord = discord
        self.messenger: Messenger = messenger
        self.token = discord.token

    def posted(self) -> Sequence[Posted]:
        return self._standing("456")

    def told(self) -> Sequence[Posted]:
        return self._standing("789")

    def _standing(self, channel: str) -> Sequence[Posted]:
        return [
            Posted(m["id"], "\n".join(read(line) for line in shown(m).split("\n")))
            for m in self.discord.channels[channel].messages
        ]

    async def fail(self, how: Failure) -> None:
        self.discord.always = TROUBLES.get(how)
        if how in ONCE:
            self.discord.trouble.append(ONCE[how])
        if how is Failure.UNREACHABLE:
            await self.discord.stop()


class TestDiscord(MessengerContract):
    @pytest.fixture
    async def rig(self) -> AsyncIterator[Rig]:
        async with DiscordStandIn() as discord, connected(discord) as messenger:
            # So that a failure is met by the post, not by the question what the channel is.
            await messenger.steps(Rig.channel, BRIEF)
            yield Rig(discord, messenger)

    async def test_everything_is_sent_under_the_key_and_pings_nobody(self, rig: Rig) -> None:
        await send(rig, BRIEF, key="d17.post")
        body = rig.discord.posts[0]
        assert body["nonce"] == "d17.post.0"
        assert body["enforce_nonce"] is True
        assert body["allowed_mentions"] == {"parse": []}

    async def test_the_same_key_posts_once(self, rig: Rig) -> None:
        assert await send(rig, BRIEF) == await send(rig, BRIEF)
        assert len(rig.posted()) == 1

    @pytest.mark.parametrize(
        "trouble", [fault(503), fault(502), fault(503, accepted=True), drop(accepted=True), HANG]
    )
    async def test_a_send_that_may_have_arrived_is_repeated_while_young(
        self, rig: Rig, trouble: Trouble
    ) -> None:
        rig.discord.trouble.append(trouble)
        refs = await send(rig, BRIEF)
        assert [post.id for post in rig.posted()] == refs
        assert len({body["nonce"] for body in rig.discord.posts}) == 1

    async def test_a_send_that_is_no_longer_young_is_not_repeated(self) -> None:
        old = Patience(a_try=0.3, young=0.0, sleep=at_once)
        async with DiscordStandIn() as discord, connected(discord, old) as messenger:
            discord.trouble.append(fault(503, accepted=True))
            await refused(Rig(discord, messenger), SendUnclear)
            assert len(discord.posts) == 1

    @pytest.mark.parametrize(
        "then",
        [fault(403, 50013), fault(401), fault(404, 10003), limited(600.0), fault(404, 10008)],
    )
    async def test_what_may_have_arrived_stays_unclear_whatever_comes_next(
        self, rig: Rig, then: Trouble
    ) -> None:
        rig.discord.trouble.extend([drop(accepted=True), then])
        await refused(rig, SendUnclear)
        assert len(rig.discord.posts) == 2
        assert len(rig.posted()) == 1

    async def test_a_doubt_is_waited_out_where_discord_asks_to_wait_shortly(self, rig: Rig) -> None:
        rig.discord.trouble.extend([drop(accepted=True), limited(7.0)])
        refs = await send(rig, BRIEF)
        assert [post.id for post in rig.posted()] == refs

    @pytest.mark.parametrize(
        ("trouble", "expected", "code"),
        [
            (limited(1800.0), SendLimited, "429"),
            (limited(600.0, via=False), PlatformRefused, "429"),
            (fault(403, 40333), PlatformRefused, "40333"),
            (fault(403), PlatformRefused, "403"),
            (fault(401), PlatformRefused, "401"),
            (fault(403, 50001), ChannelRefused, "50001"),
            (fault(403, 50013), ChannelRefused, "50013"),
            (fault(404, 10003), ChannelRefused, "10003"),
            (fault(400, 50083), ChannelRefused, "50083"),
            (fault(404, 10004), TenantRefused, "10004"),
            (fault(404, 10008), SendUnclear, "10008"),
        ],
    )
    async def test_each_answer_means_what_it_means(
        self, rig: Rig, trouble: Trouble, expected: type[SendError], code: str
    ) -> None:
        rig.discord.always = trouble
        error = await refused(rig, expected)
        assert type(error) is expected
        assert error.code == code
        if trouble.retry_after:
            assert error.retry_after == trouble.retry_after
        assert len(rig.discord.posts) == 1, "asking again would only make it worse"

    async def test_a_missing_permission_is_named(self, rig: Rig) -> None:
        rig.discord.always = fault(403, 50001)
        assert "View Channel" in str(await refused(rig, ChannelRefused))
        rig.discord.always = fault(403, 50013)
        assert "Send Messages" in str(await refused(rig, ChannelRefused))

    async def test_a_message_is_not_refused_twice(self, rig: Rig) -> None:
        await rig.fail(Failure.MESSAGE_REFUSED)
        await send(rig, BRIEF)
        first, second = rig.discord.posts
        assert "components" in first
        assert "components" not in second
        assert "is watched" in second["content"]

    async def test_a_name_is_no_channel(self, rig: Rig) -> None:
        channel = Channel.parse("discord:123/general")
        with pytest.raises(ChannelRefused):
            await rig.messenger.post(channel, BRIEF, StepKind.POST, key="k", ref="")
        assert not rig.discord.posts


async def test_a_wrong_token_is_named_when_opening() -> None:
    async with DiscordStandIn() as discord:
        with pytest.raises(BadSetting, match="DISCORD_TOKEN"):
            async with connect({**discord.env, "DISCORD_TOKEN": "another.token"}, never):
                pass
        with pytest.raises(BadSetting, match="DISCORD_TOKEN"):
            async with connect({**discord.env, "DISCORD_TOKEN": ""}, never):
                pass


async def test_it_opens_without_discord_and_posts_when_discord_is_back() -> None:
    discord = DiscordStandIn()
    await discord.start()
    await discord.stop()
    async with connected(discord) as messenger:
        rig = Rig(discord, messenger)
        await refused(rig, SendFailed)
        await discord.start()
        assert await send(rig, BRIEF)
        assert len(rig.posted()) == 1
        await discord.stop()


async def test_discords_own_address_is_put_back_at_the_end() -> None:
    from hypecurve_discord.library import discord as library  # noqa: PLC0415

    before = library.http.Route.BASE
    async with DiscordStandIn() as discord, connected(discord):
        assert discord.api_url == library.http.Route.BASE
        with pytest.raises(BadSetting, match="DISCORD_API_URL"):
            async with connect({**discord.env, "DISCORD_API_URL": "http://127.0.0.1:1/api"}, never):
                pass
        async with connected(discord):
            pass
        assert discord.api_url == library.http.Route.BASE
    assert before == library.http.Route.BASE
