"""The Discord bot whole: discord.py's real client against a stand-in Discord on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import BadSetting, PlatformRefused, SendFailed
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Host
from hypecurve_discord import bot
from hypecurve_discord.offering.sync import sync
from hypecurve_discord.serving import client
from hypecurve_discord.serving.client import serve
from standins.discord_platform import READING, DiscordStandIn
from standins.discord_rules import BUTTON, shown
from support.bots import HearsNothing, kit
from support.bots import host as hosting
from support.discord_running import SLOW, SmallDesk
from support.discord_samples import DIGEST


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


async def test_every_control_works_after_a_restart(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with bot.connect(discord.env, kit()) as messenger:
        channel = Channel.parse("discord:123/456")
        await messenger.post(channel, DIGEST, StepKind.POST, key="d1", ref="")
    (digest,) = discord.channels["456"].messages
    async with served(discord, desk):
        listed = await said_by(discord, "rising", window="7d")
        which = await said_by(discord, "why", repo="flash")
        discord.refuse_panels = True
        older = await said_by(discord, "rising", window="7d")
        older_which = await said_by(discord, "why", repo="flash")
        discord.refuse_panels = False
    desk.asked.clear()
    async with served(discord, desk, sessions=2):
        assert "KV-cache" in (await discord.choose(digest, "2")).text
        more = (await discord.press(digest, "2 more")).text
        for message in (listed, older):
            await discord.press(message, "Share")
            await discord.press(message, "Next")
            assert "page 2 of 3" in shown(message)
        for message in (which, older_which):
            await discord.choose(message, "repo acme/ragkit")
    shared = "share rising agents 7d page 1"
    turned = [shared, "rising agents 7d page 2"] * 2
    assert desk.texts == ["repo 2", *turned, "repo acme/ragkit", "repo acme/ragkit"]
    assert all(name in more for name in ("lumo/agentloop", "hato/evalbench", "+44 in 7 days"))
    assert "flashkv" not in more, "that one stands in the digest"
    assert discord.channels["456"].messages == [digest]
    firsts = [request for request in discord.requests if request.endswith("/callback")]
    assert len(firsts) == len(discord.exchanges), "each is answered by one of us"


async def said_by(discord: DiscordStandIn, name: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - of a command
    """Use a command and return what only the asker sees."""
    (reply,) = (await discord.command(name, **options)).private
    return reply.message


async def test_stopping_lets_an_answer_under_way_finish(
    discord: DiscordStandIn, desk: SmallDesk
) -> None:
    async with served(discord, desk) as stop:
        asking = asyncio.create_task(discord.command("repo", repo="acme/slow"))
        async with asyncio.timeout(5):
            await desk.waited_for(1)
        stop.set()
        asyncio.get_running_loop().call_later(0.3, desk.hold.set)
        assert (await asking).text == "at last"


async def test_who_waits_as_the_bot_ends_is_told_to_ask_again(
    discord: DiscordStandIn, desk: SmallDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FINISHING", 0.1)
    async with served(discord, desk) as stop:
        listed = await said_by(discord, "rising", window="7d")
        asking = asyncio.create_task(discord.command("repo", repo="acme/slow"))
        slow = {"component_type": BUTTON, "custom_id": f"hype:do:{SLOW}"}
        pressing = asyncio.create_task(discord.use(listed, slow))
        async with asyncio.timeout(5):
            await desk.waited_for(2)
        stop.set()
        waiting = await asyncio.gather(asking, pressing)
    assert all("ask again in a minute" in asked.text for asked in waiting)


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
    await told.until(invited)
    await discord.remove("124")
    await told.until(invited, ("gone", "discord:124"))
    await discord.invite("124")
    await told.until(invited)


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
