"""The Discord bot whole: discord.py's real client against a stand-in Discord on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import BadSetting, PlatformRefused, SendFailed
from hypecurve.domain.message import Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Host
from hypecurve_discord import bot
from hypecurve_discord.offering.sync import sync
from hypecurve_discord.serving.client import serve
from standins.discord_platform import READING, DiscordStandIn
from standins.discord_rules import BUTTON, walk
from support.bots import HearsNothing, SuggestsNothing, kit
from support.bots import host as hosting
from support.discord_samples import CARD, DIGEST


@dataclass(slots=True)
class SmallDesk(SuggestsNothing):
    """Answers what it was told to, and remembers who asked what."""

    asked: list[tuple[Asker, str]] = field(default_factory=list)
    hold: asyncio.Event | None = None
    busy: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, asker: Asker, text: str) -> Answer:
        self.asked.append((asker, text))
        self.busy.set()
        if self.hold is not None:
            await self.hold.wait()
        if text == "repo acme/broken":
            message = "a secret: stand-in.token"
            raise RuntimeError(message)
        if text.startswith("repo"):
            return Answer(CARD)
        if text.startswith("pause"):
            return Answer(line("Paused."), announcement=line(f"{asker.name} paused the digest."))
        return Answer(line(f"You asked: {text}"), public=text.startswith("subscribe"))


@dataclass(slots=True)
class Told(HearsNothing):
    """Remembers what became of places, as the bot tells it."""

    events: list[tuple[str, str]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    invalid: int = 0

    async def channel_open(self, channel: Channel) -> None:
        await self._tell("open", str(channel))

    async def tenant_changed(self, tenant: Tenant) -> None:
        await self._tell("changed", str(tenant))

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        assert "removed" in reason
        await self._tell("gone", str(tenant))

    async def tenant_here(self, tenant: Tenant) -> None:
        await self._tell("here", str(tenant))

    def count(self) -> None:
        self.invalid += 1

    async def until(self, *wanted: tuple[str, str]) -> None:
        """Wait until these were told last."""
        try:
            async with asyncio.timeout(3), self.changed:
                await self.changed.wait_for(lambda: tuple(self.events[-len(wanted) :]) == wanted)
        except TimeoutError:
            assert self.events[-len(wanted) :] == list(wanted)

    async def _tell(self, what: str, where: str) -> None:
        async with self.changed:
            self.events.append((what, where))
            self.changed.notify_all()


def line(text: str) -> Message:
    section = Section(SectionKind.PLAIN, "", (Entry(((Text(text),),)),))
    return Message(MessageKind.NOTICE, text, sections=(section,))


def host(desk: SmallDesk, told: Told | None = None) -> Host:
    told = told or Told()
    return hosting(desk, told, kit(told.count))


@asynccontextmanager
async def served(
    discord: DiscordStandIn,
    desk: SmallDesk,
    sessions: int = 1,
    told: Told | None = None,
) -> AsyncIterator[asyncio.Event]:
    """Run the bot; it must end within 5 seconds."""
    stop = asyncio.Event()
    listening = (
        bot.serve(discord.env, host(desk), stop)
        if told is None
        else serve(discord.env, host(desk, told), stop, settle=0.01)
    )
    serving = asyncio.create_task(listening)
    try:
        async with asyncio.timeout(5):
            await discord.gateway.sessions(identified=sessions)
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(5):
            await serving


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as standing:
        yield standing


@pytest.fixture
def desk() -> SmallDesk:
    return SmallDesk()


async def test_a_command_is_answered_to_the_asker_alone(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk):
        asked = await discord.command("repo", repo="acme/flashkv")
    assert "KV-cache compression for serving" in asked.text
    assert not asked.public
    (asker, text) = desk.asked[0]
    assert text == "repo acme/flashkv"
    assert asker == Asker(
        Channel.parse("discord:123/456"),
        "42",
        locale="en",
        channel_name="general",
        name="nori",
        is_admin=True,
    )


async def test_a_command_is_acknowledged_before_the_desk_has_its_answer(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    desk.hold = asyncio.Event()
    async with served(discord, desk):
        asking = asyncio.create_task(discord.command("top", category="agents", window="7d"))
        async with asyncio.timeout(5):
            await desk.busy.wait()
        (exchange,) = discord.exchanges.values()
        assert exchange.acknowledged_after is not None
        assert not exchange.private
        desk.hold.set()
        asked = await asking
    assert "You asked: top agents 7d" in asked.text.replace("\\", "")


async def test_what_is_for_everybody_comes_as_a_message_of_its_own(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk):
        asked = await discord.command("subscribe", categories="agents, rag", at="09:00")
        await asked.until(lambda a: bool(a.public))
    assert "subscribe agents, rag 09" in asked.public[0].text
    assert len(asked.public) == 1
    assert len(asked.private) == 1


async def test_a_change_is_announced_to_everybody_and_answered_to_the_asker(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk):
        asked = await discord.command("pause")
        await asked.until(lambda a: bool(a.public))
    assert asked.public[0].text == "nori paused the digest."
    assert [each.text for each in asked.private] == ["Paused."]
    assert desk.asked[0][0].is_admin


async def test_in_direct_messages_the_person_is_the_tenant(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk):
        await discord.command("subscribe", channel="789", locale="zh-CN", categories="all")
    asker = desk.asked[0][0]
    assert str(asker.channel) == "discord:@42/789"
    assert Channel.parse(str(asker.channel)) == asker.channel
    assert asker.locale == "zh_CN"
    assert asker.is_alone


async def test_changing_what_a_channel_hears_takes_a_permission_and_reading_does_not(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk):
        refused = await discord.command("subscribe", permissions=READING, categories="agents")
        allowed = await discord.command("subscriptions", permissions=READING)
    assert "Manage Channels" in refused.text
    assert [text for _, text in desk.asked] == ["subscriptions"]
    assert "You asked" in allowed.text


async def test_subscribing_where_the_bot_cannot_write_says_what_is_missing(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    discord.app_permissions = 0
    async with served(discord, desk):
        refused = await discord.command("subscribe", categories="agents")
    assert "Send Messages" in refused.text
    assert not desk.asked


async def test_a_digests_controls_still_work_after_a_restart(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with bot.connect(discord.env, kit()) as messenger:
        channel = Channel.parse("discord:123/456")
        await messenger.post(channel, DIGEST, StepKind.POST, key="d1", ref="")
    (digest,) = discord.channels["456"].messages
    async with served(discord, desk):
        pass
    async with served(discord, desk, sessions=2):
        card = await discord.choose(digest, "2")
        more = await discord.press(digest, "2 more")
        tune = await discord.press(digest, "Tune")
    assert [text for _, text in desk.asked] == ["repo 2", "subscriptions"]
    assert "KV-cache" in card.text
    assert not card.public
    assert "lumo/agentloop" in more.text
    assert "hato/evalbench" in more.text
    assert "+44 in 7 days" in more.text
    assert "flashkv" not in more.text, "that one stands in the digest"
    assert "You asked: subscriptions" in tune.text.replace("\\", "")
    assert discord.channels["456"].messages == [digest]


async def test_a_cards_buttons_ask_what_they_say(discord: DiscordStandIn, desk: SmallDesk) -> None:
    async with served(discord, desk):
        card = (await discord.command("repo", repo="acme/flashkv")).private[0].message
        card["channel_id"] = "456"
        refused = await discord.press(card, "Follow", permissions=READING)
        await discord.press(card, "Follow")
    labels = [c["label"] for c in walk(card["components"]) if c["type"] == BUTTON]
    assert labels == ["Open on GitHub", "Follow"]
    assert "Manage Channels" in refused.text
    assert desk.asked[-1][1] == "follow acme/flashkv"


async def test_categories_are_completed_word_by_word(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk):
        first = await discord.autocomplete("subscribe", categories="agen")
        second = await discord.autocomplete("subscribe", categories="agents, ra")
        nothing = await discord.autocomplete("top", category="xyzzy")
        zones = await discord.autocomplete("schedule", at="09:00", zone="paris")
    assert "agents" in [choice["value"] for choice in first]
    assert "agents, rag" in [choice["value"] for choice in second]
    assert nothing == []
    assert {"name": "Europe/Paris", "value": "Europe/Paris"} in zones
    assert not desk.asked


async def test_a_mistake_of_ours_is_one_kind_line(
    discord: DiscordStandIn, desk: SmallDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(discord, desk):
        asked = await discord.command("repo", repo="acme/broken")
        fine = await discord.command("repo", repo="acme/flashkv")
    assert "Something went wrong on our side" in asked.text
    assert "secret" not in asked.text
    assert "KV-cache" in fine.text
    assert "RuntimeError" in capsys.readouterr().out


async def test_an_interaction_that_came_too_late_is_only_logged(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    discord.late = True
    async with served(discord, desk):
        await discord.tell("repo", repo="acme/flashkv")
        discord.late = False
        await discord.command("repo", repo="acme/flashkv")
    assert len(desk.asked) == 1


async def test_a_moved_session_is_resumed_and_answers_what_was_asked_meanwhile(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk):
        await discord.gateway.reconnect()
        asked = await discord.command("repo", repo="acme/flashkv")
        await discord.gateway.invalidate(resumable=True)
        again = await discord.command("repo", repo="acme/flashkv")
    assert "KV-cache" in asked.text
    assert "KV-cache" in again.text
    assert discord.gateway.resumed == 2
    assert discord.gateway.identified == 1


async def test_stopping_lets_an_answer_under_way_finish(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    desk.hold = asyncio.Event()
    async with served(discord, desk) as stop:
        asking = asyncio.create_task(discord.command("repo", repo="acme/flashkv"))
        async with asyncio.timeout(5):
            await desk.busy.wait()
        stop.set()
        asyncio.get_running_loop().call_later(0.3, desk.hold.set)
        assert "KV-cache" in (await asking).text


async def test_stopping_does_not_wait_for_an_answer_that_never_comes(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    desk.hold = asyncio.Event()
    asking = None
    async with served(discord, desk):
        asking = asyncio.create_task(discord.command("repo", repo="acme/flashkv"))
        async with asyncio.timeout(5):
            await desk.busy.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_it_stops_at_once_while_discord_cannot_be_reached(desk: SmallDesk) -> None:
    gone = DiscordStandIn()
    await gone.start()
    await gone.stop()
    stop = asyncio.Event()
    serving = asyncio.create_task(bot.serve(gone.env, host(desk), stop))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(5):
        await serving


async def test_a_wrong_token_ends_it_with_one_clear_line(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    with pytest.raises(BadSetting, match="DISCORD_TOKEN"):
        await bot.serve({**discord.env, "DISCORD_TOKEN": "x.y"}, host(desk), asyncio.Event())
    with pytest.raises(BadSetting, match="DISCORD_TOKEN"):
        await bot.serve({**discord.env, "DISCORD_TOKEN": " "}, host(desk), asyncio.Event())
    with pytest.raises(BadSetting, match="DISCORD_API_URL"):
        await bot.serve({**discord.env, "DISCORD_API_URL": "discord"}, host(desk), asyncio.Event())


async def test_starting_never_registers_commands_but_says_that_they_differ(
    discord: DiscordStandIn, desk: SmallDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(discord, desk):
        pass
    assert discord.commands == []
    assert "hypecurve discord sync" in capsys.readouterr().out
    assert "/hype top" in await sync(discord.env)
    assert await sync(discord.env) == "Discord knows the commands already."
    discord.commands[0]["options"][0]["description"] = "Something older"
    assert await sync(discord.env) == "Registered with Discord: /hype subscribe."
    async with served(discord, desk, sessions=2):
        pass
    assert "hypecurve discord sync" not in capsys.readouterr().out


async def test_registering_says_in_one_line_what_is_wrong(discord: DiscordStandIn) -> None:
    with pytest.raises(BadSetting, match="DISCORD_TOKEN"):
        await sync({**discord.env, "DISCORD_TOKEN": "x.y"})
    discord.commands_refused = True
    with pytest.raises(PlatformRefused, match="50035"):
        await sync(discord.env)
    await discord.stop()
    with pytest.raises(SendFailed, match="reached"):
        await sync(discord.env)


async def test_what_becomes_of_servers_and_channels_is_told(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    told = Told()
    async with served(discord, desk, told=told):
        await _what_becomes(discord, told)


async def _what_becomes(discord: DiscordStandIn, told: Told) -> None:
    here, changed = ("here", "discord:123"), ("changed", "discord:123")
    channel, thread = ("open", "discord:123/456"), ("open", "discord:123/777")
    await told.until(here)
    await discord.permit("456", READING)
    await told.until(here, channel)
    await discord.rename_channel("456", "other")
    await discord.change_thread("777", archived=True)
    await discord.change_thread("777", archived=False)
    await told.until(channel, thread)
    await discord.change_role("123", READING)
    await told.until(thread, changed)
    await discord.change_role("123", READING, name="other")
    await discord.change_member("123", muted_until="2126-01-01T00:00:00+00:00")
    await told.until(thread, changed, changed)
    await discord.lose("123")
    await discord.find("123")
    await discord.invite("124")
    invited = ("here", "discord:124")
    await told.until(changed, invited)
    await discord.remove("124")
    await told.until(invited, ("gone", "discord:124"))
    await discord.invite("124")
    await told.until(("gone", "discord:124"), invited)


async def test_who_listens_knows_channels_without_asking(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with bot.connect(discord.env, kit()) as messenger:
        plain, announcing = (Channel.parse(f"discord:123/{n}") for n in (456, 458))
        async with served(discord, desk):
            await discord.command("repo", repo="acme/flashkv")
            assert await messenger.steps(plain, DIGEST) == (StepKind.POST,)
            assert await messenger.steps(announcing, DIGEST) == (StepKind.POST, StepKind.PUBLISH)
            assert not [asked for asked in discord.requests if "/channels/" in asked]
        await messenger.steps(plain, DIGEST)
        assert discord.requests[-1] == "GET /api/v10/channels/456"


async def test_answers_that_lead_to_a_ban_are_counted(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    told = Told()
    with pytest.raises(BadSetting):
        await bot.serve({**discord.env, "DISCORD_TOKEN": "x.y"}, host(desk, told), asyncio.Event())
    assert told.invalid == 1
