"""The stand-in's servers, channels and people, and what was really posted there."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from standins.discord_payloads import (
    APPLICATION,
    FORUMS,
    Json,
    StandInChannel,
    answer,
    refusal,
    user,
)
from standins.discord_rules import COMPONENTS_V2, problems
from standins.discord_troubles import Trouble
from standins.discord_uploads import attachments, sent, wrong_files

NONCE_FOR = 180.0
"""Seconds for which a nonce is remembered: Discord says "the past few minutes"."""
ANNOUNCEMENTS = 5
THREADS = frozenset({10, 11, 12})
VIEW, SEND, ATTACH, SEND_IN_THREADS = 1 << 10, 1 << 11, 1 << 15, 1 << 38


@dataclass(frozen=True, slots=True)
class Accepted:
    """One message that was really made: a repeat that its nonce gave away is none."""

    id: str
    channel: str
    nonce: str
    at: float
    """By the stand-in's clock."""


class Places:
    """The places' side of a `DiscordStandIn`."""

    def __init__(self, channels: Mapping[str, StandInChannel], wide: bool) -> None:  # noqa: FBT001  # said by name in the one place that calls it
        """`wide`: every number is a channel, and bodies are neither looked at nor kept."""
        self.channels = dict(channels)
        self.guilds = {c.guild for c in self.channels.values() if c.guild is not None}
        self.wide = wide
        self.clock: Callable[[], float] = time.monotonic
        """For the nonces' memory."""
        self.accepted: list[Accepted] = []
        """All that was really posted, in order."""
        self.posts: list[Json] = []
        """Every body sent to a channel, taken or not; none where it is `wide`."""
        self._ids: Iterator[int] = itertools.count(1_400_000_000_000_000_001)
        self._nonces: dict[str, tuple[float, Json]] = {}
        self._deleted: set[str] = set()

    def twice(self) -> list[str]:
        """Return the nonces under which more than one message was made."""
        counts = Counter(accepted.nonce for accepted in self.accepted if accepted.nonce)
        return [nonce for nonce, times in counts.items() if times > 1]

    def delete(self, message: str) -> None:
        """Delete a message; Discord remembers its nonce all the same."""
        self._deleted.add(message)
        for channel in self.channels.values():
            channel.messages = [m for m in channel.messages if m["id"] != message]

    def places(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.post("/api/v10/channels/{channel}/messages", self._post),
            web.post("/api/v10/channels/{channel}/messages/{message}/crosspost", self._publish),
            web.get("/api/v10/channels/{channel}", self._channel),
            web.get("/api/v10/guilds/{guild}", self._guild),
            web.post("/api/v10/users/@me/channels", self._alone),
        ]

    def refusing(self, request: web.Request) -> Trouble | None:
        """Return what the channel that is asked for refuses everything with."""
        channel = self.channels.get(request.match_info.get("channel", ""))
        wanted = request.method == "POST" or (
            # Who may only not write there may still look at it.
            channel is not None and channel.refusal is not None and channel.refusal.code != 50013
        )
        return channel.refusal if channel is not None and wanted else None

    async def _channel(self, request: web.Request) -> web.Response:
        channel = self._found(request)
        return answer(channel.json()) if channel else refusal(404, 10003, "Unknown Channel")

    async def _guild(self, request: web.Request) -> web.Response:
        guild = request.match_info["guild"]
        if guild not in self.guilds:
            return refusal(404, 10004, "Unknown Guild")
        return answer({"id": guild, "name": "Stand-in", "features": []})

    async def _alone(self, request: web.Request) -> web.Response:
        person = str((await request.json())["recipient_id"])
        found = next((c for c in self.channels.values() if c.person == person), None)
        if found is None:
            number = str(next(self._ids))
            found = StandInChannel(number, guild=None, name="", person=person)
            self.channels[number] = found
        return answer({**found.json(), "recipients": [user(person)]})

    async def _post(self, request: web.Request) -> web.Response:
        body, files = await sent(request)
        channel = self._found(request)
        if channel is None:
            return refusal(404, 10003, "Unknown Channel")
        sending = SEND_IN_THREADS if channel.type in THREADS else SEND
        if wrong := self.wrong(channel, sending, body, files):
            return wrong
        message = self._take(channel, body, files)
        if message["id"] in self._deleted:
            return refusal(404, 10008, "Unknown Message")
        channel.archived = False
        return answer(message)

    def wrong(  # noqa: PLR0911 - one for each refusal
        self, channel: StandInChannel, sending: int, body: Json, files: Mapping[str, bytes]
    ) -> web.Response | None:
        """Return how a message is refused in a channel; `sending`: the right that it takes."""
        if not channel.allowed & VIEW:
            return refusal(403, 50001, "Missing Access")
        if not channel.allowed & sending or (files and not channel.allowed & ATTACH):
            return refusal(403, 50013, "Missing Permissions")
        if channel.locked:
            return refusal(403, 160005, "Thread is locked")
        if channel.type in FORUMS and sending == SEND and "name" not in body:
            return refusal(400, 50008, "Cannot send messages in a non-text channel")
        message = body.get("message", body)
        if self.wide:
            return None
        if channel.classic and message.get("flags", 0) & COMPONENTS_V2:
            errors: Json = {"flags": {"_errors": [{"code": "INVALID", "message": "not here"}]}}
            return refusal(400, 50035, "Invalid Form Body", errors=errors)
        found = problems(message) + wrong_files(message, files)
        return (
            refusal(400, 50035, "Invalid Form Body", errors={"_errors": found}) if found else None
        )

    async def _publish(self, request: web.Request) -> web.Response:
        channel = self._found(request)
        message = request.match_info["message"]
        if channel is None:
            return refusal(404, 10003, "Unknown Channel")
        if channel.type != ANNOUNCEMENTS:
            return refusal(403, 50024, "Cannot execute action on this channel type")
        if message not in {m["id"] for m in channel.messages}:
            return refusal(404, 10008, "Unknown Message")
        if message in channel.published:
            return refusal(400, 40033, "This message has already been crossposted.")
        channel.published.append(message)
        return answer({"id": message, "channel_id": channel.id})

    def _found(self, request: web.Request) -> StandInChannel | None:
        number = request.match_info["channel"]
        if self.wide and number not in self.channels:
            self.channels[number] = StandInChannel(number)
        return self.channels.get(number)

    def _take(self, channel: StandInChannel, body: Json, files: Mapping[str, bytes]) -> Json:
        """Post it, unless a message of the same nonce was posted a few minutes ago."""
        now = self.clock()
        nonce = str(body.get("nonce") or "") if body.get("enforce_nonce") else ""
        before, message = self._nonces.get(nonce, (0.0, {}))
        if message and now - before < NONCE_FOR:
            return message
        message = self.message(channel.id, body, files)
        self.accepted.append(Accepted(message["id"], channel.id, nonce, now))
        if self.wide:
            message = {"id": message["id"], "channel_id": channel.id}
        else:
            channel.messages.append(message)
        if nonce:
            self._nonces[nonce] = now, message
        return message

    def message(self, channel: str, body: Mapping[str, Any], files: Mapping[str, bytes]) -> Json:
        """Return a message as Discord keeps it."""
        return {
            "id": str(next(self._ids)),
            "channel_id": channel,
            "author": user(APPLICATION, "hypecurve", bot=True),
            "content": body.get("content") or "",
            "timestamp": "2026-11-22T09:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": attachments(body, files),
            "embeds": body.get("embeds") or [],
            "pinned": False,
            "type": 0,
            "flags": body.get("flags", 0),
            "components": body.get("components") or [],
            "nonce": body.get("nonce"),
        }
