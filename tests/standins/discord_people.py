"""What people do in the stand-in Discord: commands, selects, buttons, typing, forms."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from standins.discord_exchange import PATIENCE, Exchange
from standins.discord_gateway import Gateway
from standins.discord_payloads import (
    APPLICATION,
    EVERYTHING,
    USER,
    Json,
    StandInChannel,
    hype,
    member,
)
from standins.discord_payloads import (
    user as user_json,
)
from standins.discord_rules import BUTTON, SELECT, walk

_COMMAND, _COMPONENT, _AUTOCOMPLETE, _FORM = 2, 3, 4, 5
_OPTION_TYPES: dict[type, int] = {str: 3, int: 4, bool: 5}
_ROLE = 8
_THREADS = (10, 11, 12)
Installed = Literal["server", "person", "both"]


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who does something, and where. Messages that are pressed say where by themselves."""

    channel: str = "456"
    user: str = USER
    name: str = "nori"
    locale: str = "en-US"
    permissions: int = EVERYTHING
    installed: Installed = "server"
    """Whose the app is that they use."""
    roles: tuple[str, ...] = field(default=())


class People:
    """The people's side of a `DiscordStandIn`."""

    channels: dict[str, StandInChannel]
    exchanges: dict[str, Exchange]
    gateway: Gateway
    app_permissions: int
    """What the bot may do in every channel."""
    late: bool
    """Interactions are told too late to be answered."""
    _ids: Iterator[int]

    async def command(  # who, where and in which language is said by name
        self,
        name: str,
        /,
        *,
        channel: str = "456",
        user: str = USER,
        locale: str = "en-US",
        permissions: int = EVERYTHING,
        installed: Installed = "server",
        **options: str | int | bool,
    ) -> Exchange:
        """Use `/hype NAME option:value ...` and wait for an answer that is no placeholder.

        A name like "set language" is that of a command in a group.
        """
        who = Somebody(channel, user, locale=locale, permissions=permissions, installed=installed)
        asked = await self._ask(_COMMAND, _typed(name, options), who)
        return await asked.until(lambda a: a.is_answered)

    async def call(self, name: str, who: Somebody | None = None) -> Exchange:
        """Use a command of its own, like `/hype-tune`, and wait for its answer."""
        data = {"id": "2", "name": name, "type": 1}
        asked = await self._ask(_COMMAND, data, who or Somebody())
        return await asked.until(lambda a: a.is_answered)

    async def tell(
        self, name: str, /, *, channel: str = "456", user: str = USER, **options: str
    ) -> Exchange:
        """Use a command as `command` does, and wait for nothing."""
        return await self._ask(_COMMAND, _typed(name, dict(options)), Somebody(channel, user))

    async def autocomplete(
        self, name: str, /, *, channel: str = "456", user: str = USER, **typed: str
    ) -> list[Json]:
        """Type into an option of `/hype NAME` and return what is offered."""
        data = _typed(name, dict(typed))
        inner = data
        while inner["options"] and inner["options"][0]["type"] in {1, 2}:
            inner = inner["options"][0]
        inner["options"][-1]["focused"] = True
        asked = await self._ask(_AUTOCOMPLETE, data, Somebody(channel, user))
        await asked.until(lambda a: a.choices is not None)
        return asked.choices or []

    async def choose(  # as `command`
        self,
        message: Json,
        value: str,
        *,
        user: str = USER,
        locale: str = "en-US",
        permissions: int = EVERYTHING,
        installed: Installed = "server",
    ) -> Exchange:
        """Choose an option of a select of the message and wait for the answer."""
        selects = [c for c in walk(message["components"]) if c["type"] == SELECT]
        select = next(s for s in selects if value in [o["value"] for o in s["options"]])
        data = {"component_type": SELECT, "custom_id": select["custom_id"], "values": [value]}
        who = Somebody("", user, locale=locale, permissions=permissions, installed=installed)
        return await self._use(message, data, who)

    async def press(  # as `command`
        self,
        message: Json,
        label: str,
        *,
        user: str = USER,
        locale: str = "en-US",
        permissions: int = EVERYTHING,
        installed: Installed = "server",
        called: str = "nori",
    ) -> Exchange:
        """Press the button of that label and wait for the answer."""
        buttons = {c["label"]: c for c in walk(message["components"]) if c["type"] == BUTTON}
        assert label in buttons, f"{label} is none of {[*buttons]}"
        data = {"component_type": BUTTON, "custom_id": buttons[label]["custom_id"]}
        who = Somebody("", user, called, locale, permissions, installed)
        return await self._use(message, data, who)

    async def use(self, message: Json, data: Json, who: Somebody | None = None) -> Exchange:
        """Use any control, also one that the message does not have any more."""
        return await self._use(message, data, who or Somebody())

    async def send_in(
        self, opened: Exchange, components: list[Json], who: Somebody | None = None
    ) -> Exchange:
        """Send in the form that an interaction opened, filled in so, and wait for the answer."""
        assert opened.form is not None
        data = {"custom_id": opened.form["custom_id"], "components": components}
        by = who or Somebody(opened.channel)
        asked = await self._ask(_FORM, data, by, opened.pressed)
        return await asked.until(lambda a: a.is_answered)

    async def _use(self, message: Json, data: Json, who: Somebody) -> Exchange:
        asked = await self._ask(_COMPONENT, data, who, message)
        return await asked.until(lambda a: a.is_answered)

    async def _ask(
        self, kind: int, data: Json, who: Somebody, message: Json | None = None
    ) -> Exchange:
        number = message["channel_id"] if message is not None else who.channel
        asked = Exchange(str(next(self._ids)), f"interaction-{next(self._ids)}", data, number)
        asked.pressed = message
        asked.expired = self.late
        self.exchanges[asked.token] = asked
        event = self._event(kind, asked, who) | ({"message": message} if message else {})
        asked.started = asyncio.get_running_loop().time()
        async with asyncio.timeout(PATIENCE):
            await self.gateway.dispatch("INTERACTION_CREATE", event)
        return asked

    def _event(self, kind: int, asked: Exchange, who: Somebody) -> Json:
        place = self.channels[asked.channel]
        shown = user_json(who.user, who.name)
        event: Json = {
            "id": asked.id,
            "application_id": APPLICATION,
            "type": kind,
            "data": asked.data,
            "token": asked.token,
            "version": 1,
            "locale": who.locale,
            "channel": _shown(place) | {"permissions": str(who.permissions)},
            "channel_id": place.id,
            "app_permissions": str(self.app_permissions),
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": _owners(place, who),
        }
        if place.guild:
            told = member(who.user, who.permissions) | {"user": shown, "roles": list(who.roles)}
            guild = {"id": place.guild, "locale": "en-US", "features": []}
            return event | {"context": 0, "guild_id": place.guild, "guild": guild, "member": told}
        event["channel"]["recipients"] = [shown]
        return event | {"context": 1 if place.person == who.user else 2, "user": shown}


def _shown(place: StandInChannel) -> Json:
    """Return what an interaction tells of where it came from: of a thread what discord.py reads."""
    if place.type not in _THREADS or not place.guild:
        return place.json()
    metadata = {
        "archived": False,
        "locked": False,
        "auto_archive_duration": 1440,
        "archive_timestamp": "2026-11-22T09:00:00+00:00",
    }
    thread = {"parent_id": "456", "owner_id": USER, "thread_metadata": metadata}
    counted = {"message_count": 1, "member_count": 1, "rate_limit_per_user": 0}
    return thread | counted | place.json()


def _owners(place: StandInChannel, who: Somebody) -> Json:
    """Who installed the app, for a server or for themselves: the numbers are Discord's own."""
    server = {"0": place.guild or "0"} if who.installed in {"server", "both"} else {}
    return server | ({"1": who.user} if who.installed in {"person", "both"} else {})


def _typed(name: str, options: dict[str, str] | dict[str, str | int | bool]) -> Json:
    """Return what was typed, as Discord tells it."""
    given: list[Json] = [
        {
            "type": _ROLE if key == "role" else _OPTION_TYPES[type(value)],
            "name": key,
            "value": value,
        }
        for key, value in options.items()
    ]
    group, _, inner = name.rpartition(" ")
    if not group:
        return hype(inner, given)
    command = {"type": 1, "name": inner, "options": given}
    whole = hype(group, [command])
    whole["options"][0]["type"] = 2
    return whole
