"""Who may change what a channel hears: whoever may use `/hype-tune` there.

Discord knows permissions for whole commands only, and `/hype` is for everybody. So a server's
admins say it of `/hype-tune`, in Server Settings > Integrations; by default it takes Manage
Channels. A bot may read what they set with its own token, and is told when it changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from hypecurve.domain.saying import Saying, to_say
from hypecurve_discord.library import discord
from hypecurve_discord.rights import DOOR, MANAGE_CHANNELS
from hypecurve_discord.serving.permitted import Asking, Overrides, may_use, overrides

Interaction = discord.Interaction[Any]

PATIENCE = 1.0
"""Seconds to wait for what the admins set; without it Manage Channels decides."""
FRESH, AGAIN, SEEN = 3600.0, 60.0, 900.0
"""Seconds for which it is believed what was read, that nothing could be read, and that Discord let
somebody use the command."""
_KEPT = 5_000
_NOBODY = Overrides()
_BARRED = to_say(
    "Changing what this channel hears takes the leave to use /{door} here: without another word it "
    "goes with Manage Channels, and the server's admins give it in Server Settings > Integrations. "
    "Everything else in /hype is for everybody."
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Set:
    """What a server's admins set, for the command and for all of the app's."""

    command: Overrides
    app: Overrides


class Access:
    """Reads what a server's admins set, once an hour."""

    def __init__(self, client: discord.Client) -> None:
        """Know nothing yet."""
        self._client = client
        self._door: tuple[float, int] | None = None
        self._read: dict[int, tuple[float, _Set | None]] = {}
        self._reading: dict[int, asyncio.Task[_Set | None]] = {}
        self._seen: dict[tuple[int, int, int], tuple[float, frozenset[int]]] = {}

    async def barred(self, interaction: Interaction, patience: float = PATIENCE) -> Saying | None:
        """Return why who asks may not change what the channel hears, None where they may."""
        guild = interaction.guild_id
        if guild is None:
            return None
        asking = _asking(interaction, guild)
        key = guild, asking.channel, asking.user
        if _is_the_door(interaction):
            # Discord itself has looked at all that its admins set. The oldest stand first.
            while self._seen and next(iter(self._seen.values()))[0] < _now():
                del self._seen[next(iter(self._seen))]
            _put(self._seen, key, (_now() + SEEN, asking.roles))
            return None
        until, roles = self._seen.get(key, (0.0, asking.roles))
        if until > _now() and roles == asking.roles:  # with other ones it may be otherwise
            return None
        told = await self._told(guild, patience) or _Set(_NOBODY, _NOBODY)
        if may_use(asking, told.command, told.app, MANAGE_CHANNELS):
            return None
        return Saying(_BARRED, {"door": DOOR})

    def forget(self, guild: int) -> None:
        """Read anew what was set in a server: it changed."""
        self._read.pop(guild, None)
        self._reading.pop(guild, None)
        for key in [key for key in self._seen if key[0] == guild]:
            del self._seen[key]

    async def _told(self, guild: int, patience: float) -> _Set | None:
        """Return what was set in a server; None where Discord does not tell it in time."""
        until, told = self._read.get(guild, (0.0, None))
        if until > _now():
            return told
        task = self._reading.get(guild)
        if task is None:
            task = self._reading[guild] = asyncio.create_task(self._look(guild))
        await asyncio.wait({task}, timeout=patience)  # it goes on, for who asks next
        return task.result() if task.done() else told

    async def _look(self, guild: int) -> _Set | None:
        found: _Set | None = None
        try:
            found = await self._ask(guild)
        except Exception as error:  # noqa: BLE001  # whatever it is, Manage Channels decides then
            _log.info("discord does not tell who may change", error=type(error).__name__)
        if self._reading.get(guild) is asyncio.current_task():
            del self._reading[guild]
            _put(self._read, guild, (_now() + (AGAIN if found is None else FRESH), found))
        return found

    async def _ask(self, guild: int) -> _Set:
        app = self._client.application_id or 0
        door = await self._id_of_the_door(app)
        told = await self._client.http.get_guild_application_command_permissions(app, guild)
        by_id = {int(each["id"]): overrides(_plain(each["permissions"])) for each in told}
        return _Set(by_id.get(door, _NOBODY), by_id.get(app, _NOBODY))

    async def _id_of_the_door(self, app: int) -> int:
        """Return the command's id, 0 where it is not registered yet."""
        if self._door is None or self._door[0] <= _now():
            commands = await self._client.http.get_global_commands(app)
            ids = [int(each["id"]) for each in commands if each["name"] == DOOR]
            self._door = _now() + (FRESH if ids else AGAIN), ids[0] if ids else 0
        return self._door[1]


_of: WeakKeyDictionary[discord.Client, Access] = WeakKeyDictionary()


def access_of(client: discord.Client) -> Access:
    """Return what a client knows of who may change."""
    if client not in _of:
        _of[client] = Access(client)
    return _of[client]


async def barred(interaction: Interaction) -> Saying | None:
    """Return why who asks may not change what the channel hears, and who can help; else None."""
    return await access_of(interaction.client).barred(interaction)


def _asking(interaction: Interaction, guild: int) -> Asking:
    user, place = interaction.user, interaction.channel
    channel = place.parent_id if isinstance(place, discord.Thread) else interaction.channel_id
    # `Member.roles` leaves out those that are not in memory.
    held = getattr(user, "_roles", ())
    return Asking(
        guild,
        channel or 0,
        user.id,
        frozenset(int(role) for role in held),
        interaction.permissions.value,
    )


def _is_the_door(interaction: Interaction) -> bool:
    """Whether Discord has let them use it here; whose app it is need not ask what is set here."""
    data: Any = interaction.data or {}
    typed = interaction.type is discord.InteractionType.application_command
    return typed and interaction.is_guild_integration() and data.get("name") == DOOR


def _plain(told: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401  # any JSON
    return [each for each in told if isinstance(each, Mapping)]


def _put(kept: dict[Any, Any], key: object, value: object) -> None:
    """Keep a value, and the oldest no longer where there are too many."""
    kept.pop(key, None)
    if len(kept) >= _KEPT:
        del kept[next(iter(kept))]
    kept[key] = value


def _now() -> float:
    return asyncio.get_running_loop().time()
