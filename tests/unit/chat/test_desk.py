"""The desk: what a command does decides what is answered."""

from __future__ import annotations

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, keep, listed
from support.databases import NOW
from support.sample_day import sample_taxonomy


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_follow_says_that_nothing_speaks_where_there_is_no_digest(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    desk = ServiceDesk(store, SetClock(NOW), sample_taxonomy())
    asker = Asker(CHANNEL, "U1")
    name = a_repo(1).name
    before = await desk.answer(asker, f"follow {name}")
    assert "start with /hype subscribe all" in plain(before.message)
    await desk.answer(asker, "subscribe all")
    after = await desk.answer(asker, f"follow {name}")
    assert plain(after.message).strip() == f"Following {name}."


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_why_is_told_to_the_asker_alone_and_by_this_catalogues_bar(store: SqlStore) -> None:
    await keep(store, [a_repo(1, 612)])
    desk = ServiceDesk(store, SetClock(NOW), sample_taxonomy(), bar=700)
    asker = Asker(CHANNEL, "U1")
    answer = await desk.answer(asker, f"why {a_repo(1).name}")
    assert not answer.public
    assert answer.message.notification == "acme/repo-1: 612 stars, listed at 700"
    await listed(store, [a_repo(2)])
    unknown = await desk.answer(asker, "why acme/nothing")
    assert "acme/nothing is not watched" in plain(unknown.message)
