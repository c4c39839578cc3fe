"""What the stand-in Discord takes as a bot's answer to an interaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from standins.discord_exchange import Exchange, Reply
from standins.discord_payloads import Json, answer, bad_choices, refusal
from standins.discord_rules import EPHEMERAL, problems


class Answers:
    """The interactions' side of a `DiscordStandIn`."""

    exchanges: dict[str, Exchange]

    def answers(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.post("/api/v10/interactions/{id}/{token}/callback", self._callback),
            web.post("/api/v10/webhooks/{app}/{token}", self._follow_up),
            web.patch("/api/v10/webhooks/{app}/{token}/messages/@original", self._edit),
        ]

    def _message(self, channel: str, body: Mapping[str, Any]) -> Json:
        raise NotImplementedError

    async def _callback(self, request: web.Request) -> web.Response:
        asked = self.exchanges.get(request.match_info["token"])
        if asked is None or asked.expired:
            return refusal(404, 10062, "Unknown interaction")
        if asked.acknowledged_after is not None:
            return refusal(400, 40060, "Interaction has already been acknowledged.")
        body: Json = await request.json()
        data: Json = body.get("data") or {}
        ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
        async with asked.changed:
            asked.acknowledged_after = asyncio.get_running_loop().time() - asked.started
            if body["type"] == 8:
                asked.choices = data["choices"]
                if wrong := bad_choices(asked.choices):
                    return refusal(400, 50035, wrong)
            elif body["type"] == 5:
                asked.replies.append(Reply(self._message("0", {}), ephemeral, loading=True))
            else:
                asked.replies.append(Reply(self._message("0", data), ephemeral))
            asked.changed.notify_all()
        return answer({"interaction": {"id": asked.id, "type": 2}})

    async def _edit(self, request: web.Request) -> web.Response:
        asked = self.exchanges.get(request.match_info["token"])
        if asked is None or asked.original is None:
            return refusal(404, 10015, "Unknown Webhook")
        body: Json = await request.json()
        if wrong := problems(body):
            return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong})
        async with asked.changed:
            # An ephemeral answer stays one: its flag cannot be changed any more.
            asked.original.message = self._message("0", body)
            asked.original.loading = False
            asked.changed.notify_all()
        return answer(asked.original.message)

    async def _follow_up(self, request: web.Request) -> web.Response:
        asked = self.exchanges.get(request.match_info["token"])
        if asked is None or asked.original is None:
            return refusal(404, 10015, "Unknown Webhook")
        if asked.original.loading:
            # Discord takes a follow-up right after deferring for the first answer itself.
            return await self._edit(request)
        body: Json = await request.json()
        if wrong := problems(body):
            return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong})
        async with asked.changed:
            message = self._message("0", body)
            asked.replies.append(Reply(message, bool(body.get("flags", 0) & EPHEMERAL)))
            asked.changed.notify_all()
        return answer(message)
