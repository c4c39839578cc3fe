"""The stand-in GitHub asked by hand, as github.com or as an Enterprise server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.github.queries import SWEEP
from hypecurve.domain.repo import RepoName
from hypecurve.standin.limits import GENEROUS
from hypecurve.standin.server import TOKEN, StandIn
from hypecurve.standin.world import FIRST_ID, World, node_id

UNTIL = datetime(2026, 11, 22, 6, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ADDRESSES = ("", "/api/v3")


@dataclass
class Asking:
    """A stand-in, its clock, and a plain client of it."""

    standin: StandIn
    clock: SetClock
    http: httpx.AsyncClient
    prefix: str

    @property
    def world(self) -> World:
        """What the stand-in shows."""
        return self.standin.world

    async def get(self, path: str, **params: str) -> httpx.Response:
        """Ask REST."""
        return await self.http.get(f"{self.prefix}{path}", params=params or None)

    async def named(self, name: RepoName) -> httpx.Response:
        """Ask for a repo by name."""
        return await self.get(f"/repos/{name}")

    async def numbered(self, index: int) -> httpx.Response:
        """Ask for a repo by its numeric id."""
        return await self.get(f"/repositories/{FIRST_ID + index}")

    async def search(self, query: str) -> dict[int, dict[str, Any]]:
        """Ask for the first hundred of a search; the items by the repo's number."""
        answer = await self.get("/search/repositories", q=query, sort="stars", per_page="100")
        return {item["id"] - FIRST_ID: item for item in answer.json()["items"]}

    async def sweep(self, *nodes: str) -> dict[str, Any]:
        """Ask GraphQL for some nodes; the whole answer."""
        path = self.prefix.replace("v3", "graphql") or "/graphql"
        body = {"query": SWEEP, "variables": {"ids": nodes}}
        answer: dict[str, Any] = (await self.http.post(path, json=body)).json()
        return answer

    async def node(self, index: int) -> dict[str, Any] | None:
        """Ask GraphQL for one repo."""
        [node] = (await self.sweep(node_id(index)))["data"]["nodes"]
        found: dict[str, Any] | None = node
        return found


@asynccontextmanager
async def asking(
    world: World | None = None,
    prefix: str = "",
    limits: Mapping[str, int] = GENEROUS,
    token: str = TOKEN,
) -> AsyncIterator[Asking]:
    """Open both; without a world, one of eighty repos to which nothing happens."""
    clock = SetClock(UNTIL)
    world = world or World.make(7, 80, until=UNTIL, story=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        StandIn(world, now=clock.now, limits=limits) as standin,
        httpx.AsyncClient(base_url=standin.url, headers=headers, trust_env=False) as http,
    ):
        yield Asking(standin, clock, http, prefix)
