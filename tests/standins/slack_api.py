"""The Web API and the response URLs of the stand-in Slack."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from aiohttp import web

from standins import slack_rules
from standins.slack_model import Fault, ResponseUrl, SlackChannel, SlackMessage
from standins.slack_socket import Sockets

_REPLIES_OF_A_URL = 5
_NONE = Fault()


class SlackApi:
    """One workspace as a server: what it knows, what it takes, how it goes wrong."""

    team = "T123"
    token = "xoxb-made-up-bot-token"
    app_token = "xapp-made-up-app-token"
    bot_user = "UBOT"

    def __init__(self) -> None:
        self.channels = {
            "C456": SlackChannel("C456", "general"),
            "C789": SlackChannel("C789", "attic", archived=True),
            "C999": SlackChannel("C999", "elsewhere", member=False),
        }
        self.users: dict[str, dict[str, Any]] = {
            "U1": {"id": "U1", "name": "ada", "locale": "en-GB", "tz": "Europe/Paris"},
            "U2": {"id": "U2", "name": "bo", "locale": "zh-CN", "tz": "Asia/Shanghai"},
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.api_url = ""
        self.sockets = Sockets()
        self._faults: dict[str, list[tuple[Fault, int | None]]] = defaultdict(list)
        self._count = itertools.count(1)
        self._urls: dict[str, ResponseUrl] = {}
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{key}", self._respond)
        app.router.add_get("/socket/{ticket}", self.sockets.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._root = f"//{host}:{port}"
        self.api_url = f"http:{self._root}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening; later calls find nobody there."""
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(
        self, fault: Fault, *, method: str = "chat.postMessage", times: int | None = 1
    ) -> None:
        """Let the next `times` calls of a method go wrong; None: all until `heal`.

        Replies to a response_url are the method "respond"; "*" is every method.
        """
        self._faults[method].append((fault, times))

    def heal(self) -> None:
        """Let everything work again."""
        self._faults.clear()

    def _channel(self, channel: str) -> SlackChannel:
        return self.channels.setdefault(channel, SlackChannel(channel, "directmessage"))

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = await _body(request)
        self.calls.append((method, body))
        fault = self._fault(method)
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if fault.takes or fault == _NONE:
            answer = await self._answer(method, given, body)
        elif fault.code:
            answer = {"ok": False, "error": fault.code}
        else:
            answer = {}
        if fault.drops:
            return _cut(request)
        headers = {}
        if fault.retry_after is not None:
            headers["Retry-After"] = f"{fault.retry_after:g}"
        if fault.nonsense or fault.status >= web.HTTPInternalServerError.status_code:
            return web.Response(status=fault.status, text="upstream connect error")
        return web.json_response(answer, status=fault.status, headers=headers)

    async def _answer(self, method: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        expected = self.app_token if method == "apps.connections.open" else self.token
        if token != expected:
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        match method:
            case "auth.test":
                return {
                    "ok": True,
                    "url": "https://acme.slack.com/",
                    "team": "Acme",
                    "user": "hypecurve",
                    "team_id": self.team,
                    "user_id": self.bot_user,
                    "bot_id": "B1",
                    "is_enterprise_install": False,
                }
            case "apps.connections.open":
                return {"ok": True, "url": f"ws:{self._root}/socket/{self.sockets.ticket()}"}
            case "users.info":
                user = self.users.get(str(body.get("user")))
                return {"ok": True, "user": user} if user else _refusal("user_not_found")
            case "chat.postMessage":
                return await self._post(body)
            case _:
                return _refusal("unknown_method")

    async def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(str(body.get("channel")))
        if channel is None:
            return _refusal("channel_not_found")
        if channel.archived:
            return _refusal("is_archived")
        if not channel.member:
            return _refusal("not_in_channel")
        wrong = _content_refusal(body)
        if wrong:
            return wrong
        message = await self._keep(channel, body)
        return {"ok": True, "channel": channel.id, "ts": message.ts, "message": dict(message.body)}

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        asked = self._urls.get(request.match_info["key"])
        body = json.loads(await request.text())
        self.calls.append(("respond", body))
        fault = self._fault("respond")
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if asked is None or len(asked.replies) >= _REPLIES_OF_A_URL:
            return web.Response(status=404, text="used_url")
        wrong = _content_refusal(body)
        if (fault.takes or fault == _NONE) and not wrong:
            private = body.get("response_type", "ephemeral") == "ephemeral"
            channel = self._channel(asked.channel)
            asked.replies.append(await self._keep(channel, body, user=asked.user, private=private))
            async with self._changed:
                self._changed.notify_all()
        if fault.drops:
            return _cut(request)
        if wrong or fault.code:
            return web.Response(status=400, text=fault.code or wrong["error"])
        return web.Response(status=fault.status, text="ok")

    async def _keep(
        self, channel: SlackChannel, body: dict[str, Any], *, user: str = "", private: bool = False
    ) -> SlackMessage:
        number = next(self._count)
        message = SlackMessage(
            f"{1_700_000_000 + number}.{number:06d}", channel.id, body, private, user
        )
        (channel.private if private else channel.messages).append(message)
        async with self._changed:
            self._changed.notify_all()
        return message

    def _fault(self, method: str) -> Fault:
        for name in (method, "*"):
            waiting = self._faults.get(name)
            if waiting:
                fault, times = waiting[0]
                if times is not None:
                    waiting[:1] = [(fault, times - 1)] if times > 1 else []
                return fault
        return _NONE


def _refusal(code: str, *messages: str) -> dict[str, Any]:
    return {"ok": False, "error": code, "response_metadata": {"messages": list(messages)}}


def _content_refusal(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return Slack's refusal of a message's content; {} where it is fine."""
    blocks = body.get("blocks") or []
    if not blocks and not body.get("text"):
        return _refusal("no_text")
    if len(str(body.get("text", ""))) > slack_rules.TEXT_CHARACTERS:
        return _refusal("msg_too_long")
    wrong = slack_rules.problems(blocks)
    if wrong:
        return _refusal("invalid_blocks", *wrong)
    return _refusal("msg_blocks_too_long") if slack_rules.too_long(blocks) else {}


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        found = json.loads(await request.text() or "{}")
        return dict(found)
    return {**request.query, **await request.post()}


def _cut(request: web.Request) -> web.Response:
    """Cut the connection without an answer."""
    with suppress(AttributeError):
        if request.transport is not None:
            request.transport.abort()
    return web.Response()
