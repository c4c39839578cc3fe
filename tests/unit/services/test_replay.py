"""Replay: recorded histories go through the same pipeline, a day at a time."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hypecurve.adapters.sql.store import SqlStore, SqlTransaction
from hypecurve.domain.catalogue import Growth, ListedReason
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.ports.store import Store
from hypecurve.services.replay import RecordedDay, Replayed, replay
from support.catalogue import DAY, entry_of
from support.databases import opened
from support.messengers import Killed
from support.tracking import an_ai_repo, taxonomy

START = datetime(2024, 3, 1, 6, 30, tzinfo=UTC)
DAYS = 80
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
async def store(database: str) -> AsyncIterator[SqlStore]:
    """A sweep a day, as a recording has them."""
    async with opened(database, interval=DAY) as found:
        yield found


def _recorded(days: int = DAYS) -> Iterator[RecordedDay]:
    """Twenty steady repos; one bursts from day 68 on, one is born on day 50, one is renamed."""
    for day in range(days):
        at = START + day * DAY
        repos = [an_ai_repo(-n, 1_000 + 6 * day) for n in range(1, 21)]
        burst = 1_000 + 6 * day + 80 * max(0, day - 67)
        repos[0] = an_ai_repo(-1, burst)
        if day >= 60:
            repos[1] = an_ai_repo(-2, 1_000 + 6 * day, name="nori/renamed")
        if day >= 50:
            born = START + 49.5 * DAY
            repos.append(an_ai_repo(-21, 600 + day, created_at=born))
        yield RecordedDay(at, tuple(repos))


async def _replay(store: Store, days: int = DAYS) -> Replayed:
    return await replay(store, taxonomy(), _recorded(days), min_stars=500)


async def _signals(store: SqlStore) -> list[Signal]:
    async with store.read() as tx:
        return [signal for _, signal in await tx.signals.during(None, None)]


@ON_SQLITE
async def test_a_replay_detects_day_by_day_and_measures_the_last(store: SqlStore) -> None:
    done = await _replay(store)
    assert (done.days, done.observations) == (DAYS, 20 * DAYS + DAYS - 50)
    assert done.signals["new"] == 1
    assert done.signals["moved"] == 1
    assert 1 <= done.signals["rising"] <= 3
    rising = [s for s in await _signals(store) if s.kind is SignalKind.RISING]
    assert {signal.repo_id for signal in rising} == {-1}
    assert START + 68 * DAY <= rising[0].at <= START + 73 * DAY
    assert (await entry_of(store, -3)).growth == Growth(6, 42, 180)
    assert (await entry_of(store, -1)).state == "rising"


@ON_SQLITE
async def test_the_first_day_is_the_baseline(store: SqlStore) -> None:
    done = await _replay(store, 1)
    assert done == Replayed(1, 20, {})
    assert (await entry_of(store, -5)).listed_reason is ListedReason.BASELINE


@ON_SQLITE
async def test_a_finished_replay_run_again_does_nothing_twice(store: SqlStore) -> None:
    await _replay(store, 55)
    before = await _signals(store)
    assert before
    assert await _replay(store, 55) == Replayed(0, 0, {})
    assert await _signals(store) == before


async def test_a_longer_recording_goes_on_where_the_shorter_ended(store: SqlStore) -> None:
    await _replay(store, 20)
    done = await _replay(store, 30)
    assert done.days == 10
    async with store.read() as tx:
        history = await tx.stars.history(RepoId(-3), START, START + DAYS * DAY)
    assert len(history.snapshots) == 30


@dataclass
class _Stopping:
    """The same store until its n-th unit of work: there the process dies before it begins."""

    store: SqlStore
    units: int

    def read(self) -> AbstractAsyncContextManager[SqlTransaction]:
        return self.store.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SqlTransaction]:
        self.units -= 1
        if self.units < 0:
            raise Killed
        async with self.store.write() as tx:
            yield tx

    async def wipe(self) -> bool:
        return await self.store.wipe()


@pytest.fixture(scope="module")
def undisturbed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Signal]:
    """What a replay says that nothing stops."""
    file = tmp_path_factory.mktemp("undisturbed") / "replay.db"
    shutil.copyfile(sqlite_template, file)

    async def run() -> list[Signal]:
        async with opened(f"sqlite:///{file}", interval=DAY) as store:
            await _replay(store)
            return await _signals(store)

    return asyncio.run(run())


# A day takes two units of work, and a third where a repo is new (days 0 and 50). Stopped before
# the second, a day is counted and not judged; the burst is heard around unit 140.
@pytest.mark.parametrize("units", [1, 102, 103, 141])
async def test_a_replay_stopped_anywhere_ends_as_if_it_had_not_been(
    tmp_path: Path, sqlite_template: Path, undisturbed: list[Signal], units: int
) -> None:
    file = tmp_path / "replay.db"
    shutil.copyfile(sqlite_template, file)
    async with opened(f"sqlite:///{file}", interval=DAY) as store:
        with pytest.raises(Killed):
            await _replay(_Stopping(store, units))
        await _replay(store)
        assert await _signals(store) == undisturbed
        assert (await entry_of(store, -21)).place.category == "agents"
        assert (await entry_of(store, -7)).place.category == "agents"
        assert (await entry_of(store, -7)).listed_at == START
