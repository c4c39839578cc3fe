"""Lookup: what people ask of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

import numpy as np
import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.catalogue import Growth, Place, RepoState, Spoken
from hypecurve.domain.category import NOT_AI
from hypecurve.domain.errors import NotFound, UnknownCategory
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.stars import StarHistory, StarSnapshot
from hypecurve.domain.subscription import Schedule, Subscription, Wants
from hypecurve.ports.store import Measured
from hypecurve.services.answers.lookup import Listing, card, ecosystem, listing, sizes, weekly
from hypecurve.services.digests.drafting import digest_between, preview
from support.catalogue import CHANNEL, DAY, a_repo, a_signal, keep, listed, speak, sweep
from support.databases import INTERVAL, NOW
from support.sample_day import sample_taxonomy
from support.tracking import past_of

TAXONOMY = sample_taxonomy()
WEEK = 7 * DAY
K = SignalKind


@pytest.fixture
def backend() -> str:
    """The store's contracts hold the databases together; whole cycles are tried on both."""
    return "sqlite"


async def _listing(
    store: SqlStore, kind: str, category: str | None = None, window: str = "7d", limit: int = 10
) -> Listing:
    return await listing(store, SetClock(NOW), TAXONOMY, kind, category, window, limit)


def _ids(found: Listing) -> list[int]:
    return [entry.repo.id for entry in found.entries]


async def _measure(store: SqlStore, growth: dict[int, Growth], stalled: Sequence[int] = ()) -> None:
    states = [RepoState.STALLED if n in stalled else RepoState.ACTIVE for n in growth]
    async with store.write() as tx:
        await tx.catalogue.measure(
            Measured(np.array(list(growth)), list(growth.values()), [41.0] * len(growth), states)
        )


def _history(*counts: int | None, every: timedelta = WEEK) -> StarHistory:
    """Counts that end now; None was not seen."""
    last = len(counts) - 1
    return StarHistory(
        tuple(
            StarSnapshot(NOW - every * (last - place), stars)
            for place, stars in enumerate(counts)
            if stars is not None
        ),
        INTERVAL,
    )


async def test_a_card_is_found_by_name_by_an_older_name_and_by_id(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 700, "acme/old")], at=NOW - DAY)
    await keep(store, [a_repo(1, 710, "acme/new")])
    for which in (RepoName.parse("acme/old"), RepoName.parse("ACME/new"), RepoId(1)):
        found = await card(store, which, NOW)
        assert str(found.entry.repo.name) == "acme/new"
        assert found.entry.repo.stars == 710


async def test_what_nobody_knows_has_no_card(store: SqlStore) -> None:
    with pytest.raises(NotFound, match="acme/nowhere"):
        await card(store, RepoName.parse("acme/nowhere"), NOW)
    with pytest.raises(NotFound):
        await card(store, RepoId(99), NOW)


async def test_a_card_says_what_was_spoken_and_whether_it_is_only_watched(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(1, 412)], NOW - DAY)
    await speak(store, [a_signal(1, K.NEW, NOW - 3 * DAY), a_signal(2, at=NOW)][:1])
    await speak(store, [a_signal(1, at=NOW, step=2, multiple=8.6, usual_7d=226.0)])
    await speak(store, [a_signal(1, at=NOW + DAY, step=3)])
    found = await card(store, RepoId(1), NOW)
    assert found.watch_only
    assert found.spoken == (
        Spoken("rising", NOW, 2, 8.6),
        Spoken("new", NOW - 3 * DAY, 1, None),
    )
    async with store.write() as tx:
        await tx.past.save({RepoId(1): past_of([1] * 70)}, NOW)
    assert (await card(store, RepoId(1), NOW)).past == past_of([1] * 70)


async def test_a_multiple_is_remembered_of_a_rise_alone_and_where_people_saw_it(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1)])
    await speak(store, [a_signal(1, K.AWAKE, NOW - 3 * DAY, multiple=3.0, usual_7d=30.0)])
    await speak(store, [a_signal(1, at=NOW - 2 * DAY, multiple=3.0, usual_7d=3.0)])
    await speak(store, [a_signal(1, at=NOW - DAY, episode=2, multiple=3.0, usual_7d=30.0)])
    found = await card(store, RepoId(1), NOW)
    assert [spoken.multiple for spoken in found.spoken] == [3.0, None, None]


async def test_a_card_of_before_the_first_count_knows_next_to_nothing(store: SqlStore) -> None:
    before, long_ago = NOW - 900 * DAY, NOW - 1_000 * DAY
    repo = a_repo(1, 700, forks=5, open_issues=3, created_at=long_ago, pushed_at=NOW - DAY)
    await listed(store, [repo])
    await sweep(store, NOW, {1: 700})
    await _measure(store, {1: Growth(1, 2, 3)}, stalled=[1])
    found = await card(store, RepoId(1), before)
    entry = found.entry
    assert found.past_view
    assert not found.stars_known
    assert (entry.repo.forks, entry.repo.open_issues, entry.repo.pushed_at) == (None, None, None)
    assert (entry.listed_at, entry.growth, entry.seen_at) == (None, Growth(), before)
    assert entry.repo.created_at == long_ago
    today = await card(store, RepoId(1), NOW)
    assert (today.past_view, today.stars_known) == (False, True)
    assert today.entry.repo.pushed_at == NOW - DAY


async def test_a_card_of_the_present_has_the_entrys_figures(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 700, forks=5)], at=NOW)
    await sweep(store, NOW + timedelta(minutes=5), {1: 700})
    await _measure(store, {1: Growth(1, 2, 3)})
    found = await card(store, RepoId(1), NOW + DAY)
    assert (found.entry.repo.stars, found.entry.repo.forks) == (700, 5)
    assert (found.entry.growth, found.entry.usual_week) == (Growth(1, 2, 3), 41.0)


async def test_a_card_asked_while_a_sweep_is_under_way_keeps_its_figures(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1, 700, forks=5)])
    await sweep(store, NOW, {1: 700})
    await _measure(store, {1: Growth(1, 2, 3)})
    # The sweep's first batches are in the catalogue; the sweep itself is not recorded yet.
    await keep(store, [a_repo(1, 705, forks=6)], NOW + INTERVAL)
    found = await card(store, RepoId(1), NOW + INTERVAL + timedelta(minutes=1))
    assert (found.entry.repo.stars, found.entry.repo.forks) == (705, 6)
    assert (found.entry.growth, found.entry.usual_week) == (Growth(1, 2, 3), 41.0)


async def test_a_card_of_an_earlier_time_shows_what_was_known_then(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 100)])
    for place in range(4 * 9):
        await sweep(store, NOW + INTERVAL * place, {1: 100 + place})
    await keep(store, [a_repo(1, 135, forks=9)], NOW + 9 * DAY)
    await _measure(store, {1: Growth(4, 28, None)})
    found = await card(store, RepoId(1), NOW + 8 * DAY + timedelta(hours=1))
    assert found.entry.repo.stars == 132
    assert found.entry.growth == Growth(4, 28, None)
    assert (found.entry.repo.forks, found.entry.usual_week) == (None, None)
    assert found.entry.seen_at == NOW + 8 * DAY
    first = await card(store, RepoId(1), NOW)
    assert (first.entry.repo.stars, first.entry.growth) == (100, Growth())


def test_the_weeks_are_differences_of_counts_oldest_first() -> None:
    assert weekly(_history(100, 110, 150, 149), None, NOW) == (10, 40, -1)


def test_leading_weeks_nobody_knows_are_left_out_and_holes_are_none() -> None:
    assert weekly(_history(100, 110, None, 150, 160), None, NOW) == (10, None, None, 10)
    assert weekly(_history(), None, NOW) == ()
    assert weekly(_history(100), None, NOW) == ()


def test_a_year_of_weeks_at_most() -> None:
    weeks = weekly(_history(*range(0, 700, 10)), None, NOW)
    assert weeks == (10,) * 52


def test_before_our_counts_githubs_own_history_tells() -> None:
    past = past_of([2] * 28, NOW - 2 * WEEK)
    assert weekly(_history(500, 510, 530), past, NOW)[-3:] == (14, 10, 20)
    assert set(weekly(_history(500, 510, 530), past, NOW)[:-2]) == {14}


def test_a_week_that_ends_after_the_history_was_fetched_is_not_taken_from_it() -> None:
    past = past_of([2] * 28, NOW - DAY)
    assert weekly(_history(), past, NOW)[-1] is None


def test_counts_and_history_are_never_subtracted_from_each_other() -> None:
    past = past_of([2] * 28, NOW - 3 * WEEK)
    # Our first count lies one week back: the week before it has one end only, and no history.
    weeks = weekly(_history(9_000, 9_010), past, NOW)
    assert weeks[-1] == 10
    assert weeks[-2] is None


async def test_the_top_is_ordered_by_growth_over_the_window(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)])
    await listed(store, [a_repo(4)], "mcp")
    await sweep(store, NOW, {1: 600})
    growth = {1: Growth(1, 30, 9), 2: Growth(2, 20, 8), 3: Growth(None, None, None)}
    await _measure(store, {**growth, 4: Growth(9, 90, 90)})
    assert _ids(await _listing(store, "top", window="24h")) == [4, 2, 1, 3]
    assert _ids(await _listing(store, "top", "agents")) == [1, 2, 3]
    found = await _listing(store, "top", "ai-engineering", "30d", limit=2)
    assert (_ids(found), found.total, found.counts_at) == ([4, 1], 4, NOW)


async def test_new_and_rising_are_what_was_announced_within_the_window(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)], at=NOW - 2 * DAY)
    await listed(store, [a_repo(3), a_repo(4)], at=NOW)
    await sweep(store, NOW, {1: 600})
    await speak(
        store,
        [
            a_signal(1, K.NEW, NOW - 2 * DAY),
            a_signal(3, K.NEW, NOW),
            a_signal(4, K.RISING, NOW),
            a_signal(2, K.RISING, NOW - 20 * DAY),
        ],
    )
    assert _ids(await _listing(store, "new")) == [3, 1]
    assert _ids(await _listing(store, "new", window="24h")) == [3]
    assert _ids(await _listing(store, "rising")) == [4]
    found = await _listing(store, "rising", window="30d", limit=1)
    assert (len(found.entries), found.total) == (1, 2)
    assert _ids(await _listing(store, "new", "mcp")) == []


async def test_stalled_is_a_state_of_the_present(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await _measure(store, {1: Growth(), 2: Growth()}, stalled=[2])
    found = await _listing(store, "stalled")
    assert (_ids(found), found.total, found.counts_at) == ([2], 1, None)


async def test_an_unknown_category_is_refused(store: SqlStore) -> None:
    with pytest.raises(UnknownCategory):
        await _listing(store, "top", "agent")


async def test_sizes_are_those_of_the_listed(store: SqlStore) -> None:
    await listed(store, [a_repo(1), replace(a_repo(2))])
    assert await sizes(store) == {"agents": 2}


async def test_what_is_gone_or_no_ai_after_all_is_in_no_list_and_no_count(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in (1, 2, 3)])
    await speak(store, [a_signal(number) for number in (1, 2, 3)])
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(1): Place(NOT_AI, "said so", by_operator=True)})
        await tx.catalogue.lost([RepoId(2)], "deleted", NOW)
    assert _ids(await _listing(store, "top")) == [3]
    assert _ids(await _listing(store, "rising")) == [3]
    assert await sizes(store) == {"agents": 1}
    whole = await ecosystem(store, TAXONOMY)
    assert (whole.software, whole.others) == (1, 0)
    assert (await card(store, RepoName.parse("acme/repo-1"), NOW)).entry.place.category == NOT_AI
    assert (await card(store, RepoName.parse("acme/repo-2"), NOW)).entry.state is RepoState.GONE


@pytest.mark.parametrize("follows", [False, True])
async def test_a_digest_tells_of_a_repo_that_is_gone_to_its_followers_alone(
    store: SqlStore, *, follows: bool
) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await speak(store, [a_signal(1, multiple=10.0, usual_7d=50.0), a_signal(2)])
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(2): Place(NOT_AI, "said so", by_operator=True)})
        await tx.catalogue.lost([RepoId(1)], "deleted", NOW)
    await speak(store, [a_signal(1, K.GONE)])
    followed = frozenset({RepoId(1)} if follows else ())
    async with store.read() as tx:
        found = await digest_between(tx, TAXONOMY, Wants(), NOW - DAY, NOW, "UTC", followed)
    assert [item.signal.kind for item in found.items] == [K.GONE] * follows


async def test_a_digest_has_the_figures_of_the_counts_it_is_dated_by(store: SqlStore) -> None:
    await listed(store, [a_repo(1, 9_059)])
    async with store.write() as tx:
        await tx.subscriptions.add(
            Subscription(CHANNEL, Wants(), Schedule(time(9)), next_due=NOW, heard_cycle=0)
        )
    await sweep(store, NOW, {1: 9_059})
    spoke = a_signal(1, at=NOW, gain_7d=1_537, usual_7d=200.0, multiple=7.7, stars=9_059)
    await speak(store, [spoke])
    await keep(store, [a_repo(1, 9_712)], NOW + INTERVAL)
    await sweep(store, NOW + INTERVAL, {1: 9_712})
    await _measure(store, {1: Growth(700, 2_190, None)})
    async with store.read() as tx:
        later, then = [
            await digest_between(tx, TAXONOMY, Wants(), NOW - DAY, until, "UTC")
            for until in (NOW + INTERVAL, NOW)
        ]
        listener = await tx.subscriptions.listener(CHANNEL)
        assert listener is not None
        sent = await preview(tx, listener, NOW + INTERVAL, TAXONOMY)
    for evidence in (later.items[0].signal.evidence, sent.digest.items[0].signal.evidence):
        assert (evidence.gain_7d, evidence.stars) == (2_190, 9_712)
    assert then.items[0].signal == spoke
