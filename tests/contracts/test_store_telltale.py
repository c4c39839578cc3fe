"""What a database says of a mistake names nobody and quotes nothing: it comes into the log."""

from __future__ import annotations

import traceback

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import pick
from hypecurve.domain.pick import Pick
from hypecurve.domain.repo import RepoId
from support.databases import NOW
from support.telling import known, place

_WHY, _NAME, _USER = "OUR SECRET PLAN", "Ada Lovelace", "U0ADA"


def assert_tells_nothing(error: BaseException) -> None:
    """Look at all that the log would write of an error, also of what it comes from."""
    whole = "".join(traceback.format_exception(error)) + str(error)
    assert "IntegrityError" in whole
    assert not [each for each in (_WHY, _NAME, _USER) if each in whole], whole


async def test_a_row_that_points_nowhere_is_told_of_without_what_it_holds(store: SqlStore) -> None:
    item = Pick(RepoId(999), _WHY, _NAME, NOW, f"slack:T1/{_USER}")
    with pytest.raises(DBAPIError) as caught:
        async with store.write() as tx:
            await tx.picks.add(place(1), item)
    assert_tells_nothing(caught.value)


async def test_nor_does_a_row_that_lacks_something(store: SqlStore) -> None:
    (key,) = await known(store, place(1))
    row = {"channel_id": key, "repo_id": None, "why": _WHY, "at": NOW}
    with pytest.raises(DBAPIError) as caught:
        async with store.engine.begin() as connection:
            await connection.execute(insert(pick), [row | {"by": _NAME, "user": _USER}])
    assert_tells_nothing(caught.value)
