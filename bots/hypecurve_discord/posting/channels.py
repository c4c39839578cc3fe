"""What is known of channels: which are for announcements, and where one person is written to.

Posts in an announcement channel go out to its followers only when they are published. Where the
bot listens in the same process, the gateway has told each channel's type already; else Discord is
asked once, which costs a turn of the pace.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendUnclear,
)
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel
from hypecurve_discord.posting.rest import Rest
from hypecurve_discord.together import Together

ANNOUNCEMENTS = 5
"""https://discord.com/developers/docs/resources/channel#channel-object-channel-types"""
KEPT = 26 * 3600.0
"""Seconds that an asked type is believed: a day and some, so that a daily digest does not ask anew.
Who turns a channel into one for announcements waits as long where no gateway tells of it."""


class Channels:
    """Asks Discord about channels, and keeps the answers for a while."""

    def __init__(
        self, rest: Rest, together: Together, clock: Callable[[], float] | None = None
    ) -> None:
        """`clock`: seconds that only grow."""
        self._rest = rest
        self._together = together
        self._clock = clock or time.monotonic
        self._types: dict[str, tuple[int, float]] = {}
        self._alone: dict[str, str] = {}

    async def announces(self, channel: Channel) -> bool:
        """Whether what is posted there is to be published; SendError where nobody can say."""
        if channel.person or channel.tenant.id.startswith("@"):
            return False
        number = numbered(channel)
        if (told := self._together.type_of(number)) is not None:
            return told == ANNOUNCEMENTS
        kind, asked = self._types.get(channel.id, (-1, 0.0))
        if kind < 0 or self._clock() - asked > KEPT:
            try:
                answer = await self._rest.call("GET", "/channels/{channel_id}", channel_id=number)
                kind = int(answer["type"])
            except (SendUnclear, MessageRefused) as error:
                raise SendFailed(str(error), code=error.code) from error
            except (TypeError, KeyError, ValueError) as error:
                raise nonsense(SendFailed) from error
            self._types[channel.id] = kind, self._clock()
        return kind == ANNOUNCEMENTS

    def forget(self, channel: Channel) -> None:
        """Ask anew about a channel: it is not what it was."""
        self._types.pop(channel.id, None)
        self._alone.pop(channel.person, None)

    async def number(self, channel: Channel) -> int:
        """Return the number to post to; a person's is opened first."""
        if not channel.person:
            return numbered(channel)
        if channel.person not in self._alone:
            self._alone[channel.person] = await self._opened(channel)
        return int(self._alone[channel.person])

    async def _opened(self, channel: Channel) -> str:
        if not channel.person.isdecimal():
            form = to_say("'{slip}' is not the number of a person at Discord.")
            raise ChannelRefused(form, code="not-a-person", slip=channel.person)
        try:
            answer = await self._rest.call(
                "POST", "/users/@me/channels", {"recipient_id": channel.person}
            )
            return str(int(answer["id"]))
        except MessageRefused as refused:
            form = to_say("Discord lets nobody write to this person through Hypecurve.")
            raise ChannelRefused(form, code=refused.code) from refused
        except SendUnclear as unclear:
            # Opened or not: nothing was posted, and opening it again does no harm.
            raise SendFailed(str(unclear), code=unclear.code) from unclear
        except (TypeError, KeyError, ValueError) as error:
            raise nonsense(SendFailed) from error


def numbered(channel: Channel) -> int:
    """Return a channel's number; ChannelRefused where it has none."""
    if not (channel.id.isascii() and channel.id.isdecimal()):
        form = to_say("'{slip}' is not the number of a Discord channel.")
        raise ChannelRefused(form, code="not-a-channel", slip=channel.id)
    return int(channel.id)


def nonsense(kind: type[SendError]) -> SendError:
    """Return the error for an answer that no Discord gives."""
    return kind("Discord answered nonsense; is there a proxy?", code="nonsense")
