"""What the bot must be allowed in a channel, by Discord's own names; pure, without discord.py.

https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
"""

from __future__ import annotations

from dataclasses import dataclass

from hypecurve.domain.asking import Right
from hypecurve.domain.saying import Saying, to_say

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
DOOR = "hype-tune"
"""The command whose permissions say who may change what a channel hears."""


@dataclass(frozen=True, slots=True)
class _Need:
    bit: int
    name: str
    purpose: str
    vital: bool = False
    in_threads: bool = True
    outside: bool = True


_NEEDS = (
    _Need(1 << 10, "View Channel", to_say("to find the channel"), vital=True),
    _Need(1 << 11, "Send Messages", to_say("to post digests"), vital=True, in_threads=False),
    _Need(
        1 << 38,
        "Send Messages in Threads",
        to_say("to post digests in threads and forums"),
        vital=True,
        outside=False,
    ),
    _Need(1 << 14, "Embed Links", to_say("for posts where panels are refused")),
    _Need(1 << 15, "Attach Files", to_say("for pictures")),
)
INVITED_WITH = sum(need.bit for need in _NEEDS)
"""The permissions that the invite link asks for: these, and no other."""
INVITED_FOR = tuple((need.name, need.purpose) for need in _NEEDS)
"""Their names, and what each is for."""


def rights(permissions: int, *, in_thread: bool = False) -> tuple[Right, ...]:
    """Return what the bot may and may not do, of what it needs there.

    `permissions`: its own in the channel (`app_permissions`); `in_thread`: a thread, or a forum,
    whose posts are threads.
    """
    everything = bool(permissions & ADMINISTRATOR)
    return tuple(
        Right(
            need.name, everything or bool(permissions & need.bit), Saying(need.purpose), need.vital
        )
        for need in _NEEDS
        if (need.in_threads if in_thread else need.outside)
    )


def lacking(found: tuple[Right, ...]) -> tuple[str, ...]:
    """Return the names of the vital rights that are missing."""
    return tuple(right.name for right in found if right.vital and not right.held)
