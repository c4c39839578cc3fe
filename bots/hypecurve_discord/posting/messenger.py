"""Posts to Discord's channels over REST, as the bot, each message once.

Discord drops a message whose nonce it saw within the past few minutes and answers with the first
one, so a send that may have arrived is repeated while it is young. What opens a post in a forum has
no nonce: see `forums`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import structlog

from hypecurve.domain.delivery import StepKind
from hypecurve.domain.errors import (
    BadSetting,
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendSought,
    SendUnclear,
    TenantRefused,
)
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.saying import to_say
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Kit
from hypecurve_discord.address import addressed, token_of
from hypecurve_discord.library import discord
from hypecurve_discord.posting.channels import ANNOUNCEMENTS, Channels
from hypecurve_discord.posting.forms import Forms
from hypecurve_discord.posting.forums import Forums, Place
from hypecurve_discord.posting.once import Once, answered
from hypecurve_discord.posting.patience import Patience
from hypecurve_discord.posting.pictures import File, Pictures
from hypecurve_discord.posting.rest import Rest
from hypecurve_discord.refusals import SHUT
from hypecurve_discord.rights import FORUMS
from hypecurve_discord.together import Together

__all__ = ["REPEATED_FOR", "DiscordMessenger", "Patience", "connect"]

_log = structlog.get_logger(__name__)

GREETING = 10.0
"""Seconds that opening waits for Discord to know the token."""
AT_ONCE = 60
"""Enough for 45 a second where an answer takes 1.3 s."""
REPEATED_FOR = timedelta(seconds=55)
"""How old a post may be that was left open by a process that died, to be made again."""
_PUBLISHED = "40033"
_NOT_FOR_PUBLISHING = frozenset({"50024", "50068"})
"""It is no announcement channel any more; this message cannot be published."""
_NEWS = frozenset({MessageKind.DIGEST, MessageKind.ALERT})
"""What the followers of an announcement channel get too."""
_GONE = frozenset({"10004", "50001"})
"""Unknown guild; missing access: Discord tells nothing of servers that we are not in."""


class DiscordMessenger:
    """`ports.Messenger` on discord.py's HTTP client; it logs in with the first call."""

    at_once = AT_ONCE
    drops_repeats_for = REPEATED_FOR
    """Of the "past few minutes" for which a nonce holds: the tries of this program and those of one
    that died before it together. What opens a post in a forum is found again instead."""

    def __init__(
        self, rest: Rest, channels: Channels, pictures: Pictures, patience: Patience
    ) -> None:
        """Prepare; nothing is sent."""
        self._rest = rest
        self._channels = channels
        self._forms = Forms(channels, pictures)
        self._forums = Forums(rest, channels, patience)
        self._once = Once(rest, patience)

    async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
        """Return the post, where in a forum it goes before it, and its publishing behind it.

        Only news are published: what is said to a server alone is none of its followers'.
        ChannelRefused where we may not post there, as far as the gateway has told. What is left out
        of a post stands behind its button: there is no thread. Its picture is drawn here: who dies
        over that has begun nothing yet.
        """
        kind = await self._channels.kind(channel)
        self._channels.demand(channel, kind)
        await self._forms.prepare(channel, message)
        if kind in FORUMS:
            return StepKind.PLACE, StepKind.POST
        if kind == ANNOUNCEMENTS and message.kind in _NEWS:
            return StepKind.POST, StepKind.PUBLISH
        return (StepKind.POST,)

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Post and return the message's id; see `ports.Messenger` and `refusals` for the errors.

        In a forum the place comes first, which is none of a message: see `forums`.
        """
        if step is StepKind.PUBLISH:
            return await self._publish(channel, ref)
        if step is StepKind.PLACE:
            return str(await self._forums.place(channel, message))
        try:
            if Place.read(ref) or self._channels.kind_told(channel) in FORUMS:
                return await self._in_forum(channel, message, ref, key)
            number = await self._channels.number(channel)
            return await self._forms.sent(channel, message, self._once.to(channel, number, key))
        except ChannelRefused:
            self._channels.forget(channel)
            raise

    async def _in_forum(self, channel: Channel, message: Message, ref: str, key: str) -> str:
        """Post into an open post of ours, or open one; the id of a post is its first message's."""
        known = Place.read(ref)
        place = known or await self._forums.place(channel, message)
        if place.thread:
            try:
                into = self._once.to(channel, place.thread, key)
                return await self._forms.sent(channel, message, into)
            except ChannelRefused as error:
                if error.code not in SHUT:
                    raise
        if found := await self._forums.find(channel, message, place.after):
            return found

        async def opened(payload: Mapping[str, Any], file: File | None) -> str:
            return await self._forums.open(channel, message, payload, file, place.after)

        try:
            return await self._forms.sent(channel, message, opened)
        except SendUnclear as unclear:
            if place.thread or known is None:
                raise  # the next try would look elsewhere
            raise SendSought(str(unclear), code=unclear.code) from unclear

    async def probe(self, tenant: Tenant) -> None:
        """Ask for a server; TenantRefused where we are not in it. A person is always there."""
        if tenant.id.startswith("@"):
            return
        if not (tenant.id.isascii() and tenant.id.isdecimal()):
            form = to_say("'{slip}' is not the number of a Discord server.")
            raise TenantRefused(form, code="not-a-server", slip=tenant.id)
        try:
            await self._rest.call("GET", "/guilds/{guild_id}", guild_id=int(tenant.id))
        except SendUnclear as unclear:
            raise SendFailed(str(unclear), code=unclear.code) from unclear
        except ChannelRefused as refused:
            if refused.code in _GONE:
                form = to_say("Hypecurve is not in the server any more.")
                raise TenantRefused(form, code=refused.code, removed=True) from refused
            raise SendFailed(str(refused), code=refused.code) from refused

    async def _publish(self, channel: Channel, ref: str) -> str:
        """Hand a post to the channel's followers; it stands in the channel whatever happens.

        MessageRefused where it cannot be published: that says nothing of the channel.
        """
        path = "/channels/{channel_id}/messages/{message_id}/crosspost"
        number = await self._channels.number(channel)
        try:
            await self._rest.call("POST", path, channel_id=number, message_id=int(ref))
        except (ChannelRefused, MessageRefused, SendUnclear) as error:
            if error.code in _NOT_FOR_PUBLISHING:
                self._channels.forget(channel)
            elif error.code != _PUBLISHED:
                found = _unpublished(error)
                if isinstance(found, MessageRefused):
                    why = str(error)
                    _log.warning("discord post not published", channel=str(channel), why=why)
                raise found from error
        return ref


def _unpublished(error: SendError) -> SendError:
    if isinstance(error, SendUnclear) and not answered(error):
        return SendFailed(str(error), code=error.code)
    return MessageRefused(
        to_say("It was posted but cannot be published: {error}"), code=error.code, error=error
    )


@asynccontextmanager
async def connect(
    env: Mapping[str, str],
    kit: Kit,
    patience: Patience | None = None,
    together: Together | None = None,
) -> AsyncIterator[DiscordMessenger]:
    """Open a messenger; BadSetting where a setting cannot be used.

    Where Discord cannot be reached now, posting will say so: the service can start without it.
    """
    patience, together = patience or Patience(), together or Together()
    with addressed(env):
        rest = Rest(token_of(env), kit.invalid, together, patience.a_try)
        try:
            await _greet(rest)
            pictures = Pictures(kit.charts, longest=patience.a_picture)
            yield DiscordMessenger(rest, Channels(rest, together), pictures, patience)
        finally:
            await rest.close()


async def _greet(rest: Rest) -> None:
    try:
        async with asyncio.timeout(GREETING):
            await rest.log_in()
    except discord.LoginFailure:
        message = "DISCORD_TOKEN is not accepted by Discord: copy it anew from the Bot page."
        raise BadSetting(message) from None
    except discord.NotFound:
        message = "DISCORD_API_URL does not lead to Discord: it ends in /api/v10."
        raise BadSetting(message) from None
    except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
        _log.warning("discord not reached", error=type(error).__name__)
