"""What the stand-in Discord says and hears, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from standins.discord_troubles import Trouble

Json = dict[str, Any]

APPLICATION = "100"
SERVER = "123"
USER = "42"
MANAGE_CHANNELS = 1 << 4
EVERYTHING = (1 << 53) - 1
READING = (1 << 10) | (1 << 11)
"""View channels and send messages, and nothing else."""
FORUMS = frozenset({15, 16})


@dataclass(slots=True)
class StandInChannel:
    """A channel; `guild` is None for direct messages, `refusal` what it answers every post with."""

    id: str
    guild: str | None = SERVER
    name: str = "general"
    messages: list[Json] = field(default_factory=list)
    refusal: Trouble | None = None
    type: int = 0
    """0 text, 1 direct messages, 5 announcements, 11 a thread, 15 a forum, 16 for media."""
    published: list[str] = field(default_factory=list)
    """The messages that went out to who follows it."""
    position: int = 0
    """Where it stands among the others."""
    overwrites: list[Json] = field(default_factory=list)
    person: str = ""
    """Who is written to alone there."""
    allowed: int = EVERYTHING
    """What the bot may do there, as REST holds it to."""
    classic: bool = False
    """It takes no components of the newer kind."""
    parent: str = ""
    """The forum or channel in which a thread stands."""
    owner: str = ""
    """Who opened it, where it is a thread."""
    archived: bool = False
    locked: bool = False
    tags: list[Json] = field(default_factory=list)
    """What a forum's posts may carry: `id`, `name`, `moderated`."""
    applied: list[str] = field(default_factory=list)
    """The tags that a post carries."""
    flags: int = 0
    """1 << 4: a forum's posts carry a tag."""

    def json(self) -> Json:
        """What Discord tells of it."""
        shown: Json = {
            "id": self.id,
            "type": 1 if self.guild is None else self.type,
            "name": self.name,
            "position": self.position,
            "permission_overwrites": self.overwrites,
        }
        if self.parent:
            shown |= self._thread()
        if self.type in FORUMS:
            shown |= {"available_tags": self.tags, "flags": self.flags, "topic": None}
        return shown if self.guild is None else {**shown, "guild_id": self.guild}

    def _thread(self) -> Json:
        held = {"archived": self.archived, "locked": self.locked, "auto_archive_duration": 1440}
        return {
            "parent_id": self.parent,
            "owner_id": self.owner,
            "message_count": len(self.messages),
            "total_message_sent": len(self.messages),
            "member_count": 1,
            "rate_limit_per_user": 0,
            "applied_tags": self.applied,
            "thread_metadata": {**held, "archive_timestamp": "2026-11-22T09:00:00+00:00"},
        }


def hype(name: str, options: list[Json]) -> Json:
    inner = {"type": 1, "name": name, "options": options}
    return {"id": "1", "name": "hype", "type": 1, "options": [inner]}


def user(user_id: str, name: str = "nori", *, bot: bool = False) -> Json:
    return {"id": user_id, "username": name, "discriminator": "0", "avatar": None, "bot": bot}


def member(user_id: str, permissions: int) -> Json:
    return {
        "user": user(user_id),
        "roles": [],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(permissions),
    }


def bad_choices(choices: list[Json]) -> str:
    if len(choices) > 25:
        return "at most 25 choices"
    if any(not 1 <= len(c[part]) <= 100 for c in choices for part in ("name", "value")):
        return "a choice has 1 to 100 characters"
    return ""


def answer(
    data: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    # discord.py reads JSON only where the type stands alone, without a charset.
    body = json.dumps(data).encode()
    every = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=body, status=status, headers=every)


def refusal(
    status: int,
    code: int,
    message: str,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> web.Response:
    return answer({"code": code, "message": message, **more}, status, headers)
