"""What happens to servers and channels in the stand-in Discord, as its gateway tells it."""

from __future__ import annotations

from collections import defaultdict

from aiohttp import web

from standins.discord_gateway import Gateway
from standins.discord_payloads import (
    APPLICATION,
    EVERYTHING,
    USER,
    Json,
    StandInChannel,
    answer,
    member,
    refusal,
    user,
)

THREAD = 11


class Happenings:
    """The servers' side of a `DiscordStandIn`; each call waits for a session and tells it."""

    channels: dict[str, StandInChannel]
    guilds: set[str]
    gateway: Gateway
    gateway_url: str
    access: dict[str, list[Json]]
    access_told = True
    """Discord tells what admins set."""

    def happenings(self) -> list[web.RouteDef]:
        """The routes."""
        path = "/api/v10/applications/{app}/guilds/{guild}/commands/permissions"
        return [web.get(path, self._told_access)]

    async def set_access(self, guild: str, permissions: list[Json], *, command: str) -> None:
        """Admins set who may use a command, by its id, or (the app's) all of them."""
        others = [each for each in self.access.get(guild, []) if each["id"] != command]
        told = {"id": command, "application_id": APPLICATION, "guild_id": guild}
        self.access[guild] = [*others, {**told, "permissions": permissions}]
        event = self.access[guild][-1]
        await self.gateway.dispatch("APPLICATION_COMMAND_PERMISSIONS_UPDATE", event)

    async def _told_access(self, request: web.Request) -> web.Response:
        guild = request.match_info["guild"]
        if guild not in self.guilds or not self.access_told:
            return refusal(403, 50001, "Missing Access")
        return answer(self.access.get(guild, []))

    async def invite(self, guild: str, allowed: int = EVERYTHING, **more: object) -> None:
        """Somebody invites the bot into a server; `more`: what else Discord tells of it."""
        self.guilds.add(guild)
        told = self._guild_json(guild) | {"roles": [self._role(guild, allowed)]} | more
        await self.gateway.dispatch("GUILD_CREATE", told)

    async def remove(self, guild: str) -> None:
        """Somebody throws the bot out of a server."""
        self.guilds.discard(guild)
        await self.gateway.dispatch("GUILD_DELETE", {"id": guild})

    async def lose(self, guild: str) -> None:
        """A server is out of reach: an outage of Discord's."""
        await self.gateway.dispatch("GUILD_DELETE", {"id": guild, "unavailable": True})

    async def find(self, guild: str) -> None:
        """A server is in reach again."""
        here = {**self._guild_json(guild), "unavailable": False}
        await self.gateway.dispatch("GUILD_CREATE", here)

    async def rename_channel(self, channel: str, name: str) -> None:
        """Somebody renames a channel."""
        self.channels[channel].name = name
        await self.gateway.dispatch("CHANNEL_UPDATE", self.channels[channel].json())

    async def turn_channel(self, channel: str, kind: int) -> None:
        """Somebody makes a channel one of another type: 5 is for announcements."""
        self.channels[channel].type = kind
        await self.gateway.dispatch("CHANNEL_UPDATE", self.channels[channel].json())

    async def permit(self, channel: str, permissions: int) -> None:
        """Somebody lets the bot do something in a channel."""
        place = self.channels[channel]
        place.overwrites = [
            {"id": APPLICATION, "type": 1, "allow": str(permissions), "deny": "0"},
        ]
        await self.gateway.dispatch("CHANNEL_UPDATE", place.json())

    async def forbid(self, channel: str, permissions: int, *, to: str = "") -> None:
        """Somebody takes leave to do something in a channel from all, or from those of a role."""
        place = self.channels[channel]
        place.overwrites = [
            {"id": to or place.guild, "type": 0, "allow": "0", "deny": str(permissions)},
        ]
        await self.gateway.dispatch("CHANNEL_UPDATE", place.json())

    async def delete_channel(self, channel: str) -> None:
        """Somebody deletes a channel."""
        place = self.channels.pop(channel)
        await self.gateway.dispatch("CHANNEL_DELETE", place.json())

    async def delete_thread(self, thread: str, *, parent: str = "456") -> None:
        """Somebody deletes a thread."""
        guild = self.channels[parent].guild
        told = {"id": thread, "guild_id": guild, "parent_id": parent, "type": THREAD}
        await self.gateway.dispatch("THREAD_DELETE", told)

    async def change_role(self, guild: str, permissions: int, name: str = "@everyone") -> None:
        """Somebody changes what everybody may do in a server."""
        role = self._role(guild, permissions) | {"name": name}
        await self.gateway.dispatch("GUILD_ROLE_UPDATE", {"guild_id": guild, "role": role})

    async def give_role(self, guild: str, role: str, permissions: int) -> None:
        """Somebody makes a role, and gives it to the bot."""
        made = self._role(guild, permissions) | {"id": role, "name": "muted", "position": 1}
        await self.gateway.dispatch("GUILD_ROLE_CREATE", {"guild_id": guild, "role": made})
        told = member(APPLICATION, EVERYTHING) | {"roles": [role], "guild_id": guild}
        told["user"] = user(APPLICATION, "hypecurve", bot=True)
        await self.gateway.dispatch("GUILD_MEMBER_UPDATE", told)

    async def delete_role(self, guild: str, role: str) -> None:
        """Somebody deletes a role; Discord says nothing of who held it."""
        await self.gateway.dispatch("GUILD_ROLE_DELETE", {"guild_id": guild, "role_id": role})

    async def change_member(self, guild: str, *, muted_until: str | None) -> None:
        """Somebody gives the bot a time-out, or takes it back."""
        told = member(APPLICATION, EVERYTHING) | {"communication_disabled_until": muted_until}
        told["user"] = user(APPLICATION, "hypecurve", bot=True)
        await self.gateway.dispatch("GUILD_MEMBER_UPDATE", {**told, "guild_id": guild})

    async def change_thread(
        self, thread: str, *, archived: bool, locked: bool = False, parent: str = "456"
    ) -> None:
        """A thread is archived or locked, or opened again."""
        data = {
            "id": thread,
            "guild_id": self.channels[parent].guild,
            "parent_id": parent,
            "owner_id": USER,
            "type": THREAD,
            "name": "thread",
            "message_count": 1,
            "member_count": 1,
            "rate_limit_per_user": 0,
            "thread_metadata": {
                "archived": archived,
                "locked": locked,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2026-11-22T09:00:00+00:00",
            },
        }
        await self.gateway.dispatch("THREAD_UPDATE", data)

    def ready(self, shard: int = 0, shards: int = 1) -> list[tuple[str, Json]]:
        """Return the events that a new session of a shard begins with: its servers."""
        here = [g for g in sorted(self.guilds) if (int(g) >> 22) % shards == shard]
        ready: Json = {
            "v": 10,
            "user": user(APPLICATION, "hypecurve", bot=True),
            "guilds": [{"id": guild, "unavailable": True} for guild in here],
            "resume_gateway_url": self.gateway_url,
            "shard": [shard, shards],
            "application": {"id": APPLICATION, "flags": 0},
        }
        within: defaultdict[str | None, list[Json]] = defaultdict(list)
        for channel in self.channels.values():
            within[channel.guild].append(channel.json())
        guilds = [
            {**self._guild_json(guild, within[guild]), "unavailable": False} for guild in here
        ]
        return [("READY", ready), *(("GUILD_CREATE", guild) for guild in guilds)]

    def _guild_json(self, guild: str, channels: list[Json] | None = None) -> Json:
        if channels is None:
            channels = [c.json() for c in self.channels.values() if c.guild == guild]
        return {
            "id": guild,
            "name": "Stand-in",
            "owner_id": USER,
            "member_count": 2,
            "roles": [self._role(guild, EVERYTHING)],
            "channels": channels,
            "members": [
                {**member(APPLICATION, EVERYTHING), "user": user(APPLICATION, bot=True)},
            ],
            "emojis": [],
            "features": [],
            "verification_level": 0,
        }

    @staticmethod
    def _role(guild: str, permissions: int) -> Json:
        return {
            "id": guild,
            "name": "@everyone",
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 0,
            "permissions": str(permissions),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
