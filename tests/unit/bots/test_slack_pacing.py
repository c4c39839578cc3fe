"""At most one message a second in a channel, and no channel waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hypecurve_slack.posting.pacing import Pacer


class Seconds:
    """A clock that stands until everybody sleeps, and then goes to who wakes first."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, woken))
        try:
            await woken
        finally:
            self._sleepers = [each for each in self._sleepers if each[1] is not woken]

    async def run(self, *work: asyncio.Task[None]) -> None:
        while not all(task.done() for task in work):
            for _ in range(10):
                await asyncio.sleep(0)
            if self._sleepers:
                self.now, woken = min(self._sleepers, key=lambda sleeper: sleeper[0])
                woken.set_result(None)
        await asyncio.gather(*work)


class Posting:
    """Posts that each take some seconds; `began` is what Slack sees."""

    def __init__(self) -> None:
        self.time = Seconds()
        self.pacer = Pacer(1.0, lambda: self.time.now, self.time.sleep)
        self.began: list[tuple[str, float]] = []

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[None]:
        async with self.pacer.turn(channel):
            self.began.append((channel, self.time.now))
            yield

    async def post(self, channel: str, takes: float = 0.0) -> None:
        async with self.turn(channel):
            if takes:
                await self.time.sleep(takes)

    async def all(self, *posts: tuple[str, float]) -> list[tuple[str, float]]:
        tasks = [asyncio.create_task(self.post(*post)) for post in posts]
        await self.time.run(*tasks)
        return self.began


@pytest.fixture
def posting() -> Posting:
    return Posting()


async def test_the_first_post_of_a_channel_does_not_wait(posting: Posting) -> None:
    assert await posting.all(("C1", 0)) == [("C1", 0)]


async def test_a_channels_posts_are_a_second_apart_in_their_order(posting: Posting) -> None:
    assert await posting.all(("C1", 0), ("C1", 0), ("C1", 0)) == [("C1", 0), ("C1", 1), ("C1", 2)]


def test_unless_told_otherwise_the_pace_is_a_second() -> None:
    assert Pacer()._interval == 1.0


async def test_the_second_begins_when_slack_has_answered(posting: Posting) -> None:
    assert await posting.all(("C1", 0.4), ("C1", 0)) == [("C1", 0), ("C1", 1.4)]


async def test_channels_do_not_wait_for_one_another(posting: Posting) -> None:
    began = await posting.all(*[(f"C{n}", 0.2) for n in range(50)])
    assert {at for _, at in began} == {0.0}


async def test_a_channel_that_rested_does_not_wait(posting: Posting) -> None:
    await posting.all(("C1", 0))
    posting.time.now = 1.0
    assert (await posting.all(("C1", 0)))[-1] == ("C1", 1.0)


async def test_a_call_that_failed_counts_all_the_same(posting: Posting) -> None:
    with pytest.raises(TimeoutError):
        async with posting.turn("C1"):
            raise TimeoutError
    assert (await posting.all(("C1", 0)))[-1] == ("C1", 1.0)


async def test_one_who_gives_up_waiting_keeps_nobody(posting: Posting) -> None:
    await posting.all(("C1", 0))
    waiting = asyncio.create_task(posting.post("C1"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    posting.time.now = 1.0
    assert (await posting.all(("C1", 0)))[-1] == ("C1", 1.0)


async def test_channels_that_are_free_are_forgotten(posting: Posting) -> None:
    await posting.all(*[(f"C{n}", 0) for n in range(100)])
    assert len(posting.pacer._lanes) == 100
    posting.time.now = 1.0
    await posting.all(("C100", 0))
    assert list(posting.pacer._lanes) == ["C100"]
