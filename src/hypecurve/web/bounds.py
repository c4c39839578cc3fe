"""What a request may take: a body of so many bytes, and so many seconds to bring it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.responses import PlainTextResponse

from hypecurve.ports import Asgi

LARGEST = 1_000_000
"""Bytes; Slack's largest, a view with all its state, has less than a quarter of that."""
SLOWEST = 10.0
"""Seconds for the whole body. Slack itself waits three for the answer."""
_DIGITS = 19
"""Of a length, more than enough: int() refuses thousands of them."""
_Message = MutableMapping[str, Any]


class Bounds:
    """An application that reads bodies before another one does: in time, and no more than fits."""

    def __init__(self, inner: Asgi, largest: int = LARGEST, slowest: float = SLOWEST) -> None:
        """Take the application behind it."""
        self._inner = inner
        self._largest = largest
        self._slowest = slowest

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        """Pass a request on with its body, or refuse it."""
        if scope["type"] != "http":
            return
        try:
            async with asyncio.timeout(self._slowest):
                body = await self._read(scope, receive)
        except TimeoutError:
            await _refuse(HTTPStatus.REQUEST_TIMEOUT, scope, receive, send)
            return
        if body is None:
            return  # it went away
        if len(body) > self._largest:
            await _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, scope, receive, send)
            return
        rest = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> _Message:
            return rest.pop() if rest else await receive()

        await self._inner(scope, replayed, send)

    async def _read(
        self, scope: _Message, receive: Callable[[], Awaitable[_Message]]
    ) -> bytes | None:
        """Return the body, or as much of it as shows that it is too large; None: gone."""
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced[:_DIGITS]) > self._largest:
            return b" " * (self._largest + 1)
        body = bytearray()
        while len(body) <= self._largest:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        return bytes(body)


async def _refuse(
    status: HTTPStatus,
    scope: _Message,
    receive: Callable[[], Awaitable[_Message]],
    send: Callable[[_Message], Awaitable[None]],
) -> None:
    headers = {"Connection": "close"}  # what is still to come of the body is not waited for
    await PlainTextResponse(f"{status.phrase}\n", status, headers)(scope, receive, send)
