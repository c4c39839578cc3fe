"""The stand-in itself: GitHub's REST and GraphQL over HTTP on loopback, from a made-up world."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from hypecurve.standin import render
from hypecurve.standin.faults import Fault, FaultKind, Faults
from hypecurve.standin.limits import GENEROUS, Limits
from hypecurve.standin.searching import BadQuery, Index, parse
from hypecurve.standin.world import FIRST_ID, World, index_of

TOKEN = "made-up"  # noqa: S105 - a password to nothing
"""The token that the stand-in takes; any other is refused."""
_CAP, _MAX_PAGE, _HISTORY_PAGE, _MAX_NODES, _MAX_QUERY = 1_000, 100, 30, 100, 256
_Json = dict[str, Any] | list[Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in, and how it was answered; `resource`: core, search or graphql."""

    method: str
    path: str
    query: Mapping[str, str]
    resource: str
    status: int
    headers: Mapping[str, str]


@dataclass(slots=True)
class Spent:
    """What was asked for so far: HTTP requests, and points of the GraphQL budget."""

    requests: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: _Json
    headers: Mapping[str, str]


class StandIn:
    """`async with StandIn(world, now=clock.now) as github:` and GitHub lives at `github.url`.

    `now` says which instant of the world is shown (aware UTC). `limits`: points a window for each
    resource, generous by default. The same API also answers below /api/v3 and at /api/graphql.
    """

    def __init__(
        self,
        world: World,
        *,
        now: Callable[[], datetime],
        limits: Mapping[str, int] = GENEROUS,
    ) -> None:
        """Open nothing yet."""
        self.world = world
        self.faults = Faults()
        self.limits = Limits(limits)
        self.requests: deque[Asked] = deque(maxlen=100_000)
        self.spent = Spent()
        self.url = ""
        self._now = now
        self._index = Index(world)
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
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
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        at = self._now().astimezone(UTC)
        path = request.path.removeprefix("/api/v3")
        path = "/graphql" if path == "/api/graphql" else path
        resource = {"/graphql": "graphql", "/search/repositories": "search"}.get(path, "core")
        self.spent.requests += 1
        body = await request.json() if request.method == "POST" else {}
        ids = body.get("variables", {}).get("ids", []) if isinstance(body, dict) else []
        fault = self.faults.take(resource, len(ids))
        if fault is not None and fault.kind is FaultKind.STALLED:
            await self._closing.wait()
        answer = self._refusal(request, fault, resource, at) or self._route(
            request, path, body, fault, at
        )
        headers = {
            **self.limits.headers(resource, at),
            "Date": format_datetime(at.replace(microsecond=0), usegmt=True),
            "X-GitHub-Api-Version-Selected": request.headers.get("X-GitHub-Api-Version", ""),
            **answer.headers,
        }
        self.requests.append(
            Asked(
                request.method, path, dict(request.query), resource, answer.status, request.headers
            )
        )
        text = json.dumps(answer.body).encode()
        if fault is not None and fault.kind is FaultKind.HTML:
            text = b"<!DOCTYPE html><title>Unicorn!</title><p>This page is taking too long to load."
        if fault is not None and fault.kind is FaultKind.TRUNCATED:
            text = text[: len(text) // 2]
        if fault is not None and fault.kind is FaultKind.DROPPED and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=answer.status, body=text, headers=headers, content_type="application/json"
        )

    def _refusal(
        self, request: web.Request, fault: Fault | None, resource: str, at: datetime
    ) -> _Answer | None:
        """What GitHub says before it looks at the question at all."""
        kind = fault.kind if fault else None
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if given != TOKEN or kind is FaultKind.EXPIRED:
            return _say(401, "Bad credentials" if given else "Requires authentication")
        if kind in {FaultKind.BAD_GATEWAY, FaultKind.TOO_LARGE}:
            return _say(502, "Server Error")
        if kind is FaultKind.NONSENSE:
            return _Answer(200, ["nonsense"], {})
        seconds = fault.seconds if fault else 0.0
        if kind is FaultKind.SECONDARY_LIMIT:
            said = "You have exceeded a secondary rate limit. Please wait a few minutes."
            return _say(429, said, {"retry-after": f"{seconds:.0f}"})
        if kind is FaultKind.VAGUE_LIMIT:
            return _say(403, "You have exceeded a secondary rate limit.")
        if kind is FaultKind.PRIMARY_LIMIT:
            self.limits.empty(resource, at, seconds)
        if not self.limits.use(resource, 0 if resource == "graphql" else 1, at):
            return _say(403, "API rate limit exceeded for user ID 1.")
        if kind is FaultKind.PRIMARY_LIMIT and resource == "graphql":
            return _say(403, "API rate limit exceeded for user ID 1.")
        if kind is FaultKind.GRAPHQL_LIMIT:
            self.limits.empty(resource, at, seconds)
            said = "API rate limit already exceeded for user ID 1."
            return _Answer(200, {"errors": [{"type": "RATE_LIMITED", "message": said}]}, {})
        return None

    def _route(
        self, request: web.Request, path: str, body: object, fault: Fault | None, at: datetime
    ) -> _Answer:
        match path.strip("/").split("/"):
            case ["graphql"]:
                return self._graphql(body, fault, at)
            case ["search", "repositories"]:
                return self._search(request, fault, at)
            case ["rate_limit"]:
                return _Answer(200, {"resources": self.limits.report(at)}, {})
            case ["repositories", number, *tail]:
                index = int(number) - FIRST_ID if number.isdecimal() else -1
                known = 0 <= index < self.world.size and self.world.exists(index, at)
                return self._repo(request, index if known else None, tail, at)
            case ["repos", owner, name, *tail]:
                found = self.world.find(f"{owner}/{name}", at)
                if found is not None and found[1] and not self.world.absence(found[0], at):
                    rest = "".join(f"/{each}" for each in tail)
                    there = f"{self._api(request)}/repositories/{FIRST_ID + found[0]}{rest}"
                    return _say(301, "Moved Permanently", {"location": there}, url=there)
                return self._repo(request, found[0] if found else None, tail, at)
        return _say(404, "Not Found")

    def _repo(
        self, request: web.Request, index: int | None, tail: list[str], at: datetime
    ) -> _Answer:
        if index is None:
            return _say(404, "Not Found")
        away = self.world.absence(index, at)
        if away is not None and away.why in {"dmca", "tos"}:
            status = 451 if away.why == "dmca" else 403
            block = {"reason": away.why, "created_at": away.since.isoformat(), "html_url": ""}
            return _say(status, "Repository access blocked", block=block)
        repo = self.world.repo_at(index, at)
        if repo is None:
            return _say(404, "Not Found")
        match tail:
            case []:
                return _Answer(200, render.rest_item(repo, self._api(request)), {})
            case ["stargazers", "count"]:
                return _Answer(200, {"count": repo.stars}, {})
            case ["stargazers", "history"]:
                size, page = _paging(request, _HISTORY_PAGE)
                weeks = self.world.history(index, at)
                shown = [render.week(*each) for each in weeks[(page - 1) * size : page * size]]
                return _Answer(200, shown, _link(request, page, page * size < len(weeks)))
        return _say(404, "Not Found")

    def _search(self, request: web.Request, fault: Fault | None, at: datetime) -> _Answer:
        size, page = _paging(request, _MAX_PAGE)
        text = request.query.get("q", "")
        if page * size > _CAP or len(text) > _MAX_QUERY or request.query.get("sort") != "stars":
            return _say(422, "Only the first 1000 search results are available")
        try:
            found = self._index.find(parse(text), at)
        except BadQuery as error:
            return _say(422, f"Validation Failed: {error}")
        shown = found[(page - 1) * size : page * size]
        incomplete = fault is not None and fault.kind is FaultKind.INCOMPLETE
        if incomplete:
            shown = shown[::2]
        api = self._api(request)
        repos = (self.world.repo_at(int(index), at) for index in shown)
        return _Answer(
            200,
            {
                "total_count": len(found),
                "incomplete_results": incomplete,
                "items": [render.rest_item(repo, api) for repo in repos if repo is not None],
            },
            _link(request, page, page * size < min(_CAP, len(found))),
        )

    def _graphql(self, body: object, fault: Fault | None, at: datetime) -> _Answer:
        document = body.get("query", "") if isinstance(body, dict) else ""
        ids = body.get("variables", {}).get("ids", []) if isinstance(body, dict) else []
        if len(ids) > _MAX_NODES:
            said = f"You may not provide more than {_MAX_NODES} node ids"
            return _Answer(200, {"errors": [{"type": "ARGUMENT_LIMIT", "message": said}]}, {})
        try:
            fields = _selected(document)
        except render.UnknownField as error:
            said = f"Field '{error}' doesn't exist on type 'Repository'"
            problem = {"message": said, "extensions": {"code": "undefinedField"}}
            return _Answer(200, {"errors": [problem]}, {})
        cost = render.cost(fields, len(ids))
        if not self.limits.use("graphql", cost, at):
            said = "API rate limit already exceeded for user ID 1."
            return _Answer(200, {"errors": [{"type": "RATE_LIMITED", "message": said}]}, {})
        self.spent.points += cost
        nodes: list[object] = []
        errors: list[object] = []
        for place, each in enumerate(ids):
            index = index_of(each, self.world.size)
            repo = None if index is None else self.world.repo_at(index, at)
            if repo is None:
                said = f"Could not resolve to a node with the global id of '{each}'"
                path = ["nodes", place]
                errors.append({"type": "NOT_FOUND", "path": path, "message": said})
            nodes.append(None if repo is None else render.node(repo, fields))
        if fault is not None and fault.kind is FaultKind.PARTIAL:
            nodes[::3] = [None] * len(nodes[::3])
            errors.append({"message": "Something went wrong while executing your query."})
        left = self.limits.report(at)["graphql"]
        reset = datetime.fromtimestamp(left["reset"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        data = {
            "rateLimit": {"cost": cost, "remaining": left["remaining"], "resetAt": reset},
            "nodes": nodes,
        }
        return _Answer(200, {"data": data, **({"errors": errors} if errors else {})}, {})

    def _api(self, request: web.Request) -> str:
        return self.url + ("/api/v3" if request.path.startswith("/api/v3") else "")


@lru_cache(maxsize=8)
def _selected(document: str) -> tuple[str, ...]:
    return render.selected(document)


def _say(
    status: int, message: str, headers: Mapping[str, str] | None = None, **more: object
) -> _Answer:
    documentation = "https://docs.github.com/rest"
    body = {"message": message, "documentation_url": documentation, **more}
    return _Answer(status, body, headers or {})


def _paging(request: web.Request, most: int) -> tuple[int, int]:
    size, page = request.query.get("per_page", "30"), request.query.get("page", "1")
    if not (size.isdecimal() and page.isdecimal()):
        return most, 1
    return max(1, min(most, int(size))), max(1, int(page))


def _link(request: web.Request, page: int, more: bool) -> dict[str, str]:  # noqa: FBT001 - a fact, no switch
    if not more:
        return {}
    return {"link": f'<{request.url.update_query(page=str(page + 1))}>; rel="next"'}
