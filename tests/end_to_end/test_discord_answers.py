"""How answers come in Discord: one bot that runs, and what people see of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.chart import Chart
from hypecurve.domain.subscription import Channel
from hypecurve_discord.answering import interactions, replying, requests
from hypecurve_discord.library import discord
from standins.discord_payloads import StandInChannel
from standins.discord_people import Installed
from standins.discord_platform import READING, DiscordStandIn
from standins.discord_rules import BUTTON, COMPONENTS_V2, GALLERY, TEXT, walk
from support.bots import PIXEL, Drawn, host, kit
from support.discord_posted import posted
from support.discord_running import PICTURE, Nothing, SmallDesk, line, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
GROUP, ELSEWHERE, THREAD = "790", "990", "770"
"""A conversation of others, a channel of a server without the bot, and a thread."""


@dataclass
class Inks(Drawn):
    """Draws, unless there is no ink."""

    dry: bool = False
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    """No picture is done before."""

    async def draw(self, chart: Chart, locale: str = "en") -> bytes:
        await self.hold.wait()
        if self.dry:
            message = "no ink"
            raise RuntimeError(message)
        return await super().draw(chart, locale)


@dataclass
class It:
    discord: DiscordStandIn
    desk: SmallDesk
    charts: Inks


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot() -> AsyncIterator[It]:
    desk, charts = SmallDesk(), Inks()
    lent = replace(kit(), charts=charts)
    async with DiscordStandIn() as discord, running(discord, host(desk, Nothing(), lent)):
        discord.channels[THREAD] = StandInChannel(THREAD, name="a thread", type=11)
        discord.channels[GROUP] = StandInChannel(GROUP, guild=None, name="", person="77")
        discord.channels[ELSEWHERE] = StandInChannel(ELSEWHERE, guild="999", name="far")
        yield It(discord, desk, charts)


@pytest.fixture
def it(bot: It) -> It:
    """The bot, as if nobody had asked it yet."""
    bot.desk.asked.clear()
    bot.desk.typed.clear()
    bot.desk.locale = ""
    bot.desk.hold.clear()
    bot.desk.waiting = 0
    bot.charts.charts.clear()
    bot.charts.dry = False
    bot.charts.hold.set()
    bot.discord.refuse_panels = bot.discord.refuse_files = False
    bot.discord.broken_answers = deque()
    bot.discord.app_permissions = READING
    return bot


def pictures(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The files that a message has, and what they show in words."""
    return [(each["filename"], each.get("description", "")) for each in message["attachments"]]


def shown(message: dict[str, Any]) -> str:
    """All that a message says."""
    return "\n".join(c["content"] for c in walk(message["components"]) if c["type"] == TEXT)


async def test_a_command_is_answered_to_the_asker_alone(it: It) -> None:
    asked = await it.discord.command("why", repo="acme/flashkv")
    assert "Which one?" in asked.text
    assert not asked.public
    assert it.desk.texts == ["why acme/flashkv"]
    asker = replace(it.desk.asker, rights=())
    assert asker == Asker(
        Channel.parse("discord:123/456"),
        "42",
        locale="en",
        channel_name="general",
        name="nori",
        is_admin=True,
    )


async def test_a_command_is_acknowledged_before_the_desk_has_its_answer(it: It) -> None:
    asking = asyncio.create_task(it.discord.command("repo", repo="acme/slow"))
    async with asyncio.timeout(5):
        await it.desk.waited_for(1)
    exchange = [*it.discord.exchanges.values()][-1]
    assert exchange.acknowledged_after is not None
    assert not exchange.is_answered
    it.desk.hold.set()
    assert "at last" in (await asking).text


async def test_what_is_for_everybody_comes_as_a_message_of_its_own(it: It) -> None:
    asked = await it.discord.command("subscribe", categories="agents, rag", at="09:00")
    await asked.until(lambda a: bool(a.public))
    assert "subscribe agents, rag" in asked.public[0].text
    assert len(asked.public) == 1
    assert len(asked.private) == 1


async def test_a_change_is_announced_to_everybody_and_answered_to_the_asker(it: It) -> None:
    asked = await it.discord.command("pause")
    await asked.until(lambda a: bool(a.public))
    assert asked.public[0].text == "nori paused the digest."
    assert [each.text for each in asked.private] == ["Paused."]


async def test_a_picture_comes_with_the_answer_and_with_its_words(it: It) -> None:
    asked = await it.discord.command("repo", repo="acme/flashkv")
    (reply,) = asked.private
    assert pictures(reply.message) == [("chart.png", PICTURE.alt)]
    (gallery,) = [c for c in walk(reply.message["components"]) if c["type"] == GALLERY]
    assert gallery["items"][0]["media"]["url"] == "attachment://chart.png"
    assert it.charts.charts == [PICTURE.chart]
    assert len(PIXEL) == reply.message["attachments"][0]["size"]


async def test_a_picture_never_costs_its_text(it: It) -> None:
    it.discord.refuse_files = True
    refused = await it.discord.command("repo", repo="acme/flashkv")
    assert refused.private[0].message["flags"] & COMPONENTS_V2
    assert "KV-cache" in refused.text
    assert not pictures(refused.private[0].message)
    it.charts.dry = True
    undrawn = await it.discord.command("repo", repo="acme/flashkv")
    assert "KV-cache" in undrawn.text
    assert not pictures(undrawn.private[0].message)


async def test_the_words_do_not_wait_for_a_picture_that_takes_long(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replying, "SOON", 0.05)
    it.charts.hold.clear()
    asked = await it.discord.command("repo", repo="acme/flashkv")
    assert "KV-cache" in asked.text
    assert not pictures(asked.private[0].message)
    it.charts.hold.set()
    await asked.until(lambda a: bool(pictures(a.private[0].message)))
    assert len(asked.replies) == 1


async def test_where_panels_are_refused_the_answer_comes_in_another_form(it: It) -> None:
    it.discord.refuse_panels = True
    asked = await it.discord.command("repo", repo="acme/flashkv")
    (reply,) = asked.private
    assert not reply.message["flags"] & COMPONENTS_V2
    assert "KV-cache" in reply.text
    assert pictures(reply.message) == [("chart.png", PICTURE.alt)]
    it.discord.refuse_files = True
    bare = await it.discord.command("repo", repo="acme/flashkv")
    assert "KV-cache" in bare.text


async def test_a_line_that_breaks_is_tried_again_where_nothing_can_come_twice(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PAUSES", (0.0, 0.0))
    it.discord.broken_answers = deque([0, 503])
    asked = await it.discord.command("repo", repo="acme/flashkv")
    assert "KV-cache" in asked.text
    listed = await it.discord.command("rising", category="agents", window="7d")
    shared = await it.discord.press(listed.private[0].message, "Share")
    await shared.until(lambda a: bool(a.public))
    assert len(shared.public) == 1


async def test_a_first_answer_is_given_though_the_line_breaks(it: It) -> None:
    for arrived in (False, True):
        it.discord.broken_firsts = deque([arrived])
        asked = await it.discord.command("repo", repo="acme/flashkv")
        assert "KV-cache" in asked.text


async def test_what_is_shared_comes_for_everybody_led_by_who_shares_it(it: It) -> None:
    listed = await it.discord.command("rising", category="agents", window="7d")
    asked = await it.discord.press(listed.private[0].message, "Share")
    await asked.until(lambda a: bool(a.public))
    assert asked.public[0].text == "nori shares share rising agents 7d page 1"
    assert pictures(asked.public[0].message) == [("chart.png", PICTURE.alt)]
    assert [each.text for each in asked.private] == ["Everybody here can see the answer."]


async def test_what_cannot_be_said_to_everybody_is_said_to_who_asked(it: It) -> None:
    it.discord.broken_answers = deque([200, 403])
    it.discord.requests.clear()
    asked = await it.discord.command("subscribe", categories="all")
    await asked.until(lambda a: "You asked" in a.text)
    assert not asked.public
    posted = [request for request in it.discord.requests if request.endswith(asked.token)]
    assert len(posted) == 1, "what is forbidden is not tried in other forms: Discord counts that"


async def test_what_may_not_be_sent_for_long_is_said_to_who_asked(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = discord.http.HTTPClient.request

    async def limited(http: Any, route: Any, **sent: Any) -> Any:  # noqa: ANN401 - discord.py's
        if route.method == "POST" and "/webhooks/" in route.path:
            raise discord.RateLimited(40.0)
        return await asking(http, route, **sent)

    monkeypatch.setattr(discord.http.HTTPClient, "request", limited)
    asked = await it.discord.command("subscribe", categories="all")
    await asked.until(lambda a: "You asked" in a.text)
    assert not asked.public


async def test_an_answer_pings_nobody_though_the_digest_did(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = replace(line("Monday's digest"), calls="777")

    async def shown_again(asker: Asker, text: str) -> Answer:
        it.desk.asked.append((asker, text))
        return Answer(digest, public=text.startswith("share"))

    monkeypatch.setattr(SmallDesk, "answer", staticmethod(shown_again))
    for text in ("show 12", "share show 12"):
        for it.discord.refuse_panels in (False, True):
            pressed = {"component_type": BUTTON, "custom_id": f"hype:do:{text}"}
            asked = await it.discord.use(posted(), pressed)
            await asked.until(lambda a: "Monday" in a.text)
            assert "<@&" not in asked.text


async def test_pages_are_turned_where_they_stand(it: It) -> None:
    listed = await it.discord.command("rising", category="agents", window="7d")
    message = listed.private[0].message
    for label, number in (("Next", 2), ("Next", 3), ("Previous", 2), ("Previous", 1)):
        turned = await it.discord.press(message, label)
        assert not turned.replies
        assert shown(message) == f"page {number} of 3"
    assert it.desk.texts[-1] == "rising agents 7d"


async def test_answers_in_direct_messages_stay_to_be_read_and_are_turned_there(it: It) -> None:
    listed = await it.discord.command("rising", channel="789", window="7d")
    (reply,) = listed.public
    await it.discord.press(reply.message, "Next")
    assert shown(reply.message) == "page 2 of 3"


async def test_a_page_that_cannot_be_turned_stays_and_says_why_beside_it(it: It) -> None:
    listed = await it.discord.command("rising", category="agents", window="7d")
    message = listed.private[0].message
    for label, why in (("Broken", "Something went wrong"), ("Refused", "not now")):
        turned = await it.discord.press(message, label)
        assert why in turned.text
        assert [reply.ephemeral for reply in turned.replies] == [True]
    it.discord.refuse_panels = True
    turned = await it.discord.press(message, "Next")
    assert turned.text == "page 2 of 3"
    assert shown(message) == "page 1 of 3"


async def test_a_list_for_everybody_is_turned_for_who_presses_alone(it: It) -> None:
    listed = await it.discord.command("rising", category="agents", window="7d")
    public = listed.private[0].message | {"flags": COMPONENTS_V2}
    turned = await it.discord.press(public, "Next", user="43")
    assert [each.text for each in turned.private] == ["page 2 of 3"]
    assert shown(public) == "page 1 of 3"


async def test_a_select_of_commands_asks_what_was_chosen(it: It) -> None:
    which = await it.discord.command("why", repo="flash")
    asked = await it.discord.choose(which.private[0].message, "repo acme/ragkit")
    assert "KV-cache" in asked.text
    assert it.desk.texts[-1] == "repo acme/ragkit"


async def test_a_control_that_nobody_knows_any_more_leads_to_the_help(it: It) -> None:
    listed = (await it.discord.command("rising", category="agents", window="7d")).private[0].message
    old = {"component_type": BUTTON, "custom_id": "hype:open:17"}
    asked = await it.discord.use(listed, old)
    assert it.desk.texts[-1] == "help"
    assert "You asked help" in asked.text
    gone = {"component_type": BUTTON, "custom_id": "hype:do:why acme/flashkv"}
    asked = await it.discord.use(listed, gone)
    assert it.desk.texts[-1] == "why acme/flashkv", "its button is not in the message any more"
    assert "Which one?" in asked.text


async def test_who_was_told_just_that_is_not_told_again(it: It) -> None:
    asked = await it.discord.command("resume")
    assert asked.withdrawn
    assert not asked.replies


@dataclass(frozen=True)
class Asking:
    """Where somebody asks, and as whom the desk knows them there."""

    channel: str
    installed: Installed
    known_as: str
    is_alone: bool
    rights: int = 0


ALONE = "discord:@42/@42"


@pytest.mark.parametrize(
    "where",
    [
        Asking("456", "server", "discord:123/456", is_alone=False, rights=4),
        Asking("456", "both", "discord:123/456", is_alone=False, rights=4),
        Asking(THREAD, "server", f"discord:123/{THREAD}", is_alone=False, rights=4),
        Asking("789", "server", ALONE, is_alone=True),
        Asking("789", "person", ALONE, is_alone=True),
        Asking(GROUP, "person", ALONE, is_alone=True),
        Asking(ELSEWHERE, "person", ALONE, is_alone=True),
        Asking(ELSEWHERE, "server", ALONE, is_alone=True),
        Asking("456", "person", "discord:123/456", is_alone=False, rights=4),
    ],
    ids=lambda where: f"{where.channel} {where.installed}",
)
async def test_who_asks_is_known_by_where_they_ask(it: It, where: Asking) -> None:
    await it.discord.command("status", channel=where.channel, installed=where.installed)
    asker = it.desk.asker
    assert str(asker.channel) == where.known_as
    assert Channel.parse(where.known_as) == asker.channel
    assert asker.is_alone is where.is_alone
    assert bool(asker.channel.person) is where.is_alone
    assert len(asker.rights) == where.rights
    assert asker.name == "nori"


async def test_where_the_bot_is_not_a_change_says_that_it_is_their_own_digest(it: It) -> None:
    ask = it.discord.command
    for place in (GROUP, ELSEWHERE):
        changed = await ask("subscribe", channel=place, installed="person", categories="all")
        assert "your own digest" in changed.text
        assert not changed.public, "it is nothing to the others there"
        read = await ask("new", channel=place, installed="person")
        assert "your own digest" not in read.text
        asked = await ask(
            "rising", channel=place, installed="person", category="agents", window="7d"
        )
        shared = await it.discord.press(asked.private[0].message, "Share", installed="person")
        await shared.until(lambda a: bool(a.public))
    alone = await ask("subscribe", channel="789", categories="all")
    assert "your own digest" not in alone.text
    assert "Everybody here" not in alone.text
    assert [each.text for each in alone.public] == ["You asked subscribe all"]


async def test_what_the_bot_lacks_and_who_may_not_is_told_to_the_desk(it: It) -> None:
    it.discord.app_permissions = 1 << 10
    await it.discord.command("status", channel=THREAD, permissions=READING)
    lacking = [right.name for right in it.desk.asker.rights if right.vital and not right.held]
    assert lacking == ["Send Messages in Threads"]
    assert it.desk.asker.barred is None, "it is nothing that takes leave"
    await it.discord.command("set filter", permissions=READING, min=1000)
    assert "/hype-tune" in str(it.desk.asker.barred)
    await it.discord.command("set filter", min=1000)
    assert it.desk.asker.barred is None
    await it.discord.command("follow", channel="789", permissions=0, repo="acme/flashkv")
    assert it.desk.asker.barred is None


async def test_who_types_is_offered_repos_in_time(it: It) -> None:
    offered = await it.discord.autocomplete("repo", repo="flash")
    assert offered == [{"name": "acme/flash (38.2k)", "value": "acme/flash"}]
    assert await it.discord.autocomplete("compare", repo="acme/flashkv", **{"with": "rag"})
    assert it.desk.typed == [("repo", "flash"), ("repo", "rag")]
    assert await it.discord.autocomplete("repo", repo="broken") == []


async def test_who_types_while_the_database_sleeps_is_offered_nothing(
    it: It, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactions, "TYPING", 0.05)
    assert await it.discord.autocomplete("repo", repo="slow") == []


async def test_a_mistake_of_ours_is_said_in_the_channels_language(it: It) -> None:
    it.desk.locale = "ru"
    with capture_logs() as logs:
        asked = await it.discord.command("repo", repo="acme/broken")
    assert "Something went wrong" not in asked.text
    assert "secret" not in asked.text
    assert logs[-1]["event"] == "discord command failed"
