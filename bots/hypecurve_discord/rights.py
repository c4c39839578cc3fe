"""What the bot must be allowed in a channel, by Discord's own names; pure, without discord.py.

https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
"""

from __future__ import annotations

from dataclasses import dataclass

from hypecurve.domain.asking import Right
from hypecurve.domain.saying import Saying, to_say

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
THREADS = frozenset({10, 11, 12})
FORUMS = frozenset({15, 16})
"""Forums and media channels: all that stands in them stands in a thread.
https://discord.com/developers/docs/resources/channel#channel-object-channel-types"""
DOOR = "hype-tune"
"""The command whose permissions say who may change what a channel hears."""


@dataclass(frozen=True, slots=True)
class _Need:
    bit: int
    name: str
    purpose: str
    vital: bool = False
    where: frozenset[int] | None = None
    """The kinds of channels where it is needed; None: everywhere."""
    not_in: frozenset[int] = frozenset()


_NEEDS = (
    _Need(1 << 10, "View Channel", to_say("to find the channel"), vital=True),
    _Need(1 << 11, "Send Messages", to_say("to post digests"), vital=True, not_in=THREADS),
    _Need(
        1 << 38,
        "Send Messages in Threads",
        to_say("to post digests in threads and forums"),
        vital=True,
        where=THREADS | FORUMS,
    ),
    _Need(1 << 14, "Embed Links", to_say("for posts where panels are refused")),
    _Need(1 << 15, "Attach Files", to_say("for pictures")),
)
INVITED_WITH = sum(need.bit for need in _NEEDS)
"""The permissions that the invite link asks for: these, and no other."""
INVITED_FOR = tuple((need.name, need.purpose) for need in _NEEDS)
"""Their names, and what each is for."""


def rights(permissions: int, kind: int = 0) -> tuple[Right, ...]:
    """Return what the bot may and may not do, of what it needs in a channel of a kind.

    `permissions`: its own in the channel (`app_permissions`). Opening a post in a forum takes what
    a message takes elsewhere, and writing in it what it takes in a thread.
    """
    everything = bool(permissions & ADMINISTRATOR)
    return tuple(
        Right(
            need.name, everything or bool(permissions & need.bit), Saying(need.purpose), need.vital
        )
        for need in _NEEDS
        if kind not in need.not_in and (need.where is None or kind in need.where)
    )
