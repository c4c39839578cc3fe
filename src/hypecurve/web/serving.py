"""uvicorn as a part of our service: it listens where it is told, and ends when that does."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from hypecurve.ports import Asgi

HEAD_WITHIN = 10.0
"""Seconds from a connection, or from the answer before, to the whole head of a request."""
_AT_ONCE = 1_000
"""Connections and requests; more are told 503 rather than kept waiting."""
_IDLE = 5
"""Seconds that a connection is kept for another request."""
END_WITHIN = 3
"""Seconds for the requests under way when we end: Slack has given up on them by then."""
_log = structlog.get_logger(__name__)


async def serve_http(
    app: Asgi,
    listening: socket.socket,
    stop: asyncio.Event,
    *,
    head_within: float = HEAD_WITHIN,
    end_within: int = END_WITHIN,
) -> None:
    """Answer on a socket until `stop` is set, and end within `end_within` seconds of it.

    Signals are the service's to take, and the log is its own: nothing is logged of each request.
    """
    # Its warnings are of requests that are none: anybody can bring them about at will.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    config = uvicorn.Config(
        app,
        http=type("Patient", (_Patient,), {"head_within": head_within}),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nobody asks who it was
        server_header=False,
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=end_within,
    )
    server = _Server(config)
    ending = asyncio.create_task(_end(server, stop))
    host, port = listening.getsockname()[:2]
    _log.info("http is answered", host=host, port=port)
    try:
        await server.serve(sockets=[listening])
    finally:
        ending.cancel()


async def _end(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the service's own end all of its parts."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


class _Patient(H11Protocol):
    """uvicorn's protocol, but for a head that does not come: it would wait for ever."""

    head_within = HEAD_WITHIN
    _late: asyncio.TimerHandle | None = None

    def connection_made(  # type: ignore[override]  # as uvicorn has it
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unwatch()

    def _watch(self) -> None:
        """Begin to count where a head is waited for, and end where it is there."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._unwatch()
        elif self._late is None:
            self._late = self.loop.call_later(self.head_within, self._close)

    def _unwatch(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()
