"""Posts in forums and media channels: a digest opens one, what else comes goes into the newest.

A message in a thread has a nonce, which makes it once. A post that is opened has none
(https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel),
so that another thing has to tell whether it was opened already. This does, and it is exact:

- What a delivery goes into is found out before anything is posted, and written down by the
  delivery as the outcome of a step of its own: "in:THREAD,ID", an open thread of ours, or
  "after:ID", none, where ID is the newest of ours in the forum at that time. So a second digest of
  the same name, which goes into the post of the first, is never taken for a repeat of the first.
- A thread of ours with the name and a greater ID than that is this delivery's own: the deliveries
  of a channel come one after the other, nobody else writes as us, and Discord's ids grow. It is
  looked for before each opening, also by the next process where one died, and where the thread to
  go into was shut meanwhile.
- An opening that may have been taken is not made again: discord.py's own repeats are off for it
  (`Wire.once`). The thread is looked for, some seconds long; where it is not found by then, the
  delivery is tried again after a minute or more (SendSought), which looks for it first.

What is looked through are the server's active threads, which takes no right but to see the forum.
Left is what a moderator closes or renames between an opening in doubt and the next look, and what
Discord itself shows later than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    SendError,
    SendFailed,
    SendUnclear,
)
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Channel
from hypecurve.wording.cut import clean, cut
from hypecurve_discord.posting.channels import Channels, Facts, nonsense, numbered
from hypecurve_discord.posting.patience import Patience
from hypecurve_discord.posting.pictures import File
from hypecurve_discord.posting.rest import Rest
from hypecurve_discord.posting.wire import Wire
from hypecurve_discord.refusals import UNTAGGED

_IN, _AFTER = "in", "after"
_NAME = 100
_REQUIRE_TAG = 1 << 4
_TAGS = ("hype", "digest", "news")
"""A tag that holds one of these words is ours to set; the first one is preferred."""
_A_DAY = 1_440
"""Minutes for which a post stays open at least: what comes later on that day goes into it."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a forum a message goes; `thread` 0: into a post that it opens."""

    thread: int = 0
    after: int = 0
    """The newest thread of ours when that was found out."""

    @classmethod
    def read(cls, ref: str) -> Place | None:
        """Read what `str` wrote, now or before `in:` told the newest; None: something else."""
        kind, _, numbers = ref.partition(":")
        number, _, newest = numbers.partition(",")
        newest = newest or number
        if kind not in {_IN, _AFTER} or not (number.isdecimal() and newest.isdecimal()):
            return None
        return cls(thread=int(number) if kind == _IN else 0, after=int(newest))

    def __str__(self) -> str:
        """`in:140,150` or `after:150`."""
        return f"{_IN}:{self.thread},{self.after}" if self.thread else f"{_AFTER}:{self.after}"


@dataclass(frozen=True, slots=True)
class _Thread:
    id: int
    name: str
    locked: bool


class Forums:
    """Finds out where in a forum a message goes, and opens posts there, each once."""

    def __init__(self, rest: Rest, channels: Channels, patience: Patience) -> None:
        """Prepare; nothing is sent."""
        self._rest = rest
        self._channels = channels
        self._patience = patience

    async def place(self, channel: Channel, message: Message) -> Place:
        """Return where a message goes. Posts nothing; never raises SendUnclear."""
        threads = await self._ours(channel)
        wanted = _alike(named(message))
        fits = (
            each.id
            for each in threads
            if not each.locked
            and (message.kind is not MessageKind.DIGEST or _alike(each.name) == wanted)
        )
        newest = threads[0].id if threads else 0
        return Place(thread=next(fits, 0), after=newest)

    async def find(self, channel: Channel, message: Message, after: int) -> str:
        """Return the thread of a message's name that we opened after another one; "" if none."""
        wanted = _alike(named(message))
        threads = await self._ours(channel)
        return next((str(t.id) for t in threads if t.id > after and _alike(t.name) == wanted), "")

    async def open(
        self,
        channel: Channel,
        message: Message,
        payload: Mapping[str, Any],
        file: File | None,
        after: int,
    ) -> str:
        """Open a post that begins with a message, and return its id, which is the message's too.

        SendUnclear where it may have been opened and is not found.
        """
        for is_last in (False, True):
            try:
                return await self._open(channel, message, payload, file)
            except (ChannelRefused, MessageRefused) as error:
                if is_last or error.code not in UNTAGGED:
                    raise
                # Its tags may be others by now.
                self._channels.forget(channel)
            except SendUnclear:
                if found := await self._found(channel, message, after):
                    return found
                raise
        raise AssertionError  # the last one raises above

    async def _open(
        self, channel: Channel, message: Message, payload: Mapping[str, Any], file: File | None
    ) -> str:
        facts = await self._channels.facts(channel)
        post = {
            "name": named(message),
            "auto_archive_duration": max(facts.open_for, _A_DAY),
            "message": payload,
            **_tagged(facts),
        }
        wire = Wire(self._patience.young, self._patience.wall, once=True)
        path = "/channels/{channel_id}/threads"
        answer = await self._rest.call(
            "POST", path, post, wire=wire, file=file, channel_id=numbered(channel)
        )
        try:
            return str(int(answer["id"]))
        except (TypeError, KeyError, ValueError) as error:
            raise nonsense(SendUnclear) from error

    async def _found(self, channel: Channel, message: Message, after: int) -> str:
        """Look for a post that may have been opened, as long as it may take to be seen."""
        for pause in self._patience.pauses:
            await self._patience.sleep(pause)
            try:
                found = await self.find(channel, message, after)
            except SendError as error:
                _log.info("discord forum not looked through", channel=str(channel), why=str(error))
                continue
            if found:
                return found
        return ""

    async def _ours(self, channel: Channel) -> list[_Thread]:
        """Return the open threads of ours in a forum, the newest first."""
        try:
            answer = await self._rest.call(
                "GET", "/guilds/{guild_id}/threads/active", guild_id=int(channel.tenant.id)
            )
            threads = [
                _Thread(
                    int(each["id"]),
                    str(each["name"]),
                    bool(each.get("thread_metadata", {}).get("locked")),
                )
                for each in answer["threads"]
                if str(each["parent_id"]) == channel.id and str(each["owner_id"]) == self._rest.me
            ]
        except (SendUnclear, MessageRefused) as error:
            raise SendFailed(str(error), code=error.code) from error
        except (AttributeError, TypeError, KeyError, ValueError) as error:
            raise nonsense(SendFailed) from error
        return sorted(threads, key=lambda each: each.id, reverse=True)


def named(message: Message) -> str:
    """Return the name of the post that a message opens: 1 to 100 characters."""
    words = " ".join(clean(message.title or message.notification).split())
    return cut(words, _NAME, utf16=True) or "Hypecurve"


def _alike(name: str) -> str:
    """Return what is left of a name whatever Discord makes of its spaces and signs."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _tagged(facts: Facts) -> dict[str, list[str]]:
    """Return the tag that a post gets: one that speaks of us, else any where one is needed."""
    ours = [tag for tag in facts.tags if not tag.moderated]
    for word in _TAGS:
        for tag in ours:
            if word in tag.name.casefold():
                return {"applied_tags": [tag.id]}
    needed = facts.flags & _REQUIRE_TAG
    return {"applied_tags": [ours[0].id]} if needed and ours else {}
