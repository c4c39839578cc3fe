"""What whoever hosts the bot does once at Discord: registers its commands, and invites it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from hypecurve.domain.errors import BadSetting, PlatformRefused, SendFailed, SendLimited
from hypecurve_discord import bot
from hypecurve_discord.offering.options import payload
from hypecurve_discord.rights import INVITED_WITH
from standins.discord_payloads import APPLICATION
from standins.discord_platform import DiscordStandIn

TASKS = {task.name: task.run for task in bot.tasks}
IN_STEP = "Discord knows the commands already."


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as discord:
        yield discord


async def sync(discord: DiscordStandIn) -> str:
    return await TASKS["sync"](discord.env, "")


async def invite(discord: DiscordStandIn) -> list[str]:
    return (await TASKS["invite"](discord.env, "")).splitlines()


def changing(discord: DiscordStandIn) -> list[str]:
    """The requests that changed something."""
    return [each for each in discord.requests if not each.startswith("GET")]


async def test_registering_twice_changes_nothing(discord: DiscordStandIn) -> None:
    said = await sync(discord)
    assert said.startswith("Registered with Discord: /hype, /hype subscribe, ")
    assert said.endswith("/hype-tune.")
    assert [each["name"] for each in discord.commands] == ["hype", "hype-tune"]
    discord.requests.clear()
    assert await sync(discord) == IN_STEP
    assert not changing(discord)


@pytest.mark.parametrize("key", ["description_localizations", "name_localizations"])
async def test_a_word_of_one_language_is_registered_with_its_command_alone(
    discord: DiscordStandIn, key: str
) -> None:
    await sync(discord)
    ids = {each["name"]: each["id"] for each in discord.commands}
    discord.commands[0]["options"][0][key]["ru"] = "прежнее"
    discord.requests.clear()
    assert await sync(discord) == "Registered with Discord: /hype subscribe."
    assert changing(discord) == [f"POST /api/v10/applications/{APPLICATION}/commands"]
    # What admins set for a command goes by its number.
    assert {each["name"]: each["id"] for each in discord.commands} == ids
    assert await sync(discord) == IN_STEP


async def test_only_what_is_typed_and_no_longer_ours_is_taken_away(discord: DiscordStandIn) -> None:
    await sync(discord)
    old: dict[str, Any] = {"id": "7", "type": 1, "name": "hypes", "description": "Old"}
    launch: dict[str, Any] = {"id": "8", "type": 4, "name": "launch", "description": ""}
    discord.commands += [old, launch]
    assert await sync(discord) == "Registered with Discord: /hypes."
    assert [each["name"] for each in discord.commands] == ["hype", "hype-tune", "launch"]
    assert await sync(discord) == IN_STEP


async def test_what_was_registered_before_a_refusal_is_said(discord: DiscordStandIn) -> None:
    hype, _ = payload()
    discord.refused_command = "hype-tune"
    with pytest.raises(
        PlatformRefused, match=r"refuses /hype-tune: 400, code 50035.*before: /hype\."
    ):
        await sync(discord)
    assert [each["name"] for each in discord.commands] == [hype["name"]]


async def test_the_invitation_is_a_link_with_exactly_what_is_needed(
    discord: DiscordStandIn,
) -> None:
    server, _, *asked, person, told = await invite(discord)
    link = urlsplit(server)
    assert link._replace(query="").geturl() == "https://discord.com/oauth2/authorize"
    assert server == (
        f"https://discord.com/oauth2/authorize?client_id={APPLICATION}"
        f"&permissions={INVITED_WITH}&scope=bot+applications.commands"
    )
    assert asked == [
        "  - View Channel, to find the channel",
        "  - Send Messages, to post digests",
        "  - Send Messages in Threads, to post digests in threads and forums",
        "  - Embed Links, for posts where panels are refused",
        "  - Attach Files, for pictures",
    ]
    assert parse_qs(urlsplit(person).query) == {
        "client_id": [APPLICATION],
        "integration_type": ["1"],
        "scope": ["applications.commands"],
    }
    assert "your own account" in told
    assert not changing(discord)


@pytest.mark.parametrize(
    ("application", "says"),
    [
        ({"bot_require_code_grant": True}, "first one fails until Requires OAuth2 Code Grant"),
        ({"integration_types_config": {"0": {}}}, "second one fails until User Install is on"),
        ({"bot_public": False}, "Only you can use them: Public Bot is off"),
    ],
)
async def test_what_keeps_a_link_from_working_is_said(
    discord: DiscordStandIn, application: dict[str, Any], says: str
) -> None:
    discord.application = application
    *_, last = await invite(discord)
    assert says in last


async def test_an_app_for_servers_and_people_has_nothing_in_its_way(
    discord: DiscordStandIn,
) -> None:
    discord.application = {"integration_types_config": {"0": {}, "1": {}}}
    assert (await invite(discord))[-1].startswith("  adds it to your own account")


@pytest.mark.parametrize("task", ["sync", "invite"])
async def test_without_a_good_token_a_line_says_what_to_do(
    discord: DiscordStandIn, task: str
) -> None:
    with pytest.raises(BadSetting, match="DISCORD_TOKEN is missing: copy it from"):
        await TASKS[task]({**discord.env, "DISCORD_TOKEN": ""}, "")
    with pytest.raises(BadSetting, match="DISCORD_TOKEN is not accepted") as wrong:
        await TASKS[task]({**discord.env, "DISCORD_TOKEN": "wrong.hunter2"}, "")
    assert "hunter2" not in str(wrong.value)
    await discord.stop()
    with pytest.raises(SendFailed, match="Discord cannot be reached"):
        await TASKS[task](discord.env, "")


async def test_a_limit_of_a_day_is_not_waited_out(discord: DiscordStandIn) -> None:
    discord.command_wait = 3600.0
    with pytest.raises(SendLimited, match="Discord asks to wait 3600 s"):
        await sync(discord)
