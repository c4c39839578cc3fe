"""What is said before the first look through GitHub has ended, and while the past is loaded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.domain.repo import RepoId
from hypecurve.services.answers.outlook import Outlooks
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, keep, listed, speak
from support.databases import NOW
from support.sample_day import sample_taxonomy

ADA = Asker(CHANNEL, "U1", name="Ada")
UNDER_WAY = "he first look through GitHub is under way"
ASKED = ("new", "rising", "stalled", "top", "preview", "status", "repo acme/repo-1")
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def _desk(store: SqlStore, an_hour: int = 2_000) -> ServiceDesk:
    return ServiceDesk(store, SetClock(NOW), sample_taxonomy(), histories_an_hour=an_hour)


async def _said(desk: ServiceDesk, text: str) -> str:
    return plain((await desk.answer(ADA, text)).message)


async def test_before_anything_is_listed_every_answer_says_that_we_still_look(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(1)])
    desk = _desk(store)
    answers = [await _said(desk, text) for text in ("subscribe all", *ASKED, "repo acme/other")]
    assert all(UNDER_WAY in each and "again in some minutes" in each for each in answers)
    assert not any("0 repos" in each or "All is well" in each for each in answers)
    await listed(store, [a_repo(1)])
    await speak(store, [])
    assert not [text for text in ASKED if UNDER_WAY in await _said(desk, text)]
    assert "All is well." in await _said(desk, "status")


async def test_since_when_we_look_is_said_where_it_is_known(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.sources.stopped("search:llm>=500", "page 2", NOW)
    said = await _said(_desk(store), "rising")
    assert said.strip() == f"T{UNDER_WAY} since Sun 22 Nov 06:00; ask again in some minutes."


async def test_while_the_past_is_loaded_what_needs_it_says_how_far_it_is(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 11)])
    desk = _desk(store, an_hour=3)
    await desk.answer(ADA, "subscribe all")
    line = "Star history 0% loaded, about 3 h to go: rising needs it."
    assert [line in await _said(desk, text) for text in ASKED] == [
        text in {"rising", "preview", "status"} for text in ASKED
    ]
    async with store.write() as tx:
        await tx.past.save({RepoId(number): None for number in range(1, 11)}, NOW)
    desk = replace(desk, outlooks=Outlooks())
    assert not [text for text in ASKED if "loaded" in await _said(desk, text)]


async def test_the_past_is_counted_anew_after_a_minute(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    clock, outlooks = SetClock(NOW), Outlooks()
    assert (await outlooks.now(store, clock, 10)).is_filling
    async with store.write() as tx:
        await tx.past.save({RepoId(1): None}, NOW)
    assert (await outlooks.now(store, clock, 10)).is_filling
    clock.at = NOW + timedelta(minutes=1)
    assert not (await outlooks.now(store, clock, 10)).is_filling
