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
        discord.astray["/api/v10/interactions"] = deque([limited(0.1)])     # calls of that path
        discord.always = limited(7.0)           # every call does that is about a place, until None
        discord.faults = Faults(0.05, Random(7))        # some do, by chance
        discord.pace.enforced = True            # 50 a second over all
        discord.accepted, discord.twice()       # what was really posted, and what more than once
        discord.delete(message_id)
        discord.channels["459"] = StandInChannel("459", type=15)    # a forum; see `discord_forums`
        discord.posts_in("459")                 # its posts, the oldest first
        await discord.gateway.reconnect()       # op 7
        await discord.remove("123")             # the bot is thrown out; see `discord_happenings`

Ready-made channels: 456 and 457 in server 123, 458 there for announcements, and 789, the direct
messages of user 42. It refuses what Discord refuses (see `discord_rules`), and drops a repeated
nonce as Discord does, for three minutes of `discord.clock`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from math import ceil
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from standins.discord_answers import Answers
from standins.discord_commands import Commands
from standins.discord_exchange import Exchange
from standins.discord_forums import Forums
from standins.discord_gateway import Gateway
from standins.discord_happenings import Happenings
from standins.discord_payloads import (
    APPLICATION,
    EVERYTHING,
    READING,
    USER,
    Json,
    StandInChannel,
    answer,
    refusal,
    user,
)
from standins.discord_people import People
from standins.discord_places import ANNOUNCEMENTS, Accepted, Places
from standins.discord_troubles import (
    HANG,
    Faults,
    Pace,
    Trouble,
    cut,
    drop,
    fault,
    hang,
    limited,
    slowed,
)
from standins.discord_uploads import sent

__all__ = [
    "EVERYTHING",
    "HANG",
    "READING",
    "Accepted",
    "DiscordStandIn",
    "Faults",
    "Trouble",
    "cut",
    "drop",
    "fault",
    "hang",
    "limited",
    "slowed",
]

_ABOUT_PLACES = ("/api/v10/channels/", "/api/v10/guilds/", "/api/v10/users/@me/channels")
_UNCOUNTED = ("/gateway", "/figures", "/api/v10/interactions", "/api/v10/webhooks")
"""Discord's 50 a second do not hold for interactions."""


class DiscordStandIn(People, Forums, Places, Answers, Commands, Happenings):
    """See the module's docstring."""

    def __init__(self, token: str = "stand-in.token", *, wide: bool = False) -> None:  # noqa: S107  # made up
        """Nothing listens before `async with`; `wide`: for many posts, see `Places`."""
        channels = (
            StandInChannel("456"),
            StandInChannel("457", name="news"),
            StandInChannel("458", name="told", type=ANNOUNCEMENTS),
            StandInChannel("789", guild=None, name="", person=USER),
        )
        super().__init__({channel.id: channel for channel in channels}, wide)
        self.token = token
        self.trouble: deque[Trouble] = deque()
        self.always: Trouble | None = None
        self.astray: dict[str, deque[Trouble]] = {}
        """How the next calls of paths that begin so go wrong."""
        self.faults: Faults | None = None
        self.pace = Pace()
        self.hanging: float | None = None
        """Seconds after which a call that hangs is dropped; None: when it stops."""
        self.commands: list[Json] = []
        """The application's registered commands."""
        self.application: Json = {}
        """What Discord tells of the application, where it is not as usual."""
        self.access: dict[str, list[Json]] = {}
        """What admins set for our commands, by server; see `discord_happenings`."""
        self.requests: list[str] = []
        """METHOD path of every request; none where it is `wide`."""
        self.exchanges: dict[str, Exchange] = {}
        self.broken_answers: deque[int] = deque()
        self.broken_firsts: deque[bool] = deque()
        self.app_permissions = READING
        self.late = False
        self.api_url = ""
        self.gateway_url = ""
        self.gateway = Gateway(token, self.ready)
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
                *self.command_routes(),
                *self.places(),
                *self.forums(),
                *self.answers(),
                *self.happenings(),
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
        if not self.wide:
            self.requests.append(f"{request.method} {request.path}")
        if not request.path.startswith(_UNCOUNTED):
            if request.headers.get("Authorization") != f"Bot {self.token}":
                return refusal(401, 0, "401: Unauthorized")
            if wait := self.pace.admit(asyncio.get_running_loop().time()):
                return self._fail(request, limited(wait, scope="global"))
        trouble = await self._trouble(request)
        if trouble is None or trouble.accepted:
            served: web.StreamResponse = await handler(request)
        if trouble is None:
            return served
        if trouble.status == 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.hanging):
                    await self._over.wait()
        return self._fail(request, trouble)

    async def _trouble(self, request: web.Request) -> Trouble | None:
        """Return how a call goes wrong, if it does."""
        for path, troubles in self.astray.items():
            if troubles and request.path.startswith(path):
                return troubles.popleft()
        if not request.path.startswith(_ABOUT_PLACES):
            return None
        posting = request.method == "POST" and request.path.endswith(("/messages", "/threads"))
        trouble = self.trouble.popleft() if posting and self.trouble else None
        if posting and not self.wide and not (trouble and trouble.unread):
            self.posts.append((await sent(request))[0])
        if trouble is not None:
            return trouble
        chance = self.faults.next() if self.faults is not None else None
        return self.always or chance or self.refusing(request)

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
                **self.application,
            }
        )

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        told = {"url": self.gateway_url, "shards": self.gateway.shards}
        return answer(told | {"session_start_limit": limit})

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
            everywhere = trouble.scope == "global"
            headers = {
                "Via": "1.1 google",
                "Retry-After": str(ceil(trouble.retry_after)),
                "X-RateLimit-Scope": trouble.scope,
                **({"X-RateLimit-Global": "true"} if everywhere else {}),
            }
            more = {"retry_after": trouble.retry_after, "global": everywhere}
            return refusal(429, trouble.code, trouble.message, headers, **more)
        return refusal(trouble.status, trouble.code, trouble.message)
