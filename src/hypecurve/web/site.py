"""All that is answered over HTTP, as one application: each bot below its name, and `/health`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from hypecurve.ports import Asgi
from hypecurve.web.bounds import Bounds

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # an address may hold a code
    "X-Frame-Options": "DENY",
}
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_log = structlog.get_logger(__name__)


def site(apps: Mapping[str, Asgi]) -> Asgi:
    """Return the application; `apps` by the names of their bots.

    `/health` answers 200 while the service is at work, also where its database is away: what is
    asked over HTTP can still be told so.
    """
    routes = [
        Route("/health", _health, methods=["GET", "HEAD"]),
        *(Mount(f"/{name}", app=_Guarded(app)) for name, app in apps.items()),
    ]
    found = Starlette(routes=routes, exception_handlers={HTTPException: _refused})
    # Starlette would send whoever writes a slash too many to wherever the Host header says.
    found.router.redirect_slashes = False
    return Bounds(found)


async def _health(_request: Request) -> Response:
    return PlainTextResponse("ok\n", headers=_HEADERS)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for that alone
    status = HTTPStatus(error.status_code)
    return PlainTextResponse(f"{status.phrase}\n", status, {**_HEADERS, **(error.headers or {})})


class _Guarded:
    """A bot's application: with our headers, and what it fails at is one line of the log."""

    def __init__(self, inner: Asgi) -> None:
        self._inner = inner

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        begun = False

        async def sending(message: _Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                known = {name for name, _ in message["headers"]}
                extra = [(key.lower().encode(), value.encode()) for key, value in _HEADERS.items()]
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in extra if name not in known),
                ]
            await send(message)

        try:
            await self._inner(scope, receive, sending)
        except HTTPException:
            raise
        except Exception:
            _log.exception("a request failed", path=scope.get("path"))
            if begun:
                raise
            answer = PlainTextResponse("Something went wrong on our side.\n", 500, _HEADERS)
            await answer(scope, receive, send)
