"""`db check` tells of a sweep in the future, and `db redate` mends it, by a right clock alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hypecurve.adapters.clock import SystemClock
from hypecurve.bootstrap import live_store
from hypecurve.cli.operating import db_check, db_redate
from hypecurve.config import Settings
from hypecurve.domain.errors import Busy, WrongClock, WrongWorld
from hypecurve.domain.repo import RepoId
from hypecurve.holding import LEASE
from hypecurve.standin.server import TOKEN, StandIn
from support.catalogue import a_repo
from support.github import read_only_world

DAY = timedelta(days=1)


@pytest.fixture
async def github(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StandIn]:
    """A made-up GitHub whose clock is right, and settings that fit it."""
    assert folder.name
    async with StandIn(read_only_world(), now=lambda: datetime.now(UTC)) as found:
        monkeypatch.setenv("GITHUB_API_URL", found.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield found


@pytest.fixture
async def ahead(github: StandIn) -> StandIn:
    """The same; the newest sweep lies a month ahead."""
    clock = SystemClock()
    async with live_store(Settings(), clock) as store, store.write() as tx:
        await tx.catalogue.upsert([a_repo(1)], clock.now())
        await tx.stars.record(clock.now() + 30 * DAY, {RepoId(1): 600})
    return github


async def test_a_sweep_in_the_future_is_told_of_and_mended(
    ahead: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ahead.skew == timedelta()
    with pytest.raises(WrongClock, match=r"lies in the future, .* `hypecurve db redate` mends"):
        await db_check()
    await db_redate()
    await db_check()
    await db_redate()
    said = capsys.readouterr().out
    assert "in the future: 1. None does now." in said
    assert "The database fits" in said
    assert "in the future: 0. None does now." in said


async def test_by_a_wrong_clock_nothing_is_mended(ahead: StandIn) -> None:
    ahead.skew = 30 * DAY
    with pytest.raises(WrongClock, match="This machine's clock says"):
        await db_redate()
    with pytest.raises(WrongClock, match="in the future"):
        await db_check()


async def test_while_the_tracker_is_at_work_nothing_is_mended(ahead: StandIn) -> None:
    assert ahead.url
    clock = SystemClock()
    async with live_store(Settings(), clock) as store, store.write() as tx:
        await tx.leases.hold("tracker", "host-b:2", clock.now(), LEASE)
    with pytest.raises(Busy, match="host-b:2"):
        await db_redate()


def _files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_where_there_is_no_database_none_is_made_to_be_mended(
    github: StandIn, folder: Path
) -> None:
    assert github.url
    with pytest.raises(WrongWorld, match="no live catalogue"):
        await db_redate()
    assert _files(folder) == []
