"""A cycle that commits while digests are composed: its news is the next digest's, all of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.subscription import Channel
from hypecurve.ports.store import SignalLog, Transaction
from hypecurve.services.digests.compose import compose_due
from support.catalogue import CHANNEL, DAY, a_repo, a_signal, listed, speak
from support.databases import NOW
from support.frozen import told_in
from support.listening import NINE, TAXONOMY, composed, subscribed

pytestmark = pytest.mark.parametrize("backend", ["postgresql"])


@dataclass
class _Beside:
    """A store beside which a cycle commits whenever somebody has just read the last one's number.

    The cycles are committed over another connection of the real store.
    """

    store: SqlStore
    repos: list[int] = field(default_factory=list)

    def read(self) -> Any:  # noqa: ANN401 - a transaction's context
        """As the store."""
        return self.store.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """As the store, with a cycle in between."""
        async with self.store.write() as tx:
            yield _Over(tx, signals=_Over(tx.signals, current_cycle=self._and_then(tx.signals)))

    async def wipe(self) -> bool:
        """As the store."""
        return await self.store.wipe()

    def _and_then(self, signals: SignalLog) -> Any:  # noqa: ANN401 - a coroutine function
        async def current_cycle() -> int:
            number = await signals.current_cycle()
            if self.repos:
                await speak(self.store, [a_signal(self.repos.pop(0))])
            return number

        return current_cycle


class _Over:
    """Something of which a few attributes are others."""

    def __init__(self, under: object, **over: object) -> None:
        self._under = under
        self.__dict__.update(over)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever lies under it
        return getattr(self._under, name)


async def test_what_a_cycle_brings_meanwhile_is_the_next_digests(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 5)])
    await subscribed(store)
    await speak(store, [a_signal(1)])
    beside = _Beside(store, [2, 3])
    assert await compose_due(beside, SetClock(NINE), TAXONOMY) == 1
    assert await told_in(store, CHANNEL) == [[1]]
    await composed(store, NINE)
    assert await compose_due(beside, SetClock(NINE + DAY), TAXONOMY) == 1
    assert await told_in(store, CHANNEL) == [[1], [2]]
    await composed(store, NINE + DAY)
    assert await composed(store, NINE + 2 * DAY) == 1
    assert await told_in(store, CHANNEL) == [[1], [2], [3]]


async def test_cycles_and_composers_beside_each_other_lose_nothing_and_double_nothing(
    store: SqlStore,
) -> None:
    chance = random.Random(4)  # noqa: S311 - made-up pauses
    count = 24
    await listed(store, [a_repo(number) for number in range(1, count + 1)])
    await subscribed(store)

    async def track() -> None:
        for number in range(1, count + 1):
            await speak(store, [a_signal(number)])
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)

    async def compose(day: timedelta) -> None:
        for place in range(count // 2):
            await composed(store, NINE + day + place * DAY)

    await asyncio.gather(track(), compose(timedelta(0)), compose(DAY / 2))
    await composed(store, NOW + 3 * count * DAY)
    told = [repo for members in await told_in(store, CHANNEL) for repo in members]
    assert sorted(told) == list(range(1, count + 1))


async def test_two_composers_at_once_compose_once(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    places = [Channel.parse(f"slack:T1/C{place}") for place in range(3)]
    for place in places:
        await subscribed(store, channel=place)
    await speak(store, [a_signal(1)])
    made = await asyncio.gather(*(compose_due(store, SetClock(NINE), TAXONOMY) for _ in range(4)))
    assert sum(made) == 3
    for place in places:
        assert await told_in(store, place) == [[1]]
