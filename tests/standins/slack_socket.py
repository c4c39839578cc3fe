"""The Socket Mode side of the stand-in Slack: tickets, hello, envelopes, acknowledgements."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Any

from aiohttp import WSMsgType, web

from standins.slack_line import Ack, Line


class Sockets(Line):
    """The open sockets of one app; each envelope goes to the newest."""

    def __init__(self) -> None:
        super().__init__()
        self._by_envelope: dict[str, Ack] = {}
        self._open: list[web.WebSocketResponse] = []
        self.total = 0
        """Sockets that were opened since the start."""
        self._tickets: set[str] = set()
        self._count = itertools.count(1)
        self._sent: dict[str, float] = {}
        self._refused = 0

    def refuse_next(self) -> None:
        """Take no ticket that was handed out before the one after the next."""
        self._refused = next(self._count) + 1

    def ticket(self) -> str:
        """Return a ticket that opens one socket once."""
        ticket = f"ticket-{next(self._count)}"
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Speak Socket Mode over one connection until it ends."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.remove(ticket)
        if int(ticket.rpartition("-")[2]) <= self._refused:
            return web.Response(status=408, text="ticket expired")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._open) + 1,
                "connection_info": {"app_id": "A1"},
            }
        )
        self._open.append(socket)
        self.total += 1
        await self._notify()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(json.loads(message.data))
        finally:
            self._open.remove(socket)
        return socket

    async def opened(self, total: int, wait: float) -> None:
        """Wait until that many sockets were opened since the start."""
        async with asyncio.timeout(wait), self._changed:
            await self._changed.wait_for(lambda: self.total >= total)

    async def send(self, kind: str, payload: dict[str, Any], wait: float) -> Ack:
        """Send an envelope over the newest socket and wait for its acknowledgement."""
        if not self._open:
            message = "no bot is connected"
            raise ConnectionError(message)
        envelope_id = f"envelope-{next(self._count)}"
        self._sent[envelope_id] = time.monotonic()
        await self._open[-1].send_json(
            {
                "type": kind,
                "envelope_id": envelope_id,
                "payload": payload,
                "accepts_response_payload": True,
            }
        )
        async with asyncio.timeout(wait), self._changed:
            await self._changed.wait_for(lambda: self._ack(envelope_id) is not None)
        ack = self._ack(envelope_id)
        assert ack is not None
        return ack

    async def refresh(self) -> None:
        """Ask for a reconnect over every socket; Slack closes the old one soon after."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def close(self) -> None:
        """Close every socket."""
        for socket in list(self._open):
            await socket.close()

    def _ack(self, envelope_id: str) -> Ack | None:
        return self._by_envelope.get(envelope_id)

    async def _take(self, message: dict[str, Any]) -> None:
        envelope_id = str(message.get("envelope_id", ""))
        took = time.monotonic() - self._sent.get(envelope_id, time.monotonic())
        ack = Ack(envelope_id, took, message.get("payload"))
        self._by_envelope.setdefault(envelope_id, ack)
        await self._acknowledge(ack)
