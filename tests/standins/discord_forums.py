"""The stand-in's forums and media channels: posts that are opened, found again, and closed.

There is no nonce for a post that is opened: who asks twice has two.
https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aiohttp import web

from standins.discord_payloads import (
    APPLICATION,
    FORUMS,
    Json,
    StandInChannel,
    answer,
    refusal,
)
from standins.discord_places import SEND, VIEW, Accepted, Places
from standins.discord_rules import units
from standins.discord_uploads import sent

THREAD = 11
REQUIRE_TAG = 1 << 4
_OPEN_FOR = frozenset({60, 1_440, 4_320, 10_080})


class Forums(Places):
    """The forums' side of a `DiscordStandIn`."""

    def posts_in(self, forum: str) -> list[StandInChannel]:
        """Return the posts of a forum, the oldest first."""
        return [channel for channel in self.channels.values() if channel.parent == forum]

    def thread(self, parent: str, name: str, owner: str = APPLICATION) -> StandInChannel:
        """Let somebody open a thread, without a message."""
        number = str(next(self._ids))
        found = StandInChannel(
            number,
            guild=self.channels[parent].guild,
            name=name,
            type=THREAD,
            parent=parent,
            owner=owner,
        )
        self.channels[number] = found
        return found

    def forums(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.post("/api/v10/channels/{channel}/threads", self._open),
            web.get("/api/v10/guilds/{guild}/threads/active", self._active),
        ]

    async def _active(self, request: web.Request) -> web.Response:
        guild = request.match_info["guild"]
        if guild not in self.guilds:
            return refusal(404, 10004, "Unknown Guild")
        seen = [
            channel.json()
            for channel in self.channels.values()
            if channel.parent and channel.guild == guild and not channel.archived
            # One that was deleted with its forum is seen by nobody.
            if (forum := self.channels.get(channel.parent)) and forum.allowed & VIEW
        ]
        return answer({"threads": seen, "members": []})

    async def _open(self, request: web.Request) -> web.Response:
        body, files = await sent(request)
        forum = self._found(request)
        if forum is None:
            return refusal(404, 10003, "Unknown Channel")
        if forum.type not in FORUMS:
            return refusal(400, 50024, "Cannot execute action on this channel type")
        if wrong := self.wrong(forum, SEND, body, files) or _untaken(forum, body):
            return wrong
        post = self.thread(forum.id, body["name"])
        post.applied = body.get("applied_tags", [])
        return answer({**post.json(), "message": self._begun(post, body["message"], files)})

    def _begun(self, post: StandInChannel, body: Json, files: Mapping[str, bytes]) -> Json:
        """Begin a post with its message, which has the post's own id."""
        message = self.message(post.id, body, files) | {"id": post.id}
        post.messages.append(message)
        self.accepted.append(Accepted(post.id, post.parent, "", self.clock()))
        return message


def _untaken(forum: StandInChannel, body: Json) -> web.Response | None:
    """Return how a post is refused for its name or its tags."""
    known = {tag["id"]: tag for tag in forum.tags}
    applied = body.get("applied_tags", [])
    if any(tag not in known for tag in applied):
        return refusal(400, 10087, "Unknown Tag")
    if any(known[tag].get("moderated") for tag in applied):
        return refusal(403, 50013, "Missing Permissions")
    if forum.flags & REQUIRE_TAG and not applied:
        code = 40067 if any(not tag.get("moderated") for tag in forum.tags) else 40066
        return refusal(400, code, "A tag is required to create a forum post in this channel")
    wrong = list(_misnamed(body))
    return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong}) if wrong else None


def _misnamed(body: Json) -> Iterator[str]:
    if not 1 <= units(body["name"].strip()) <= 100:
        yield "name: 1 to 100 characters"
    if body.get("auto_archive_duration", 1_440) not in _OPEN_FOR:
        yield "auto_archive_duration: 60, 1440, 4320 or 10080"
    if len(body.get("applied_tags", [])) > 5:
        yield "applied_tags: at most 5"
