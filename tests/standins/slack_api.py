"""The Web API and the response URLs of the stand-in Slack."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import random
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Self

from aiohttp import web

from standins import slack_rooms
from standins.slack_answers import body_of, content_refusal, cut, identity, refusal
from standins.slack_chaos import Chaos
from standins.slack_files import Files
from standins.slack_ledger import Ledger
from standins.slack_line import Line
from standins.slack_model import (
    Fault,
    ResponseUrl,
    SlackChannel,
    SlackMessage,
    SlackWorkspace,
)
from standins.slack_socket import Sockets
from standins.slack_views import Views

_REPLIES_OF_A_URL = 5
_NONE = Fault()


class SlackApi:
    """Workspaces as a server: what they know, what they take, how they go wrong.

    `team`, `token`, `channels` and `users` are those of the first.
    """

    team = "T123"
    token = "xoxb-made-up-bot-token"
    app_token = "xapp-made-up-app-token"
    bot_user = "UBOT"

    def __init__(self, *, brief: bool = False) -> None:
        """`brief`: for many thousands of messages. Any channel is there and no content checked;
        of calls and messages only the ledger is kept.
        """
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
        self.ledger = Ledger()
        self.files = Files()
        self.api_url = ""
        self.sockets = Sockets()
        self.line: Line = self.sockets
        """What the bot is asked over."""
        self.views = Views()
        self.chaos = Chaos(0, random.Random(0), 0)  # noqa: S311  # no secret
        self.connections: set[object] = set()
        """The connections that the calls came over."""
        self._brief = brief
        self._workspaces: dict[str, SlackWorkspace] = {}
        self._faults: dict[str, list[tuple[Fault, int | None]]] = defaultdict(list)
        self._count = itertools.count(1)
        self._urls: dict[str, ResponseUrl] = {}
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._add(SlackWorkspace(self.team, self.token, self.channels, self.users))

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{key}", self._respond)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/socket/{ticket}", self.sockets.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1_000)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._root = f"//{host}:{port}"
        self.api_url = f"http:{self._root}/api/"
        self.files.root = f"http:{self._root}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening; later calls find nobody there."""
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def workspace(self, team: str) -> SlackWorkspace:
        """Return a team with a token of its own, made when it is first asked for."""
        found = (each for each in self._workspaces.values() if each.team == team)
        made = SlackWorkspace(team, token_of(team))
        return next(found, None) or self._add(made)

    def workspaces(self, total: int) -> dict[str, str]:
        """Add so many teams and return their tokens, by team."""
        teams = [f"T{number:06d}" for number in range(1, total + 1)]
        return {team: self._add(SlackWorkspace(team, token_of(team))).token for team in teams}

    def fail(
        self, fault: Fault, *, method: str = "chat.postMessage", times: int | None = 1
    ) -> None:
        """Let the next `times` calls of a method go wrong; None: all until `heal`.

        Replies to a response_url are the method "respond"; "*" is every method.
        """
        self._faults[method].append((fault, times))

    def faults(self, rate: float, rng: random.Random, *, hang: float = 1.0) -> Chaos:
        """Let a share of all calls go wrong from now on, in every way there is; 0 ends it.

        `hang`: the seconds that a hanging call takes, longer than the client waits.
        """
        self.chaos = Chaos(rate, rng, hang)
        return self.chaos

    def heal(self) -> None:
        """Let everything work again; channels that are archived or without us stay so."""
        self._faults.clear()
        self.chaos = Chaos(0, random.Random(0), 0)  # noqa: S311  # no secret
        for workspace in self._workspaces.values():
            workspace.gone = ""
            for channel in workspace.channels.values():
                channel.refusing, channel.refusals = "", None

    def _add(self, workspace: SlackWorkspace) -> SlackWorkspace:
        self._workspaces[workspace.token] = workspace
        return workspace

    def _channel(self, channel: str) -> SlackChannel:
        return self.channels.setdefault(channel, SlackChannel(channel, "directmessage"))

    def _place(self, workspace: SlackWorkspace, channel: str) -> SlackChannel | None:
        """Return the channel of an id: a user's stands for the conversation with them."""
        if channel in workspace.users:
            direct = f"D{channel}"
            return workspace.channels.setdefault(direct, SlackChannel(direct, "directmessage"))
        if self._brief and channel not in workspace.channels:
            workspace.channels[channel] = SlackChannel(channel, channel.lower())
        return workspace.channels.get(channel)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            self.connections.add(request.transport.get_extra_info("peername"))
        method = request.match_info["method"]
        body = await body_of(request)
        if not self._brief:
            self.calls.append((method, body))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self._fault(method, token, body)
        answer: dict[str, Any] = {}
        if fault.takes or fault == _NONE:
            answer = await self._answer(method, token, body)
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault.drops:
            return cut(request)
        if fault.nonsense or fault.status >= web.HTTPInternalServerError.status_code:
            return web.Response(status=fault.status, text="upstream connect error")
        if fault.code:
            answer = refusal(fault.code)
        headers, status = {}, fault.status
        if fault.retry_after is not None:
            headers["Retry-After"] = f"{fault.retry_after:g}"
        elif not fault.code and answer.get("error") == "ratelimited":
            headers["Retry-After"] = str(math.ceil(self.ledger.gap))
            status = web.HTTPTooManyRequests.status_code
        return web.json_response(answer, status=status, headers=headers)

    async def _answer(self, method: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "apps.connections.open":
            url = f"ws:{self._root}/socket/{self.sockets.ticket()}"
            return {"ok": True, "url": url} if token == self.app_token else refusal("invalid_auth")
        workspace = self._workspaces.get(token)
        if workspace is None or workspace.gone:
            gone = workspace.gone if workspace else "invalid_auth" if token else "not_authed"
            return refusal(gone)
        if method in {"chat.postMessage", "chat.postEphemeral"}:
            post = self._post if method == "chat.postMessage" else self._whisper
            return await post(workspace, body)
        if method == "auth.test":
            return identity(workspace)
        found = self.files.answer(method, workspace.team, body)
        found = found or await self._show(method, workspace, body)
        return found or slack_rooms.answer(method, workspace, body) or refusal("unknown_method")

    async def _post(self, workspace: SlackWorkspace, body: dict[str, Any]) -> dict[str, Any]:
        channel = self._place(workspace, str(body.get("channel")))
        if channel is None:
            return refusal("channel_not_found")
        code = channel.refusal()
        wrong = refusal(code) if code else {} if self._brief else content_refusal(body)
        wrong = wrong or self.files.refusal(workspace.team, body.get("blocks") or [])
        if wrong:
            return wrong
        ts = self._ts()
        if not self.ledger.take(workspace.team, channel.id, body, ts):
            return refusal("ratelimited")
        if self._brief:
            return {"ok": True, "channel": channel.id, "ts": ts}
        message = await self._keep(channel, body, ts)
        return {"ok": True, "channel": channel.id, "ts": ts, "message": dict(message.body)}

    async def _whisper(self, workspace: SlackWorkspace, body: dict[str, Any]) -> dict[str, Any]:
        """Post to one person in a channel, which the app must be a member of."""
        channel = workspace.channels.get(str(body.get("channel")))
        if channel is None:
            return refusal("channel_not_found")
        code = channel.refusal()
        wrong = refusal(code) if code else content_refusal(body)
        if wrong:
            return wrong
        ts = self._ts()
        await self._keep(channel, body, ts, user=str(body.get("user")), private=True)
        return {"ok": True, "message_ts": ts}

    async def _show(
        self, method: str, workspace: SlackWorkspace, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Answer a views.* method; None: it is none."""
        view = body.get("view")
        shown = view.get("blocks") or [] if isinstance(view, dict) else []
        answer = self.files.refusal(workspace.team, shown)
        answer = answer or self.views.answer(method, workspace, body) or {}
        async with self._changed:
            self._changed.notify_all()
        return answer or None

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Take a file's bytes; what goes wrong with it is the method "upload"."""
        content = await request.read()
        fault = self._fault("upload")
        status = fault.status
        if fault.takes or fault == _NONE:
            status = self.files.take(request.match_info["file"], content)
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        return cut(request) if fault.drops else web.Response(status=status, text="OK")

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        asked = self._urls.get(request.match_info["key"])
        body = json.loads(await request.text())
        self.calls.append(("respond", body))
        fault = self._fault("respond")
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if asked is None or len(asked.replies) >= _REPLIES_OF_A_URL:
            return web.Response(status=404, text="used_url")
        wrong = content_refusal(body) or self.files.refusal(self.team, body.get("blocks") or [])
        if (fault.takes or fault == _NONE) and not wrong:
            private = body.get("response_type", "ephemeral") == "ephemeral"
            channel = self._channel(asked.channel)
            if body.get("replace_original") and asked.pressed in channel.private:
                channel.private.remove(asked.pressed)
            kept = await self._keep(channel, body, self._ts(), user=asked.user, private=private)
            asked.replies.append(kept)
            async with self._changed:
                self._changed.notify_all()
        if fault.drops:
            return cut(request)
        if wrong or fault.code:
            return web.Response(status=400, text=fault.code or wrong["error"])
        return web.Response(status=fault.status, text="ok")

    def _ts(self) -> str:
        number = next(self._count)
        return f"{1_700_000_000 + number}.{number % 1_000_000:06d}"

    async def _keep(
        self,
        channel: SlackChannel,
        body: dict[str, Any],
        ts: str,
        *,
        user: str = "",
        private: bool = False,
    ) -> SlackMessage:
        message = SlackMessage(ts, channel.id, body, private, user)
        (channel.private if private else channel.messages).append(message)
        async with self._changed:
            self._changed.notify_all()
        return message

    def _fault(self, method: str, token: str = "", body: Mapping[str, Any] | None = None) -> Fault:
        for name in (method, "*"):
            waiting = self._faults.get(name)
            if waiting:
                fault, times = waiting[0]
                if times is not None:
                    waiting[:1] = [(fault, times - 1)] if times > 1 else []
                return fault
        workspace = self._workspaces.get(token)
        if workspace is None or body is None:
            return _NONE
        posts = method == "chat.postMessage"
        channel = self._place(workspace, str(body.get("channel"))) if posts else None
        return self.chaos.fault(body, channel)


def token_of(team: str) -> str:
    """Return the token of a team that was added."""
    return f"xoxb-made-up-{team}"
