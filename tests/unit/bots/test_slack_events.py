"""What Slack tells by itself: twice, late or the wrong way round, what counts is the truth."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.services.delivery.pausing import FOR_GOOD
from hypecurve.services.delivery.presence import GREETING, Presence
from hypecurve_slack.answering import events as module
from hypecurve_slack.answering.events import Standing, closed_as, heard
from hypecurve_slack.answering.people import People
from hypecurve_slack.web import web_client, web_session
from hypecurve_slack.workspace import Workspace
from standins.slack import Fault, SlackChannel, SlackStandIn
from support.databases import NOW
from support.frozen import notices_of
from support.outgoing import MINUTE

TENANT = Tenant("slack", "T123")
US = SlackStandIn.bot_user
INVITED = {"type": "member_joined_channel", "user": US, "inviter": "U2"}
EVENTS: Mapping[str, Mapping[str, str]] = {
    "invite": INVITED,
    "kick": {"type": "channel_left"},
    "archive": {"type": "channel_archive", "user": "U1"},
    "unarchive": {"type": "channel_unarchive", "user": "U1"},
    "delete": {"type": "channel_deleted"},
}
_numbers = itertools.count(1)


@dataclass
class Rig:
    slack: SlackStandIn
    workspace: Workspace
    store: SqlStore
    presence: Presence
    people: People

    async def tell(self, event: Mapping[str, Any]) -> bool:
        """Hand an event over; whether it meant anything."""
        told = heard({"event": dict(event)}, self.workspace, self.presence, self.people)
        if told is not None:
            await told
        return told is not None

    async def place(self, *, subscribed: bool = True) -> SlackChannel:
        """A channel of its own that the app is in."""
        channel = SlackChannel(f"C{next(_numbers)}", "one")
        self.slack.channels[channel.id] = channel
        if subscribed:
            async with self.store.write() as tx:
                item = Subscription(Channel(TENANT, channel.id), created_by="U1")
                await tx.subscriptions.add(item)
        return channel

    async def pause(self, channel: SlackChannel) -> str:
        """The code with which a channel is paused; "" where it is not."""
        async with self.store.read() as tx:
            found = (await tx.reach.paused()).get(Channel(TENANT, channel.id))
        return found.code if found else ""

    async def told(self, channel: SlackChannel | str) -> list[str]:
        """The keys of the notices of a channel, or of a person."""
        name = channel if isinstance(channel, str) else channel.id
        return await notices_of(self.store, Channel(TENANT, name))


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def rig(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(module, "LAG", 0.0)
    async with SlackStandIn() as slack, web_session() as session:
        workspace = Workspace(TENANT, web_client(slack.api_url, slack.token, session), US)
        yield Rig(slack, workspace, store, Presence(store, SetClock(NOW)), People())


def happen(what: str, channel: SlackChannel, rig: Rig) -> Mapping[str, str] | None:
    """Let something happen to a channel; return the event that tells of it, None: it could not."""
    gone = channel.id not in rig.slack.channels
    match what:
        case "invite" if not (gone or channel.member or channel.archived):
            channel.member = True
        case "kick" if channel.member and not (gone or channel.archived):
            channel.member = False
        case "archive" if not (gone or channel.archived):
            channel.archived = True
        case "unarchive" if channel.archived and not gone:
            channel.archived = False
        case "delete" if not gone:
            del rig.slack.channels[channel.id]
        case _:
            return None
    return {**EVENTS[what], "channel": channel.id}


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    what=st.lists(st.sampled_from(["invite", "kick", "archive", "unarchive"]), max_size=8),
    ends=st.sampled_from(["", "", "delete"]),
    luck=st.randoms(use_true_random=False),
)
async def test_in_whatever_order_and_number_events_come_the_end_is_the_truth(
    rig: Rig, what: list[str], ends: str, luck: random.Random
) -> None:
    channel = await rig.place()
    waiting: list[Mapping[str, str]] = []
    for each in [*what, ends]:
        event = happen(each, channel, rig)
        if event is not None:
            waiting += [event] * luck.randint(1, 2)
        luck.shuffle(waiting)
        while waiting and luck.random() < 0.5:
            await rig.tell(waiting.pop())
    kicked = [event for event in waiting if event["type"] == "channel_left"]
    for event in waiting:
        await rig.tell(event)
    code = await rig.pause(channel)
    if ends:
        assert code in {"deleted", "removed"}
    elif channel.archived:
        assert code in {"is_archived", "removed"}
    elif channel.member:
        assert code == ""
    elif kicked:
        assert code == "removed"


async def test_a_bot_that_is_invited_greets_once_in_the_inviters_language(rig: Rig) -> None:
    channel = await rig.place(subscribed=False)
    event = {**INVITED, "channel": channel.id}
    await asyncio.gather(*(rig.tell(event) for _ in range(3)))
    await rig.tell(event)
    assert await rig.told(channel) == [GREETING]
    async with rig.store.write() as tx:
        (sending,) = await tx.outbox.claim("slack", NOW, MINUTE, 9)
    assert sending.message is not None
    assert sending.message.locale == "zh_CN"
    assert [each.value for each in sending.message.controls] == ["subscribe"]


async def test_where_it_hears_something_already_nobody_is_greeted(rig: Rig) -> None:
    channel = await rig.place()
    await rig.tell({**INVITED, "channel": channel.id})
    assert await rig.told(channel) == []


async def test_from_where_it_was_removed_it_is_silent_until_it_is_invited(rig: Rig) -> None:
    """It may post in public channels all the same: that it could is no leave to."""
    channel = await rig.place()
    for each, code in (("kick", "removed"), ("archive", "removed"), ("unarchive", "removed")):
        event = happen(each, channel, rig)
        assert event is not None
        await rig.tell(event)
        assert await rig.pause(channel) == code
    assert await rig.told("@U1") == [f"paused slack:T123/{channel.id} 2026-11-22T06:00:00 for good"]
    event = happen("invite", channel, rig)
    assert event is not None
    await rig.tell(event)
    assert await rig.pause(channel) == ""


async def test_who_set_up_an_archived_channel_hears_of_it_and_of_its_deletion(rig: Rig) -> None:
    channel = await rig.place()
    for each in ("archive", "archive", "delete"):
        happen(each, channel, rig)
        await rig.tell({**EVENTS[each], "channel": channel.id})
    first, last = await rig.told("@U1")
    assert last == f"{first} for good"
    assert await rig.pause(channel) == "deleted" in FOR_GOOD
    assert await rig.told(channel) == []


async def test_a_channel_that_moved_is_known_by_its_new_id(rig: Rig) -> None:
    channel = await rig.place()
    event = {"old_channel_id": channel.id, "new_channel_id": "C00NEW"}
    assert await rig.tell({"type": "channel_id_changed", **event})
    async with rig.store.read() as tx:
        found = await tx.subscriptions.listener(Channel(TENANT, "C00NEW"))
    assert found is not None
    assert found.subscriptions
    await rig.tell({"type": "channel_id_changed", **event})


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("member_joined_channel", None),
        ("channel_unarchive", ""),
        ("group_archive", "is_archived"),
        ("group_deleted", "deleted"),
        ("group_left", "removed"),
    ],
)
async def test_where_slack_does_not_tell_the_events_own_word_is_taken(
    rig: Rig, kind: str, code: str | None
) -> None:
    assert closed_as(kind, Standing.UNTOLD) == code
    channel = await rig.place()
    rig.slack.fail(Fault.refused("missing_scope"), method="conversations.info")
    await rig.tell({"type": kind, "user": US, "channel": channel.id})
    assert await rig.pause(channel) == (code or "")


async def test_what_happens_to_others_means_nothing(rig: Rig) -> None:
    for event in (
        {"type": "member_left_channel", "user": "U1", "channel": "C456"},
        {"type": "channel_rename", "channel": {"id": "C456", "name": "renamed"}},
        {"type": "group_rename", "channel": {"id": "C456", "name": "renamed"}},
        {"type": "channel_archive"},
        {"type": "channel_id_changed", "old_channel_id": "C1"},
        {"type": "message", "subtype": "channel_convert_to_private", "channel": "C456"},
    ):
        assert not await rig.tell(event)
    assert rig.slack.calls == []
