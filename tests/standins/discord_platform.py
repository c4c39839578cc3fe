"""A stand-in Discord on loopback: REST v10, gateway, interactions, and ways to misbehave.

    async with DiscordStandIn() as discord:
        env = discord.env                       # DISCORD_TOKEN, DISCORD_API_URL, ..._GATEWAY_URL
        ...                                     # start the bot with it
        discord.channels["456"].messages        # what was posted there, as JSON, oldest first
        asked = await discord.command("repo", name="acme/flashkv")     # in 456 of server 123, by 42
        asked.private, asked.public, asked.text # the answers: only for the asker, for everybody
        await discord.choose(message, "17")     # uses the select of a message
        await discord.press(message, "Tune")    # presses a button of a message
        await discord.autocomplete("subscribe", categories="ag")       # -> the choices
        discord.trouble.append(fault(503))      # the next post in a channel goes wrong
        discord.always = limited(7.0)           # every one does, until None
        await discord.gateway.reconnect()       # op 7

Ready-made channels: 456 and 457 in server 123, and 789, the direct messages of user 42. It refuses
what Discord refuses (see `discord_rules`), and drops a repeated nonce as Discord does.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from standins.discord_exchange import Exchange, Reply
from standins.discord_gateway import Gateway
from standins.discord_payloads import (
    APPLICATION,
    EVERYTHING,
    HANG,
    READING,
    SERVER,
    USER,
    Json,
    StandInChannel,
    Trouble,
    answer,
    bad_choices,
    drop,
    fault,
    limited,
    member,
    refusal,
    user,
)
from standins.discord_people import People
from standins.discord_rules import EPHEMERAL, problems

__all__ = [
    "EVERYTHING",
    "HANG",
    "READING",
    "DiscordStandIn",
    "Trouble",
    "drop",
    "fault",
    "limited",
]


class DiscordStandIn(People):
    """See the module's docstring."""

    def __init__(self, token: str = "stand-in.token") -> None:  # noqa: S107  # made up
        """Nothing listens before `async with`."""
        self.token = token
        self.channels = {
            "456": StandInChannel("456"),
            "457": StandInChannel("457", name="news"),
            "789": StandInChannel("789", guild=None, name=""),
        }
        self.trouble: deque[Trouble] = deque()
        self.always: Trouble | None = None
        self.posts: list[Json] = []
        """Every body sent to a channel, taken or not."""
        self.commands: list[Json] = []
        """The application's registered commands."""
        self.commands_refused = False
        self.requests: list[str] = []
        """METHOD path of every request."""
        self.exchanges: dict[str, Exchange] = {}
        self.app_permissions = READING
        self.late = False
        self.api_url = ""
        self.gateway_url = ""
        self.gateway = Gateway(token, self._ready)
        self._ids = itertools.count(1_400_000_000_000_000_001)
        self._nonces: dict[str, Json] = {}
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def env(self) -> dict[str, str]:
        """The bot's settings for this platform."""
        return {
            "DISCORD_TOKEN": self.token,
            "DISCORD_API_URL": self.api_url,
            "DISCORD_GATEWAY_URL": self.gateway_url,
        }

    async def __aenter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Stop listening."""
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port of before where there was one."""
        self._over.clear()
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/api/v10/users/@me", self._me),
                web.get("/api/v10/oauth2/applications/@me", self._application),
                web.get("/api/v10/applications/@me", self._application),
                web.get("/api/v10/gateway/bot", self._gateway_bot),
                web.get("/api/v10/applications/{app}/commands", self._get_commands),
                web.put("/api/v10/applications/{app}/commands", self._put_commands),
                web.post("/api/v10/channels/{channel}/messages", self._post),
                web.post("/api/v10/interactions/{id}/{token}/callback", self._callback),
                web.post("/api/v10/webhooks/{app}/{token}", self._follow_up),
                web.patch("/api/v10/webhooks/{app}/{token}/messages/@original", self._edit),
                web.get("/gateway", self.gateway.serve),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.api_url = f"http://127.0.0.1:{self._port}/api/v10"
        self.gateway_url = f"ws://127.0.0.1:{self._port}/gateway"

    async def stop(self) -> None:
        """Refuse connections from now on."""
        self._over.set()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what the bot asks -------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401  # aiohttp's own type is as wide
        self.requests.append(f"{request.method} {request.path}")
        open_path = request.path.startswith(("/gateway", "/api/v10/interactions", "/api/v10/webho"))
        if not open_path and request.headers.get("Authorization") != f"Bot {self.token}":
            return refusal(401, 0, "401: Unauthorized")
        served: web.StreamResponse = await handler(request)
        return served

    async def _me(self, _: web.Request) -> web.Response:
        return answer(user(APPLICATION, "hypecurve", bot=True))

    async def _application(self, _: web.Request) -> web.Response:
        return answer(
            {
                "id": APPLICATION,
                "name": "hypecurve",
                "description": "",
                "icon": None,
                "bot_public": True,
                "bot_require_code_grant": False,
                "owner": user(USER),
                "verify_key": "00",
                "flags": 0,
            }
        )

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": self.gateway_url, "shards": 1, "session_start_limit": limit})

    async def _get_commands(self, _: web.Request) -> web.Response:
        return answer(self.commands)

    async def _put_commands(self, request: web.Request) -> web.Response:
        if self.commands_refused:
            return refusal(400, 50035, "Invalid Form Body")
        sent: list[Json] = await request.json()
        # Discord fills in what was left out, and answers with more than it was sent.
        self.commands = [
            {
                "id": str(next(self._ids)),
                "application_id": APPLICATION,
                "version": "1",
                "type": 1,
                "dm_permission": True,
                "nsfw": False,
                "default_member_permissions": None,
                "name_localizations": None,
                **command,
            }
            for command in sent
        ]
        return answer(self.commands)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        body: Json = await request.json()
        self.posts.append(body)
        trouble = self.trouble.popleft() if self.trouble else self.always
        channel = self.channels.get(request.match_info["channel"])
        if trouble is None and channel is not None:
            trouble = channel.refusal
        if trouble is not None and trouble.accepted and channel is not None:
            self._take(channel, body)
        if trouble is HANG:
            await self._over.wait()
        if trouble is not None:
            return self._fail(request, trouble)
        if channel is None:
            return refusal(404, 10003, "Unknown Channel")
        if wrong := problems(body):
            return refusal(400, 50035, "Invalid Form Body", errors={"_errors": wrong})
        return answer(self._take(channel, body))

    def _take(self, channel: StandInChannel, body: Json) -> Json:
        """Post it, unless a message of the same nonce stands there already."""
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        if nonce in self._nonces:
            return self._nonces[nonce]
        message = self._message(channel.id, body)
        channel.messages.append(message)
        if nonce is not None:
            self._nonces[nonce] = message
        return message

    def _message(self, channel: str, body: Mapping[str, Any]) -> Json:
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
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
            "flags": body.get("flags", 0),
            "components": body.get("components") or [],
            "nonce": body.get("nonce"),
        }

    @staticmethod
    def _fail(request: web.Request, trouble: Trouble) -> web.Response:
        if trouble.status <= 0:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if trouble.retry_after is not None and not trouble.via:
            headers = {"Retry-After": str(int(trouble.retry_after))}
            return web.Response(status=429, text="error code: 1015", headers=headers)
        if trouble.retry_after is not None:
            more = {"retry_after": trouble.retry_after, "global": False}
            return refusal(429, 0, trouble.message, {"Via": "1.1 google"}, **more)
        return refusal(trouble.status, trouble.code, trouble.message)

    # -- what the bot answers ----------------------------------------------------------------

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

    # -- what the gateway tells --------------------------------------------------------------

    def _ready(self) -> list[tuple[str, Json]]:
        ready: Json = {
            "v": 10,
            "user": user(APPLICATION, "hypecurve", bot=True),
            "guilds": [{"id": SERVER, "unavailable": True}],
            "session_id": "stand-in-session",
            "resume_gateway_url": self.gateway_url,
            "shard": [0, 1],
            "application": {"id": APPLICATION, "flags": 0},
        }
        channels = [
            {"id": c.id, "type": 0, "name": c.name, "position": 0, "permission_overwrites": []}
            for c in self.channels.values()
            if c.guild == SERVER
        ]
        guild: Json = {
            "id": SERVER,
            "name": "Stand-in",
            "owner_id": USER,
            "member_count": 2,
            "roles": [],
            "channels": channels,
            "members": [member(APPLICATION, EVERYTHING)],
            "emojis": [],
            "features": [],
            "verification_level": 0,
        }
        return [("READY", ready), ("GUILD_CREATE", guild)]
