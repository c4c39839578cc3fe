"""The stand-in's gateway: the websocket over which Discord tells a bot what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
BAD_TOKEN = 4004


class Gateway:
    """One shard's session; what happens while nobody listens is told on resuming."""

    def __init__(self, token: str, ready: Callable[[], list[tuple[str, Json]]]) -> None:
        """`ready`: the events a new session begins with, READY the first."""
        self.identified = 0
        self.resumed = 0
        self.heartbeats = 0
        self.connected = asyncio.Event()
        self.closed_with: list[int | None] = []
        self._token = token
        self._ready = ready
        self._socket: web.WebSocketResponse | None = None
        self._events: list[Json] = []
        self._changed = asyncio.Condition()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._say(socket, {"op": HELLO, "d": {"heartbeat_interval": 41_250}})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            await self._hear(socket, json.loads(frame.data))
        if self._socket is socket:
            self._socket = None
            self.connected.clear()
        self.closed_with.append(socket.close_code)
        return socket

    async def dispatch(self, event: str, data: Json) -> None:
        """Tell the bot that something happened; waits for a first session."""
        await self.connected.wait()
        await self._dispatch(event, data)

    async def reconnect(self) -> None:
        """Ask the bot to reconnect (op 7), as Discord does when it moves a shard."""
        await self._order({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Declare the session invalid (op 9)."""
        await self._order({"op": INVALID, "d": resumable})

    async def sessions(self, *, identified: int = 0, resumed: int = 0) -> None:
        """Wait until so many sessions were begun and resumed."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self.identified >= identified and self.resumed >= resumed
            )

    async def close(self) -> None:
        """Drop the connection."""
        if self._socket is not None:
            await self._socket.close()

    async def _order(self, frame: Json) -> None:
        await self.connected.wait()
        socket = self._socket
        self.connected.clear()
        if socket is not None:
            await self._say(socket, frame)

    async def _hear(self, socket: web.WebSocketResponse, frame: Json) -> None:
        match frame["op"]:
            case 1:
                self.heartbeats += 1
                await self._say(socket, {"op": ACK})
            case 2 if frame["d"]["token"] != self._token:
                await socket.close(code=BAD_TOKEN, message=b"Authentication failed.")
            case 2:
                self._socket, self._events = socket, []
                for event, data in self._ready():
                    await self._dispatch(event, data)
                await self._begun(identified=1)
            case 6:
                self._socket = socket
                for missed in self._events[frame["d"]["seq"] :]:
                    await self._say(socket, missed)
                await self._dispatch("RESUMED", {})
                await self._begun(resumed=1)

    async def _begun(self, *, identified: int = 0, resumed: int = 0) -> None:
        async with self._changed:
            self.identified += identified
            self.resumed += resumed
            self.connected.set()
            self._changed.notify_all()

    async def _dispatch(self, event: str, data: Json) -> None:
        frame = {"op": DISPATCH, "t": event, "s": len(self._events) + 1, "d": data}
        self._events.append(frame)
        if self._socket is not None:
            await self._say(self._socket, frame)

    @staticmethod
    async def _say(socket: web.WebSocketResponse, frame: Json) -> None:
        if not socket.closed:
            await socket.send_str(json.dumps(frame))
