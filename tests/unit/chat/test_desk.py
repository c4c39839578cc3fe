"""The desk: what a command does decides what is answered."""

from __future__ import annotations

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.chat.desk import ServiceDesk
from hypecurve.domain.asking import Asker
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, a_repo, listed
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
