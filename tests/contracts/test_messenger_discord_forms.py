"""What Discord's messenger shows, and in which form: pictures, embeds, text; and what it may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from structlog.testing import capture_logs

from hypecurve.domain.chart import Chart, Picture
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import ChannelRefused, MessageRefused, SendLimited, SendUnclear
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve_discord.posting.messenger import DiscordMessenger, connect
from hypecurve_discord.posting.pictures import LARGEST
from hypecurve_discord.rendering.components import body
from hypecurve_discord.together import Together
from standins.discord_payloads import EVERYTHING, Json, StandInChannel
from standins.discord_places import ATTACH, SEND, SEND_IN_THREADS, VIEW
from standins.discord_platform import (
    DiscordStandIn,
    Trouble,
    cut,
    drop,
    fault,
    slowed,
)
from standins.discord_rules import COMPONENTS_V2
from support.bots import PIXEL, kit
from support.discord_failing import QUICK
from support.messenger_contract import BRIEF, PICTURED

CHANNEL = Channel.parse("discord:123/456")
FORUM = Channel.parse("discord:123/459")


@dataclass
class Charts:
    """Draws what it was given, or nothing at all."""

    content: bytes | None = PIXEL
    drawn: int = 0

    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        self.drawn += 1
        if self.content is None:
            message = f"{chart.type} in {locale}"
            raise ValueError(message)
        return self.content


@dataclass
class Rig:
    """A messenger beside a stand-in Discord with a forum, and what the gateway tells them."""

    discord: DiscordStandIn
    messenger: DiscordMessenger
    charts: Charts
    together: Together

    async def post(self, message: Message, channel: Channel = CHANNEL, key: str = "d1.0") -> str:
        """Post a message, in a forum into a new post."""
        ref = "after:0" if channel == FORUM else ""
        return await self.messenger.post(channel, message, StepKind.POST, key=key, ref=ref)

    def standing(self, channel: Channel = CHANNEL) -> Json:
        """The one message that stands there."""
        found = [self.discord.channels[channel.id], *self.discord.posts_in(channel.id)]
        (message,) = (message for each in found for message in each.messages)
        return message


@asynccontextmanager
async def running() -> AsyncIterator[Rig]:
    """Connect a messenger."""
    charts, together = Charts(), Together()
    lent = replace(kit(), charts=charts)
    async with DiscordStandIn() as discord, connect(discord.env, lent, QUICK, together) as found:
        discord.channels["459"] = StandInChannel("459", name="finds", type=15)
        yield Rig(discord, found, charts, together)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as found:
        yield found


@pytest.mark.parametrize("channel", [CHANNEL, FORUM], ids=["text", "forum"])
async def test_a_picture_goes_with_its_text_in_one_request(rig: Rig, channel: Channel) -> None:
    assert PICTURED.picture is not None
    alt = "很" * 1_500
    told = replace(PICTURED, picture=Picture(PICTURED.picture.chart, alt))
    await rig.post(told, channel)
    assert len(rig.discord.posts) == rig.charts.drawn == 1
    (attached,) = rig.standing(channel)["attachments"]
    assert attached["filename"] == "chart.png"
    assert attached["size"] == len(PIXEL)
    assert len(attached["description"]) == 1_024
    assert attached["description"].startswith("很很")
    assert rig.standing(channel)["flags"] & COMPONENTS_V2


async def test_a_picture_keeps_the_nonce_and_is_sent_anew_with_each_try(rig: Rig) -> None:
    rig.discord.trouble.extend([cut(), drop(accepted=True)])
    await rig.post(PICTURED)
    assert rig.standing()["nonce"] == "d1.0"
    assert rig.standing()["attachments"]
    assert rig.discord.requests.count("POST /api/v10/channels/456/messages") == 3
    assert rig.charts.drawn == 1


@pytest.mark.parametrize("content", [None, b"x" * (LARGEST + 1)], ids=["broken", "large"])
async def test_a_picture_that_cannot_be_sent_keeps_no_text_back(
    rig: Rig, content: bytes | None
) -> None:
    rig.charts.content = content
    with capture_logs() as logs:
        await rig.post(PICTURED)
    assert [log["log_level"] for log in logs] == ["error"]
    assert not rig.standing()["attachments"]
    assert "chart.png" not in str(rig.standing())


@pytest.mark.parametrize("channel", [CHANNEL, FORUM], ids=["text", "forum"])
@pytest.mark.parametrize(
    "refusal",
    [
        fault(413),
        fault(400, 40005),
        fault(400, 50045),
        fault(400, 50035),
        fault(400, 20009),
        fault(403, 50013),
    ],
    ids=lambda refusal: str(refusal.code or refusal.status),
)
async def test_a_picture_that_is_refused_is_left_out(
    rig: Rig, refusal: Trouble, channel: Channel
) -> None:
    rig.discord.trouble.append(refusal)
    await rig.post(PICTURED, channel)
    assert len(rig.discord.posts) == 2
    assert not rig.standing(channel)["attachments"]
    assert rig.standing(channel)["flags"] & COMPONENTS_V2


async def test_a_channel_that_takes_no_files_is_asked_once(rig: Rig) -> None:
    rig.discord.channels["456"].allowed = VIEW  # nor anything else, for now
    with pytest.raises(ChannelRefused):
        await rig.post(PICTURED)
    rig.discord.posts.clear()
    rig.discord.channels["456"].allowed = EVERYTHING & ~ATTACH
    await rig.post(PICTURED)
    await rig.post(PICTURED, key="d2.0")
    assert len(rig.discord.posts) == 3, "each refusal counts towards the ban"


@pytest.mark.parametrize("channel", [CHANNEL, FORUM], ids=["text", "forum"])
async def test_where_components_are_refused_an_embed_shows_the_same(
    rig: Rig, channel: Channel
) -> None:
    rig.discord.channels[channel.id].classic = True
    with capture_logs() as logs:
        await rig.post(PICTURED, channel)
    assert [(log["log_level"], log["code"]) for log in logs] == [("error", "50035")]
    post = rig.standing(channel)
    assert not post["flags"] & COMPONENTS_V2
    assert post["attachments"]
    assert "is watched" in str(post["embeds"])


async def test_where_all_forms_are_refused_but_text_it_is_text(rig: Rig) -> None:
    rig.discord.trouble.extend([fault(400, 50035)] * 3)
    await rig.post(PICTURED)
    assert "is watched" in rig.standing()["content"]
    assert not rig.standing()["attachments"]
    rig.discord.trouble.extend([fault(400, 50035)] * 3)
    with pytest.raises(MessageRefused):
        await rig.post(BRIEF, key="d2.0")
    assert len(rig.discord.posts) == 7


async def test_what_is_refused_after_a_doubt_is_no_reason_for_another_form(rig: Rig) -> None:
    rig.discord.trouble.extend([drop(accepted=True), fault(400, 50035)])
    with pytest.raises(SendUnclear):
        await rig.post(PICTURED)
    assert len(rig.discord.posts) == 2


async def test_a_role_is_called_as_the_message_says_and_nobody_else(rig: Rig) -> None:
    calling = replace(BRIEF, calls="777")
    await rig.post(calling)
    await rig.post(BRIEF, key="d2.0")
    sent = [post["allowed_mentions"] for post in rig.discord.posts]
    assert sent == [body(calling)["allowed_mentions"], {"parse": []}]


async def test_slowmode_is_waited_out_as_long_as_it_says(rig: Rig) -> None:
    rig.discord.trouble.append(slowed(30.0))
    with pytest.raises(SendLimited) as caught:
        await rig.post(BRIEF)
    assert caught.value.retry_after == 30.0
    assert not rig.discord.accepted


@pytest.mark.parametrize(
    ("kind", "may", "named"),
    [
        (0, EVERYTHING, ""),
        (0, VIEW | SEND, ""),
        (0, VIEW, "Send Messages"),
        (5, SEND, "View Channel"),
        (0, 0, "View Channel or Send Messages"),
        (11, VIEW | SEND_IN_THREADS, ""),
        (11, VIEW | SEND, "Send Messages in Threads"),
        (15, VIEW | SEND | SEND_IN_THREADS, ""),
        (15, VIEW | SEND, "Send Messages in Threads"),
        (16, VIEW | SEND_IN_THREADS, "Send Messages"),
    ],
)
async def test_a_missing_right_is_named_before_a_request_is_spent(
    rig: Rig, kind: int, may: int, named: str
) -> None:
    rig.together.listen(lambda _: kind, lambda _: may)
    asked = len(rig.discord.requests)
    if named:
        with pytest.raises(ChannelRefused, match=f"may not {named} in this") as caught:
            await rig.messenger.steps(CHANNEL, BRIEF)
        assert caught.value.code == "50013"
    else:
        assert StepKind.POST in await rig.messenger.steps(CHANNEL, BRIEF)
    assert len(rig.discord.requests) == asked


async def test_a_channel_that_is_tried_again_is_refused_by_discord_and_nobody_else(
    rig: Rig,
) -> None:
    async def denied() -> bool:
        try:
            await rig.messenger.steps(CHANNEL, BRIEF)
        except ChannelRefused:
            return True
        return False

    rig.together.listen(lambda _: 0, lambda _: VIEW)
    assert [await denied() for _ in range(3)] == [True, False, False]
    await rig.post(BRIEF)
    # Once it was allowed, it is believed again where it is not.
    rig.together.listen(lambda _: 0, lambda _: VIEW | SEND)
    assert not await denied()
    rig.together.listen(lambda _: 0, lambda _: VIEW)
    assert await denied()


async def test_a_picture_that_may_not_be_attached_is_not_even_drawn(rig: Rig) -> None:
    rig.discord.channels["456"].allowed = EVERYTHING & ~ATTACH
    rig.together.listen(lambda _: 0, lambda _: VIEW | SEND)
    await rig.post(PICTURED)
    assert len(rig.discord.posts) == 1
    assert rig.charts.drawn == 0


async def test_nobody_who_listens_knows_a_person_or_a_channel_far_away(rig: Rig) -> None:
    rig.together.listen(lambda _: None, lambda _: None)
    person = Channel.parse("discord:@42/@42")
    for channel in (CHANNEL, person):
        assert await rig.messenger.steps(channel, PICTURED) == (StepKind.POST,)
    await rig.post(PICTURED, person)
    assert rig.discord.channels["789"].messages[0]["attachments"]
