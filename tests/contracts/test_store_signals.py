"""What every store does with signals and cycles: `ports.store.SignalLog`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import signal
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.states import STATE, fresh_states
from support.catalogue import DAY, a_repo, a_signal, keep, speak
from support.databases import NOW

RISING, NEW, STALLED = SignalKind.RISING, SignalKind.NEW, SignalKind.STALLED


async def _told(store: SqlStore, after: int = 0, upto: int = 99) -> list[Signal]:
    async with store.read() as tx:
        return [signal for _, signal in await tx.signals.between(after, upto)]


async def test_a_signal_comes_back_with_all_its_evidence(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    full = a_signal(
        1,
        stars=38_200,
        gain_3d=0,
        gain_7d=1_940,
        usual_7d=226.4,
        multiple=8.58,
        gain_28d=2_500,
        best_28d=9_000,
        weeks=(None, 0, 210, 1_940),
        age_days=19,
        last_push=NOW - 3 * DAY,
        before="acme/old",
        after="acme/new",
    )
    bare = replace(a_signal(1, SignalKind.ARCHIVED, lane=None), evidence=type(full.evidence)())
    await speak(store, [full, bare])
    assert await _told(store) == [full, bare]


async def test_what_a_newer_version_writes_of_signals_is_passed_over(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    known = a_signal(1, gain_7d=100)
    await speak(store, [known, a_signal(2)])
    news = {"gain_7d": 100, "forks_7d": 9}
    async with store.write() as tx:
        for repo, values in ((1, {"evidence": news}), (2, {"kind": "forked"})):
            change = signal.update().where(signal.c.repo_id == repo).values(values)
            await tx.signals._connection.execute(change)
    async with store.read() as tx:
        lately = [heard for _, _, heard in await tx.signals.lately(0, 99, NOW - DAY)]
    assert lately == await _told(store) == [known]


async def test_a_signal_is_kept_once_and_frozen(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    first = a_signal(1, score=2.0, gain_7d=100)
    async with store.write() as tx:
        assert await tx.signals.add([first, a_signal(2)], 1) == 2
        again = a_signal(1, at=NOW + DAY, score=9.0, gain_7d=999)
        assert await tx.signals.add([again, a_signal(1, step=2)], 2) == 1
        assert await tx.signals.add([], 3) == 0
    assert await _told(store) == [first, a_signal(2), a_signal(1, step=2)]


async def test_another_kind_episode_or_step_is_another_signal(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    every = [
        a_signal(1),
        a_signal(1, step=2),
        a_signal(1, episode=2),
        a_signal(1, STALLED),
    ]
    async with store.write() as tx:
        assert await tx.signals.add(every, 1) == 4
    assert await _told(store) == every


async def test_between_takes_the_cycles_after_one_up_to_another(store: SqlStore) -> None:
    await keep(store, [a_repo(number) for number in range(1, 5)])
    for number in range(1, 5):
        assert await speak(store, [a_signal(number, NEW if number % 2 else RISING)]) == number
    for after, upto, expected in ((0, 4, [1, 2, 3, 4]), (1, 3, [2, 3]), (4, 4, []), (3, 1, [])):
        assert [signal.repo_id for signal in await _told(store, after, upto)] == expected
    async with store.read() as tx:
        new = await tx.signals.between(0, 4, frozenset({NEW}))
        none = await tx.signals.between(0, 4, frozenset())
    assert [signal.repo_id for _, signal in new] == [1, 3]
    assert none == []


async def test_during_excludes_its_beginning_and_includes_its_end(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    at = [NOW + DAY * day for day in range(4)]
    # A recomputed cycle may bring an older signal later: the order is that of time.
    await speak(store, [a_signal(1, at=at[2], episode=3), a_signal(2, at=at[1])])
    await speak(store, [a_signal(1, at=at[0], episode=1), a_signal(1, at=at[3], episode=4)])
    async with store.read() as tx:
        every = [signal.at for _, signal in await tx.signals.during(None, None)]
        middle = [signal.at for _, signal in await tx.signals.during(at[0], at[2])]
        since = [signal.at for _, signal in await tx.signals.during(at[1], None)]
        of_one = [signal.at for _, signal in await tx.signals.during(None, at[2], a_repo(1).id)]
    assert every == at
    assert middle == at[1:3]
    assert since == at[2:]
    assert of_one == [at[0], at[2]]


async def test_during_may_ask_for_some_kinds_alone(store: SqlStore) -> None:
    await keep(store, [a_repo(1), a_repo(2)])
    await speak(store, [a_signal(1), a_signal(2, SignalKind.NEW), a_signal(2, SignalKind.STALLED)])
    async with store.read() as tx:
        risen = await tx.signals.during(None, None, kinds=frozenset({SignalKind.RISING}))
        others = await tx.signals.during(
            None, NOW, a_repo(2).id, frozenset({SignalKind.RISING, SignalKind.NEW})
        )
        none = await tx.signals.during(None, None, kinds=frozenset())
    assert [signal.repo_id for _, signal in risen] == [1]
    assert [signal.kind for _, signal in others] == [SignalKind.NEW]
    assert none == []


async def test_cycles_are_counted_from_one_without_a_gap(store: SqlStore) -> None:
    async with store.read() as tx:
        assert await tx.signals.current_cycle() == 0
    assert [await speak(store, []) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ZeroDivisionError):
        await _fails_in_its_cycle(store)
    assert await speak(store, []) == 4
    async with store.read() as tx:
        assert await tx.signals.current_cycle() == 4


async def _fails_in_its_cycle(store: SqlStore) -> None:
    async with store.write() as tx:
        assert await tx.signals.next_cycle(NOW) == 4
        raise ZeroDivisionError


async def test_a_cycle_waits_for_the_one_before_it_to_be_committed(store: SqlStore) -> None:
    """Else a digest that covers cycle 2 could miss what cycle 1 commits after it."""
    await keep(store, [a_repo(1), a_repo(2)])
    events: list[str] = []
    first_has_its_number = asyncio.Event()

    async def first() -> None:
        async with store.write() as tx:
            number = await tx.signals.next_cycle(NOW)
            first_has_its_number.set()
            for _ in range(20):  # a chance for the other, if nothing held it back
                await tx.signals.current_cycle()
            await tx.signals.add([a_signal(1)], number)
            events.append(f"first ends {number}")

    async def second() -> None:
        await first_has_its_number.wait()
        async with store.write() as tx:
            number = await tx.signals.next_cycle(NOW)
            events.append(f"second begins {number}")
            assert len(await tx.signals.between(0, number)) == 1
            await tx.signals.add([a_signal(2)], number)

    await asyncio.gather(first(), second())
    assert events == ["first ends 1", "second begins 2"]
    assert [signal.repo_id for signal in await _told(store, 1, 2)] == [2]


async def test_many_writers_get_a_number_each(store: SqlStore) -> None:
    numbers = await asyncio.gather(*(speak(store, []) for _ in range(8)))
    assert sorted(numbers) == list(range(1, 9))


async def test_detection_states_come_back_as_they_were(store: SqlStore) -> None:
    states = fresh_states(5)
    for place, name in enumerate(STATE.names or ()):
        states[name] = np.arange(5) * (place + 1)
    async with store.write() as tx:
        await tx.signals.save_states(fresh_states(3))
        await tx.signals.save_states(states)
    async with store.read() as tx:
        assert (await tx.signals.states(5) == states).all()
        longer = await tx.signals.states(7)
        shorter = await tx.signals.states(2)
    assert (longer[:5] == states).all()
    assert (longer[5:] == fresh_states(2)).all()
    assert (shorter == states[:2]).all()


async def test_states_nobody_saved_are_fresh(store: SqlStore) -> None:
    async with store.read() as tx:
        assert (await tx.signals.states(4) == fresh_states(4)).all()


async def test_times_come_back_in_utc_to_the_microsecond(store: SqlStore) -> None:
    await keep(store, [a_repo(1)])
    at = NOW + timedelta(microseconds=123_456)
    await speak(store, [a_signal(1, at=at)])
    (signal,) = await _told(store)
    assert signal.at == at
    assert signal.at.utcoffset() == timedelta()


async def test_repos_are_those_spoken_of_since_an_instant_in_some_way_each_once(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(key) for key in (1, 2, 3, 4)])
    before, now = NOW - DAY, NOW
    await speak(
        store,
        [
            replace(a_signal(1, RISING), at=before),
            replace(a_signal(3, RISING), at=now),
            replace(a_signal(3, RISING, step=2), at=now),
            replace(a_signal(2, RISING), at=now),
            replace(a_signal(4, STALLED), at=now),
        ],
    )
    async with store.read() as tx:
        assert await tx.signals.repos(before, frozenset({RISING})) == [2, 3]
        assert await tx.signals.repos(now, frozenset({RISING})) == []
        assert await tx.signals.repos(before, frozenset({RISING, STALLED})) == [2, 3, 4]
