"""Subscribe: what a channel wants to hear, when, and whom it follows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.digest import Welcome
from hypecurve.domain.errors import BadTime, NotFound
from hypecurve.domain.repo import RepoId, RepoName
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.stars import PastStars
from hypecurve.domain.subscription import WORKDAYS, Channel, Schedule, Subscription, Wants
from hypecurve.services.answers.subscribe import (
    When,
    Wish,
    follow,
    schedule,
    subscribe,
    subscriptions_of,
    unsubscribe,
)
from hypecurve.services.digests.compose import compose_due
from support.catalogue import (
    CHANNEL,
    DAY,
    OTHER_CHANNEL,
    a_repo,
    a_signal,
    keep,
    listed,
    speak,
    sweep,
)
from support.databases import NOW
from support.sample_day import sample_taxonomy

TAXONOMY = sample_taxonomy()
CLOCK = SetClock(NOW)
PARIS = When(time(9), "Europe/Paris")
NINE_IN_PARIS = NOW.replace(hour=8)


async def _subscribe(
    store: SqlStore,
    *categories: str,
    when: When = PARIS,
    kinds: tuple[SignalKind, ...] = SUBSCRIBABLE,
    channel: Channel = CHANNEL,
) -> Welcome:
    wants = Wants(frozenset(categories), frozenset(kinds))
    return await subscribe(store, CLOCK, TAXONOMY, Wish(channel, wants, when, "ru", "U1"))


async def _wants(store: SqlStore) -> list[set[str]]:
    return [set(item.wants.categories) for item in await subscriptions_of(store, CHANNEL)]


async def test_a_first_subscription_hears_what_comes_from_now_on(store: SqlStore) -> None:
    await speak(store, [])
    welcome = await _subscribe(store, "agents")
    (item,) = await subscriptions_of(store, CHANNEL)
    assert item == Subscription(
        CHANNEL,
        Wants(frozenset({"agents"})),
        Schedule(time(9), "Europe/Paris"),
        locale="ru",
        created_by="U1",
        next_due=NINE_IN_PARIS,
        heard_cycle=1,
        alerted_cycle=1,
        id=item.id,
    )
    assert (welcome.channel, welcome.wants, welcome.zone) == (CHANNEL, item.wants, "Europe/Paris")
    assert welcome.next_due == NINE_IN_PARIS


async def test_the_same_kinds_at_the_same_time_grow_by_the_categories(store: SqlStore) -> None:
    await _subscribe(store, "agents")
    await _subscribe(store, "mcp", when=When())
    assert await _wants(store) == [{"agents", "mcp"}]
    await _subscribe(store, "mcp")
    assert await _wants(store) == [{"agents", "mcp"}]
    await _subscribe(store)
    assert await _wants(store) == [set()]
    await _subscribe(store, "mcp")
    assert await _wants(store) == [set()]


@pytest.mark.parametrize(
    ("when", "kinds"),
    [
        (When(time(18)), SUBSCRIBABLE),
        (When(zone="Asia/Tokyo"), SUBSCRIBABLE),
        (When(weekdays=WORKDAYS), SUBSCRIBABLE),
        (When(), (SignalKind.NEW,)),
    ],
)
async def test_other_kinds_or_another_time_are_a_subscription_of_its_own(
    store: SqlStore, when: When, kinds: tuple[SignalKind, ...]
) -> None:
    await _subscribe(store, "agents")
    await _subscribe(store, "mcp", when=when, kinds=kinds)
    assert await _wants(store) == [{"agents"}, {"mcp"}]
    first, second = await subscriptions_of(store, CHANNEL)
    assert second.schedule == when.over(first.schedule)
    assert second.wants.kinds == frozenset(kinds)


async def test_a_subscription_that_grows_hears_of_all_it_hears_since_one_time(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1)], category="serving")
    await _subscribe(store, "agents")
    await speak(store, [a_signal(1, SignalKind.NEW)])
    await _subscribe(store, "serving")
    (item,) = await subscriptions_of(store, CHANNEL)
    assert item.heard_cycle == 0
    assert await compose_due(store, SetClock(NINE_IN_PARIS), TAXONOMY) == 1


async def test_the_same_subscription_made_three_times_at_once_is_one(store: SqlStore) -> None:
    await asyncio.gather(*(_subscribe(store) for _ in range(3)))
    assert len(await subscriptions_of(store, CHANNEL)) == 1


@pytest.mark.parametrize("change", ["subscribe", "unsubscribe", "schedule", "follow"])
async def test_a_change_waits_until_a_digest_is_composed_and_is_not_lost(
    store: SqlStore, change: str
) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store, "agents", "serving")
    composing = asyncio.Event()

    async def compose() -> None:
        """What composing does: read the channel, take its time, write back what it heard."""
        async with store.write() as tx:
            found = await tx.subscriptions.listener(CHANNEL)
            assert found is not None
            (held,) = await tx.subscriptions.lock([found.id])
            composing.set()
            for _ in range(50):  # a chance for the change, if nothing held it back
                await tx.signals.current_cycle()
            await tx.subscriptions.change(replace(held.subscriptions[0], heard_cycle=7))

    async def alter() -> None:
        await composing.wait()
        if change == "subscribe":
            await _subscribe(store, "mcp")
        elif change == "unsubscribe":
            await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset({"serving"}))
        elif change == "schedule":
            await schedule(store, CLOCK, CHANNEL, When(time(18)))
        else:
            await follow(store, CHANNEL, a_repo(1).name, on=True)

    await asyncio.gather(compose(), alter())
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    (item,) = listener.subscriptions
    assert item.heard_cycle == 7, "what the composing wrote"
    wanted = {"subscribe": {"agents", "serving", "mcp"}, "unsubscribe": {"agents"}}
    assert item.wants.categories == wanted.get(change, {"agents", "serving"})
    assert item.schedule.at == time(18 if change == "schedule" else 9)
    assert listener.followed == ({1} if change == "follow" else frozenset())


async def test_channels_do_not_hear_of_each_other(store: SqlStore) -> None:
    await _subscribe(store, "agents")
    await _subscribe(store, "mcp", channel=OTHER_CHANNEL)
    assert await _wants(store) == [{"agents"}]


async def test_an_unknown_zone_is_refused_and_nothing_kept(store: SqlStore) -> None:
    with pytest.raises(BadTime, match="Europe/Paris"):
        await _subscribe(store, "agents", when=When(zone="Europe/Atlantis"))
    assert await subscriptions_of(store, CHANNEL) == ()


async def test_the_welcome_tells_the_largest_and_youngest_while_the_past_is_loading(
    store: SqlStore,
) -> None:
    ages = [replace(a_repo(n, 500 + n), created_at=NOW - n * DAY) for n in range(1, 9)]
    await listed(store, ages)
    await listed(store, [a_repo(99, 99_000)], "mcp")
    await speak(store, [a_signal(1)])
    await sweep(store, NOW - timedelta(hours=1), {1: 501})
    async with store.write() as tx:
        await tx.past.save({RepoId(1): None, RepoId(2): None}, NOW)
    welcome = await _subscribe(store, "agents")
    assert (welcome.watched, welcome.history_loaded) == (8, 0.25)
    assert welcome.counts_at == NOW - timedelta(hours=1)
    assert [entry.repo.id for entry in welcome.largest] == [8, 7, 6, 5, 4]
    assert [entry.repo.id for entry in welcome.youngest] == [1, 2, 3]
    assert welcome.week == ()


async def test_the_welcome_says_how_long_the_past_still_takes(store: SqlStore) -> None:
    await listed(store, [a_repo(n, 500 + n) for n in range(1, 31)])
    async with store.write() as tx:
        await tx.past.save({RepoId(n): None for n in range(1, 11)}, NOW)
    wish = Wish(CHANNEL, Wants(), When(), histories_an_hour=8)
    welcome = await subscribe(store, SetClock(NOW), sample_taxonomy(), wish)
    assert welcome.history_left == timedelta(hours=2.5)
    assert (await _subscribe(store)).history_left is None, "nobody said how many an hour"


async def test_the_welcome_tells_the_week_so_far_where_the_past_is_known(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)])
    past = PastStars(date(2026, 5, 1), (1,) * 200, NOW)
    async with store.write() as tx:
        await tx.past.save({RepoId(1): past, RepoId(2): None, RepoId(3): None}, NOW)
    await speak(store, [a_signal(1, at=NOW - 6 * DAY), a_signal(2, at=NOW - 8 * DAY)])
    welcome = await _subscribe(store)
    assert [item.entry.repo.id for item in welcome.week] == [1]


async def test_an_empty_catalogue_is_welcomed_too(store: SqlStore) -> None:
    welcome = await _subscribe(store)
    assert (welcome.watched, welcome.history_loaded, welcome.counts_at) == (0, 0.0, None)
    assert (welcome.largest, welcome.youngest, welcome.week) == ((), (), ())


async def test_unsubscribing_takes_categories_away_everywhere(store: SqlStore) -> None:
    await _subscribe(store, "agents", "mcp")
    await _subscribe(store, "mcp", kinds=(SignalKind.NEW,))
    assert await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset({"mcp"}))
    assert await _wants(store) == [{"agents"}]
    assert not await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset({"mcp"}))
    assert await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset({"agents"}))
    assert await subscriptions_of(store, CHANNEL) == ()


async def test_a_category_leaves_the_others_of_its_layer_and_of_all(store: SqlStore) -> None:
    await _subscribe(store, "ai-engineering")
    assert await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset({"mcp"}))
    assert await _wants(store) == [{"agents"}]
    await _subscribe(store)
    assert await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset({"ai-engineering"}))
    assert await _wants(store) == [{"inference", "serving"}]


async def test_unsubscribing_from_all_ends_everything_of_this_channel(store: SqlStore) -> None:
    assert not await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset())
    await _subscribe(store, "agents")
    await _subscribe(store, kinds=(SignalKind.NEW,))
    await _subscribe(store, channel=OTHER_CHANNEL)
    assert await unsubscribe(store, CLOCK, TAXONOMY, CHANNEL, frozenset())
    assert await subscriptions_of(store, CHANNEL) == ()
    assert len(await subscriptions_of(store, OTHER_CHANNEL)) == 1


async def test_a_schedule_moves_all_digests_of_a_channel(store: SqlStore) -> None:
    await _subscribe(store, "agents")
    await _subscribe(store, kinds=(SignalKind.NEW,), when=When(time(18), weekdays=WORKDAYS))
    moved = await schedule(store, CLOCK, CHANNEL, When(time(7, 30), "Asia/Kathmandu"))
    assert [item.schedule for item in moved] == [
        Schedule(time(7, 30), "Asia/Kathmandu"),
        Schedule(time(7, 30), "Asia/Kathmandu", WORKDAYS),
    ]
    # 22 November 2026 is a Sunday; 07:30 in Kathmandu is 01:45 UTC.
    monday = datetime(2026, 11, 23, 1, 45, tzinfo=NOW.tzinfo)
    assert [item.next_due for item in moved] == [monday, monday]
    assert tuple(await subscriptions_of(store, CHANNEL)) == moved


async def test_a_schedule_keeps_what_was_heard(store: SqlStore) -> None:
    await speak(store, [])
    await _subscribe(store)
    await speak(store, [])
    (moved,) = await schedule(store, CLOCK, CHANNEL, When(zone="UTC"))
    assert moved.heard_cycle == 1
    assert moved.schedule == Schedule(time(9), "UTC")


async def test_a_channel_without_subscriptions_has_no_schedule(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await follow(store, CHANNEL, a_repo(1).name, on=True)
    for channel in (CHANNEL, OTHER_CHANNEL):
        with pytest.raises(NotFound, match="subscribe all"):
            await schedule(store, CLOCK, channel, When(time(9)))


async def test_a_repo_is_followed_by_any_of_its_names(store: SqlStore) -> None:
    await listed(store, [a_repo(1, name="acme/old")])
    await keep(store, [a_repo(1, name="acme/new")], NOW + DAY)
    entry, heard = await follow(store, CHANNEL, RepoName.parse("acme/old"), on=True)
    assert not heard
    assert str(entry.repo.name) == "acme/new"
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    assert listener.followed == {1}
    await _subscribe(store)
    _, heard = await follow(store, CHANNEL, RepoName.parse("acme/new"), on=False)
    assert heard
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    assert listener.followed == frozenset()


async def test_a_repo_nobody_knows_cannot_be_followed(store: SqlStore) -> None:
    with pytest.raises(NotFound, match="acme/nowhere"):
        await follow(store, CHANNEL, RepoName.parse("acme/nowhere"), on=True)
    async with store.read() as tx:
        assert await tx.subscriptions.listener(CHANNEL) is None
