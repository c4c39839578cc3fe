"""The stand-in's gateway: the websockets over which Discord tells a bot what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
BAD_TOKEN = 4004
INTERVAL = 41.25
"""Seconds between two heartbeats."""
_SHARD_BITS = 22


@dataclass(slots=True)
class _Session:
    """One shard's session, and all that it was told."""

    id: str
    shard: int
    socket: web.WebSocketResponse | None = None
    transport: asyncio.Transport | None = None
    events: list[Json] = field(default_factory=list)


class Gateway:
    """The sessions of all shards; what happens while nobody listens is told on resuming."""

    def __init__(self, token: str, ready: Callable[[int, int], list[tuple[str, Json]]]) -> None:
        """`ready`: the events that the session of a shard, of so many, begins with, READY first."""
        self.shards = 1
        """As many as Discord asks for."""
        self.interval = INTERVAL
        self.identified = 0
        self.began: list[float] = []
        """When sessions were begun, in the loop's seconds."""
        self.resumed = 0
        self.heartbeats = 0
        self.connected = asyncio.Event()
        """The first shard is."""
        self.here = asyncio.Event()
        """Without it connections are taken and nothing is said on them: an outage."""
        self.here.set()
        self.refusals = 0
        """So many of the next connections are refused."""
        self.closed_with: list[int | None] = []
        self._token = token
        self._ready = ready
        self._sessions: dict[int, _Session] = {}
        self._ids: Iterator[int] = count(1)
        self._mute: set[web.WebSocketResponse] = set()
        self._changed = asyncio.Condition()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.here.wait()
        await self._say(socket, {"op": HELLO, "d": {"heartbeat_interval": self.interval * 1000}})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            await self._hear(request, socket, json.loads(frame.data))
        for session in self._sessions.values():
            if session.socket is socket:
                self._leave(session)
        self.closed_with.append(socket.close_code)
        return socket

    async def dispatch(self, event: str, data: Json) -> None:
        """Tell the bot that something happened; waits for a session, but not for an outage's end.

        What happens in a server is told to its shard.
        """
        shard = self._shard_of(event, data)
        if self.here.is_set():
            await self._there(shard)
        await self._dispatch(self._sessions[shard], event, data)

    async def reconnect(self, shard: int = 0) -> None:
        """Ask the bot to reconnect (op 7), as Discord does when it moves a shard."""
        await self._order(shard, {"op": RECONNECT, "d": None})

    async def invalidate(self, shard: int = 0, *, resumable: bool) -> None:
        """Declare the session invalid (op 9); one that is not resumable is forgotten."""
        await self._order(shard, {"op": INVALID, "d": resumable})
        if not resumable:
            del self._sessions[shard]

    async def mute(self, shard: int = 0) -> None:
        """Say nothing any more on a connection that stands: heartbeats stay without an answer."""
        session = await self._there(shard)
        if session.socket is not None:
            self._mute.add(session.socket)
        self._leave(session)

    async def drop(self, shard: int = 0) -> None:
        """Let a connection break, without a word."""
        session = await self._there(shard)
        transport = session.transport
        self._leave(session)
        if transport is not None:
            transport.abort()

    async def go(self) -> None:
        """An outage: all connections break, and new ones hear nothing until `here` is set."""
        self.here.clear()
        for shard in list(self._sessions):
            await self.drop(shard)

    async def sessions(self, *, identified: int = 0, resumed: int = 0) -> None:
        """Wait until so many sessions were begun and resumed."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self.identified >= identified and self.resumed >= resumed
            )

    async def close(self) -> None:
        """Close the connections."""
        self.here.set()
        for session in list(self._sessions.values()):
            if session.socket is not None:
                await session.socket.close()

    async def _there(self, shard: int) -> _Session:
        """Wait until a shard listens."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: shard in self._sessions and self._sessions[shard].socket is not None
            )
        return self._sessions[shard]

    async def _order(self, shard: int, frame: Json) -> None:
        session = await self._there(shard)
        socket = session.socket
        self._leave(session)
        if socket is not None:
            await self._say(socket, frame)

    async def _hear(self, request: web.Request, socket: web.WebSocketResponse, frame: Json) -> None:
        data = frame["d"]
        match frame["op"]:
            case 1:
                self.heartbeats += 1
                await self._say(socket, {"op": ACK})
            case 2 if data["token"] != self._token:
                await socket.close(code=BAD_TOKEN, message=b"Authentication failed.")
            case 2:
                self.began.append(asyncio.get_running_loop().time())
                shard, shards = data.get("shard", (0, 1))
                session = _Session(f"session-{next(self._ids)}", shard)
                self._enter(session, request, socket)
                for event, told in self._ready(shard, shards):
                    more = {"session_id": session.id} if event == "READY" else {}
                    await self._dispatch(session, event, told | more)
                await self._begun(session, identified=1)
            case 6:
                found = [s for s in self._sessions.values() if s.id == data["session_id"]]
                if not found:
                    await self._say(socket, {"op": INVALID, "d": False})
                    return
                (session,) = found
                self._enter(session, request, socket)
                for missed in session.events[data["seq"] :]:
                    await self._say(socket, missed)
                await self._dispatch(session, "RESUMED", {})
                await self._begun(session, resumed=1)

    @staticmethod
    def _enter(session: _Session, request: web.Request, socket: web.WebSocketResponse) -> None:
        session.socket = socket
        transport = request.transport
        session.transport = transport if isinstance(transport, asyncio.Transport) else None

    def _leave(self, session: _Session) -> None:
        session.socket = session.transport = None
        if session.shard == 0:
            self.connected.clear()

    async def _begun(self, session: _Session, *, identified: int = 0, resumed: int = 0) -> None:
        async with self._changed:
            self._sessions[session.shard] = session
            self.identified += identified
            self.resumed += resumed
            if session.shard == 0:
                self.connected.set()
            self._changed.notify_all()

    async def _dispatch(self, session: _Session, event: str, data: Json) -> None:
        frame = {"op": DISPATCH, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(frame)
        if session.socket is not None:
            await self._say(session.socket, frame)

    def _shard_of(self, event: str, data: Json) -> int:
        about_it = event in {"GUILD_CREATE", "GUILD_DELETE", "GUILD_UPDATE"}
        guild = data["id"] if about_it else data.get("guild_id")
        return (int(guild or 0) >> _SHARD_BITS) % self.shards

    async def _say(self, socket: web.WebSocketResponse, frame: Json) -> None:
        if not socket.closed and socket not in self._mute:
            await socket.send_str(json.dumps(frame))
