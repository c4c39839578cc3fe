"""What is known of channels: of which kind they are, what we may do there, where a person is.

Where the bot listens in the same process, the gateway has told each channel's type and our own
permissions already: what is missing is named before a request is spent on it, once; of a channel
that is tried all the same Discord itself decides. Else Discord is asked once for the type, which
costs a turn of the pace, and refuses by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypecurve.domain.asking import Right
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendUnclear,
)
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel
from hypecurve.wording.rights import lacking
from hypecurve_discord.posting.rest import Rest
from hypecurve_discord.rights import rights
from hypecurve_discord.together import Together

ANNOUNCEMENTS = 5
KEPT = 26 * 3600.0
"""Seconds that an asked type is believed: a day and some, so that a daily digest does not ask anew.
Who turns a channel into one for announcements waits as long where no gateway tells of it."""
_NONE = -1
"""The type of where one person is alone: nothing that matters here."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a forum's posts may carry; `moderated`: only moderators may set it."""

    id: str
    name: str
    moderated: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What Discord told of a channel when it was asked."""

    type: int
    flags: int = 0
    tags: tuple[Tag, ...] = ()
    open_for: int = 0
    """Minutes for which a thread stays among the open ones by default; 0: not said."""


class Channels:
    """Asks Discord about channels, and keeps the answers for a while."""

    def __init__(
        self, rest: Rest, together: Together, clock: Callable[[], float] | None = None
    ) -> None:
        """`clock`: seconds that only grow."""
        self._rest = rest
        self._together = together
        self._clock = clock or time.monotonic
        self._facts: dict[str, tuple[Facts, float]] = {}
        self._alone: dict[str, str] = {}
        self._denied = set[str]()
        """Channels of which it was said that we may not post there."""

    async def kind(self, channel: Channel) -> int:
        """Return the type of a channel; SendError where nobody can say."""
        if (told := self.kind_told(channel)) is not None:
            return told
        return (await self.facts(channel)).type

    def kind_told(self, channel: Channel) -> int | None:
        """Return the type of a channel as far as it is known; None where it has to be asked for."""
        if channel.person or channel.tenant.id.startswith("@"):
            return _NONE
        if (told := self._together.type_of(numbered(channel))) is not None:
            return told
        kept = self._kept(channel)
        return None if kept is None else kept.type

    async def facts(self, channel: Channel) -> Facts:
        """Return all that is told of a channel of a server; SendError where nobody can say."""
        if (kept := self._kept(channel)) is not None:
            return kept
        try:
            answer = await self._rest.call(
                "GET", "/channels/{channel_id}", channel_id=numbered(channel)
            )
            facts = _read(answer)
        except (SendUnclear, MessageRefused) as error:
            raise SendFailed(str(error), code=error.code) from error
        except (AttributeError, TypeError, KeyError, ValueError) as error:
            raise nonsense(SendFailed) from error
        self._facts[channel.id] = facts, self._clock()
        return facts

    def _kept(self, channel: Channel) -> Facts | None:
        facts, asked = self._facts.get(channel.id, (None, 0.0))
        return None if self._clock() - asked > KEPT else facts

    def rights(self, channel: Channel, kind: int) -> tuple[Right, ...]:
        """Return what we may and may not do in a channel; () where nobody has told."""
        if kind == _NONE:
            return ()
        bits = self._together.permissions_in(numbered(channel))
        return () if bits is None else rights(bits, kind)

    def demand(self, channel: Channel, kind: int) -> None:
        """ChannelRefused with Discord's own code where we may not post in a channel.

        It is said once, and pauses the channel. What is posted there later, to see whether that is
        over, asks Discord: what the gateway told may be wrong.
        """
        missing = tuple(lacking(self.rights(channel, kind)))
        if not missing:
            self._denied.discard(channel.id)
            return
        if channel.id in self._denied:
            return
        self._denied.add(channel.id)
        form = to_say("Hypecurve may not {rights} in this channel: change its permissions there.")
        raise ChannelRefused(form, code="50013", rights=missing)

    def forget(self, channel: Channel) -> None:
        """Ask anew about a channel: it is not what it was."""
        self._facts.pop(channel.id, None)
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


def _read(answer: dict[str, Any]) -> Facts:
    tags = (
        Tag(str(tag["id"]), str(tag.get("name") or ""), bool(tag.get("moderated")))
        for tag in answer.get("available_tags") or ()
    )
    return Facts(
        int(answer["type"]),
        int(answer.get("flags") or 0),
        tuple(tags),
        int(answer.get("default_auto_archive_duration") or 0),
    )
