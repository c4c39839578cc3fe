"""The app's Home in Slack: who sees which channels there, and what its buttons do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.asking import Asker, Filled
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve_slack.answering.listeners import parts_of
from hypecurve_slack.underway import UnderWay
from hypecurve_slack.web import web_client, web_session
from hypecurve_slack.workspace import Workspace
from standins.slack import Fault, SlackChannel
from standins.slack_views import SlackView
from support.bots import host
from support.catalogue import CHANNEL
from support.databases import NOW
from support.slack_running import BY_EITHER_LINE, It, Nothing, Way, bot_over
from support.telling import claim, freeze, settle

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def line() -> Way:
    return "socket"


@pytest.fixture
async def it(store: SqlStore, line: Way) -> AsyncIterator[It]:
    async with bot_over(store, line) as made:
        made.slack.channels["C456"].members = {"U1", "U2"}
        yield made


async def subscribe(it: It, *channels: str, tenant: str = "T123") -> None:
    """Let channels hear everything."""
    for channel in channels:
        place = Channel.parse(f"slack:{tenant}/{channel}")
        await it.forms.fill(Asker(place, "U1", zone="Europe/Paris", name="Ada"), Filled())


def rooms(view: SlackView) -> list[str]:
    """The channels that a Home shows, and "me" for somebody's own."""
    return [
        str(leaf.get("channel_id") or "me")
        for block in view.blocks
        if block["type"] == "rich_text"
        for leaf in block["elements"][0]["elements"][:1]
        if leaf["type"] == "channel" or leaf.get("style") == {"bold": True}
    ]


def changeable(view: SlackView) -> list[str]:
    """The channels that have buttons in a Home."""
    ids = (str(block.get("block_id", "")) for block in view.blocks)
    return [each.removeprefix("home:") for each in ids if each.startswith("home:")]


async def paused(it: It, channel: str = "C456") -> bool:
    found = await subscriptions_of(it.store, Channel.parse(f"slack:T123/{channel}"))
    return found[0].paused_until is not None


def add(it: It, *ids: str, private: bool = False, members: Iterable[str] = ()) -> None:
    for each in ids:
        made = SlackChannel(each, each.lower(), is_private=private, members=set(members))
        it.slack.channels[each] = made


@BY_EITHER_LINE
async def test_a_workspace_without_subscriptions_is_told_how_to_begin(it: It) -> None:
    async with it.serving():
        home = await it.slack.open_home()
        assert "No channel hears anything yet" in home.shown
        await it.slack.choose_in(home, "another", "C456")
        view = await it.slack.modal()
        it.slack.fill(view, {"kinds": ["new"]})
        assert await it.slack.submit(view) == {}
        await it.slack.changed(home, 2)
        assert rooms(home) == ["C456"]
        await it.slack.until(lambda: bool(it.said()))
    assert "Watching 2 repos" in it.said()[0]
    assert it.slack.views.refused == []


async def test_everybody_sees_public_channels_and_private_ones_they_are_in(it: It) -> None:
    add(it, "C1")
    add(it, "C2", private=True, members=["U1"])
    add(it, "C3", private=True, members=["U2"])
    add(it, "C4", members=["U1"])
    await subscribe(it, "C1", "C2", "C3", "C4", "@U1", "@U2")
    await subscribe(it, "C5", tenant="T777")
    async with it.serving():
        ada, bo = await it.slack.open_home("U1"), await it.slack.open_home("U2")
    assert rooms(ada) == ["me", "C1", "C2", "C4"]
    assert "4 channels here" in ada.shown
    assert changeable(ada) == ["@U1", "C2", "C4"]
    assert rooms(bo) == ["me", "C1", "C3", "C4"]
    assert changeable(bo) == ["@U2", "C3"]


@BY_EITHER_LINE
async def test_the_buttons_change_a_channel_and_the_channel_hears_of_it(it: It) -> None:
    await subscribe(it, "C456")
    async with it.serving():
        home = await it.slack.open_home()
        assert home.buttons == ["Edit", "Preview", "Pause", "Unsubscribe"]
        await it.slack.press_in(home, "Pause")
        await it.slack.changed(home, 2)
        assert await paused(it)
    async with it.serving():  # a restart in between
        await it.slack.press_in(home, "Resume")
        await it.slack.changed(home, 3)
        assert not await paused(it)
        await it.slack.press_in(home, "Preview")
        view = await it.slack.modal()
        assert view.title == "Preview"
        it.slack.views.close(view)
        await it.slack.press_in(home, "Edit")
        view = await it.slack.modal()
        it.slack.fill(view, {"at": "11:00"})
        assert await it.slack.submit(view) == {}
        await it.slack.changed(home, 4)
        assert "11:00" in home.shown
        await it.slack.press_in(home, "Unsubscribe")
        await it.slack.changed(home, 5)
        await it.slack.until(lambda: len(it.said()) == 4)
    assert rooms(home) == []
    assert [line.split()[0] for line in it.said()] == ["ada"] * 4
    assert it.slack.whispered("C456") == []
    assert it.slack.views.refused == []


async def test_a_digest_that_may_not_have_arrived_is_shown_on_top_of_the_home(it: It) -> None:
    await subscribe(it, "C456")
    message = Message(MessageKind.DIGEST, "one that nobody saw", title="The lost digest")
    await freeze(it.store, NOW, message=message, channel=CHANNEL)
    (item,) = await claim(it.store, NOW)
    await settle(it.store, item, DeliveryState.UNKNOWN, at=NOW)
    async with it.serving():
        home = await it.slack.open_home()
        await it.slack.press_in(home, "Show it")
        view = await it.slack.modal()
    assert (view.title, "The lost digest" in view.shown) == ("Your digest", True)
    assert home.versions == 1


async def test_where_admins_change_channels_everybody_else_changes_only_their_own(
    store: SqlStore,
) -> None:
    async with bot_over(store, changes="admins") as it:
        it.slack.channels["C456"].members = {"U1"}
        it.slack.users["U2"]["is_admin"] = True
        place = Channel.parse("slack:T123/C456")
        await it.forms.fill(Asker(place, "U2", is_admin=True, name="Bo"), Filled())
        async with it.serving():
            await it.slack.command("/hype subscribe all", channel="DU1")
            home = await it.slack.open_home()
        assert rooms(home) == ["me", "C456"]
        assert home.buttons == ["Edit", "Preview", "Pause", "Unsubscribe", "Preview"]


async def test_an_old_home_changes_nothing_that_is_not_ones_own(it: It) -> None:
    add(it, "C2", private=True, members=["U2"])
    await subscribe(it, "C456", "C2", "@U2")
    await subscribe(it, "C9", tenant="T777")
    async with it.serving():
        home = await it.slack.open_home()
        place = next(b for b in home.blocks if b.get("block_id") == "home:C456")
        shown = home.versions
        for forged in ("C2", "@U2", "DU2", "slack:T777/C9", ""):
            place["block_id"] = f"home:{forged}"
            await it.slack.press_in(home, "Pause")
            shown += 1
            await it.slack.changed(home, shown)
            assert "Only members" in home.shown
            place = next(b for b in home.blocks if b.get("block_id") == "home:C456")
            place["block_id"] = f"home:{forged}"
            await it.slack.press_in(home, "Edit")
            view = await it.slack.modal()
            assert "Only members" in view.shown
            assert "submit" not in view.body
            it.slack.views.close(view)
            place["block_id"] = "home:C456"
    for channel in ("slack:T123/C2", "slack:T123/@U2", "slack:T777/C9"):
        (one,) = await subscriptions_of(it.store, Channel.parse(channel))
        assert one.paused_until is None


async def test_who_left_a_channel_may_not_send_in_what_they_opened_before(it: It) -> None:
    await subscribe(it, "C456")
    async with it.serving():
        home = await it.slack.open_home()
        await it.slack.press_in(home, "Edit")
        view = await it.slack.modal()
        it.slack.channels["C456"].members.clear()
    async with it.serving():
        it.slack.fill(view, {"at": "11:00"})
        assert await it.slack.submit(view) == {}
        assert "Only members" in view.shown
    (one,) = await it.has()
    assert one.schedule.at.hour == 9


@BY_EITHER_LINE
async def test_many_channels_come_in_pages_within_slacks_limits(it: It) -> None:
    ids = [f"C1{number:02}" for number in range(12)]
    add(it, *ids, members=["U1"])
    await subscribe(it, *ids)
    async with it.serving():
        home = await it.slack.open_home()
        assert len(home.blocks) <= 100
        first = rooms(home)
        await it.slack.press_in(home, "Next page")
        await it.slack.changed(home, 2)
        assert "Next page" not in home.buttons
        await it.slack.press_in(home, "Pause")
        await it.slack.changed(home, 3)
        last = rooms(home)
    assert first == ids[:10]
    assert last == ids[10:]
    assert await paused(it, "C110")
    assert it.slack.views.refused == []


async def test_a_home_of_many_channels_costs_a_few_calls_and_is_remembered(it: It) -> None:
    public = [f"C2{number:02}" for number in range(14)]
    add(it, *public)
    add(it, "C300", private=True)
    await subscribe(it, *public, "C300")
    asked = ("users.conversations", "conversations.list", "conversations.info")
    async with it.serving():
        home = await it.slack.open_home("U1")
        assert rooms(home) == public[:10]
        assert "14 channels here" in home.shown
        await it.slack.press_in(home, "Next page")
        await it.slack.changed(home, 2)
        assert rooms(home) == public[10:]
        other = await it.slack.open_home("U2")
        assert rooms(other) == public[:10]
    calls = [method for method, _ in it.slack.calls if method in asked]
    assert calls == ["users.conversations", "conversations.list", "users.conversations"]


async def test_what_slack_limits_is_not_asked_again_and_the_home_says_so(it: It) -> None:
    public = [f"C2{number:02}" for number in range(6)]
    add(it, *public[1:])
    add(it, public[0], members=["U1"])
    await subscribe(it, *public)
    it.slack.fail(Fault.limited(30), method="conversations.list", times=None)
    async with it.serving():
        home = await it.slack.open_home()
        assert "not told of all" in home.shown
        home = await it.slack.open_home()
    assert rooms(home) == public[:1]
    assert sum(method == "conversations.list" for method, _ in it.slack.calls) == 1


async def test_who_has_just_joined_a_channel_may_change_it(it: It) -> None:
    it.slack.channels["C456"].members = {"U2"}
    await subscribe(it, "C456")
    async with it.serving():
        home = await it.slack.open_home()
        assert changeable(home) == []
        it.slack.channels["C456"].members.add("U1")
        await it.slack.choose_in(home, "another", "C456")
        view = await it.slack.modal()
    assert "submit" in view.body


async def test_a_conflict_is_shown_over_with_what_is_true_now(it: It) -> None:
    await subscribe(it, "C456")
    async with it.serving():
        await it.slack.open_home()
        it.slack.fail(Fault.refused("hash_conflict"), method="views.publish")
        home = await it.slack.open_home()
        assert rooms(home) == ["C456"]
    published: list[dict[str, Any]] = [
        body for method, body in it.slack.calls if method == "views.publish"
    ]
    assert ["hash" in body for body in published] == [False, True, False]


@pytest.mark.parametrize("code", ["missing_scope", "internal_error"])
async def test_what_slack_does_not_tell_is_not_shown(it: It, code: str) -> None:
    await subscribe(it, "C456", "@U1")
    for method in ("users.conversations", "conversations.info"):
        it.slack.fail(Fault.refused(code), method=method, times=None)
    async with it.serving():
        home = await it.slack.open_home()
    assert rooms(home) == ["me"]
    assert "does not tell" in home.shown


@BY_EITHER_LINE
async def test_other_tabs_and_guests_get_no_home(it: It) -> None:
    await subscribe(it, "C456")
    it.slack.users["U2"]["team_id"] = "T777"
    async with it.serving():
        home = await it.slack.open_home("U2")
        assert rooms(home) == []
        await it.slack.event({"type": "app_home_opened", "user": "U1", "tab": "messages"})
        await it.slack.command("/hype help")
    assert ("T123", "U1") not in it.slack.views.homes


async def test_two_workspaces_of_one_app_see_and_change_nothing_of_each_other(it: It) -> None:
    # The same ids of people and channels in both, as if somebody had chosen them so.
    await subscribe(it, "C456", "@U1")
    await subscribe(it, "C456", "C8", tenant="T777")
    other = it.slack.workspace("T777")
    other.users["U1"] = {"id": "U1", "name": "mallory", "team_id": "T777"}
    other.channels["C456"] = SlackChannel("C456", "general", members={"U1"})
    async with web_session() as session:
        under_way = UnderWay()
        answering = host(it.forms.forms.desk, Nothing(), forms=it.forms)
        parts = parts_of(answering, session, under_way)
        tenant = Workspace(
            Tenant("slack", "T777"), web_client(it.slack.api_url, other.token, session), "UBOT"
        )
        opened = {"type": "app_home_opened", "tab": "home", "user": "U1", "channel": "DU1"}
        parts.event({"team_id": "T777", "event": opened}, tenant)
        await under_way.drain(5)
        home = it.slack.views.homes["T777", "U1"]
        assert rooms(home) == ["C456"]
        for command in ("pause", "unsubscribe all"):
            pressed = {"action_id": "hype.pause.0", "block_id": "home:C456", "value": command}
            body = {
                "type": "block_actions",
                # What the payload says of teams decides nothing.
                "team": {"id": "T123"},
                "user": {"id": "U1", "team_id": "T123"},
                "view": home.payload,
                "actions": [pressed],
            }
            parts.control(body, tenant)
            await under_way.drain(5)
    assert ("T123", "U1") not in it.slack.views.homes
    assert not await paused(it)
    assert await subscriptions_of(it.store, Channel.parse("slack:T777/C456")) == ()
    assert it.said() == []
