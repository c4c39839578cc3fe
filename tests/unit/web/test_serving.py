"""HTTP as we serve it: within bounds, and no longer than the service."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from structlog.testing import capture_logs

from hypecurve.domain.errors import BadSetting
from hypecurve.web import listen, serve_http, site
from hypecurve.web.bounds import LARGEST, Bounds

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]


class Echo:
    """Says how much it was sent; fails where it is told to, or waits for ever."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        if request.url.path.endswith("/wait"):
            self.begun.set()
            await asyncio.Event().wait()
        if request.url.path.endswith("/break"):
            message = "password hunter2"
            raise RuntimeError(message)
        await PlainTextResponse(f"{len(body)}")(scope, receive, send)


@asynccontextmanager
async def served(app: Any, **how: Any) -> AsyncIterator[tuple[str, asyncio.Event]]:  # noqa: ANN401 - ASGI
    """Serve an application; yields where, and what ends it."""
    stop = asyncio.Event()
    with listen("127.0.0.1", 0) as listening:
        where = f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving = asyncio.create_task(serve_http(app, listening, stop, **how))
        try:
            yield where, stop
        finally:
            stop.set()
            async with asyncio.timeout(6):
                await serving


async def test_each_bot_is_found_below_its_name_and_health_beside_them() -> None:
    async with served(site({"acme": Echo()})) as (url, _), aiohttp.ClientSession() as session:
        asked = [
            ("GET", "/health", None, 200, "ok\n"),
            ("POST", "/acme/say", b"x" * 9, 200, "9"),
            ("POST", "/acme/say", b"x" * LARGEST, 200, str(LARGEST)),
            ("POST", "/acme/say", b"x" * (LARGEST + 1), 413, "Request Entity Too Large\n"),
            ("GET", "/", None, 404, "Not Found\n"),
            ("GET", "/other/say", None, 404, "Not Found\n"),
            ("POST", "/health", b"", 405, "Method Not Allowed\n"),
        ]
        for method, path, body, status, text in asked:
            async with session.request(method, url + path, data=body) as answer:
                assert (answer.status, await answer.text()) == (status, text), path
                if status != 413:
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "Server" not in answer.headers


async def test_a_large_body_that_is_not_announced_is_refused_too() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 50_000

    async with served(site({"acme": Echo()})) as (url, _), aiohttp.ClientSession() as session:
        try:
            async with session.post(f"{url}/acme/say", data=pieces()) as answer:
                assert answer.status == 413
        except aiohttp.ClientConnectionError:
            pass  # it was cut off in the middle of its body


async def test_what_fails_is_one_line_of_the_log_and_tells_nothing() -> None:
    with capture_logs() as logs:
        async with served(site({"acme": Echo()})) as (url, _), aiohttp.ClientSession() as session:
            async with session.get(f"{url}/acme/break") as answer:
                assert answer.status == 500
                assert "hunter2" not in await answer.text()
            async with session.get(f"{url}/acme/say") as answer:
                assert answer.status == 200
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["a request failed"]


@pytest.mark.parametrize("begun", [b"", b"POST /acme/say HTTP/1.1\r\nHost: x\r\n"])
async def test_who_does_not_get_on_with_a_request_is_cut_off(begun: bytes) -> None:
    async with served(site({"acme": Echo()}), head_within=0.1) as (url, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(begun)
        async with asyncio.timeout(3):
            assert await reader.read() == b""
        writer.close()


async def test_who_does_not_get_on_with_a_body_is_told_so() -> None:
    async with served(Bounds(site({"acme": Echo()}), slowest=0.1)) as (url, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"POST /acme/say HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        async with asyncio.timeout(3):
            assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_it_ends_with_the_service_though_a_request_does_not() -> None:
    echo = Echo()
    before = signal.getsignal(signal.SIGTERM)
    async with (
        served(site({"acme": echo}), end_within=1) as (url, _),
        aiohttp.ClientSession() as session,
    ):
        asking = asyncio.create_task(session.get(f"{url}/acme/wait"))
        async with asyncio.timeout(3):
            await echo.begun.wait()
        assert signal.getsignal(signal.SIGTERM) is before
        asking.cancel()


def test_an_address_that_is_taken_is_one_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"HYPECURVE_WEB: 127.0.0.1:{port} cannot be listened"):
            listen("127.0.0.1", port)
    with pytest.raises(BadSetting, match="HYPECURVE_WEB"):
        listen("203.0.113.7", 8080)
