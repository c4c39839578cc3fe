"""The stand-in itself: GitHub's REST and GraphQL over HTTP on loopback, from a made-up world."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from hypecurve.standin import graphql, rest
from hypecurve.standin.answering import Answer, Question, say
from hypecurve.standin.faults import Fault, FaultKind, Faults
from hypecurve.standin.limits import GENEROUS, Limits
from hypecurve.standin.refusing import TOKEN, refusal, spoil
from hypecurve.standin.searching import Index
from hypecurve.standin.world import World

__all__ = ["TOKEN", "Asked", "Spent", "StandIn"]
_GRAPHQL = frozenset({"/graphql", "/api/graphql"})
_SCHEME = re.compile("^(bearer|token) ", re.IGNORECASE)
_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in and how it was answered; `resource`: core, search or graphql."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    resource: str
    nodes: int
    status: int


@dataclass(slots=True)
class Spent:
    """What was asked for so far: HTTP requests, and points of the GraphQL budget."""

    requests: int = 0
    points: int = 0


class StandIn:
    """`async with StandIn(world, now=clock.now) as github:` and GitHub lives at `github.url`.

    `now` says which instant of the world is shown (aware UTC). `limits`: points a window for each
    resource, generous by default, UNLIMITED for a server that limits nobody. The same API also
    answers below /api/v3 and at /api/graphql.
    """

    def __init__(
        self, world: World, *, now: Callable[[], datetime], limits: Mapping[str, int] = GENEROUS
    ) -> None:
        """Open nothing yet."""
        self.world = world
        self.faults = Faults()
        self.limits = Limits(limits)
        self.requests: deque[Asked] = deque(maxlen=_KEPT)
        self.spent = Spent()
        self.url = ""
        self.peers: set[object] = set()
        """Who has connected: a client that asks one thing after the other needs one connection."""
        self.skew = timedelta()
        """How far GitHub's clock is ahead of the world's: in `date` and in all of its resets."""
        self.scopes: str | None = None
        """The token's rights as GitHub lists them; None: of a kind of token that has none."""
        self.expires_at: datetime | None = None
        """When the token ends, as GitHub tells it; it goes on all the same."""
        self._now = now
        self._index = Index(world)
        self._closing = asyncio.Event()
        self._waits, self._goes_on = asyncio.Event(), asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self._closing.set()
        self.release()
        if self._runner is not None:
            await self._runner.cleanup()

    def hold(self, on: str = "any", after: int = 0) -> None:
        """Let requests wait for `release`; so many of that kind are still answered at once."""
        self.faults.hold(Fault(FaultKind.SLOW, on=on, times=None, after=after))

    async def held(self) -> None:
        """Return as soon as a request waits."""
        await self._waits.wait()

    def release(self) -> None:
        """Let those that wait be answered, as of this instant, and hold no more."""
        self.faults.lift(FaultKind.SLOW)
        self._goes_on.set()
        self._waits, self._goes_on = asyncio.Event(), asyncio.Event()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            self.peers.add(request.transport.get_extra_info("peername"))
        question = await self._question(request)
        fault = question.fault
        self.spent.requests += 1
        if question.suffers(FaultKind.STALLED):
            await self._closing.wait()
        if question.suffers(FaultKind.SLOW):
            question = await self._later(question)
            if request.transport is None or request.transport.is_closing():
                return web.Response()  # to nobody: a misreading is not used up by it
        answer = refusal(question, self.limits) or self._answer(request.method, question)
        self.requests.append(
            Asked(
                request.method,
                question.path,
                question.query,
                dict(request.headers),
                question.resource,
                len(question.node_ids),
                answer.status,
            )
        )
        if question.suffers(FaultKind.DROPPED) and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=answer.status,
            body=spoil(json.dumps(answer.body).encode(), fault),
            content_type="application/json",
            headers={**self._headers(question, answer), **answer.headers},
        )

    async def _later(self, question: Question) -> Question:
        goes_on = self._goes_on
        self._waits.set()
        await goes_on.wait()
        at = self._now().astimezone(UTC)
        return replace(question, at=at, clock=at + self.skew)

    def _headers(self, question: Question, answer: Answer) -> dict[str, str]:
        """What GitHub says beside its answers."""
        headers = self.limits.headers(question.resource, question.clock)
        # The world's time, not this machine's: limits are reckoned from it.
        headers["Date"] = format_datetime(question.clock.replace(microsecond=0), usegmt=True)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            return headers
        if self.scopes is not None:
            headers["x-oauth-scopes"] = self.scopes
        if self.expires_at is not None:
            ends = self.expires_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            headers["github-authentication-token-expiration"] = ends
        return headers

    async def _question(self, request: web.Request) -> Question:
        prefix = "/api/v3" if request.path.startswith("/api/v3") else ""
        path = request.path.removeprefix(prefix)
        resource = "search" if path == "/search/repositories" else "core"
        if request.path in _GRAPHQL:
            path, resource = "/graphql", "graphql"
        body = _object(await request.read())
        at = self._now().astimezone(UTC)
        question = Question(
            path=path,
            query=dict(request.query),
            body=body,
            resource=resource,
            token=_SCHEME.sub("", request.headers.get("Authorization", "")),
            api=self.url + prefix,
            at=at,
            clock=at + self.skew,
        )
        fault = self.faults.take(resource, question.node_ids)
        return question if fault is None else question.with_fault(fault)

    def _answer(self, method: str, question: Question) -> Answer:
        if question.resource == "graphql":
            answer, cost = graphql.answer(self.world, self.limits, question)
            self.spent.points += cost
            return answer
        if method != "GET":
            return say(404, "Not Found")
        return rest.answer(self.world, self._index, self.limits, question)


def _object(text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
