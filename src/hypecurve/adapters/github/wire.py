"""Requests to GitHub, one after the other: sends, waits as GitHub asks, tries again.

GitHub advises serial requests; a lock keeps them so whoever shares the wire.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import httpx
import stamina

from hypecurve.adapters.github.answers import Moved, Quota, decipher, limits_nobody, quota
from hypecurve.domain.errors import SourceLimited, SourceRefused, SourceUnavailable
from hypecurve.domain.saying import to_say
from hypecurve.ports import Clock

FREE = "secondary"
"""The limit of what draws on no budget: there is none but GitHub's secondary one."""
_T = TypeVar("_T")
_HOPS = 5
_FIRST_WAIT = 60.0  # GitHub: "wait for at least one minute", then growing


class Unreachable(SourceUnavailable):
    """No connection to the host at all: a smaller question would not help."""


@dataclass(slots=True)
class Spent:
    """What GitHub was asked for so far: HTTP requests, and points of the GraphQL budget."""

    requests: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to hold out. `sleep` takes seconds; tests pass one that moves their clock."""

    max_wait: timedelta = timedelta(minutes=65)
    """For one request, all its waits together; a primary limit takes up to an hour to reset."""
    attempts: int = 4
    first_pause: float = 0.5
    """Seconds before the second attempt; doubled for each further one, and jittered."""
    answer_within: float = 30.0
    """Seconds of silence after which an answer is given up; GitHub itself stops at 10."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `limit` names the budget it draws on: core, search, graphql, or FREE."""

    method: str
    url: str
    limit: str = "core"
    params: dict[str, str] = field(default_factory=dict)
    body: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The JSON of an answer, its headers, and whether GitHub says that more follow."""

    payload: object
    has_next: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class Wire:
    """Sends requests through one client and keeps to the limits that the answers tell."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        clock: Clock,
        has_token: bool,
        on_wait: Callable[[str], None],
        patience: Patience,
    ) -> None:
        """`on_wait` hears one line for each wait that GitHub asks for."""
        self.spent = Spent()
        self.patience = patience
        self._client = client
        self._clock = clock
        self._has_token = has_token
        self._on_wait = on_wait
        self.left: dict[str, int] = {}
        """Points left in each budget, as the last answer told."""
        self._empty_until: dict[str, datetime] = {}
        self._lock = asyncio.Lock()

    async def ask(self, ask: Ask, read: Callable[[Page], _T], *, persistent: bool = True) -> _T:
        """Return what `read` makes of the answer.

        Limits are waited for up to `max_wait`, then SourceLimited. What SourceUnavailable stands
        for, from the network or from `read`, is tried again: always where the host is
        unreachable, else only if `persistent`.
        """

        def again(error: Exception) -> bool:
            return isinstance(error, SourceUnavailable if persistent else Unreachable)

        async with self._lock:
            waited, times = 0.0, 0
            while True:
                waited += await self._keep_to_quota(ask.limit, waited)
                try:
                    async for attempt in stamina.retry_context(
                        on=again,
                        attempts=self.patience.attempts,
                        timeout=None,
                        wait_initial=self.patience.first_pause,
                        wait_jitter=self.patience.first_pause,
                        wait_max=20 * self.patience.first_pause,
                    ):
                        with attempt:
                            return read(await self._follow(ask))
                except SourceLimited as limited:
                    growing = _FIRST_WAIT * 2**times if limited.retry_after is None else 2.0**times
                    seconds = max(growing, limited.retry_after or 0.0)
                    waited += await self._wait(seconds, ask.limit, waited)
                    times += 1

    async def pause(self, seconds: float, line: str) -> None:
        """Wait for a reason of our own, told to whoever listens."""
        self._on_wait(line)
        await self.patience.sleep(seconds)

    def tell(self, line: str) -> None:
        """Tell whoever listens."""
        self._on_wait(line)

    async def _follow(self, ask: Ask) -> Page:
        url, params = httpx.URL(ask.url), ask.params
        for _ in range(_HOPS):
            response = await self._send(ask, url, params)
            now = self._clock.now().timestamp()
            self._remember(quota(response.headers, now), ask.limit)
            if ask.limit == FREE and limits_nobody(response.status_code, response.content):
                return Page(None, headers=response.headers)
            payload = decipher(
                response.status_code,
                response.headers,
                response.content,
                now=now,
                has_token=self._has_token,
            )
            if not isinstance(payload, Moved):
                has_next = 'rel="next"' in response.headers.get("link", "")
                return Page(payload, has_next, response.headers)
            # An address that is none has failed in httpx before: it looks ahead.
            there = url.join(payload.address)
            # The token goes to this host alone, whatever an answer says.
            if (there.scheme, there.host, there.port) != (url.scheme, url.host, url.port):
                form = to_say("GitHub at {host} sends us on to {other}: not followed.")
                raise SourceRefused(form, host=url.host, other=there.host)
            # GitHub's addresses of moved things leave the query out; paging has to go on.
            url, params = there, {} if there.query else ask.params
        form = to_say("GitHub sends us round in circles at {address}.")
        raise SourceUnavailable(form, address=ask.url)

    async def _send(self, ask: Ask, url: httpx.URL, params: dict[str, str]) -> httpx.Response:
        self.spent.requests += 1
        try:
            return await self._client.request(ask.method, url, params=params or None, json=ask.body)
        except httpx.ConnectError as error:
            form = to_say("GitHub cannot be reached at {address}: {reason}.")
            address = f"{url.scheme}://{url.netloc.decode()}"
            raise Unreachable(form, address=address, reason=error) from None
        except httpx.TimeoutException:
            form = to_say("GitHub did not answer in time at {host}.")
            raise SourceUnavailable(form, host=url.host) from None
        except httpx.RequestError as error:
            form = to_say("The connection to GitHub at {host} failed ({reason}).")
            reason = type(error).__name__
            raise SourceUnavailable(form, host=url.host, reason=reason) from None

    def _remember(self, left: Quota | None, limit: str) -> None:
        # What is free tells of a budget too, of one that it does not draw on.
        if left is None or limit == FREE:
            return
        self.left[limit] = left.remaining
        self._empty_until.pop(limit, None)
        if left.remaining == 0:
            self._empty_until[limit] = self._clock.now() + timedelta(seconds=left.seconds)

    async def _keep_to_quota(self, limit: str, waited: float) -> float:
        """Wait where the last answer said that nothing is left, rather than be refused first."""
        until = self._empty_until.get(limit)
        seconds = (until - self._clock.now()).total_seconds() if until is not None else 0.0
        if seconds <= 0:
            return 0.0
        waited = await self._wait(seconds, limit, waited)
        self._empty_until.pop(limit, None)
        return waited

    async def _wait(self, seconds: float, limit: str, waited: float) -> float:
        seconds = max(1.0, seconds)
        until = self._clock.now() + timedelta(seconds=seconds)
        if waited + seconds > self.patience.max_wait.total_seconds():
            form = to_say("GitHub asks to wait until {time} UTC ({limit} limit): too long for now.")
            time = f"{until:%H:%M}"
            raise SourceLimited(form, retry_after=seconds, time=time, limit=limit)
        self._on_wait(f"GitHub asks to wait until {until:%H:%M} UTC ({limit} limit)")
        await self.patience.sleep(seconds)
        return seconds
