"""What somebody hears in a direct message is theirs alone: by their own id, and gone with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.message import Action, Control, Message, MessageKind
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.services import forgetting
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve_slack.posting.messenger import connect
from standins.slack import SlackChannel
from support.bots import kit
from support.catalogue import DAY
from support.databases import NOW
from support.kept import naming
from support.slack_running import BY_EITHER_LINE, It, Way, bot_over
from support.telling import freeze, recent

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
ADAS = Channel.parse("slack:T123/@U1")
DIGEST = Message(
    MessageKind.DIGEST, "1 rising", "Today", controls=(Control(Action.DO, "Pause", "pause"),)
)


@pytest.fixture
def line() -> Way:
    return "socket"


@pytest.fixture
async def it(store: SqlStore, line: Way) -> AsyncIterator[It]:
    async with bot_over(store, line) as made:
        yield made


async def hears(it: It, channel: Channel = ADAS) -> list[Subscription]:
    return list(await subscriptions_of(it.store, channel))


async def deliver(it: It) -> None:
    """Send what waits."""
    slack = it.slack
    env = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url}
    async with connect(env, kit()) as messenger:
        await deliver_pending(it.store, SetClock(NOW), "slack", messenger)


@BY_EITHER_LINE
async def test_a_digest_of_ones_own_comes_changes_and_is_forgotten_with_its_owner(it: It) -> None:
    async with it.serving():
        await it.slack.command("/hype subscribe all at 09:00", channel="DU1")
        assert [each.schedule.at.hour for each in await hears(it)] == [9]
        await freeze(it.store, NOW, channel=ADAS, message=DIGEST)
        await deliver(it)
        assert "Today" in it.slack.channels["DU1"].messages[-1].shown
        # What is pressed below it is about the same.
        await it.slack.press("Pause", channel="DU1")
        assert (await hears(it))[0].paused_until is not None
        await it.slack.command("/hype subscribe", channel="DU1", replies=0)
        view = await it.slack.modal()
        it.slack.fill(view, {"at": "11:00"})
        assert await it.slack.submit(view) == {}
        assert [each.schedule.at.hour for each in await hears(it)] == [11]
    assert await naming(it.store, "DU1") == set()
    await freeze(it.store, NOW + DAY, channel=ADAS, message=DIGEST)
    clock = SetClock(NOW)
    gone = await forgetting.forget(it.store, clock, forgetting.parse_who("slack", "U1"))
    assert (gone.channels, gone.subscriptions) == (1, 1)
    assert await naming(it.store, "U1") == set()
    told = len(it.slack.channels["DU1"].messages)
    await deliver(it)
    assert len(it.slack.channels["DU1"].messages) == told
    assert await recent(it.store) == []


async def test_the_home_shows_it_and_its_buttons_are_about_the_same(it: It) -> None:
    async with it.serving():
        await it.slack.command("/hype subscribe all at 09:00", channel="DU1")
        home = await it.slack.open_home()
        assert "Just you" in home.shown
        await it.slack.press_in(home, "Pause")
        await it.slack.changed(home, 2)
        assert (await hears(it))[0].paused_until is not None
        await it.slack.press_in(home, "Edit")
        view = await it.slack.modal()
        await it.slack.choose_in(view, "which", "new")
        await it.slack.until(lambda: view.versions == 3)
        it.slack.fill(view, {"at": "11:00"})
        assert await it.slack.submit(view) == {}
        await it.slack.changed(home, 3)
        assert [each.schedule.at.hour for each in await hears(it)] == [9, 11]
        # What is begun here is said where it will be heard.
        await it.slack.until(lambda: len(it.slack.channels["DU1"].messages) == 2)
        await it.slack.press_in(home, "Unsubscribe")
        await it.slack.changed(home, 4)
        assert await hears(it) == []
    assert "Watching 2 repos" in it.slack.channels["DU1"].messages[-1].shown
    assert it.slack.views.refused == []


async def test_with_another_person_everybody_has_what_they_asked_for_themselves(it: It) -> None:
    it.slack.channels["D7"] = SlackChannel("D7", "directmessage")
    async with it.serving():
        await it.slack.command("/hype subscribe all at 09:00", channel="D7")
        await it.slack.command("/hype subscribe all at 10:00", channel="D7", user="U2")
    assert [each.schedule.at.hour for each in await hears(it)] == [9]
    bos = Channel(ADAS.tenant, "@U2")
    assert [each.schedule.at.hour for each in await hears(it, bos)] == [10]
    assert await naming(it.store, "D7") == set()
    await freeze(it.store, NOW, channel=bos, message=DIGEST)
    await deliver(it)
    assert "Today" in it.slack.channels["DU2"].messages[-1].shown
    assert [each.state for each in await recent(it.store)] == [DeliveryState.SENT]
