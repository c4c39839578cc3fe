"""Forms in Slack: slack_bolt by socket and over HTTP against a stand-in, over a database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.manners import AT_ONCE, WAITING
from hypecurve.domain.asking import Asker, Filled
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Channel
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve.wording.greeting import greeting
from hypecurve.wording.texts import texts
from hypecurve_slack.rendering.blocks import render
from standins.slack import Fault, SlackChannel
from standins.slack_model import SlackMessage
from standins.slack_views import SlackView
from support.slack_running import BY_EITHER_LINE, It, Way, bot_over

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
FILLED = {"categories": ["agents"], "kinds": ["rising"], "at": "08:30", "days": ["0", "3"]}


@pytest.fixture
def line() -> Way:
    return "socket"


@pytest.fixture
async def it(store: SqlStore, line: Way) -> AsyncIterator[It]:
    async with bot_over(store, line) as made:
        yield made


async def opened(it: It, text: str = "/hype subscribe") -> SlackView:
    """Open the form and return it."""
    await it.slack.command(text, replies=0)
    return await it.slack.modal()


@BY_EITHER_LINE
async def test_a_form_subscribes_a_channel_and_its_first_message_is_for_all(it: It) -> None:
    async with it.serving():
        view = await opened(it)
        assert (view.title, view.body["submit"]["text"]) == ("Your digest", "Subscribe")
        zone = view.find("zone")[1]["initial_option"]["value"]
        assert zone == "Europe/Paris"  # as the profile says
        it.slack.fill(view, FILLED | {"least": "1000", "owners": "@Acme, nori"})
        assert await it.slack.submit(view) == {}
        await it.slack.until(lambda: bool(it.said()))
    (one,) = await it.has()
    assert one.wants.categories == {"agents"}
    assert one.wants.kinds == {SignalKind.RISING}
    assert (one.schedule.at.isoformat("minutes"), one.schedule.zone) == ("08:30", "Europe/Paris")
    assert one.schedule.weekdays == {0, 3}
    assert one.wants.least_stars == 1000
    assert one.wants.without_owners == {"acme", "nori"}
    assert one.created_by == "U1"
    (first,) = it.said()
    assert "ada subscribed this channel" in first


@BY_EITHER_LINE
async def test_tune_changes_what_is_there_and_says_who_did_it(it: It) -> None:
    async with it.serving():
        await it.subscribed()
        await it.slack.press("Change time", replies=0)
        view = await it.slack.modal()
        assert view.body["submit"]["text"] == "Save"
        assert view.find("at")[1]["initial_time"] == "09:00"
        it.slack.fill(view, {"at": "07:15", "also": ["quiet", "alerts"], "most": "5"})
        assert await it.slack.submit(view) == {}
        await it.slack.until(lambda: len(it.said()) == 2 and bool(it.slack.whispered("C456")))
    (one,) = await it.has()
    assert one.schedule.at.isoformat("minutes") == "07:15"
    assert one.speaks_when_quiet
    assert one.alerts is not None
    assert one.alerts.a_day == 5
    assert "ada changed" in it.said()[1]
    assert "07:15" in it.slack.whispered("C456")[-1].shown


@BY_EITHER_LINE
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_changed(it: It) -> None:
    async with it.serving():
        view = await opened(it)
        for values, field_, words in (
            ({"least": "many"}, "least", "whole number"),
            ({"least": "", "owners": "nori, acme/flashkv"}, "owners", "Write owners only"),
            ({"owners": ""} | {"zone": "Atlantis"}, "zone", "Atlantis"),
            ({"zone": "Asia/Tokyo", "also": ["alerts"], "until": None}, "until", "both ends"),
            ({"until": "07:00", "most": "5000"}, "most", "alerts a day"),
        ):
            it.slack.fill(view, values)
            errors = await it.slack.submit(view)
            assert [each.partition(":")[0] for each in errors] == [field_]
            assert words in next(iter(errors.values()))
    assert await it.has() == []


@BY_EITHER_LINE
async def test_a_slow_database_opens_the_form_at_once_and_takes_it_late(it: It) -> None:
    it.gate.clear()
    async with it.serving():
        await it.slack.command("/hype subscribe", replies=0)
        view = await it.slack.modal(versions=1)
        assert "moment" in view.shown
        assert it.slack.acks[-1].seconds < 1
        it.gate.set()
        await it.slack.modal(versions=2)
        it.gate.clear()
        it.slack.fill(view, FILLED)
        assert await it.slack.submit(view) == {}
        assert it.slack.acks[-1].seconds < 3
        assert "Still working" in view.shown
        assert "submit" not in view.body  # nothing to press a second time
        it.gate.set()
        await it.slack.changed(view, 4)
        assert "Watching" in view.shown
        assert await it.has()


async def test_what_is_refused_late_is_shown_as_it_was_filled_in_and_can_be_mended(it: It) -> None:
    async with it.serving():
        view = await opened(it)
        it.gate.clear()
        it.slack.fill(view, FILLED | {"owners": "not/one, nori"})
        assert await it.slack.submit(view) == {}
        assert "submit" not in view.body
        it.gate.set()
        await it.slack.changed(view, 4)
        assert "Write owners only" in view.shown
        assert view.find("at")[1]["initial_time"] == "08:30"
        it.slack.fill(view, {"owners": "nori"})
        assert await it.slack.submit(view) == {}
        await it.slack.until(lambda: bool(it.said()))
    (one,) = await it.has()
    assert one.schedule.at.isoformat("minutes") == "08:30"
    assert one.wants.without_owners == {"nori"}


async def test_a_form_that_was_open_all_the_time_takes_back_nothing_of_others(it: It) -> None:
    async with it.serving():
        await it.subscribed()
        ada = await opened(it, "/hype schedule")
        await it.slack.command("/hype schedule", user="U2", replies=0)
        bo = await it.slack.modal("U2")
        it.slack.fill(ada, {"least": "5000", "also": ["alerts"]})
        await it.slack.submit(ada)
        await it.slack.until(lambda: len(it.said()) == 2)
        it.slack.fill(bo, {"at": "07:00", "also": ["quiet"]})
        await it.slack.submit(bo)
        await it.slack.until(lambda: len(it.said()) == 3)
    (one,) = await it.has()
    assert (one.schedule.at.hour, one.wants.least_stars) == (7, 5000)
    assert one.speaks_when_quiet
    assert one.alerts is not None


async def test_a_private_channel_without_the_app_is_told_at_once_how_digests_come(it: It) -> None:
    it.slack.channels["C7"] = SlackChannel("C7", "den", member=False, is_private=True)
    async with it.serving():
        first, hint = await it.slack.command("/hype subscribe all", channel="C7", replies=2)
        assert (first.private, hint.private) == (False, True)
        assert "/invite @hypecurve" in hint.shown
        _, again = await it.slack.command("/hype status", channel="C7", replies=2)
        assert again.shown == hint.shown
        await it.slack.command("/hype schedule", channel="C7", replies=0)
        view = await it.slack.modal()
        await it.slack.choose_in(view, "which", "new")
        await it.slack.changed(view, 3)
        it.slack.spend_urls()  # it lay open for half an hour
        it.slack.fill(view, FILLED)
        assert await it.slack.submit(view) == {}
        mine = it.slack.channels.setdefault("DU1", SlackChannel("DU1", "directmessage")).messages
        await it.slack.until(lambda: len(mine) == 2)
    assert "Watching" in mine[0].shown
    assert "/invite @hypecurve" in mine[1].shown


def called(it: It, method: str) -> int:
    """How often the bot called a method."""
    return sum(each == method for each, _ in it.slack.calls)


async def test_a_flood_of_forms_is_slowed_down_together_with_the_commands(it: It) -> None:
    it.gate.clear()
    async with it.serving():
        for _ in range(AT_ONCE + WAITING + 1):
            await it.slack.command("/hype subscribe", replies=0)
        await it.slack.until(lambda: any("a lot at once" in str(call) for call in it.slack.calls))
        (refused,) = await it.slack.command("/hype top")
        assert "a lot at once" in refused.shown
        (other,) = await it.slack.command("/hype top", user="U2")
        assert "a lot at once" not in other.shown
        it.gate.set()
        await it.slack.until(lambda: called(it, "views.update") == called(it, "views.open"))
        (answered,) = await it.slack.command("/hype top")
        assert "a lot at once" not in answered.shown


@BY_EITHER_LINE
async def test_a_preview_lies_on_top_of_the_form_and_changes_nothing(it: It) -> None:
    async with it.serving():
        view = await opened(it)
        it.slack.fill(view, FILLED)
        await it.slack.press_in(view, "Preview")
        shown = await it.slack.modal(depth=2)
        assert shown.title == "Preview"
        assert "submit" not in shown.body
        assert await it.has() == []
        it.slack.views.close(shown)
        assert await it.slack.submit(view) == {}
        await it.slack.until(lambda: bool(it.said()))
        assert it.slack.views.refused == []


@BY_EITHER_LINE
async def test_each_subscription_can_be_chosen_and_another_one_added(it: It) -> None:
    async with it.serving():
        await it.subscribed("agents at 09:00")
        await it.subscribed("inference at 10:00")
        view = await opened(it, "/hype schedule")
        _, select = view.find("which")
        labels = [option["text"]["text"] for option in select["options"]]
        assert len(labels) == 3
        await it.slack.choose_in(view, "which", labels[1])
        await it.slack.changed(view, 3)
        assert view.find("at")[1]["initial_time"] == "10:00"
        await it.slack.choose_in(view, "which", "new")
        await it.slack.changed(view, 4)
        assert "initial_options" not in view.find("categories")[1]
        it.slack.fill(view, FILLED | {"categories": ["mcp"]})
        await it.slack.submit(view)
        await it.slack.until(lambda: len(it.said()) == 3)
    assert len(await it.has()) == 3


async def test_a_form_of_an_older_version_is_taken_and_changes_only_what_it_asks(it: It) -> None:
    async with it.serving():
        await it.subscribed("all min 5000 at 09:00")
        view = await opened(it)
    # A new deployment; the old one asked less, and kept less with the view.
    kept = json.loads(view.body["private_metadata"])
    old = [block for block in view.blocks if block.get("block_id", "").startswith(("at", "zone"))]
    view.body |= {
        "blocks": old,
        "private_metadata": json.dumps(
            {"channel_id": "C456", "subscription_id": kept["subscription_id"], "colour": "red"}
        ),
    }
    async with it.serving():
        it.slack.fill(view, {"at": "06:00"})
        assert await it.slack.submit(view) == {}
        await it.slack.until(lambda: len(it.said()) == 2)
    (one,) = await it.has()
    assert (one.schedule.at.hour, one.wants.least_stars) == (6, 5000)
    # Without a response_url the answer comes by the Web API.
    assert it.slack.calls[-1][0].startswith("chat.post")


async def test_two_forms_at_once_double_nothing_and_the_last_one_counts(it: It) -> None:
    async with it.serving():
        await it.subscribed()
        views = []
        for user in ("U1", "U2"):
            await it.slack.command("/hype subscribe", user=user, replies=0)
            views.append(await it.slack.modal(user))
        for view, at in zip(views, ("06:00", "07:00"), strict=True):
            it.slack.fill(view, {"at": at})
            await it.slack.submit(view)
        await it.slack.until(lambda: len(it.said()) == 3)
    (one,) = await it.has()
    assert one.schedule.at.hour == 7


async def test_a_view_cannot_name_another_tenants_channel(it: It) -> None:
    other = Channel.parse("slack:T999/C777")
    async with it.serving():
        await it.forms.fill(Asker(other, "U9"), Filled())
        view = await opened(it)
        for forged in ("C777", "T999/C777", "slack:T999/C777"):
            meta = json.loads(view.body["private_metadata"])
            meta |= {"channel_id": forged, "tenant": "T999", "subscription_id": 1}
            view.body["private_metadata"] = json.dumps(meta)
            it.slack.fill(view, {"at": "03:00"})
            await it.slack.submit(view)
            view = await opened(it)
    (one,) = await subscriptions_of(it.store, other)
    assert one.schedule.at.hour == 9


async def test_a_response_url_that_leads_elsewhere_is_not_called(it: It) -> None:
    async with it.serving():
        view = await opened(it)
        meta = json.loads(view.body["private_metadata"])
        meta["response_url"] = "http://169.254.1.1/latest/secrets"
        view.body["private_metadata"] = json.dumps(meta)
        await it.slack.submit(view)
        await it.slack.until(lambda: bool(it.said()))
    assert "respond" not in [method for method, _ in it.slack.calls]


async def test_where_no_view_opens_any_more_the_command_is_answered(it: It) -> None:
    async with it.serving():
        it.slack.fail(Fault.refused("expired_trigger_id"), method="views.open")
        (reply,) = await it.slack.command("/hype subscribe")
        assert reply.private
        assert "subscribe" in reply.shown


@BY_EITHER_LINE
async def test_zones_and_languages_are_suggested_and_a_broken_desk_offers_none(it: It) -> None:
    async with it.serving():
        view = await opened(it)
        assert await it.slack.suggest(view, "zone", "par") == ["zone/par"]
        assert await it.slack.suggest(view, "languages", "") == ["language/first"]


@BY_EITHER_LINE
async def test_every_button_of_a_card_works_after_a_restart(it: It) -> None:
    async with it.serving():
        await it.subscribed()
        await it.slack.command("/hype repo acme/repo-1")
    said = {
        "Curve": "acme/repo-1",
        "Why": "600 stars",
        "Follow": "Following acme/repo-1",
        "Mute here": "acme/repo-1",
        "Share": "ada",
    }
    for button, words in said.items():
        async with it.serving():
            (reply, *_) = await it.slack.press(button, user="U1")
            assert words in reply.shown, button
            assert reply.private is (button != "Share"), button
            pictured = any(block["type"] == "image" for block in reply.blocks)
            assert pictured is (button == "Curve"), button
            await it.slack.command("/hype repo acme/repo-1")


OLD_BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "hype.tune.7",
            "value": "a word of old",
            "text": {"type": "plain_text", "text": "Tune"},
        }
    ],
}


@BY_EITHER_LINE
@pytest.mark.parametrize("old", [False, True])
async def test_what_was_posted_before_a_deployment_opens_the_form_after_it(
    it: It, *, old: bool
) -> None:
    body = {"text": "then", "blocks": [OLD_BUTTON]} if old else render(greeting("en"))[0]
    it.slack.channels["C456"].messages.append(SlackMessage("1.1", "C456", body))
    async with it.serving():
        await it.slack.press("Tune" if old else "Subscribe", replies=0)
        view = await it.slack.modal()
        assert await it.slack.submit(view) == {}
        await it.slack.until(lambda: len(it.said()) == 2)
    assert len(await it.has()) == 1


@BY_EITHER_LINE
@pytest.mark.parametrize(
    ("button", "values", "command"),
    [
        ("Compare…", {"others": ["nori/voicebox", "acme/b"], "by": "age"}, "compare"),
        ("Wrong category?", {"category": "agents"}, "place"),
    ],
)
async def test_a_buttons_small_modal_asks_what_is_missing(
    it: It, button: str, values: dict[str, object], command: str
) -> None:
    async with it.serving():
        await it.slack.command("/hype repo acme/repo-1")
    async with it.serving():  # a restart between showing and pressing
        await it.slack.press(button, replies=0)
        view = await it.slack.modal(versions=1)
        assert "acme/repo-1" in view.blocks[0]["label"]["text"]
        offered = await it.slack.suggest(
            view, "others" if command == "compare" else "category", "x"
        )
        assert offered == (["repo/x"] if command == "compare" else ["agents", "mcp"])
        if command == "compare":
            with capture_logs() as logs:
                assert await it.slack.suggest(view, "others", "break") == []
            assert [log["event"] for log in logs if log["log_level"] == "error"]
        it.slack.fill(view, values)
        before = len(it.slack.whispered("C456"))
        assert await it.slack.submit(view) == {}
        await it.slack.until(lambda: len(it.slack.whispered("C456")) > before)
    assert it.slack.views.refused == []


async def test_a_small_modal_speaks_the_channels_language_also_after_a_restart(it: It) -> None:
    async with it.serving():
        await it.slack.command("/hype repo acme/repo-1")
        await it.slack.command("/hype language ru")
    async with it.serving():
        await it.slack.press("Compare…", replies=0)
        view = await it.slack.modal(versions=2)
    assert view.title == texts("ru").say("Compare") != "Compare"


async def test_a_button_in_a_shared_channel_changes_nothing_for_guests(it: It) -> None:
    it.slack.users["U2"]["team_id"] = "T777"
    it.slack.channels["C456"] = SlackChannel("C456", "general")
    async with it.serving():
        await it.slack.command("/hype subscribe", user="U2", replies=0)
        view = await it.slack.modal("U2")
    assert "submit" not in view.body
    assert await it.has() == []
