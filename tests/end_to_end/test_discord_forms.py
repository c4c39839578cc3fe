"""Forms in Discord: discord.py's real client against a stand-in, over a database."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.domain.asking import Asker
from hypecurve.domain.message import Action, Control
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve_discord.answering import requests
from hypecurve_discord.answering.replying import Replies
from hypecurve_discord.screens import forms
from hypecurve_discord.screens.forms import READ_WITHIN
from hypecurve_discord.serving import client
from standins.discord_exchange import Exchange
from standins.discord_forms import field, filled, shows
from standins.discord_payloads import StandInChannel
from standins.discord_people import Somebody
from standins.discord_platform import READING, DiscordStandIn
from standins.discord_rules import SELECT, walk
from support.bots import host
from support.catalogue import a_repo, listed
from support.databases import NOW
from support.discord_posted import posted
from support.discord_running import Nothing, running
from support.sample_day import sample_taxonomy
from support.slack_running import SlowForms

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
CHANNEL = Channel.parse("discord:123/456")
TUNE = Control(Action.TUNE, "Tune", value="subscriptions")
COMPARE = Control(Action.COMPARE, "Compare…", value="compare acme/repo-1")
MEMBER = Somebody(permissions=READING)


@dataclass
class It:
    discord: DiscordStandIn
    store: SqlStore
    forms: SlowForms

    async def has(self, channel: Channel = CHANNEL) -> list[Subscription]:
        """What a channel hears."""
        return list(await subscriptions_of(self.store, channel))

    async def tune(self, who: Somebody | None = None) -> Exchange:
        """Press Tune in a message of the channel."""
        message = posted(TUNE)
        pressed = next(c for c in walk(message["components"]) if c.get("label") == "Tune")
        return await self.discord.use(message, pressed | {"component_type": 2}, who)

    async def filled(
        self, opened: Exchange, who: Somebody | None = None, **values: str | list[str]
    ) -> Exchange:
        """Send in a form, some of its fields changed."""
        assert opened.form is not None, opened.text
        return await self.discord.send_in(opened, filled(opened.form, **values), who)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Run the bot: another one each time."""
        given = host(self.forms.forms.desk, Nothing(), forms=self.forms)
        async with running(self.discord, given):
            yield


@pytest.fixture
async def it(store: SqlStore) -> AsyncIterator[It]:
    await listed(store, [a_repo(1), a_repo(2, 900)])
    desk = ServiceDesk(store, SetClock(NOW), sample_taxonomy())
    async with DiscordStandIn() as discord:
        made = It(discord, store, SlowForms(ServiceForms(desk)))
        made.forms.gate.set()
        yield made


async def test_a_form_subscribes_a_channel_and_its_first_message_is_for_all(it: It) -> None:
    async with it.serving():
        opened = await it.tune()
        assert opened.form is not None
        assert opened.acknowledged_after is not None
        assert opened.acknowledged_after < 2.5
        assert [label["label"] for label in opened.form["components"]] == [
            "Categories",
            "Other categories",
            "What to hear of",
            "Time and time zone",
            "Days",
        ]
        answered = await it.filled(
            opened, more="Agents", kinds=["rising"], when="8:30 paris", days=["0", "3"]
        )
        await answered.until(lambda a: bool(a.public))
    (one,) = await it.has()
    assert one.wants.categories == {"agents"}
    assert one.wants.kinds == {SignalKind.RISING}
    assert (one.schedule.at.isoformat("minutes"), one.schedule.zone) == ("08:30", "Europe/Paris")
    assert one.schedule.weekdays == {0, 3}
    assert one.created_by == "42"
    assert "nori subscribed this channel" in answered.public[0].text
    assert "Everybody here can see" in answered.private[0].text


async def test_only_what_was_touched_changes_and_all_are_told_who_did_it(it: It) -> None:
    async with it.serving():
        await it.discord.command("subscribe", categories="agents", at="09:00")
        opened, other = await it.tune(), await it.tune()
        assert shows(opened.form or {}, "when") == "09:00 UTC"
        assert shows(opened.form or {}, "categories") == ["agents"]
        first = await it.filled(opened, when="07:15 UTC")
        await first.until(lambda a: bool(a.public))
        await it.filled(other, days=["5"], more="mcp")
        again = await it.discord.press(first.private[0].message, "What is left out, alerts")
        rest = await it.filled(
            again,
            least="1,000",
            languages="Rust, jupyter notebook",
            owners="@Acme, nori",
            also=["quiet", "alerts"],
            hours="5 quiet 22:00-07:00",
        )
        preview = await it.discord.press(first.private[0].message, "Preview")
    (one,) = await it.has()
    assert (one.schedule.at.isoformat("minutes"), one.schedule.weekdays) == (
        "07:15",
        frozenset({5}),
    )
    assert one.wants.categories == {"agents", "mcp"}
    assert one.wants.least_stars == 1000
    assert one.wants.without_languages == {"rust", "jupyter notebook"}
    assert one.wants.without_owners == {"acme", "nori"}
    assert one.speaks_when_quiet
    assert one.alerts is not None
    assert (one.alerts.a_day, str(one.alerts.quiet_from)) == (5, "22:00:00")
    assert "07\\:15" in first.private[0].text
    assert "nori changed" in first.public[0].text
    assert rest.private
    assert preview.private


MISTAKES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("main", {"when": "sometime"}, "sometime"),
    ("main", {"when": "09:00 Atlantis"}, "Atlantis"),
    ("main", {"more": "agentz"}, "agentz"),
    ("rest", {"least": "many"}, "whole number"),
    ("rest", {"owners": "acme/flashkv"}, "Write owners only"),
    ("rest", {"also": ["alerts"], "hours": "5000"}, "alerts"),
)


async def test_what_is_wrong_is_said_and_mended_where_it_was_typed(it: It) -> None:
    async with it.serving():
        await it.discord.command("subscribe", categories="agents", at="09:00")
        before = await it.has()
        main = await it.tune()
        saved = (await it.filled(main)).private[0].message
        rest = await it.discord.press(saved, "What is left out, alerts")
        for part, values, words in MISTAKES:
            opened = main if part == "main" else rest
            wrong = await it.filled(opened, **values)
            assert words in wrong.text
            assert not wrong.public
            again = await it.discord.press(wrong.private[0].message, "Change it")
            assert again.form is not None
            for name, value in values.items():
                assert shows(again.form, name) == value
                ids = [field(each.form or {}, name)["custom_id"] for each in (opened, again)]
                assert ids[0] == ids[1], "what it showed at first is what counts"
        assert await it.has() == before
        stranger = await it.discord.press(wrong.private[0].message, "Change it", user="77")
        assert shows(stranger.form or {}, "when") == "09:00 UTC"
    async with it.serving():
        afresh = await it.discord.press(wrong.private[0].message, "Change it")
        assert shows(afresh.form or {}, "when") == "09:00 UTC"


async def test_of_several_digests_one_is_chosen_or_another_added(it: It) -> None:
    async with it.serving():
        await it.discord.command("subscribe", categories="agents", at="09:00")
        asked = await it.discord.command("subscribe")
        added = await it.discord.choose(asked.private[0].message, "hype:form:main:new")
        await it.filled(added, more="mcp", when="18:00 UTC", days=["1"])
        which = await it.tune()
        select = next(
            c for c in walk(which.private[0].message["components"]) if c["type"] == SELECT
        )
        labels = [option["label"] for option in select["options"]]
        assert labels[0].startswith("09:00 · ")
        assert labels[1].startswith("18:00 · ")
        assert labels[2:] == ["Another one", "What is left out, alerts"]
        second = await it.discord.choose(which.private[0].message, select["options"][1]["value"])
        assert shows(second.form or {}, "when") == "18:00 UTC"
        await it.filled(second, days=["2"])
        rest = await it.discord.choose(which.private[0].message, select["options"][3]["value"])
        await it.filled(rest, least="500")
    one, two = await it.has()
    assert one.schedule.weekdays != two.schedule.weekdays == {2}
    assert one.wants.least_stars == two.wants.least_stars == 500


async def test_a_slow_database_names_the_commands_instead_of_the_form(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert READ_WITHIN < 2.5, "Discord waits for 3 seconds"
    monkeypatch.setattr(forms, "READ_WITHIN", 0.1)
    it.forms.gate.clear()
    async with it.serving():
        late = await it.tune()
        assert late.form is None
        assert "/hype subscribe" in late.text
        it.forms.gate.set()
        monkeypatch.undo()
        opened = await it.tune()
        it.forms.gate.clear()
        sending = asyncio.create_task(it.filled(opened, more="agents"))
        exchange = await _waiting(it)
        assert exchange.replies[0].loading, "they see that it is thought about"
        it.forms.gate.set()
        answered = await sending
        await answered.until(lambda a: bool(a.public))
    assert await it.has()


async def _waiting(it: It) -> Exchange:
    """Return the last interaction once it is acknowledged."""
    while True:
        exchange = [*it.discord.exchanges.values()][-1]
        if exchange.data.get("components"):
            return await exchange.until(lambda a: a.acknowledged_after is not None)
        await asyncio.sleep(0)


async def test_who_may_not_change_hears_why_and_a_form_sent_in_all_the_same_changes_nothing(
    it: It,
) -> None:
    async with it.serving():
        refused = await it.tune(MEMBER)
        opened = await it.tune()
        sent = await it.filled(opened, MEMBER, more="agents")
    for exchange in (refused, sent):
        assert exchange.form is None
        assert "/hype-tune" in exchange.text.replace("\\", "")
    assert await it.has() == []


async def test_the_command_itself_is_the_door_and_a_persons_own_digest_has_a_form_too(
    it: It,
) -> None:
    async with it.serving():
        opened = await it.discord.call("hype-tune", MEMBER)
        await it.filled(opened, MEMBER, more="agents")
        alone = await it.discord.call("hype-tune", Somebody("789", locale="ru"))
        assert alone.form is not None
        sent = await it.filled(alone, Somebody("789", locale="ru"), more="mcp")
        assert len(sent.replies) == 1, "in direct messages nobody else is told"
    assert len(await it.has()) == 1
    (own,) = await it.has(Channel.parse("discord:@42/@42"))
    assert own.wants.categories == {"mcp"}


async def test_compare_asks_with_what_and_answers_the_command(it: It) -> None:
    async with it.serving():
        message = posted(COMPARE)
        opened = await it.discord.press(message, "Compare…")
        assert opened.form is not None
        assert opened.form["components"][0]["label"] == "Compare acme/repo-1 with"
        compared = await it.filled(opened, others="acme/repo-2, acme/repo-1", by="age")
        assert "repo-2" in compared.text
        unknown = await it.filled(opened, others="acme/nowhere")
    assert "acme/nowhere" in unknown.text.replace("\\", "")


async def test_a_form_is_answered_whatever_breaks_on_its_way(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PAUSES", (0.0, 0.0))
    async with it.serving():
        await it.discord.command("subscribe", categories="agents", at="09:00")
        for firsts, answers in (([False], []), ([True], []), ([], [0]), ([], [503, 0])):
            it.discord.broken_firsts = deque(firsts)
            opened = await it.tune()
            assert opened.form is not None
            it.discord.broken_firsts = deque(firsts)
            it.discord.broken_answers = deque(answers)
            sent = await it.filled(opened, kinds=["rising"])
            assert sent.private
        it.discord.broken_firsts = deque([False])
        compared = await it.discord.press(posted(COMPARE), "Compare…")
        assert compared.form is not None


async def test_who_waits_for_a_form_that_cannot_be_made_hears_a_kind_line(it: It) -> None:
    it.discord.channels["777"] = StandInChannel("777", name="x", type=99)
    async with it.serving():
        unknown = await it.discord.call("hype-tune", Somebody("777"))
        opened = await it.tune()
        assert opened.form is not None
        for sent_in in ([{"type": 18, "component": None}], [{"type": 18, "components": 3}]):
            sent = await it.discord.send_in(opened, sent_in)
            assert "Something went wrong" in sent.text
        compare = await it.discord.press(posted(COMPARE), "Compare…")
        nothing = await it.discord.send_in(compare, [{"type": 18, "component": None}])
        it.forms.forms = cast("ServiceForms", None)
        failed = await it.tune()
    for answered in (unknown, nothing, failed):
        assert answered.form is None
        assert "Something went wrong" in answered.text
    assert await it.has() == []


async def test_why_there_is_no_form_is_said_in_the_language_of_the_channel(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with it.serving():
        await it.discord.command("set language", language="ru")
        refused = await it.tune(MEMBER)
        monkeypatch.setattr(forms, "READ_WITHIN", 0.05)
        it.forms.gate.clear()
        late = await it.tune()
    wanted = await ServiceForms(it.forms.forms.desk).desk.spoken_to(Asker(CHANNEL, "42"))
    assert late.text.replace("\\", "") == forms.too_late(wanted.locale).notification
    assert wanted.locale == "ru"
    assert not re.search("Changing what|Everything else", refused.text)


async def test_what_was_done_is_not_taken_back_as_the_bot_ends(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = asyncio.Event()

    async def never(*_: object) -> bool:
        hangs.set()
        await asyncio.Event().wait()
        return True

    async with it.serving():
        await it.discord.command("subscribe", categories="agents", at="09:00")
        opened = await it.tune()
        monkeypatch.setattr(client, "FINISHING", 0.05)
        monkeypatch.setattr(Replies, "announce", never)
        sent = await it.filled(opened, kinds=["rising"])
        said = sent.text
        await hangs.wait()
    assert sent.text == said
    assert "ask again" not in said
