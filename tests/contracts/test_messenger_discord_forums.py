"""What is posted in forums, media channels and threads of Discord's arrives once there, too."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.errors import ChannelRefused, SendError, SendFailed, SendSought, SendUnclear
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Messenger
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve_discord.posting.forums import Place
from hypecurve_discord.posting.messenger import DiscordMessenger, connect
from hypecurve_discord.rendering.markdown import shown as read
from standins.discord_forums import REQUIRE_TAG
from standins.discord_payloads import USER, Json, StandInChannel
from standins.discord_platform import (
    HANG,
    DiscordStandIn,
    Trouble,
    cut,
    drop,
    fault,
    hang,
    limited,
)
from standins.discord_rules import shown
from support.bots import kit
from support.databases import NOW
from support.discord_failing import QUICK, fail
from support.messenger_contract import (
    BRIEF,
    LONG,
    PICTURED,
    Failure,
    MessengerContract,
    MessengerRig,
    Posted,
    refused,
    send,
)
from support.outgoing import put

DIGEST = LONG
TOMORROW = replace(LONG, title="Agents and Inference · Mon 23 Nov")
ALERT = replace(BRIEF, kind=MessageKind.ALERT, title="acme/flashkv rises")


class Rig:
    """A messenger beside a stand-in Discord with a forum."""

    channel = Channel.parse("discord:123/459")
    missing = Channel.parse("discord:123/999")
    person = Channel.parse("discord:123/@42")
    foreign = Tenant("discord", "999")

    def __init__(self, discord: DiscordStandIn, messenger: DiscordMessenger) -> None:
        self.discord = discord
        self.messenger: Messenger = messenger
        self.token = discord.token
        self.forum = discord.channels[self.channel.id]

    def posts(self) -> list[StandInChannel]:
        """The forum's posts, the oldest first."""
        return self.discord.posts_in(self.channel.id)

    def posted(self) -> Sequence[Posted]:
        return [each for post in self.posts() for each in _standing(post)]

    def told(self) -> Sequence[Posted]:
        return _standing(self.discord.channels["789"])

    async def fail(self, how: Failure) -> None:
        await fail(self.discord, how)

    async def place(self, message: Message) -> str:
        """Find out where a message goes."""
        return await self.messenger.post(self.channel, message, StepKind.PLACE, key="d.0", ref="")

    async def post(self, message: Message, ref: str, key: str = "d.1") -> str:
        """Post a message where it goes."""
        return await self.messenger.post(self.channel, message, StepKind.POST, key=key, ref=ref)

    def openings(self) -> list[Json]:
        """What was sent to open posts, taken or not."""
        return [body for body in self.discord.posts if "name" in body]


def _standing(channel: StandInChannel) -> list[Posted]:
    return [
        Posted(m["id"], "\n".join(read(line) for line in shown(m).split("\n")))
        for m in channel.messages
    ]


def forum(kind: int = 15) -> StandInChannel:
    """Return a forum without posts."""
    return StandInChannel("459", name="finds", type=kind)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with DiscordStandIn() as discord, connect(discord.env, kit(), QUICK) as messenger:
        discord.channels["459"] = forum()
        await messenger.steps(Rig.channel, BRIEF)
        yield Rig(discord, messenger)


class TestForum(MessengerContract):
    """A forum is a channel as others are, to who delivers."""

    @pytest.fixture
    def rig(self, rig: Rig) -> Rig:
        return rig

    async def test_an_outage_leaves_it_unclear(self, rig: MessengerRig) -> None:
        """Where it breaks off: what finds out the place posts nothing, and the post is sought."""
        assert isinstance(rig, Rig)
        await rig.fail(Failure.OUTAGE)
        await refused(rig, SendFailed)
        await rig.fail(Failure.NONE)
        rig.discord.trouble.append(fault(500))
        await refused(rig, SendSought)


async def test_a_digest_opens_a_post_and_what_comes_later_goes_into_it(rig: Rig) -> None:
    (first,) = await send(rig, DIGEST, key="d1")
    (post,) = rig.posts()
    assert (post.id, post.name) == (first, DIGEST.title)
    assert [m["id"] for m in post.messages] == [first]
    (opening,) = rig.discord.posts
    assert "nonce" not in opening["message"]
    assert opening["message"]["allowed_mentions"] == {"parse": []}
    later = [*await send(rig, ALERT, key="n2"), *await send(rig, DIGEST, key="d3")]
    assert [m["id"] for m in post.messages] == [first, *later]
    assert [body["nonce"] for body in rig.discord.posts[1:]] == ["n2.1", "d3.1"]
    await send(rig, TOMORROW, key="d4")
    (alert,) = await send(rig, ALERT, key="n5")
    names = [(each.name, len(each.messages)) for each in rig.posts()]
    assert names == [(DIGEST.title, 3), (TOMORROW.title, 2)]
    assert rig.posts()[1].messages[-1]["id"] == alert


async def test_what_comes_first_opens_a_post_named_by_its_title_at_most(rig: Rig) -> None:
    await send(rig, replace(ALERT, title="", notification="飙升 " + "很" * 200))
    (post,) = rig.posts()
    assert post.name.startswith("飙升 很")
    assert len(post.name) == 100


@pytest.mark.parametrize(
    ("trouble", "taken"),
    [
        (fault(502, accepted=True), True),
        (fault(503, accepted=True), True),
        (drop(accepted=True), True),
        (hang(accepted=True), True),
        (fault(502), False),
        (drop(accepted=False), False),
        (cut(), False),
        (HANG, False),
    ],
)
async def test_an_opening_in_doubt_is_looked_for_and_never_made_again(
    rig: Rig,
    trouble: Trouble,
    taken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    rig.discord.trouble.append(trouble)
    if taken:
        assert await send(rig, PICTURED) == [post.id for post in rig.posts()]
        assert len(rig.posts()) == 1
    else:
        await refused(rig, SendSought)
        assert not rig.posts()
        rig.discord.thread("459", BRIEF.title)  # it was only slow
        assert await rig.post(BRIEF, "after:0") == rig.posts()[0].id
    assert rig.discord.requests.count("POST /api/v10/channels/459/threads") == 1


async def test_what_discord_py_would_repeat_by_itself_opens_one_post(rig: Rig) -> None:
    """It repeats a 502 after a second, which takes a try of more than that."""
    rig.discord.trouble.append(fault(502, accepted=True))
    async with connect(rig.discord.env, kit(), replace(QUICK, a_try=5.0)) as patient:
        ref = await patient.post(rig.channel, DIGEST, StepKind.POST, key="d.1", ref="after:0")
    assert [post.id for post in rig.posts()] == [ref]
    assert len(rig.discord.posts) == 1


@pytest.mark.parametrize(
    ("known", "error"), [(True, SendSought), (False, SendUnclear)], ids=["written down", "not"]
)
async def test_an_opening_in_doubt_is_sought_later_where_nobody_can_look_now(
    rig: Rig,
    known: bool,  # noqa: FBT001 - a column of the table
    error: type[SendError],
) -> None:
    """Who does not know after which post to look would take another one for it, or none."""
    ref = await rig.place(DIGEST) if known else ""
    rig.discord.trouble.append(drop(accepted=True))
    looked = 0

    async def no_more(_: float) -> None:
        nonlocal looked
        looked += 1
        rig.discord.always = fault(503)

    async with connect(rig.discord.env, kit(), replace(QUICK, sleep=no_more)) as messenger:
        with pytest.raises(error):
            await messenger.post(rig.channel, DIGEST, StepKind.POST, key="d.1", ref=ref)
    assert looked == 2


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    "trouble",
    [
        *(fault(502, accepted=True), fault(502), fault(503), cut(), HANG, hang(accepted=True)),
        *(drop(accepted=True), drop(accepted=False), limited(30.0)),
    ],
)
async def test_whatever_goes_wrong_a_digest_is_opened_once_and_never_lost(
    store: SqlStore, trouble: Trouble
) -> None:
    clock, ended = SetClock(NOW), list[DeliveryState]()
    async with DiscordStandIn() as discord, connect(discord.env, kit(), QUICK) as messenger:
        discord.channels["459"] = forum()
        await put(store, Rig.channel, DIGEST)
        await messenger.steps(Rig.channel, DIGEST)
        for number in range(6):
            discord.trouble = deque([trouble] if number < 2 else ())
            await deliver_pending(
                store, clock, "discord", messenger, tell=lambda one: ended.append(one.state)
            )
            clock.at += timedelta(hours=1)
        assert ended[-1] is DeliveryState.SENT
        assert DeliveryState.UNKNOWN not in ended
        (post,) = discord.posts_in("459")
        assert len(post.messages) == 1


async def test_the_post_of_a_process_that_died_is_taken_over(rig: Rig) -> None:
    ref = await rig.place(DIGEST)
    first = await rig.post(DIGEST, ref)
    async with connect(rig.discord.env, kit(), QUICK) as another:
        again = await another.post(rig.channel, DIGEST, StepKind.POST, key="d.1", ref=ref)
    assert again == first
    assert len(rig.posted()) == 1
    # What has the same name and is another one finds its place later.
    await rig.post(DIGEST, await rig.place(DIGEST), key="d2.1")
    assert [len(post.messages) for post in rig.posts()] == [2]


async def test_posts_of_others_and_posts_that_are_shut_are_none_to_go_into(rig: Rig) -> None:
    rig.discord.thread("459", DIGEST.title, owner=USER)
    locked = rig.discord.thread("459", DIGEST.title)
    locked.locked = True
    rig.discord.thread("459", DIGEST.title).archived = True
    assert await rig.place(DIGEST) == f"after:{locked.id}"
    (ref,) = await send(rig, DIGEST)
    assert rig.posts()[-1].id == ref
    assert len(rig.posts()) == 4


@pytest.mark.parametrize("shut", ["locked", "deleted"])
async def test_a_post_that_is_shut_meanwhile_makes_way_for_another(rig: Rig, shut: str) -> None:
    await send(rig, DIGEST)
    ref = await rig.place(ALERT)
    (post,) = rig.posts()
    post.locked = True
    if shut == "deleted":
        del rig.discord.channels[post.id]
    came = await rig.post(ALERT, ref)
    assert rig.posts()[-1].id == came
    assert rig.posts()[-1].name == ALERT.title


async def test_a_post_of_that_name_that_was_shut_before_is_not_the_one_of_this_message(
    rig: Rig,
) -> None:
    (digest,) = await send(rig, DIGEST)
    rig.discord.thread("459", ALERT.title).locked = True  # of an alert some days ago
    ref = await rig.place(ALERT)
    assert ref.startswith(f"in:{digest}")
    rig.posts()[0].locked = True
    came = await rig.post(ALERT, ref)
    assert [post.id for post in rig.posts()].index(came) == 2
    # By the next process it is found, where this one died before it wrote that down.
    assert await rig.post(ALERT, ref) == came
    assert len(rig.posts()) == 3


@pytest.mark.parametrize("kept", ["in:140", "in:140,150", "after:150"])
def test_a_place_is_read_as_it_was_written_also_by_a_version_before(kept: str) -> None:
    found = Place.read(kept)
    assert found is not None
    assert (found.thread, found.after) == (140 * ("in" in kept), 150 - 10 * (kept == "in:140"))
    assert Place.read(str(found)) == found


@pytest.mark.parametrize(
    ("tags", "required", "applied"),
    [
        ([], False, []),
        (["Chat", "AI News"], False, ["1"]),
        (["Chat", "AI News", "hypecurve"], True, ["2"]),
        (["!hype", "Chat", "Off"], True, ["1"]),
        (["Chat"], False, []),
    ],
)
async def test_a_post_carries_the_tag_that_speaks_of_it_or_any_that_it_must(
    rig: Rig,
    tags: list[str],
    required: bool,  # noqa: FBT001 - a column of the table
    applied: list[str],
) -> None:
    rig.forum.tags = named(tags)
    rig.forum.flags = REQUIRE_TAG if required else 0
    # What was kept of the forum is of the time before: Discord refuses, and it is asked again.
    async with connect(rig.discord.env, kit(), QUICK) as messenger:
        await messenger.post(rig.channel, DIGEST, StepKind.POST, key="d.1", ref="after:0")
    assert rig.posts()[0].applied == applied


async def test_tags_that_changed_are_asked_for_again_once(rig: Rig) -> None:
    rig.forum.tags, rig.forum.flags = named(["Chat"]), REQUIRE_TAG
    await send(rig, DIGEST)
    assert rig.posts()[0].applied == ["0"]
    rig.forum.tags = [{**tag, "id": "9"} for tag in named(["News"])]
    await send(rig, TOMORROW)
    assert rig.posts()[1].applied == ["9"]
    rig.forum.tags = named(["!Moderators"])
    with pytest.raises(ChannelRefused, match="moderators"):
        await rig.post(replace(DIGEST, title="On Tuesday"), "after:0")
    assert len(rig.openings()) == 6


def named(tags: Sequence[str]) -> list[Json]:
    """Return tags by their names; "!" in front: only moderators may set it."""
    return [
        {"id": str(number), "name": name.lstrip("!"), "moderated": name.startswith("!")}
        for number, name in enumerate(tags)
    ]


@pytest.mark.parametrize(
    ("place", "steps"),
    [
        (StandInChannel("459", type=0), (StepKind.POST,)),
        (StandInChannel("459", type=5), (StepKind.POST, StepKind.PUBLISH)),
        (StandInChannel("459", type=11, parent="456", archived=True), (StepKind.POST,)),
        (StandInChannel("459", type=12, parent="456"), (StepKind.POST,)),
        (StandInChannel("459", type=15), (StepKind.PLACE, StepKind.POST)),
        (StandInChannel("459", type=16), (StepKind.PLACE, StepKind.POST)),
    ],
    ids=["text", "announcements", "archived", "private", "forum", "media"],
)
async def test_everywhere_it_arrives_once(place: StandInChannel, steps: tuple[StepKind]) -> None:
    news = replace(PICTURED, kind=MessageKind.DIGEST)
    async with DiscordStandIn() as discord, connect(discord.env, kit(), QUICK) as messenger:
        discord.channels["459"] = replace(place, messages=[], published=[])
        assert await messenger.steps(Rig.channel, news) == steps
        rig = Rig(discord, messenger)
        discord.trouble.append(drop(accepted=True))
        ref = (await send(rig, news))[0]
        (accepted,) = discord.accepted
        assert accepted.id == ref
        assert discord.channels["459"].published == [ref] * (StepKind.PUBLISH in steps)
        assert not discord.channels["459"].archived


@pytest.mark.parametrize(
    ("refusal", "error", "code"),
    [
        (fault(403, 160005), ChannelRefused, "160005"),
        (fault(403, 50083), ChannelRefused, "50083"),
        (fault(400, 160006), ChannelRefused, "160006"),
        (fault(403, 50013), ChannelRefused, "50013"),
    ],
)
async def test_what_refuses_an_opening_is_said_of_the_forum(
    rig: Rig, refusal: Trouble, error: type[SendError], code: str
) -> None:
    rig.discord.trouble.append(refusal)
    assert (await refused(rig, error)).code == code
    assert len(rig.discord.posts) == 1
