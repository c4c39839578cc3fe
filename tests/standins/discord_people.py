"""What people do in the stand-in Discord: commands, selects, buttons, typing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

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

_COMMAND, _COMPONENT, _AUTOCOMPLETE = 2, 3, 4
_OPTION_TYPES: dict[type, int] = {str: 3, int: 4, bool: 5}


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

    async def command(
        self,
        name: str,
        /,
        *,
        channel: str = "456",
        user: str = USER,
        locale: str = "en-US",
        permissions: int = EVERYTHING,
        **options: str | int | bool,
    ) -> Exchange:
        """Use `/hype NAME option:value ...` and wait for an answer that is no placeholder."""
        given = [
            {"type": _OPTION_TYPES[type(v)], "name": k, "value": v} for k, v in options.items()
        ]
        data = hype(name, given)
        asked = await self._ask(_COMMAND, data, channel, user, locale, permissions)
        return await asked.until(lambda a: bool(a.private or a.public))

    async def tell(self, name: str, /, **options: str) -> Exchange:
        """Use a command as `command` does, and wait for nothing."""
        given = [{"type": 3, "name": k, "value": v} for k, v in options.items()]
        return await self._ask(_COMMAND, hype(name, given), "456", USER, "en-US", EVERYTHING)

    async def autocomplete(
        self, name: str, /, *, channel: str = "456", user: str = USER, **typed: str
    ) -> list[Json]:
        """Type into an option of `/hype NAME` and return what is offered."""
        *before, last = [{"type": 3, "name": k, "value": v} for k, v in typed.items()]
        data = hype(name, [*before, {**last, "focused": True}])
        asked = await self._ask(_AUTOCOMPLETE, data, channel, user, "en-US", EVERYTHING)
        await asked.until(lambda a: a.choices is not None)
        return asked.choices or []

    async def choose(
        self,
        message: Json,
        value: str,
        *,
        user: str = USER,
        locale: str = "en-US",
        permissions: int = EVERYTHING,
    ) -> Exchange:
        """Choose an option of the message's select and wait for the answer."""
        select = next(c for c in walk(message["components"]) if c["type"] == SELECT)
        assert value in [option["value"] for option in select["options"]]
        data = {"component_type": SELECT, "custom_id": select["custom_id"], "values": [value]}
        return await self._use(message, data, user, locale, permissions)

    async def press(
        self,
        message: Json,
        label: str,
        *,
        user: str = USER,
        locale: str = "en-US",
        permissions: int = EVERYTHING,
    ) -> Exchange:
        """Press the button of that label and wait for the answer."""
        buttons = [c for c in walk(message["components"]) if c["type"] == BUTTON]
        button = next(b for b in buttons if b["label"] == label)
        data = {"component_type": BUTTON, "custom_id": button["custom_id"]}
        return await self._use(message, data, user, locale, permissions)

    async def _use(
        self, message: Json, data: Json, user: str, locale: str, permissions: int
    ) -> Exchange:
        channel = message["channel_id"]
        asked = await self._ask(_COMPONENT, data, channel, user, locale, permissions, message)
        return await asked.until(lambda a: bool(a.private or a.public))

    async def _ask(  # an interaction says all this
        self,
        kind: int,
        data: Json,
        channel: str,
        user: str,
        locale: str,
        permissions: int,
        message: Json | None = None,
    ) -> Exchange:
        asked = Exchange(str(next(self._ids)), f"interaction-{next(self._ids)}", data)
        asked.expired = self.late
        self.exchanges[asked.token] = asked
        place = self.channels[channel]
        event: Json = {
            "id": asked.id,
            "application_id": APPLICATION,
            "type": kind,
            "data": data,
            "token": asked.token,
            "version": 1,
            "locale": locale,
            "channel": {"id": place.id, "type": 0 if place.guild else 1, "name": place.name},
            "channel_id": place.id,
            "app_permissions": str(self.app_permissions),
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
            "context": 0 if place.guild else 1,
        }
        if place.guild:
            event["guild_id"] = place.guild
            event["guild"] = {"id": place.guild, "locale": "en-US", "features": []}
            event["member"] = member(user, permissions)
            event["channel"] |= {"position": 0, "permissions": str(permissions)}
        else:
            event["user"] = user_json(user)
            event["channel"]["recipients"] = [user_json(user)]
        if message is not None:
            event["message"] = message
        asked.started = asyncio.get_running_loop().time()
        async with asyncio.timeout(PATIENCE):
            await self.gateway.dispatch("INTERACTION_CREATE", event)
        return asked
