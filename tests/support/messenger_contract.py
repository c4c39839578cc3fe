"""What every Messenger promises, as tests: subclass `MessengerContract` and give it a `rig`.

    class TestSlack(MessengerContract):
        @pytest.fixture
        async def rig(self) -> AsyncIterator[MessengerRig]: ...

The rig holds a messenger that is connected to a stand-in platform over loopback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum, auto
from typing import Protocol

import pytest

from hypecurve.domain.chart import Curve, Line, Picture
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    ChannelRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.message import (
    Entry,
    Link,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Messenger

RETRY_AFTER = 7.0
"""Seconds that a rig's platform asks for when it is told to be LIMITED."""


class Failure(StrEnum):
    """How a platform fails from now on, until `Failure.NONE`."""

    NONE = auto()
    LIMITED = auto()
    """Every call is answered with the platform's rate limit: wait RETRY_AFTER seconds."""
    CHANNEL_CLOSED = auto()
    """The channel may not be posted to any more (archived, permission taken)."""
    REVOKED = auto()
    """The token is not valid any more."""
    MESSAGE_REFUSED = auto()
    """The next message, and only that one, is refused as malformed."""
    DROPPED_AFTER = auto()
    """The next message, and only that one, is taken; then the connection drops, unanswered."""
    OUTAGE = auto()
    """Every call is answered with a 500."""
    UNREACHABLE = auto()
    """Nothing listens there."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as the platform keeps it: its id, all the text it shows, what it replies to."""

    id: str
    text: str
    reply_to: str = ""


class MessengerRig(Protocol):
    """A messenger beside a stand-in platform that can be made to fail."""

    messenger: Messenger
    channel: Channel
    missing: Channel
    """A channel that the platform does not know, of the same tenant."""
    person: Channel
    """Where somebody of the tenant is written to alone."""
    foreign: Tenant
    """A tenant that has not installed the app."""
    token: str

    def posted(self) -> Sequence[Posted]:
        """Return what stands in `channel`, the oldest first."""
        ...

    def told(self) -> Sequence[Posted]:
        """Return what `person` was written alone, the oldest first."""
        ...

    async def fail(self, how: Failure) -> None:
        """Make the platform fail, or let it work again."""
        ...


def entry(name: str, words: str) -> Entry:
    """Return a small entry: a linked name and a few words."""
    line = (Link(name, f"https://github.com/{name}"), Text(f" {words}"))
    return Entry((line,), repo_id=RepoId(1), repo_name=name, spoken=f"{name} {words}")


BRIEF = Message(
    kind=MessageKind.NOTICE,
    notification="Watching 12 repos",
    title="Watching",
    sections=(Section(SectionKind.PLAIN, "", (entry("acme/flashkv", "is watched"),)),),
)
LONG = Message(
    kind=MessageKind.DIGEST,
    notification="acme/flashkv at 8.6x its pace",
    title="Agents and Inference",
    sections=(Section(SectionKind.RISING, "Rising", (entry("acme/flashkv", "+1,940"),)),),
    overflow=(Section(SectionKind.NEW, "New", (entry("kite/toolproxy", "passed 500"),)),),
)


PICTURED = replace(
    BRIEF,
    picture=Picture(
        Curve(Line("acme/flashkv", ((date(2026, 11, 1), 100), (date(2026, 11, 20), 900)))),
        alt="acme/flashkv: from 100 to 900 stars since 1 Nov",
        title="acme/flashkv",
    ),
)


async def send(rig: MessengerRig, message: Message, key: str = "d1") -> list[str]:
    """Make every step of a message, in order, and return the ids of what was posted."""
    refs: list[str] = []
    prepared = ""
    for number, step in enumerate(await rig.messenger.steps(rig.channel, message)):
        name = f"{key}.{number}"
        before = prepared if step is StepKind.POST else "".join(refs[:1])
        ref = await rig.messenger.post(rig.channel, message, step, key=name, ref=before)
        if step in {StepKind.UPLOAD, StepKind.PLACE}:
            prepared = ref
        else:
            refs.append(ref)
    return refs


class MessengerContract:
    """The promises; each test is one of them."""

    async def test_a_message_begins_with_its_post(self, rig: MessengerRig) -> None:
        for message in (BRIEF, LONG):
            placed, *behind = await rig.messenger.steps(rig.channel, message)
            first = behind[0] if placed is StepKind.PLACE else placed
            assert first is StepKind.POST

    async def test_a_picture_is_handed_over_before_the_post_if_it_is_a_step_of_its_own(
        self, rig: MessengerRig
    ) -> None:
        steps = await rig.messenger.steps(rig.channel, PICTURED)
        assert steps[-1] is StepKind.POST
        assert set(steps[:-1]) <= {StepKind.UPLOAD, StepKind.PLACE}
        refs = await send(rig, PICTURED)
        assert [post.id for post in rig.posted()] == refs
        assert "is watched" in rig.posted()[0].text

    async def test_planning_a_sending_posts_nothing(self, rig: MessengerRig) -> None:
        await rig.messenger.steps(rig.channel, LONG)
        assert not rig.posted()

    def test_several_deliveries_may_be_under_way(self, rig: MessengerRig) -> None:
        assert rig.messenger.at_once > 1

    async def test_a_person_is_written_to_alone(self, rig: MessengerRig) -> None:
        steps = await rig.messenger.steps(rig.person, BRIEF)
        assert steps == (StepKind.POST,)
        ref = await rig.messenger.post(rig.person, BRIEF, StepKind.POST, key="d1", ref="")
        assert [post.id for post in rig.told()] == [ref]
        assert "is watched" in rig.told()[0].text
        assert not rig.posted()

    async def test_a_probe_finds_the_app_installed_and_posts_nothing(
        self, rig: MessengerRig
    ) -> None:
        await rig.messenger.probe(rig.channel.tenant)
        assert not rig.posted()

    async def test_a_probe_finds_a_tenant_without_the_app(self, rig: MessengerRig) -> None:
        with pytest.raises(TenantRefused):
            await rig.messenger.probe(rig.foreign)

    async def test_a_probe_finds_a_revoked_token(self, rig: MessengerRig) -> None:
        await rig.messenger.probe(rig.channel.tenant)
        await rig.fail(Failure.REVOKED)
        with pytest.raises((TenantRefused, PlatformRefused)):
            await rig.messenger.probe(rig.channel.tenant)

    @pytest.mark.parametrize("how", [Failure.LIMITED, Failure.OUTAGE, Failure.UNREACHABLE])
    async def test_a_probe_that_gets_no_answer_says_nothing_of_the_tenant(
        self, rig: MessengerRig, how: Failure
    ) -> None:
        await rig.fail(how)
        with pytest.raises((SendFailed, SendLimited, SendUnclear)):
            await rig.messenger.probe(rig.channel.tenant)

    async def test_what_is_sent_stands_in_the_channel_once(self, rig: MessengerRig) -> None:
        refs = await send(rig, BRIEF)
        assert [post.id for post in rig.posted()] == refs
        assert "acme/flashkv" in rig.posted()[0].text
        assert "is watched" in rig.posted()[0].text

    async def test_a_later_step_replies_to_the_first(self, rig: MessengerRig) -> None:
        refs = await send(rig, LONG)
        posts = rig.posted()
        assert [post.id for post in posts] == refs
        assert posts[0].reply_to == ""
        assert all(post.reply_to == refs[0] for post in posts[1:])
        if len(posts) > 1:
            assert "kite/toolproxy" in posts[1].text

    async def test_a_rate_limit_says_how_long_to_wait(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.LIMITED)
        error = await refused(rig, SendLimited)
        assert error.retry_after == pytest.approx(RETRY_AFTER, abs=0.5)
        assert not rig.posted()

    async def test_a_closed_channel_is_the_channels_fault(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.CHANNEL_CLOSED)
        error = await refused(rig, ChannelRefused)
        assert error.code
        assert not rig.posted()

    async def test_a_channel_that_is_not_there_is_the_channels_fault(
        self, rig: MessengerRig
    ) -> None:
        with pytest.raises(ChannelRefused):
            await rig.messenger.post(rig.missing, BRIEF, StepKind.POST, key="d1", ref="")

    async def test_a_revoked_token_is_not_the_channels_fault(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.REVOKED)
        await refused(rig, TenantRefused, PlatformRefused)
        assert not rig.posted()

    async def test_a_refused_form_goes_out_as_plain_text(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.MESSAGE_REFUSED)
        refs = await send(rig, BRIEF)
        assert [post.id for post in rig.posted()] == refs
        assert "acme/flashkv" in rig.posted()[0].text

    async def test_a_connection_dropped_too_late_never_posts_twice(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.DROPPED_AFTER)
        try:
            refs = await send(rig, BRIEF)
        except SendUnclear:
            assert len(rig.posted()) == 1
        else:
            assert [post.id for post in rig.posted()] == refs

    async def test_an_outage_leaves_it_unclear(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.OUTAGE)
        await refused(rig, SendUnclear)

    async def test_an_unreachable_platform_surely_took_nothing(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.UNREACHABLE)
        await refused(rig, SendFailed)

    async def test_after_a_failure_the_same_messenger_works_again(self, rig: MessengerRig) -> None:
        await rig.fail(Failure.LIMITED)
        await refused(rig, SendLimited)
        await rig.fail(Failure.NONE)
        assert await send(rig, BRIEF)
        assert len(rig.posted()) == 1


async def refused(rig: MessengerRig, *errors: type[SendError]) -> SendError:
    """Send, expect one of the errors, and hold that it tells no secret."""
    with pytest.raises(errors) as caught:
        await send(rig, BRIEF)
    assert rig.token not in str(caught.value)
    assert str(caught.value)
    return caught.value
