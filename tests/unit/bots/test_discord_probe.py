"""Looking at Discord tells who we are there, or what to do; and changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hypecurve.domain.errors import BadSetting, PlatformRefused, SendFailed, Unready
from hypecurve_discord import bot
from hypecurve_discord.offering.comparing import differing_parts
from hypecurve_discord.offering.options import payload
from hypecurve_discord.offering.sync import sync
from standins.discord_payloads import APPLICATION
from standins.discord_platform import DiscordStandIn


async def test_a_discord_that_takes_the_token_says_as_whom() -> None:
    async with DiscordStandIn() as discord:
        await sync(discord.env)
        discord.requests.clear()
        said = await bot.probe(discord.env)
        assert said == f"as hypecurve (application {APPLICATION}), commands in step"
        assert {request.partition(" ")[0] for request in discord.requests} == {"GET"}


async def test_commands_that_it_does_not_know_are_named_and_not_registered() -> None:
    async with DiscordStandIn() as discord:
        with pytest.raises(Unready) as said:
            await bot.probe(discord.env)
        names = differing_parts(payload(), [])
        assert str(said.value) == (
            f"as hypecurve (application {APPLICATION}); commands to be registered by "
            f"`hypecurve discord sync`: {', '.join(names[:3])} and {len(names) - 3} more"
        )
        assert discord.commands == []


async def test_one_changed_command_is_named_alone() -> None:
    async with DiscordStandIn() as discord:
        await sync(discord.env)
        discord.commands[0]["options"][0]["description"] = "something else"
        name = discord.commands[0]["options"][0]["name"]
        with pytest.raises(Unready, match=f"discord sync`: /hype {name}$"):
            await bot.probe(discord.env)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DISCORD_TOKEN", "wrong.hunter2", "DISCORD_TOKEN is not accepted .* copy it anew from"),
        ("DISCORD_TOKEN", "hunter2 hunter2", "DISCORD_TOKEN is not a token"),
        ("DISCORD_TOKEN", "", "DISCORD_TOKEN is missing"),
        ("DISCORD_API_URL", "discord.com", "DISCORD_API_URL is not an address"),
    ],
)
async def test_a_wrong_setting_is_named_with_what_to_do_and_never_shown(
    name: str, value: str, says: str
) -> None:
    async with DiscordStandIn() as discord:
        with pytest.raises(BadSetting, match=says) as wrong:
            await bot.probe({**discord.env, name: value})
    assert "hunter2" not in str(wrong.value)


async def test_an_address_that_is_not_discords_is_told() -> None:
    async with DiscordStandIn() as discord:
        wrong = discord.api_url.removesuffix("/v10")
        with pytest.raises(BadSetting, match=r"it ends in /api/v10"):
            await bot.probe({**discord.env, "DISCORD_API_URL": wrong})


@asynccontextmanager
async def something_else(status: int, text: str, kind: str) -> AsyncIterator[str]:
    """A server that answers everything with the same; its address."""

    async def same(_: web.Request) -> web.Response:
        return web.Response(status=status, body=text.encode(), content_type=kind)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", same)
    async with TestServer(app) as server:
        yield str(server.make_url("/api/v10"))


@pytest.mark.parametrize(
    ("status", "text", "kind", "error", "says"),
    [
        (403, '{"code": 40333, "message": "x"}', "json", PlatformRefused, "403, code 40333"),
        (200, "<html>", "html", BadSetting, "does not lead to Discord"),
        (200, "{}", "json", BadSetting, "does not lead to Discord"),
        (200, "[]", "json", BadSetting, "does not lead to Discord"),
        (404, "<html>", "html", BadSetting, "does not lead to Discord"),
    ],
)
async def test_a_server_that_is_no_discord_or_refuses_us_is_told(
    status: int, text: str, kind: str, error: type[Exception], says: str
) -> None:
    kinds = {"json": "application/json", "html": "text/html"}
    async with something_else(status, text, kinds[kind]) as address:
        with pytest.raises(error, match=says):
            await bot.probe({"DISCORD_TOKEN": "stand-in.token", "DISCORD_API_URL": address})


async def test_a_dead_host_is_told() -> None:
    discord = DiscordStandIn()
    async with discord:
        pass
    with pytest.raises(SendFailed, match=r"cannot be reached \(ClientConnectorError\): check the"):
        await bot.probe(discord.env)


async def test_it_warns_of_nothing_on_the_way(caplog: pytest.LogCaptureFixture) -> None:
    async with DiscordStandIn() as discord:
        await sync(discord.env)
        await bot.probe(discord.env)
    assert not [record for record in caplog.records if record.levelname != "DEBUG"]
