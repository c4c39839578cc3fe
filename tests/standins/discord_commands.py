"""An application's commands in the stand-in Discord: registered one by one, or all at once.

What Discord refuses it refuses too: https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from standins.discord_payloads import APPLICATION, Json, answer, refusal
from standins.discord_rules import units

LOCALES = frozenset({"ru", "zh-CN", "zh-TW", "en-US", "en-GB", "de", "fr", "ja", "ko", "pl", "uk"})
"""Some of those that Discord knows: https://discord.com/developers/docs/reference#locales"""
LARGEST = 8000
"""Characters of a command in all."""
_NAME = re.compile(r"[-_'\w]{1,32}")
_SUBCOMMAND, _GROUP, _STRING, _INTEGER, _NUMBER = 1, 2, 3, 4, 10
_INNER = frozenset({_SUBCOMMAND, _GROUP})
_LOCALIZED = ("name_localizations", "description_localizations")


class Commands:
    """The commands' side of a `DiscordStandIn`."""

    commands: list[Json]
    """The application's registered commands."""
    commands_refused = False
    """All that are sent are refused."""
    refused_command = ""
    """The name of one that is."""
    command_wait: float | None = None
    """Seconds to wait before another command is taken: the limit of a day."""
    _ids: Iterator[int]

    def command_routes(self) -> list[web.RouteDef]:
        """The routes."""
        path = "/api/v10/applications/{app}/commands"
        return [
            web.get(path, self._get_commands),
            web.post(path, self._post_command),
            web.put(path, self._put_commands),
            web.delete(f"{path}/{{id}}", self._delete_command),
        ]

    async def _get_commands(self, request: web.Request) -> web.Response:
        if request.query.get("with_localizations") == "true":
            return answer(self.commands)
        return answer([_unlocalized(command) for command in self.commands])

    async def _post_command(self, request: web.Request) -> web.Response:
        sent: Json = await request.json()
        every = {each["name"]: each for each in self.commands} | {sent["name"]: sent}
        return self._registered([*every.values()], sent["name"])

    async def _put_commands(self, request: web.Request) -> web.Response:
        return self._registered(await request.json())

    async def _delete_command(self, request: web.Request) -> web.Response:
        left = [each for each in self.commands if each["id"] != request.match_info["id"]]
        if len(left) == len(self.commands):
            return refusal(404, 10063, "Unknown application command")
        self.commands = left
        return web.Response(status=204)

    def _registered(self, sent: list[Json], told: str = "") -> web.Response:
        if (wait := self.command_wait) is not None:
            headers = {"Via": "1.1 google", "Retry-After": f"{wait:.0f}"}
            return refusal(429, 30034, "Too many", headers, retry_after=wait)
        wrong = command_problems(sent)
        if self.commands_refused or wrong or (told and told == self.refused_command):
            return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong})
        known = {each["name"]: each["id"] for each in self.commands}
        # Discord fills in what was left out, and answers with more than it was sent.
        self.commands = [
            {
                "application_id": APPLICATION,
                "version": "1",
                "type": 1,
                "dm_permission": True,
                "nsfw": False,
                "default_member_permissions": None,
                "name_localizations": None,
                **command,
                "id": known.get(command["name"]) or str(next(self._ids)),
            }
            for command in sent
        ]
        one = next((each for each in self.commands if each["name"] == told), None)
        return answer(self.commands if one is None else one)


def command_problems(commands: Sequence[Json]) -> list[str]:
    """Return what Discord would answer code 50035 for; empty where it would take the commands."""
    typed = [command for command in commands if command.get("type", 1) == 1]
    found = list(_siblings("", typed))
    for command in typed:
        if (size := in_all(command)) > LARGEST:
            found.append(f"/{command['name']}: {size} characters in all, at most {LARGEST}")
        if not set(command.get("contexts") or ()) <= {0, 1, 2}:
            found.append("contexts: unknown")
        if not set(command.get("integration_types") or ()) <= {0, 1}:
            found.append("integration_types: unknown")
        if not str(command.get("default_member_permissions") or 0).isdecimal():
            found.append("default_member_permissions: no bits")
    return found


def in_all(part: Mapping[str, Any]) -> int:
    """Return the characters of a part and all in it: of each text the longest language counts."""
    told = units(str(part.get("value", "")))
    for key in ("name", "description"):
        texts = [part.get(key, ""), *(part.get(f"{key}_localizations") or {}).values()]
        told += max(map(units, texts))
    inner = [*(part.get("options") or ()), *(part.get("choices") or ())]
    return told + sum(map(in_all, inner))


def _unlocalized(part: Json) -> Json:
    """As Discord tells it to who does not ask for the languages."""
    kept = {key: value for key, value in part.items() if key not in _LOCALIZED}
    for key in ("options", "choices"):
        if key in kept:
            kept[key] = [_unlocalized(each) for each in kept[key] or ()]
    return kept


def _siblings(path: str, parts: Sequence[Json]) -> Iterator[str]:
    for locale in ("", *LOCALES):
        names = [(part.get("name_localizations") or {}).get(locale, part["name"]) for part in parts]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            yield f"{path} {locale}: twice {twice}"
    for part in parts:
        yield from (f"{path}/{part['name']}: {wrong}" for wrong in _part(path, part))
        options = part.get("options") or ()
        yield from _siblings(f"{path}/{part['name']}", options)


def _part(path: str, part: Json) -> Iterator[str]:
    names, told = ((part.get(key) or {}) for key in _LOCALIZED)
    if not {*names, *told} <= LOCALES:
        yield "no language of Discord's"
    for name in (part["name"], *names.values()):
        if not _NAME.fullmatch(name) or name != name.lower():
            yield f"no name: {name}"
    for text in (part.get("description", ""), *told.values()):
        if not 1 <= units(text) <= 100:
            yield f"description: {text}"
    options = part.get("options") or []
    if len(options) > 25:
        yield "at most 25 options"
    inner = {option["type"] in _INNER for option in options}
    if len(inner) > 1 or (path and part["type"] == _SUBCOMMAND and True in inner):
        yield "subcommands and options do not mix"
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield "what is required comes first"
    yield from _typed(part)


def _typed(part: Json) -> Iterator[str]:
    choices = part.get("choices") or []
    if len(choices) > 25 or (choices and part.get("autocomplete")):
        yield "at most 25 choices, and nothing is completed beside them"
    for choice in choices:
        shown = (choice["name"], *(choice.get("name_localizations") or {}).values())
        if not all(1 <= units(text) <= 100 for text in (*shown, str(choice["value"]))):
            yield f"choice: {choice}"
    numeric = part["type"] in {_INTEGER, _NUMBER}
    if not numeric and {"min_value", "max_value"} & set(part):
        yield "only a number has a least and a most"
    if part["type"] != _STRING and "max_length" in part:
        yield "only a text has a length"
