"""The stand-in Slack over HTTP: it signs what it asks and posts it to the bot's address.

slack.line = HttpRequests("http://127.0.0.1:PORT/slack/events", SECRET)
await slack.command("/hype top")            # as over a socket
await slack.line.post(b"...", at=0)         # a request that is not as it should be
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from standins.slack_line import Ack, Line

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def signature(secret: str, at: int, body: bytes) -> str:
    """Return Slack's signature of a request."""
    return "v0=" + hmac.new(secret.encode(), b"v0:%d:%s" % (at, body), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Told:
    """What the bot answered to a request."""

    status: int
    text: str
    headers: dict[str, str]


class HttpRequests(Line):
    """What goes to the bot over HTTP instead of over sockets."""

    def __init__(self, url: str, secret: str = SIGNING_SECRET) -> None:
        super().__init__()
        self.url = url
        self.secret = secret
        self._numbers = itertools.count(1)

    async def send(self, kind: str, payload: dict[str, Any], wait: float) -> Ack:
        """Post an envelope's payload in its own form; anything but a 200 is an error here."""
        began = time.monotonic()
        if kind == "events_api":
            told = await self.post(json.dumps(payload).encode(), "application/json", wait=wait)
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            told = await self.post(urlencode(form).encode(), wait=wait)
        assert told.status == 200, told
        if told.headers.get("Content-Type", "").startswith("application/json"):
            answer = json.loads(told.text)
        else:
            # A text is for a command alone: whatever else is acknowledged by nothing, or by JSON.
            assert not told.text or kind == "slash_commands", told
            answer = told.text or None
        ack = Ack(f"request-{next(self._numbers)}", time.monotonic() - began, answer)
        await self._acknowledge(ack)
        return ack

    async def post(
        self,
        body: bytes,
        form: str = "application/x-www-form-urlencoded",
        *,
        at: int | None = None,
        signed: str | None = None,
        stamp: str | None = None,
        wait: float = 10.0,
    ) -> Told:
        """Post a body; `at`: another time, `signed`: another signature, "" is none.

        `stamp`: instead of the time.
        """
        at = int(time.time()) if at is None else at
        mark = signature(self.secret, at, body) if signed is None else signed
        whole = {
            "Content-Type": form,
            "X-Slack-Request-Timestamp": stamp if stamp is not None else str(at),
        }
        if mark:
            whole["X-Slack-Signature"] = mark
        patience = aiohttp.ClientTimeout(total=wait)
        async with (
            aiohttp.ClientSession(timeout=patience) as session,
            session.post(self.url, data=body, headers=whole) as response,
        ):
            return Told(response.status, await response.text(), dict(response.headers))
