"""Who may use a command in a Discord server, by what its admins set."""

from __future__ import annotations

import pytest

from hypecurve_discord.rights import ADMINISTRATOR, MANAGE_CHANNELS
from hypecurve_discord.serving.permitted import Asking, Overrides, may_use, overrides

GUILD, CHANNEL, USER, MOD, MEMBER = 123, 456, 42, 7, 8
ALL_CHANNELS = GUILD - 1
NOTHING = Overrides()


def roles(**said: bool) -> Overrides:
    numbers = {"everyone": GUILD, "mod": MOD, "member": MEMBER}
    return Overrides(roles={numbers[name]: word for name, word in said.items()})


def channels(**said: bool) -> Overrides:
    numbers = {"here": CHANNEL, "all": ALL_CHANNELS, "elsewhere": 457}
    return Overrides(channels={numbers[name]: word for name, word in said.items()})


def user(*, allowed: bool) -> Overrides:
    return Overrides(users={USER: allowed})


@pytest.mark.parametrize(
    ("permissions", "command", "app", "may"),
    [
        # Without a word of the admins the command's default decides.
        (0, NOTHING, NOTHING, False),
        (MANAGE_CHANNELS, NOTHING, NOTHING, True),
        # Administrators always.
        (ADMINISTRATOR, NOTHING, NOTHING, True),
        (ADMINISTRATOR, user(allowed=False), channels(all=False), True),
        # By name before by role, by role before everyone.
        (0, user(allowed=True), NOTHING, True),
        (MANAGE_CHANNELS, user(allowed=False), NOTHING, False),
        (0, Overrides(users={USER: True}, roles={MOD: False}), NOTHING, True),
        (0, roles(mod=True, everyone=False), NOTHING, True),
        (MANAGE_CHANNELS, roles(mod=False), NOTHING, False),
        (0, roles(mod=True, member=False), NOTHING, True),
        (0, Overrides(roles={99: True}), NOTHING, False),
        # Everyone forbidden is everyone; allowed it is who has the default permissions.
        (MANAGE_CHANNELS, roles(everyone=False), NOTHING, False),
        (0, roles(everyone=True), NOTHING, False),
        (MANAGE_CHANNELS, roles(everyone=True), NOTHING, True),
        # What holds for the whole app takes away, and grants only with the default permissions.
        (MANAGE_CHANNELS, NOTHING, roles(everyone=False), False),
        (MANAGE_CHANNELS, NOTHING, roles(everyone=False, mod=True), True),
        (0, NOTHING, roles(everyone=False, mod=True), False),
        (0, NOTHING, user(allowed=True), False),
        (MANAGE_CHANNELS, NOTHING, user(allowed=False), False),
        # The command goes before the app.
        (0, user(allowed=True), user(allowed=False), True),
        (0, roles(mod=True), roles(everyone=False), True),
        (MANAGE_CHANNELS, roles(everyone=True), roles(everyone=False), True),
        # Channels: this one before all, the command's before the app's.
        (MANAGE_CHANNELS, channels(here=False), NOTHING, False),
        (MANAGE_CHANNELS, channels(all=False), NOTHING, False),
        (MANAGE_CHANNELS, channels(all=False, here=True), NOTHING, True),
        (MANAGE_CHANNELS, channels(elsewhere=False), NOTHING, True),
        (MANAGE_CHANNELS, channels(here=True), channels(here=False), True),
        (MANAGE_CHANNELS, NOTHING, channels(here=False), False),
        (MANAGE_CHANNELS, NOTHING, channels(all=False, here=True), True),
        # Where the command may be used at all says nothing of who.
        (0, channels(here=True), NOTHING, False),
        (0, Overrides(users={USER: True}, channels={CHANNEL: False}), NOTHING, False),
    ],
)
def test_a_command_is_for_whom_discord_says(
    permissions: int,
    command: Overrides,
    app: Overrides,
    may: bool,  # noqa: FBT001  # a column of the table
) -> None:
    asking = Asking(GUILD, CHANNEL, USER, frozenset({MOD, MEMBER}), permissions)
    assert may_use(asking, command, app, MANAGE_CHANNELS) is may


def test_overrides_are_read_as_discord_writes_them() -> None:
    told = [
        {"id": "7", "type": 1, "permission": True},
        {"id": "42", "type": 2, "permission": False},
        {"id": "122", "type": 3, "permission": False},
        {"id": "1", "type": 9, "permission": True},  # a kind to come
    ]
    assert overrides(told) == Overrides({7: True}, {42: False}, {122: False})
