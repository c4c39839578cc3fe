"""Whether somebody may use a command in a channel, as Discord decides it; pure.

Server Settings > Integrations has two levels: what holds for all commands of an app, and what is
set for one of them, which goes before. Each level may name channels, people and roles
(https://discord.com/developers/docs/interactions/application-commands#permissions,
https://support.discord.com/hc/en-us/articles/10952896421783-Updates-to-Command-Permissions).

Discord says there that changes leave the command's default member permissions in force, and that
an override of the command grants more; it does not say whether one for the whole app does. It is
read as: it does not, nor does one for @everyone. Whoever Discord lets use the command all the same
is known by using it (`access`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypecurve_discord.rights import ADMINISTRATOR

_ROLE, _USER, _CHANNEL = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a server's admins set at one level, by ids: True allows, False forbids."""

    roles: Mapping[int, bool] = field(default_factory=dict)
    users: Mapping[int, bool] = field(default_factory=dict)
    channels: Mapping[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants to use a command, and where; `channel` is a thread's parent."""

    guild: int
    channel: int
    user: int
    roles: frozenset[int]
    permissions: int
    """Theirs in the channel, as Discord tells with each interaction."""


def overrides(told: Iterable[Mapping[str, Any]]) -> Overrides:
    """Return the `permissions` of one command, or of the app, as Discord tells them."""
    found: dict[int, dict[int, bool]] = {_ROLE: {}, _USER: {}, _CHANNEL: {}}
    for each in told:
        kind = found.get(int(each["type"]))
        if kind is not None:
            kind[int(each["id"])] = bool(each["permission"])
    return Overrides(found[_ROLE], found[_USER], found[_CHANNEL])


def may_use(asking: Asking, command: Overrides, app: Overrides, default: int) -> bool:
    """Whether somebody may use a command; `default`: its default member permissions."""
    if asking.permissions & ADMINISTRATOR:
        return True
    everywhere = asking.guild - 1
    places = (
        level.channels[place]
        for level in (command, app)
        for place in (asking.channel, everywhere)
        if place in level.channels
    )
    if not next(places, True):
        return False
    by_default = asking.permissions & default == default
    own = _of_somebody(asking, command)
    if own is not None:
        return own
    named = (
        word
        for word in (
            command.roles.get(asking.guild),
            _of_somebody(asking, app),
            app.roles.get(asking.guild),
        )
        if word is not None
    )
    return next(named, True) and by_default


def _of_somebody(asking: Asking, level: Overrides) -> bool | None:
    """What a level says of a person: by name, else by any of their roles; None: nothing."""
    if asking.user in level.users:
        return level.users[asking.user]
    words = [level.roles[role] for role in asking.roles - {asking.guild} if role in level.roles]
    return any(words) if words else None
