"""A stand-in Slack on loopback: Web API, Socket Mode, response URLs, channels that remember.

    async with SlackStandIn() as slack:
        env = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        ...                                              # start the bot with `env`
        await slack.connected()                          # its socket is open
        replies = await slack.command("/hype repo acme/flashkv", channel="C456", user="U1")
        replies[0].shown, replies[0].private             # what it says, to whom
        slack.channels["C456"].messages[-1].shown        # what stands in the channel
        await slack.choose("acme/flashkv")               # the option of a select, by its text
        await slack.press("Tune")                        # a button, by its text
        slack.fail(Fault.limited(7))                     # the next chat.postMessage is a 429
        slack.fail(Fault.refused("invalid_auth"), times=None)   # until slack.heal()
        slack.fail(Fault.DROPPED_AFTER)                  # taken, then the line goes dead
        await slack.refresh_sockets()                    # Slack asks the bot to reconnect

Known from the start: team T123; the channels C456 (general), C789 (archived), C999 (the bot is
no member), all in `slack.channels`; the users U1 (Paris) and U2. Add to them as you like.

It refuses what Slack refuses (see `standins.slack_rules`), knows no other token than its own, and
keeps every call in `slack.calls` as (method, body).
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from aiohttp import web

from standins import slack_rules
from standins.slack_socket import Ack, Sockets

WAIT = 10.0
"""Seconds after which waiting for a bot is given up; a bot that works never takes that long."""
_REPLIES_OF_A_URL = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a call goes wrong."""

    status: int = 200
    code: str = ""
    retry_after: float | None = None
    takes: bool = False
    """The call has its effect before it goes wrong."""
    drops: bool = False
    """The connection is cut instead of an answer."""
    nonsense: bool = False
    """A 200 that is no JSON, as a proxy on the way may give it."""
    seconds: float = 0.0
    """It takes that long before anything else happens."""

    DROPPED_AFTER: ClassVar[Fault]
    DROPPED_BEFORE: ClassVar[Fault]
    BROKEN: ClassVar[Fault]
    NONSENSE: ClassVar[Fault]

    @classmethod
    def limited(cls, seconds: float) -> Fault:
        """Return Slack's 429."""
        return cls(status=429, code="ratelimited", retry_after=seconds)

    @classmethod
    def refused(cls, code: str) -> Fault:
        """Return `{"ok": false, "error": code}` with a status of 200, as Slack refuses."""
        return cls(code=code)

    @classmethod
    def slow(cls, seconds: float) -> Fault:
        """Return a call that works, but late."""
        return cls(takes=True, seconds=seconds)


Fault.DROPPED_AFTER = Fault(takes=True, drops=True)
Fault.DROPPED_BEFORE = Fault(drops=True)
Fault.BROKEN = Fault(status=500)
Fault.NONSENSE = Fault(nonsense=True)


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """A message as a channel keeps it, or an answer for one person."""

    ts: str
    channel: str
    body: Mapping[str, Any]
    private: bool = False
    """Only the one who asked sees it."""
    user: str = ""
    """Whom it answers."""

    @property
    def text(self) -> str:
        """The fallback: notifications and screen readers."""
        return str(self.body.get("text", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Its blocks."""
        return list(self.body.get("blocks", []))

    @property
    def thread_ts(self) -> str:
        """The message it replies to; "" for none."""
        return str(self.body.get("thread_ts", ""))

    @property
    def shown(self) -> str:
        """All that a reader sees."""
        return slack_rules.shown(self.body)

    @property
    def pings(self) -> list[str]:
        """What in it would notify people."""
        return slack_rules.pings(self.body)


@dataclass(slots=True)
class SlackChannel:
    """A channel and what was said in it."""

    id: str
    name: str
    member: bool = True
    archived: bool = False
    messages: list[SlackMessage] = field(default_factory=list)
    """What everybody sees, thread replies among them, the oldest first."""
    private: list[SlackMessage] = field(default_factory=list)
    """What was answered to one person alone."""


class SlackStandIn:
    """One workspace; see the module's docstring."""

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
        self._urls: dict[str, _ResponseUrl] = {}
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

    # What a test does as Slack.

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

    @property
    def acks(self) -> list[Ack]:
        """The acknowledgements so far, each with the seconds it took."""
        return self.sockets.acks

    async def connected(self, total: int = 1) -> None:
        """Wait until the bot has opened that many sockets, counted from the start."""
        await self.sockets.opened(total, WAIT)

    async def acknowledged(self, total: int = 1) -> None:
        """Wait until the bot has acknowledged that many envelopes, counted from the start."""
        await self.sockets.acknowledged(total, WAIT)

    async def refresh_sockets(self) -> None:
        """Ask the bot to reconnect, as Slack does every few hours."""
        await self.sockets.refresh()

    async def command(
        self, text: str, *, channel: str = "C456", user: str = "U1", replies: int = 1
    ) -> list[SlackMessage]:
        """Type a slash command ("/hype top") and wait for its acknowledgement and replies."""
        word, _, rest = text.partition(" ")
        escaped = rest.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        payload = {
            "token": "legacy",
            "team_id": self.team,
            "team_domain": "acme",
            "channel_id": channel,
            "channel_name": self._channel(channel).name,
            "user_id": user,
            "user_name": self.users.get(user, {}).get("name", user),
            "command": word,
            "text": escaped,
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "trigger_id": f"{next(self._count)}.trigger",
        }
        return await self._ask("slash_commands", payload, channel, user, replies)

    async def choose(
        self, label: str, *, channel: str = "C456", user: str = "U1", replies: int = 1
    ) -> list[SlackMessage]:
        """Choose an option by its text, in the newest message that offers it."""
        for message, element in self._elements(channel):
            for option in element.get("options", []):
                if option["text"]["text"] == label:
                    action = {**_action(element), "selected_option": option}
                    return await self._act(message, action, user, replies)
        raise LookupError(label)

    async def press(
        self, label: str, *, channel: str = "C456", user: str = "U1", replies: int = 1
    ) -> list[SlackMessage]:
        """Press a button by its text, in the newest message that has it."""
        for message, element in self._elements(channel):
            if element["type"] == "button" and element["text"]["text"] == label:
                action = {**_action(element), "value": element.get("value", "")}
                return await self._act(message, action, user, replies)
        raise LookupError(label)

    # How it works.

    def _channel(self, channel: str) -> SlackChannel:
        return self.channels.setdefault(channel, SlackChannel(channel, "directmessage"))

    def _elements(self, channel: str) -> list[tuple[SlackMessage, dict[str, Any]]]:
        place = self.channels[channel]
        newest = sorted([*place.messages, *place.private], key=lambda m: m.ts, reverse=True)
        return [
            (message, element)
            for message in newest
            for block in message.blocks
            if block["type"] == "actions"
            for element in block["elements"]
        ]

    async def _act(
        self, message: SlackMessage, action: Mapping[str, Any], user: str, replies: int
    ) -> list[SlackMessage]:
        place = self._channel(message.channel)
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": place.id,
            "is_ephemeral": message.private,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": user, "team_id": self.team},
            "api_app_id": "A1",
            "token": "legacy",
            "container": container,
            "trigger_id": f"{next(self._count)}.trigger",
            "team": {"id": self.team, "domain": "acme"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": place.id, "name": place.name},
            "message": {"ts": message.ts, **message.body},
            "actions": [dict(action)],
        }
        return await self._ask("interactive", payload, place.id, user, replies)

    async def _ask(
        self, kind: str, payload: dict[str, Any], channel: str, user: str, replies: int
    ) -> list[SlackMessage]:
        key = f"r{next(self._count)}"
        asked = self._urls[key] = _ResponseUrl(channel, user)
        payload["response_url"] = f"http:{self._root}/respond/{key}"
        await self.sockets.send(kind, payload, WAIT)
        async with asyncio.timeout(WAIT), self._changed:
            await self._changed.wait_for(lambda: len(asked.replies) >= replies)
        return list(asked.replies)

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


_NONE = Fault()


@dataclass(slots=True)
class _ResponseUrl:
    channel: str
    user: str
    replies: list[SlackMessage] = field(default_factory=list)


def _action(element: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": element["type"], "action_id": element["action_id"], "block_id": "b1"}


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
