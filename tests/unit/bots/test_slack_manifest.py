"""The manifest says what the app does: no more rights than that, and nothing it does not hear."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import hypecurve_slack
from hypecurve.domain.errors import BadSetting
from hypecurve_slack import bot
from hypecurve_slack.answering.events import HEARD
from hypecurve_slack.answering.listeners import COMMAND
from hypecurve_slack.manifest import EVENTS_OF, SCOPES, manifest

PUBLIC = "https://hype.example.com"
NEEDS = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "conversations.info": "channels:read",
    "conversations.list": "channels:read",
    "conversations.members": "channels:read",
    "users.conversations": "channels:read",
    "users.info": "users:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
    "auth.test": "",
    "apps.connections.open": "",
    "oauth.v2.access": "",
    "views.open": "",
    "views.update": "",
    "views.push": "",
    "views.publish": "",
}
"""The right that each method of the Web API takes, by docs.slack.dev/reference/methods."""
UNCALLED = {
    "chat:write.public": "where the app is no member",
    "commands": "the command itself",
    "groups:read": "the same methods, for private channels",
}
METHOD = re.compile(r'"((?:[a-z]+\.)+(?:v2\.)?[a-zA-Z]+)"')


def called() -> set[str]:
    """The methods named in the package's source."""
    found: set[str] = set()
    for file in Path(hypecurve_slack.__file__).parent.rglob("*.py"):
        found |= set(METHOD.findall(file.read_text(encoding="utf-8")))
        found |= {"apps.connections.open"} if "apps_connections_open" in file.read_text() else set()
    families = {name.partition(".")[0] for name in NEEDS}
    return {name for name in found if name.partition(".")[0] in families}


def test_it_asks_for_just_the_rights_that_its_calls_and_events_take() -> None:
    assert called() <= NEEDS.keys(), "say in NEEDS which right a new call takes"
    needed = {NEEDS[name] for name in called()} | set(EVENTS_OF.values()) | UNCALLED.keys()
    assert needed - {""} == set(SCOPES)
    assert not [scope for scope in SCOPES if "history" in scope]
    assert all(why and scope in bot.tasks[0].help for scope, why in SCOPES.items())


def test_it_subscribes_to_just_what_is_heard() -> None:
    assert set(EVENTS_OF) == HEARD | {"app_home_opened"}
    assert not [kind for kind in EVENTS_OF if kind.startswith("message")]


async def test_without_a_public_address_it_is_over_a_socket() -> None:
    printed = json.loads(await bot.tasks[0].run({}, ""))
    assert printed == manifest()
    settings = printed["settings"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"]["is_enabled"]
    assert "url" not in json.dumps(printed)
    assert [each["command"] for each in printed["features"]["slash_commands"]] == [COMMAND]
    assert printed["oauth_config"]["scopes"] == {"bot": [*SCOPES]}


def test_with_one_all_goes_to_one_url() -> None:
    printed = manifest(PUBLIC)
    assert not printed["settings"]["socket_mode_enabled"]
    urls = {
        printed["features"]["slash_commands"][0]["url"],
        printed["settings"]["event_subscriptions"]["request_url"],
        printed["settings"]["interactivity"]["request_url"],
        printed["settings"]["interactivity"]["message_menu_options_url"],
    }
    assert urls == {f"{PUBLIC}/slack/events"}
    assert printed["oauth_config"]["redirect_urls"] == [f"{PUBLIC}/slack/oauth_redirect"]


def test_it_keeps_to_slacks_limits() -> None:
    shown = manifest(PUBLIC)["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(manifest()["features"]["slash_commands"][0]["description"]) <= 2_000
    assert len(manifest()["features"]["slash_commands"][0]["usage_hint"]) <= 1_000


def test_an_address_that_slack_does_not_call_is_refused() -> None:
    with pytest.raises(BadSetting, match="https://"):
        manifest("http://hype.example.com")
