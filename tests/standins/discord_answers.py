"""What the stand-in Discord takes as a bot's answer to an interaction."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from standins.discord_exchange import Exchange, Reply
from standins.discord_forms import wrong_form
from standins.discord_payloads import Json, answer, bad_choices, refusal
from standins.discord_rules import COMPONENTS_V2, EPHEMERAL, problems
from standins.discord_uploads import sent, wrong_files

_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE, _CHOICES, _FORM = 4, 5, 6, 7, 8, 9
_OF_COMPONENTS = frozenset({_DEFERRED_UPDATE, _UPDATE})


class Answers:
    """The interactions' side of a `DiscordStandIn`."""

    exchanges: dict[str, Exchange]
    refuse_panels = False
    """Components V2 are refused in answers, with the code 50035."""
    refuse_files = False
    """Files are refused in answers: too large, say."""
    broken_answers: deque[int]
    """How the next edits and follow-ups go wrong, each with a status; 0: the line breaks."""
    broken_firsts: deque[bool]
    """How the line breaks at the next first answers; True: they arrive all the same."""

    def answers(self) -> list[web.RouteDef]:
        """The routes."""
        original = "/api/v10/webhooks/{app}/{token}/messages/@original"
        return [
            web.post("/api/v10/interactions/{id}/{token}/callback", self._callback),
            web.post("/api/v10/webhooks/{app}/{token}", self._follow_up),
            web.patch(original, self._edit),
            web.delete(original, self._withdraw),
        ]

    def message(self, channel: str, body: Mapping[str, Any], files: Mapping[str, bytes]) -> Json:
        """Return a message as Discord keeps it."""
        raise NotImplementedError

    async def _callback(self, request: web.Request) -> web.Response:
        asked = self.exchanges.get(request.match_info["token"])
        if asked is None or asked.expired:
            return refusal(404, 10062, "Unknown interaction")
        arrives = self.broken_firsts.popleft() if self.broken_firsts else None
        if arrives is False:
            return _cut(request)
        answered = await self._first(request, asked)
        return answered if arrives is None else _cut(request)

    async def _first(self, request: web.Request, asked: Exchange) -> web.Response:
        if asked.acknowledged_after is not None:
            return refusal(400, 40060, "Interaction has already been acknowledged.")
        body, files = await sent(request)
        kind, data = body["type"], body.get("data") or {}
        if kind in _OF_COMPONENTS and asked.pressed is None:
            return refusal(400, 50035, "Only a component's message can be updated.")
        if wrong := self._unfit(kind, data, files):
            return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong})
        async with asked.changed:
            asked.acknowledged_after = asyncio.get_running_loop().time() - asked.started
            if kind == _CHOICES:
                asked.choices = data["choices"]
                if wrong_choices := bad_choices(asked.choices):
                    return refusal(400, 50035, wrong_choices)
            elif kind == _FORM:
                asked.form = data
            elif kind in _OF_COMPONENTS:
                asked.updating = True
                if kind == _UPDATE:
                    self._change(asked, data, files)
            else:
                ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
                message = self.message(asked.channel, data, files)
                asked.replies.append(Reply(message, ephemeral, loading=kind == _DEFERRED))
            asked.changed.notify_all()
        return answer({"interaction": {"id": asked.id, "type": 2}})

    async def _edit(self, request: web.Request) -> web.Response:
        asked = self.exchanges.get(request.match_info["token"])
        if asked is None or not (asked.updating or asked.original):
            return refusal(404, 10015, "Unknown Webhook")
        if (broken := self._broken(request)) is not None:
            return broken
        body, files = await sent(request)
        if wrong := self._refused(body, files):
            return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong})
        if asked.shown.get("flags", 0) & ~body.get("flags", 0) & COMPONENTS_V2:
            return refusal(400, 50035, "A message of components V2 stays one.")
        async with asked.changed:
            self._change(asked, body, files)
            asked.changed.notify_all()
        return answer(asked.shown)

    async def _follow_up(self, request: web.Request) -> web.Response:
        asked = self.exchanges.get(request.match_info["token"])
        if asked is None or asked.acknowledged_after is None:
            return refusal(404, 10015, "Unknown Webhook")
        if asked.original is not None and asked.original.loading:
            # Discord takes a follow-up right after deferring for the first answer itself.
            return await self._edit(request)
        if (broken := self._broken(request)) is not None:
            return broken
        body, files = await sent(request)
        if wrong := self._refused(body, files):
            return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong})
        async with asked.changed:
            message = self.message(asked.channel, body, files)
            asked.replies.append(Reply(message, bool(body.get("flags", 0) & EPHEMERAL)))
            asked.changed.notify_all()
        return answer(message)

    async def _withdraw(self, request: web.Request) -> web.Response:
        asked = self.exchanges.get(request.match_info["token"])
        if asked is None or asked.original is None:
            return refusal(404, 10015, "Unknown Webhook")
        async with asked.changed:
            asked.withdrawn = True
            del asked.replies[0]
            asked.changed.notify_all()
        return web.Response(status=204)

    def _change(self, asked: Exchange, body: Json, files: Mapping[str, bytes]) -> None:
        """Put a message in the place of the first answer, or of the one that was pressed."""
        made = self.message(asked.channel, body, files)
        if asked.updating:
            assert asked.pressed is not None
            # It stays the same message, ephemeral or not.
            flags = made["flags"] | (asked.pressed["flags"] & EPHEMERAL)
            asked.pressed |= made | {"id": asked.pressed["id"], "flags": flags}
            asked.updates.append(dict(asked.pressed))
        else:
            first = asked.replies[0]
            flags = made["flags"] | (EPHEMERAL if first.ephemeral else 0)
            message = made | {"id": first.message["id"], "flags": flags}
            asked.replies[0] = replace(first, message=message, loading=False)

    def _unfit(self, kind: int, data: Json, files: Mapping[str, bytes]) -> list[str]:
        if kind == _FORM:
            return wrong_form(data)
        return self._refused(data, files) if kind in {_MESSAGE, _UPDATE} else []

    def _refused(self, body: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
        found = [*problems(body), *wrong_files(body, files)]
        if self.refuse_panels and body.get("flags", 0) & COMPONENTS_V2:
            found.append("components: not here")
        if self.refuse_files and files:
            found.append("attachments: not here")
        return found

    def _broken(self, request: web.Request) -> web.Response | None:
        if not self.broken_answers:
            return None
        status = self.broken_answers.popleft()
        if status:
            return refusal(status, 0, "Something is wrong")
        return _cut(request)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
