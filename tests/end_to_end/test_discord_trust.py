"""What people may do in Discord, and who sees it: discord.py's client over a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.domain.message import Action, Control
from hypecurve.domain.subscription import Channel, Subscription
from hypecurve.services.answers.subscribe import subscriptions_of
from hypecurve_discord.rights import ADMINISTRATOR
from standins.discord_exchange import Exchange
from standins.discord_forms import filled, shows
from standins.discord_payloads import StandInChannel
from standins.discord_people import Somebody
from standins.discord_platform import READING, DiscordStandIn
from standins.discord_rules import BUTTON
from support.bots import host
from support.catalogue import a_repo, listed
from support.databases import NOW
from support.discord_posted import labels, posted
from support.discord_running import Nothing, running
from support.sample_day import sample_taxonomy
from support.sources import MemoryGitHub
from support.tracking import an_ai_repo

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
VIEW = 1 << 10
IN_THREADS = 1 << 38
FORUM, POST, THREAD = "800", "801", "770"
SHARE = Control(Action.SHARE, "Share", "share repo acme/repo-1")


@dataclass
class It:
    discord: DiscordStandIn
    desk: ServiceDesk
    store: SqlStore

    async def has(self, channel: str = "discord:123/456") -> list[Subscription]:
        """What a channel hears."""
        return list(await subscriptions_of(self.store, Channel.parse(channel)))

    async def do(self, text: str, who: Somebody) -> Exchange:
        """Press a button that asks some command, made up or not."""
        pressed = {"component_type": BUTTON, "custom_id": f"hype:do:{text}"}
        return await self.discord.use(posted(SHARE), pressed, who)


@pytest.fixture
async def it(store: SqlStore) -> AsyncIterator[It]:
    await listed(store, [a_repo(1), a_repo(2, 900)])
    github = MemoryGitHub()
    github.add([an_ai_repo(3, 412)])
    desk = ServiceDesk(store, SetClock(NOW), sample_taxonomy(), github=github)
    async with DiscordStandIn() as discord:
        discord.channels[FORUM] = StandInChannel(FORUM, name="forum", type=15)
        discord.channels[POST] = StandInChannel(
            POST, name="post", type=11, parent=FORUM, owner="42"
        )
        discord.channels[THREAD] = StandInChannel(
            THREAD, name="thread", type=11, parent="456", owner="42"
        )
        discord.app_permissions = READING | IN_THREADS
        forms = ServiceForms(desk)
        async with running(discord, host(desk, Nothing(), forms=forms)):
            yield It(discord, desk, store)


SPELLED = (
    *("Subscribe all", "/subscribe all", "hype subscribe all", "subscribe,all", "SUBSCRIBE all"),
    *("set filter min 3", "SET filter min 3", "set  filter min 3", "/hype /set filter min 3"),
)


async def test_who_is_barred_changes_nothing_however_it_is_spelled(it: It) -> None:
    await it.discord.command("subscribe", categories="agents")
    before = await it.has()
    assert before
    for text in SPELLED:
        asked = await it.do(text, Somebody(permissions=READING))
        assert "/hype-tune" in asked.text.replace("\\", ""), text
        chosen = {"component_type": 3, "custom_id": "hype:pick:0", "values": [text]}
        asked = await it.discord.use(posted(), chosen, Somebody(permissions=READING))
        assert "/hype-tune" in asked.text.replace("\\", ""), text
    assert await it.has() == before


@pytest.mark.parametrize(
    ("channel", "permissions", "may"),
    [
        ("456", VIEW, False),
        ("456", VIEW | IN_THREADS, False),
        ("456", READING, True),
        ("456", ADMINISTRATOR, True),
        (THREAD, READING, False),
        (THREAD, VIEW | IN_THREADS, True),
    ],
)
async def test_what_is_for_everybody_takes_leave_to_write_there(
    it: It, channel: str, permissions: int, *, may: bool
) -> None:
    message = posted(SHARE, channel=channel)
    submit = {"component_type": BUTTON, "custom_id": "hype:do:submit acme/repo-3"}
    shared = await it.discord.press(message, "Share", permissions=permissions)
    given = await it.discord.use(message, submit, Somebody(permissions=permissions))
    for asked in (shared, given):
        if may:
            await asked.until(lambda a: bool(a.public))
            continue
        assert "you may not send messages here" in asked.text
        assert "acme/repo-" in asked.text.replace("\\", "")
        assert "Shared by" not in asked.text
        await it.discord.command("help", channel=channel)  # whatever came after it has come by now
        assert not asked.public
    wrong = await it.do("share repo acme/nowhere", Somebody(permissions=permissions))
    assert "you may not send messages here" not in wrong.text


async def test_in_direct_messages_there_is_nobody_to_share_with(it: It) -> None:
    card = await it.discord.command("repo", channel="789", repo="acme/repo-1")
    here = await it.discord.command("repo", repo="acme/repo-1")
    assert "Share" in labels(here.private[0].message)
    assert "Share" not in labels(card.public[0].message)
    old = await it.discord.press(posted(SHARE, channel="789"), "Share")
    assert [reply.text for reply in old.replies] == [card.text]


async def test_a_made_up_number_of_what_is_left_out_is_none(it: It) -> None:
    pressed = {"component_type": BUTTON, "custom_id": "hype:more:fffffff:999999999"}
    asked = await it.discord.use(posted(SHARE), pressed)
    assert "999" not in asked.text.replace(",", "")


async def test_in_a_post_of_a_forum_what_is_asked_concerns_the_forum(it: It) -> None:
    asked = await it.discord.command("subscribe", channel=POST, categories="agents")
    await asked.until(lambda a: bool(a.public))
    assert f"This goes for the whole forum: <#{FORUM}>" in asked.text.replace("\\", "")
    assert len(await it.has(f"discord:123/{FORUM}")) == 1
    assert await it.has(f"discord:123/{POST}") == []
    paused = await it.discord.command("pause", channel=POST)
    assert f"<#{FORUM}>" in paused.text
    for name in ("subscriptions", "top"):
        told = await it.discord.command(name, channel=POST)
        assert f"<#{FORUM}>" not in told.text
    opened = await it.discord.call("hype-tune", Somebody(POST))
    assert shows(opened.form or {}, "categories") == ["agents"]
    sent = await it.discord.send_in(opened, filled(opened.form or {}, kinds=["rising"]))
    assert f"<#{FORUM}>" in sent.text
    refused = await it.discord.command("pause", channel=POST, user="43", permissions=READING)
    assert "Integrations" in refused.text
    assert f"<#{FORUM}>" not in refused.text


async def test_in_a_thread_of_a_text_channel_it_concerns_the_thread(it: It) -> None:
    await it.discord.command("subscribe", channel=THREAD, categories="agents")
    assert len(await it.has(f"discord:123/{THREAD}")) == 1


async def test_an_old_button_in_a_server_we_had_to_leave_says_whose_digest_it_is_about(
    it: It,
) -> None:
    tune = posted(Control(Action.TUNE, "Tune", value="subscriptions"))
    assert (await it.discord.press(tune, "Tune")).form is not None
    await it.discord.remove("123")
    asked = await it.discord.press(tune, "Tune")
    assert asked.form is None
    assert "about your own digest" in asked.text
    own = await it.discord.press(asked.private[0].message, "Your digest")
    assert own.form is not None
    sent = await it.discord.send_in(own, filled(own.form, more="mcp"))
    assert "about your own digest" in sent.text
    assert len(await it.has("discord:@42/@42")) == 1
    assert await it.has() == []
