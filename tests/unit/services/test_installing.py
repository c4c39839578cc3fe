"""Sealed tokens in the hands of several services: nobody's change undoes another's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sealing import FernetSealer, new_key
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.errors import StoreUnavailable
from hypecurve.domain.installation import Installation
from hypecurve.domain.subscription import Tenant
from hypecurve.services.installing import SealedInstallations, reseal
from support.bots import KEY
from support.databases import NOW

T2 = Tenant("slack", "T2")
NEW = new_key()
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"])


def lent(store: SqlStore, *keys: str) -> SealedInstallations:
    """Return a service's installations."""
    clock = SetClock(NOW)
    return SealedInstallations(store, clock, FernetSealer(keys, clock))


async def kept(store: SqlStore) -> str | None:
    """Return the tokens that are kept, opened."""
    found = await lent(store, KEY, NEW).find(T2)
    return None if found is None else found.secret


class Overtaken(FernetSealer):
    """A sealer that lets something happen between the look at sealed tokens and the reseal."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__([NEW, KEY], SetClock(NOW))
        self._happens = happens

    def seal(self, text: str) -> str:
        self._happens()
        return super().seal(text)


@ON_SQLITE
@pytest.mark.parametrize("how", ["renewed", "removed"])
async def test_what_is_sealed_anew_is_no_older_than_what_is_kept(store: SqlStore, how: str) -> None:
    await lent(store, KEY).keep(Installation(T2, "old tokens"))
    path = store.engine.url.database
    assert path is not None
    renewed = FernetSealer([NEW], SetClock(NOW)).seal("renewed")

    def happens() -> None:
        with closing(sqlite3.connect(path)) as other, other:
            if how == "removed":
                other.execute("DELETE FROM installation")
            else:
                other.execute("UPDATE installation SET sealed = ?", (renewed,))

    late = SealedInstallations(store, SetClock(NOW), Overtaken(happens))
    found = await late.find(T2)
    assert found is not None
    assert found.secret == "old tokens"
    assert await kept(store) == {"renewed": "renewed", "removed": None}[how]


@ON_SQLITE
async def test_tokens_change_and_go_only_where_they_are_what_was_looked_at(
    store: SqlStore,
) -> None:
    one, other = lent(store, KEY), lent(store, NEW, KEY)
    await one.keep(Installation(T2, "first", "Acme"))
    before = await one.find(T2)
    assert before is not None
    await other.find(T2)  # sealed anew: the same tokens still
    late = lent(store, KEY, NEW)
    assert await late.replace(before, "second")
    assert not await late.replace(before, "third")
    assert not await late.remove(T2, "first")
    found = await late.find(T2)
    assert found is not None
    assert (found.secret, found.name) == ("second", "Acme")
    assert await late.remove(T2, "second")
    assert not await late.replace(found, "fourth")
    assert await kept(store) is None


@ON_SQLITE
async def test_a_token_is_found_though_it_cannot_be_sealed_anew(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lent(store, KEY).keep(Installation(T2, "tokens"))

    def locked() -> object:
        raise StoreUnavailable

    late = lent(store, NEW, KEY)
    with monkeypatch.context() as while_locked, capture_logs() as logs:
        while_locked.setattr(store, "write", locked)
        found = await late.find(T2)
        with pytest.raises(StoreUnavailable):
            await reseal(store, SetClock(NOW), FernetSealer([NEW, KEY], SetClock(NOW)), ["slack"])
    assert found is not None
    assert found.secret == "tokens"
    assert [log["event"] for log in logs] == ["tokens were not sealed anew"]
    await late.find(T2)
    assert await lent(store, NEW).find(T2) is not None
