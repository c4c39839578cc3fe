"""The journal: many small writes in few transactions, each with its own end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import structlog
from structlog.typing import EventDict

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState, IllegalMove, Step, StepKind
from hypecurve.domain.errors import NotFound, StoreUnavailable
from hypecurve.ports.store import Record, Settled, Transaction
from hypecurve.services.delivery import journal
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.delivery.journal import Journal
from support.databases import NOW
from support.outgoing import (
    HOUR,
    LONG,
    MINUTE,
    Interrupted,
    MadeUpChat,
    at,
    found,
    put,
    put_all,
    state_of,
)

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
S = DeliveryState
INTENT = ((0, Step(StepKind.POST, S.SENDING, intent_at=NOW)),)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the seconds between two tries."""
    monkeypatch.setattr(journal, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(journal, "LONGEST_WAIT", 0.002)


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def away(store: SqlStore) -> Interrupted:
    return Interrupted(store)


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def writing(away: Interrupted, stop: asyncio.Event) -> Journal:
    return Journal(away, SetClock(NOW), stop, patience=60.0)


async def _claimed(store: SqlStore, count: int) -> list[int]:
    await put_all(store, map(at, range(count)))
    async with store.write() as tx:
        claimed = await tx.outbox.claim("slack", NOW, MINUTE, count)
    return [each.delivery.id for each in claimed]


async def test_what_waits_together_is_one_transaction(
    store: SqlStore, away: Interrupted, writing: Journal
) -> None:
    keys = await _claimed(store, 30)
    await asyncio.gather(*(writing.write(Record(key, INTENT)) for key in keys))
    assert away.commits <= 2
    for key in keys:
        assert await state_of(store, key) == (S.SENDING, [S.SENDING])


async def test_what_cannot_be_written_is_its_own_writers_error_alone(
    store: SqlStore, writing: Journal
) -> None:
    begun, other = await _claimed(store, 2)
    await writing.write(Record(begun, INTENT))
    ended = await asyncio.gather(
        writing.write(Record(begun, INTENT)),
        writing.write(Record(other, INTENT)),
        writing.write(Record(10**6, INTENT)),
        return_exceptions=True,
    )
    assert [type(each) for each in ended] == [IllegalMove, type(None), NotFound]
    assert await state_of(store, other) == (S.SENDING, [S.SENDING])


async def test_what_fails_behind_a_record_takes_its_record_with_it_and_no_other_one(
    store: SqlStore, writing: Journal
) -> None:
    one, other = await _claimed(store, 2)

    async def fail(tx: Transaction) -> None:
        await tx.leases.hold("tracker", "somebody", NOW, HOUR)
        raise ZeroDivisionError

    async def hold(tx: Transaction) -> None:
        await tx.leases.hold("compose", "somebody", NOW, HOUR)

    ended = await asyncio.gather(
        writing.write(Record(one, (), Settled(S.SENT)), fail),
        writing.write(Record(other, (), Settled(S.SENT)), hold),
        return_exceptions=True,
    )
    assert [type(each) for each in ended] == [ZeroDivisionError, type(None)]
    assert (await found(store, one)).state is S.SENDING
    assert (await found(store, other)).state is S.SENT
    async with store.read() as tx:
        assert set(await tx.leases.holders()) == {"compose"}


async def test_what_wants_to_be_alone_shares_no_transaction(
    store: SqlStore, away: Interrupted, writing: Journal
) -> None:
    keys = await _claimed(store, 9)
    sent = Settled(S.SENT)
    await asyncio.gather(
        *(writing.write(Record(key, (), sent), alone=place == 4) for place, key in enumerate(keys))
    )
    assert 2 <= away.commits <= 4
    assert {(await found(store, key)).state for key in keys} == {S.SENT}


async def test_an_intent_fails_at_once_where_the_database_is_away(
    store: SqlStore, away: Interrupted, writing: Journal
) -> None:
    (key,) = await _claimed(store, 1)
    away.is_away = True
    with pytest.raises(StoreUnavailable):
        await writing.write(Record(key, INTENT))
    assert away.asked == 1


async def test_what_happened_is_written_when_the_database_is_back_and_told_in_two_lines(
    store: SqlStore, away: Interrupted, writing: Journal, logged: list[EventDict]
) -> None:
    keys = await _claimed(store, 20)
    away.is_away = True
    waiting = [
        asyncio.create_task(writing.write(Record(key, (), Settled(S.SENT)), known=True))
        for key in keys
    ]
    while away.asked < 5:  # noqa: ASYNC110 - its own tries are what is waited for
        await asyncio.sleep(0.001)
    assert not any(task.done() for task in waiting)
    away.is_away = False
    await asyncio.gather(*waiting)
    assert {(await found(store, key)).state for key in keys} == {S.SENT}
    assert [each["log_level"] for each in logged] == ["warning", "info"]


async def test_what_was_committed_unheard_is_written_again_and_counts_once(
    store: SqlStore, away: Interrupted, writing: Journal
) -> None:
    (key,) = await _claimed(store, 1)
    away.losses = 2
    await writing.write(Record(key, (), Settled(S.SENT)), known=True)
    delivery = await found(store, key)
    assert (delivery.state, delivery.attempts) == (S.SENT, 1)


async def test_its_patience_has_an_end(
    store: SqlStore, away: Interrupted, stop: asyncio.Event
) -> None:
    (key,) = await _claimed(store, 1)
    away.is_away = True
    with pytest.raises(StoreUnavailable):
        await Journal(away, SetClock(NOW), stop, patience=0.01).write(
            Record(key, (), Settled(S.SENT)), known=True
        )


async def test_once_all_is_to_end_it_gives_up_soon(
    store: SqlStore,
    away: Interrupted,
    stop: asyncio.Event,
    writing: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal, "LAST_TRIES", 0.01)
    (key,) = await _claimed(store, 1)
    away.is_away = True
    waiting = asyncio.create_task(writing.write(Record(key, (), Settled(S.SENT)), known=True))
    await asyncio.sleep(0)
    stop.set()
    with pytest.raises(StoreUnavailable):
        await waiting


async def test_called_off_it_leaves_nobody_waiting(
    store: SqlStore, away: Interrupted, writing: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "AT_THE_END", 0.01)
    (key,) = await _claimed(store, 1)
    away.is_away = True
    waiting = asyncio.create_task(writing.write(Record(key, (), Settled(S.SENT)), known=True))
    await asyncio.sleep(0)
    await writing.end()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("moment", [0, 1, 2, 3])
async def test_a_database_that_goes_away_at_any_moment_loses_nothing_and_doubles_nothing(
    store: SqlStore, away: Interrupted, moment: int
) -> None:
    """It goes with the n-th call to the platform, and comes back a little later."""
    clock, chat = SetClock(NOW), MadeUpChat(at_once=2)
    keys = [await put(store, at(number), LONG) for number in range(3)]
    calls = 0

    class Cutting(MadeUpChat):
        async def post(self, *args: object, **names: object) -> str:
            nonlocal calls
            calls += 1
            if calls == moment + 1:
                away.is_away = True
                asyncio.get_running_loop().call_later(0.02, _back)
            return await chat.post(*args, **names)  # type: ignore[arg-type] # as they came

    def _back() -> None:
        away.is_away = False

    for _ in range(6):
        try:
            await deliver_pending(away, clock, "slack", Cutting(at_once=2))
        except StoreUnavailable:
            await asyncio.sleep(0.03)
        clock.at += MINUTE
    assert {(await found(store, key)).state for key in keys} == {S.SENT}
    assert len(chat.standing) == 6
    assert len({each.key for each in chat.standing}) == 6
