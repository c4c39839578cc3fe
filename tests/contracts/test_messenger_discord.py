"""Discord's messenger keeps what every messenger promises, and what Discord asks besides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from random import Random

import pytest
from structlog.testing import capture_logs

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    BadSetting,
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.message import MessageKind
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Messenger
from hypecurve_discord.posting.messenger import REPEATED_FOR, DiscordMessenger, Patience, connect
from hypecurve_discord.rendering.markdown import shown as read
from hypecurve_discord.together import A_SECOND, Together
from standins.discord_platform import (
    HANG,
    DiscordStandIn,
    Faults,
    Trouble,
    drop,
    fault,
    hang,
    limited,
)
from standins.discord_rules import shown
from support.bots import kit
from support.discord_failing import QUICK, at_once, fail
from support.messenger_contract import (
    BRIEF,
    Failure,
    MessengerContract,
    Posted,
    refused,
    send,
)

OTHER = Channel.parse("discord:123/457")
NEWS = Channel.parse("discord:123/458")
PATIENT = replace(QUICK, pauses=(1.0, 3.0))


class Outside:
    """The time of everybody else, which goes on while the machine sleeps."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead

    async def sleep_long(self, _: float = 0.0) -> None:
        """Let the machine sleep for ten minutes."""
        self.ahead += 600

    def patience(self, *, sleeps: bool) -> Patience:
        """Its patience; `sleeps`: between two tries."""
        return Patience(a_try=0.3, sleep=self.sleep_long if sleeps else at_once, wall=self)


class Queue(Together):
    """Where requests wait for their turn; at one of them, after so many posts, it lasts long."""

    def __init__(self, discord: DiscordStandIn, outside: Outside) -> None:
        super().__init__()
        self.discord = discord
        self.outside = outside
        self.long_after = -1

    async def turn(self) -> None:
        if len(self.discord.posts) == self.long_after:
            await self.outside.sleep_long()
        await super().turn()


def connected(
    discord: DiscordStandIn, patience: Patience = PATIENT
) -> AbstractAsyncContextManager[DiscordMessenger]:
    """Open a messenger of little patience."""
    return connect(discord.env, kit(), patience)


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
        await fail(self.discord, how)


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
        """The machine slept before its second try: its loop knows nothing of that."""
        outside = Outside()
        async with (
            DiscordStandIn() as discord,
            connected(discord, outside.patience(sleeps=True)) as messenger,
        ):
            discord.clock = outside
            discord.trouble.append(drop(accepted=True))
            await refused(Rig(discord, messenger), SendUnclear)
            assert len(discord.posts) == 1
            assert not discord.twice()

    @pytest.mark.parametrize(("posts", "error"), [(1, SendUnclear), (0, SendLimited)])
    async def test_a_machine_that_slept_in_a_queue_sends_nothing_that_is_old(
        self, posts: int, error: type[SendError]
    ) -> None:
        async with DiscordStandIn() as discord:
            outside = Outside()
            queue, patience = Queue(discord, outside), outside.patience(sleeps=False)
            async with connect(discord.env, kit(), patience, queue) as messenger:
                await messenger.steps(Rig.channel, BRIEF)
                queue.long_after = posts
                discord.trouble.append(drop(accepted=True))
                assert type(await refused(Rig(discord, messenger), error)) is error
            assert len(discord.posts) == posts

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
        with capture_logs() as logs:
            await send(rig, BRIEF)
        assert [(log["log_level"], log["code"]) for log in logs] == [("error", "50035")]
        first, second = rig.discord.posts
        assert first["components"]
        assert "is watched" in second["embeds"][0]["description"]

    async def test_a_name_is_no_channel(self, rig: Rig) -> None:
        channel = Channel.parse("discord:123/general")
        with pytest.raises(ChannelRefused):
            await rig.messenger.post(channel, BRIEF, StepKind.POST, key="k", ref="")
        assert not rig.discord.posts

    async def test_a_key_that_is_too_long_still_names_one_sending(self, rig: Rig) -> None:
        for key in ("x" * 25, "x" * 26, "x" * 26, "x" * 27):
            await rig.messenger.post(rig.channel, BRIEF, StepKind.POST, key=key, ref="")
        nonces = [body["nonce"] for body in rig.discord.posts]
        assert all(len(nonce) <= 25 for nonce in nonces)
        assert nonces[1] == nonces[2]
        assert len(set(nonces)) == len(rig.posted()) == 3

    async def test_a_message_deleted_meanwhile_is_not_posted_again(self, rig: Rig) -> None:
        (ref,) = await send(rig, BRIEF)
        rig.discord.delete(ref)
        assert (await refused(rig, SendUnclear)).code == "10008"
        assert not rig.posted()
        assert len(rig.discord.posts) == 2

    async def test_a_nonce_is_forgotten_after_some_minutes(self, rig: Rig) -> None:
        now = rig.discord.clock()
        rig.discord.clock = lambda: now
        await send(rig, BRIEF)
        now += 179
        await send(rig, BRIEF)
        assert len(rig.posted()) == 1
        now += 2
        await send(rig, BRIEF)
        assert len(rig.posted()) == 2, "so nothing is repeated that is older than two minutes"

    async def test_what_is_refused_after_a_short_wait_is_waited_out(self, rig: Rig) -> None:
        rig.discord.trouble.append(limited(0.01))
        assert len(await send(rig, BRIEF)) == 1
        assert len(rig.discord.posts) == 2

    async def test_a_wait_that_never_ends_goes_back_to_the_outbox(self, rig: Rig) -> None:
        rig.discord.always = limited(0.001)
        assert (await refused(rig, SendLimited)).retry_after is not None

    async def test_a_limit_for_all_of_us_is_asked_about_once(self, rig: Rig) -> None:
        rig.discord.trouble.append(limited(30.0, scope="global"))
        await refused(rig, SendLimited)
        error = await refused(rig, SendLimited)
        assert error.retry_after == pytest.approx(30.0, abs=1.0)
        assert len(rig.discord.posts) == 1, "the next answer would count towards the ban"

    @pytest.mark.parametrize("trouble", [hang(accepted=False), drop(accepted=False), fault(500)])
    async def test_a_channel_that_cannot_be_asked_for_got_nothing(
        self, rig: Rig, trouble: Trouble
    ) -> None:
        rig.discord.always = trouble
        with pytest.raises(SendFailed):
            await rig.messenger.steps(OTHER, BRIEF)
        rig.discord.always = fault(403, 50001)
        with pytest.raises(ChannelRefused, match="View Channel"):
            await rig.messenger.steps(OTHER, BRIEF)

    async def test_a_channel_is_asked_for_once_and_a_person_never(self, rig: Rig) -> None:
        asked = len(rig.discord.requests)
        for _ in range(3):
            await rig.messenger.steps(OTHER, BRIEF)
            await rig.messenger.steps(rig.person, BRIEF)
            await rig.messenger.steps(Channel.parse("discord:@42/789"), BRIEF)
        assert rig.discord.requests[asked:] == ["GET /api/v10/channels/457"]

    async def test_a_person_is_opened_once(self, rig: Rig) -> None:
        for key in ("d1", "d2"):
            await rig.messenger.post(rig.person, BRIEF, StepKind.POST, key=key, ref="")
        assert len(rig.told()) == 2
        assert sum("users/@me/channels" in asked for asked in rig.discord.requests) == 1

    async def test_a_person_who_cannot_be_written_to_is_a_closed_channel(self, rig: Rig) -> None:
        rig.discord.always = fault(400, 50035)
        with pytest.raises(ChannelRefused):
            await rig.messenger.post(rig.person, BRIEF, StepKind.POST, key="d1", ref="")
        rig.discord.always = fault(403, 50007)
        with pytest.raises(ChannelRefused):
            await rig.messenger.post(rig.person, BRIEF, StepKind.POST, key="d1", ref="")
        somebody = Channel.parse("discord:123/@nori")
        with pytest.raises(ChannelRefused, match="nori"):
            await rig.messenger.post(somebody, BRIEF, StepKind.POST, key="d1", ref="")

    async def test_a_person_and_a_name_are_no_servers_to_ask_for(self, rig: Rig) -> None:
        asked = len(rig.discord.requests)
        await rig.messenger.probe(Tenant("discord", "@42"))
        with pytest.raises(TenantRefused):
            await rig.messenger.probe(Tenant("discord", "general"))
        assert len(rig.discord.requests) == asked

    @pytest.mark.parametrize("gone", [fault(404, 10004), fault(403, 50001)])
    async def test_a_server_we_were_thrown_out_of_is_known_by_its_probe(
        self, rig: Rig, gone: Trouble
    ) -> None:
        rig.discord.always = gone
        with pytest.raises(TenantRefused):
            await rig.messenger.probe(rig.channel.tenant)


class TestAnnouncements:
    """Publishing is a step of its own, which says nothing of the channel."""

    @pytest.fixture
    async def rig(self) -> AsyncIterator[Rig]:
        async with DiscordStandIn() as discord, connected(discord) as messenger:
            yield Rig(discord, messenger)

    async def test_a_post_goes_out_to_the_followers(self, rig: Rig) -> None:
        steps = await rig.messenger.steps(NEWS, replace(BRIEF, kind=MessageKind.DIGEST))
        assert steps == (StepKind.POST, StepKind.PUBLISH)
        ref = await rig.messenger.post(NEWS, BRIEF, steps[0], key="d1", ref="")
        for _ in range(2):
            assert await rig.messenger.post(NEWS, BRIEF, steps[1], key="d1p", ref=ref) == ref
        assert rig.discord.channels["458"].published == [ref]

    @pytest.mark.parametrize("kind", sorted(MessageKind))
    async def test_only_digests_and_alerts_go_out_to_them(
        self, rig: Rig, kind: MessageKind
    ) -> None:
        steps = await rig.messenger.steps(NEWS, replace(BRIEF, kind=kind))
        news = kind in {MessageKind.DIGEST, MessageKind.ALERT}
        assert steps == ((StepKind.POST, StepKind.PUBLISH) if news else (StepKind.POST,))

    @pytest.mark.parametrize(
        ("trouble", "expected"),
        [
            (fault(403, 50013), MessageRefused),
            (fault(403, 50001), MessageRefused),
            (fault(404, 10008), MessageRefused),
            (limited(1800.0), SendLimited),
            (fault(401), PlatformRefused),
            (fault(503), SendFailed),
            (drop(accepted=True), SendFailed),
            (HANG, SendFailed),
        ],
    )
    async def test_what_goes_wrong_is_the_steps_own_trouble(
        self, rig: Rig, trouble: Trouble, expected: type[SendError]
    ) -> None:
        ref = await rig.messenger.post(NEWS, BRIEF, StepKind.POST, key="d1", ref="")
        rig.discord.always = trouble
        with capture_logs() as logs, pytest.raises(expected) as caught:
            await rig.messenger.post(NEWS, BRIEF, StepKind.PUBLISH, key="d1p", ref=ref)
        assert type(caught.value) is expected
        said = [log for log in logs if log["event"] == "discord post not published"]
        assert len(said) == (expected is MessageRefused), "it stands, and nobody else would say so"

    async def test_a_channel_that_is_none_any_more_has_no_followers_to_tell(self, rig: Rig) -> None:
        await rig.messenger.steps(NEWS, replace(BRIEF, kind=MessageKind.DIGEST))
        ref = await rig.messenger.post(NEWS, BRIEF, StepKind.POST, key="d1", ref="")
        rig.discord.channels["458"].type = 0
        assert await rig.messenger.post(NEWS, BRIEF, StepKind.PUBLISH, key="d1p", ref=ref) == ref
        assert await rig.messenger.steps(NEWS, replace(BRIEF, kind=MessageKind.DIGEST)) == (
            StepKind.POST,
        )


@pytest.mark.parametrize(
    ("trouble", "counted"),
    [
        (fault(401), 1),
        (fault(403, 50013), 1),
        (limited(30.0), 1),
        (limited(30.0, via=False), 1),
        (limited(30.0, scope="shared"), 0),
        (fault(404, 10003), 0),
        (fault(400, 50035), 0),
    ],
)
async def test_answers_that_lead_to_a_ban_are_counted(trouble: Trouble, counted: int) -> None:
    seen: list[None] = []
    async with (
        DiscordStandIn() as discord,
        connect(discord.env, kit(lambda: seen.append(None)), PATIENT) as messenger,
    ):
        rig = Rig(discord, messenger)
        discord.trouble.append(trouble)
        with suppress(SendError):
            await messenger.post(rig.channel, BRIEF, StepKind.POST, key="d1", ref="")
    assert len(seen) == counted


def test_no_repeat_is_older_than_two_minutes_even_after_another_process_died() -> None:
    usual = Patience()
    assert REPEATED_FOR.total_seconds() + usual.young + usual.a_try <= 120


async def test_the_pace_is_kept_over_all_channels() -> None:
    async with DiscordStandIn(wide=True) as discord, connected(discord, Patience()) as messenger:
        discord.pace.enforced = True
        places = [Channel.parse(f"discord:123/{number}") for number in range(1, 61)]
        began = asyncio.get_running_loop().time()
        await asyncio.gather(
            *(messenger.post(place, BRIEF, StepKind.POST, key=place.id, ref="") for place in places)
        )
        took = asyncio.get_running_loop().time() - began
    assert len(discord.accepted) == 60
    assert discord.pace.refused == 0
    assert discord.pace.busiest <= A_SECOND + 2, "the login came before, the network is no clock"
    assert 1.0 <= took < 2.0


async def test_nothing_is_lost_or_doubled_whatever_share_goes_wrong() -> None:
    async with DiscordStandIn(wide=True) as discord, connected(discord) as messenger:
        ways = [fault(503, accepted=True), fault(503), drop(accepted=True), drop(accepted=False)]
        discord.faults = Faults(0.3, Random(7), ways)  # noqa: S311 - no secret
        places = [Channel.parse(f"discord:123/{number}") for number in range(1, 31)]
        came = await asyncio.gather(
            *(
                messenger.post(place, BRIEF, StepKind.POST, key=place.id, ref="")
                for place in places
            ),
            return_exceptions=True,
        )
    assert discord.faults.made
    assert not discord.twice()
    posted = {accepted.channel: accepted.id for accepted in discord.accepted}
    for place, ref in zip(places, came, strict=True):
        match ref:
            case str():
                assert posted[place.id] == ref
            case SendFailed():
                assert place.id not in posted
            case SendUnclear():
                pass
            case _:
                pytest.fail(f"{ref!r} is none of the ways it may end")


async def test_a_wrong_token_is_named_when_opening() -> None:
    async with DiscordStandIn() as discord:
        with pytest.raises(BadSetting, match="DISCORD_TOKEN"):
            async with connect({**discord.env, "DISCORD_TOKEN": "another.token"}, kit()):
                pass
        with pytest.raises(BadSetting, match="DISCORD_TOKEN"):
            async with connect({**discord.env, "DISCORD_TOKEN": ""}, kit()):
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
            async with connect({**discord.env, "DISCORD_API_URL": "http://127.0.0.1:1/api"}, kit()):
                pass
        async with connected(discord):
            pass
        assert discord.api_url == library.http.Route.BASE
    assert before == library.http.Route.BASE
