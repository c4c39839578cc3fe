"""Curves: what a repo's stars did, from what is kept of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from hypecurve.adapters.sql.messages import message_of, message_text
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import FactKind, Growth, RepoState
from hypecurve.domain.chart import Curve, Episode, Riser
from hypecurve.domain.errors import NotFound
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.stars import PastStars
from hypecurve.ports.store import Measured
from hypecurve.services.answers.curves import comparison_of, curve, line_of, risers_of
from hypecurve.wording.pictures import pictured
from support.catalogue import DAY, a_repo, a_signal, entry_of, keep, speak, sweep
from support.databases import NOW

ONE = RepoId(1)
NAME = RepoName("acme", "repo-1")
TODAY = NOW.date()


@pytest.fixture
def backend() -> str:
    """The store's contracts hold the databases together."""
    return "sqlite"


async def tell_past(store: SqlStore, first: date, days: list[int], fetched: datetime) -> None:
    async with store.write() as tx:
        await tx.past.save({ONE: PastStars(first, tuple(days), fetched)}, fetched)


async def watch(store: SqlStore, since: int, stars: int = 1_000, a_day: int = 10) -> None:
    """A repo that is counted each day since so many days."""
    created = NOW - 400 * DAY
    await keep(store, [a_repo(1, stars, created_at=created)], NOW - since * DAY)
    for back in range(since, -1, -1):
        await sweep(store, NOW - back * DAY, {1: stars + a_day * (since - back)})
    await keep(store, [a_repo(1, stars + a_day * since, created_at=created)])


async def test_our_counts_go_on_where_githubs_history_ends(store: SqlStore) -> None:
    await watch(store, 5)
    first = TODAY - 35 * DAY
    await tell_past(store, first, [4] * 31, NOW - 5 * DAY)
    _, found = await curve(store, NAME, NOW)
    points = dict(found.line.points)
    assert points[first] == 1_000 - 4 * 29 - 4
    assert points[TODAY - 5 * DAY] == 1_000
    assert points[TODAY] == 1_050
    assert not found.line.breaks
    assert found.line.created == TODAY - 400 * DAY


async def test_months_in_which_nobody_counted_are_a_break(store: SqlStore) -> None:
    await keep(store, [a_repo(1, 900)], NOW - 100 * DAY)
    for back, stars in ((100, 900), (99, 905), (98, 910), (10, 1_200), (9, 1_210), (0, 1_300)):
        await sweep(store, NOW - back * DAY, {1: stars})
    _, found = await curve(store, NAME, NOW)
    assert found.line.breaks == (TODAY - 10 * DAY,)
    assert (TODAY - 98 * DAY, 910) in found.line.points


async def test_githubs_history_is_joined_to_our_first_count_and_to_no_later_one(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(1, 900)], NOW - 450 * DAY)
    for back, stars in ((450, 900), (449, 905), (10, 1_200), (0, 1_300)):
        await sweep(store, NOW - back * DAY, {1: stars})
    await tell_past(store, (NOW - 400 * DAY).date(), [1] * 401, NOW)
    _, found = await curve(store, NAME, NOW)
    assert found.line.points == ((TODAY - 10 * DAY, 1_200), (TODAY, 1_300))


async def test_a_curve_says_what_was_told_and_what_github_corrected(store: SqlStore) -> None:
    await watch(store, 20)
    at = NOW - 3 * DAY
    await speak(store, [a_signal(1, SignalKind.RISING, at, usual_7d=70.0)], at)
    async with store.write() as tx:
        await tx.catalogue.note(ONE, FactKind.CORRECTED, NOW - 8 * DAY, "2000", "1000")
        await tx.catalogue.note(ONE, FactKind.RENAMED, NOW - 7 * DAY, "a/b", "c/d")
        await tx.catalogue.measure(
            Measured(np.array([1]), [Growth(week=70)], [70.0], [RepoState.RISING])
        )
    _, found = await curve(store, NAME, NOW)
    assert found.usual_week == 70.0
    assert found.corrected == (TODAY - 8 * DAY,)
    assert found.episodes == (Episode("rising", at.date(), None, 70.0),)
    # As of an earlier time nothing is said of what came later.
    _, earlier = await curve(store, NAME, NOW - 9 * DAY)
    assert earlier.usual_week is None
    assert (earlier.corrected, earlier.episodes) == ((), ())
    assert earlier.line.points[-1][0] == TODAY - 9 * DAY


async def test_a_curve_of_a_year_and_a_comparison_of_five_fit_into_a_frozen_message(
    store: SqlStore,
) -> None:
    await watch(store, 1)
    ups = [5 + (each * 37) % 11 for each in range(700)]
    await tell_past(store, (NOW - 701 * DAY).date(), ups, NOW - 1 * DAY)
    _, found = await curve(store, NAME, NOW)
    assert found.line.points[0][0] == TODAY - timedelta(weeks=52)
    async with store.read() as tx:
        entry = await entry_of(store, 1)
        by_age = await comparison_of(tx, [entry] * 5, NOW, "age")
        whole = await line_of(tx, entry, NOW, back=timedelta(days=2_000), most=1_000)
    assert len(whole.points) == 401
    assert by_age.lines[0].points[0][0] == TODAY - 400 * DAY
    for chart in (found, by_age):
        picture = pictured(chart, "en")
        frozen = message_text(Message(MessageKind.CARD, "A curve", picture=picture))
        assert (
            len(json.dumps(json.loads(frozen)["picture"]["chart"], separators=(",", ":"))) < 9_000
        )
        assert message_of(frozen).picture == picture


async def test_who_nobody_has_counted_stands_with_the_count_it_was_met_with(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(1, 731)])
    _, found = await curve(store, NAME, NOW + DAY)
    assert found == Curve(found.line)
    assert found.line.points == ((TODAY, 731),)
    with pytest.raises(NotFound):
        await curve(store, RepoName("acme", "nobody"), NOW)


async def test_a_creation_in_the_future_is_not_believed(store: SqlStore) -> None:
    await keep(store, [a_repo(1, 731, created_at=datetime(2099, 1, 1, tzinfo=UTC))])
    _, found = await curve(store, NAME, NOW + DAY)
    assert found.line.created is None
    assert found.line.points == ((TODAY, 731),)


async def test_bars_show_ten_known_gains_in_the_order_given(store: SqlStore) -> None:
    await keep(store, [a_repo(each) for each in range(1, 14)])
    async with store.write() as tx:
        growth = [Growth(week=None if each == 2 else 10 * each) for each in range(1, 14)]
        states = [RepoState.ACTIVE] * 13
        await tx.catalogue.measure(Measured(np.arange(1, 14), growth, [None, *[7.0] * 12], states))
    entries = [await entry_of(store, each) for each in range(13, 0, -1)]
    found = risers_of(entries, TODAY)
    assert found.on == TODAY
    assert len(found.bars) == 10
    assert found.bars[0] == Riser("acme/repo-13", 130, 7.0)
    assert risers_of(entries[-2:], TODAY).bars == (Riser("acme/repo-1", 10, None),)
