"""Catching up: one digest for a downtime, and what is too old is recorded as told to nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.signal import SignalKind
from hypecurve.services.answers.subscribe import When, pause, resume, schedule
from hypecurve.services.digests.drafting import preview
from hypecurve.services.digests.timing import renew_due
from hypecurve.wording.plain import plain
from support.catalogue import CHANNEL, DAY, a_repo, a_signal, listed, speak
from support.databases import NOW
from support.frozen import messages_of, notices_of, outcomes_of, told_in
from support.listening import HOUR, NINE, TAXONOMY, changed, composed, heard_by, subscribed

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


async def _a_repo_a_day(store: SqlStore, days: int, first: int = 1) -> None:
    """A cycle a day at noon, today the first one, each with a repo of its own."""
    await listed(store, [a_repo(number) for number in range(first, first + days)])
    for day in range(days):
        at = NOW + (day + first - 1) * DAY + 6 * HOUR
        await speak(store, [a_signal(first + day, at=at)], at)


async def test_three_days_of_downtime_are_one_digest(store: SqlStore) -> None:
    await subscribed(store)
    await _a_repo_a_day(store, 3)
    assert await composed(store, NINE + 3 * DAY) == 1
    assert await told_in(store, CHANNEL) == [[1, 2, 3]]
    assert await outcomes_of(store, CHANNEL) == [("Wed 25 09:00", "told")]
    assert await composed(store, NINE + 3 * DAY + HOUR) == 0


async def test_of_ten_days_of_downtime_a_week_is_told_and_the_rest_recorded(
    store: SqlStore,
) -> None:
    await subscribed(store, heard_at=NINE - DAY)
    await _a_repo_a_day(store, 10)
    assert await composed(store, NINE + 10 * DAY + HOUR) == 1
    # Noon of Sunday to Tuesday are older than a week on the Wednesday after next at ten.
    assert await told_in(store, CHANNEL) == [[], [4, 5, 6, 7, 8, 9, 10]]
    assert await outcomes_of(store, CHANNEL) == [
        ("Sun 22 09:00", "skipped"),
        ("Wed 02 09:00", "told"),
    ]
    (message,) = await messages_of(store, CHANNEL)
    assert "since 25 Nov 10:00" in plain(message)
    assert await composed(store, NINE + 11 * DAY) == 0
    assert await told_in(store, CHANNEL) == [[], [4, 5, 6, 7, 8, 9, 10], []]


async def test_a_weekly_digest_tells_of_its_whole_week_however_late_it_comes(
    store: SqlStore,
) -> None:
    await subscribed(store, weekdays=[6], due=NINE + 7 * DAY)
    await _a_repo_a_day(store, 12)
    assert await composed(store, NINE + 13 * DAY) == 1
    assert await told_in(store, CHANNEL) == [list(range(1, 13))]


@pytest.mark.parametrize("end", [None, DeliveryState.HELD, DeliveryState.DEAD])
@pytest.mark.parametrize("late", [timedelta(0), 2 * DAY])
async def test_what_a_weekly_digest_did_not_bring_is_told_by_the_next_one(
    store: SqlStore, end: DeliveryState | None, late: timedelta
) -> None:
    await subscribed(store, weekdays=[6], due=NINE + 7 * DAY)
    await _a_repo_a_day(store, 7)
    assert await composed(store, NINE + 7 * DAY, end) == 1
    await _a_repo_a_day(store, 7, 8)
    assert await composed(store, NINE + 14 * DAY + late, end) == 1
    assert await told_in(store, CHANNEL) == [[], list(range(1, 15))]
    await _a_repo_a_day(store, 7, 15)
    assert await composed(store, NINE + 21 * DAY) == 1
    # The first week's is two weeks old by now.
    assert await told_in(store, CHANNEL) == [[], list(range(1, 8)), list(range(8, 22))]


async def test_a_daily_digest_takes_over_the_whole_week_of_a_weekly_one(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 9)])
    await subscribed(store, weekdays=[6], due=NINE + 7 * DAY, kinds=[SignalKind.RISING])
    await subscribed(store, at=10, kinds=[SignalKind.NEW])
    for day in range(7):
        at = NINE + day * DAY + timedelta(minutes=30)
        await speak(store, [a_signal(day + 1, at=at)], at)
        await composed(store, NINE + day * DAY + HOUR)
    assert await composed(store, NINE + 7 * DAY, DeliveryState.DEAD) == 1
    assert await composed(store, NINE + 7 * DAY + HOUR) == 1
    assert (await told_in(store, CHANNEL))[-1] == list(range(1, 8))


async def test_a_preview_holds_what_a_weekly_digest_did_not_bring(store: SqlStore) -> None:
    await subscribed(store, weekdays=[6], due=NINE + 7 * DAY)
    await _a_repo_a_day(store, 7)
    await composed(store, NINE + 7 * DAY, None)
    async with store.write() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
        assert listener is not None
        await tx.digests.expire([listener.id], NINE + 14 * DAY)
        made = await preview(tx, listener, NINE + 14 * DAY, TAXONOMY)
    assert len(made.signal_ids) == 7


async def test_a_subscription_asleep_for_three_years_wakes_at_once(store: SqlStore) -> None:
    await subscribed(store)
    await _a_repo_a_day(store, 2)
    late = NOW + 1096 * DAY + 6 * HOUR
    await listed(store, [a_repo(3)])
    await speak(store, [a_signal(3, at=late - DAY)], late - DAY)
    assert await composed(store, late) == 1
    assert await told_in(store, CHANNEL) == [[], [3]]


async def test_what_happened_in_a_long_pause_is_told_as_far_as_it_is_news(
    store: SqlStore,
) -> None:
    await subscribed(store)
    (item,) = await pause(store, SetClock(NOW), CHANNEL, timedelta(days=9))
    assert item.next_due == NINE + 9 * DAY
    await _a_repo_a_day(store, 9)
    for day in range(9):
        assert await composed(store, NINE + day * DAY) == 0
    assert await composed(store, NINE + 9 * DAY) == 1
    assert await told_in(store, CHANNEL) == [[3, 4, 5, 6, 7, 8, 9]]


async def test_a_pause_without_an_end_waits_for_a_word(store: SqlStore) -> None:
    await subscribed(store)
    await _a_repo_a_day(store, 1)
    (item,) = await pause(store, SetClock(NOW), CHANNEL, None)
    assert item.next_due is None
    assert await composed(store, NINE + 300 * DAY) == 0
    (item,) = await resume(store, SetClock(NOW + 2 * DAY), CHANNEL)
    assert (item.next_due, item.paused_until) == (NINE + 2 * DAY, None)
    assert await composed(store, NINE + 2 * DAY) == 1
    assert await told_in(store, CHANNEL) == [[1]]


async def test_a_move_from_tokyo_to_los_angeles_loses_nothing_and_doubles_nothing(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(number) for number in range(1, 5)])
    await subscribed(store, zone="Asia/Tokyo", due=NOW.replace(hour=0) + DAY)
    await speak(store, [a_signal(1)])
    await composed(store, NOW.replace(hour=0) + DAY)
    await speak(store, [a_signal(2)])
    at = NOW + DAY
    (item,) = await schedule(store, SetClock(at), CHANNEL, When(zone="America/Los_Angeles"))
    assert item.next_due == NOW.replace(hour=17) + DAY, "nine in the morning there"
    await composed(store, item.next_due)
    await speak(store, [a_signal(3)])
    await schedule(store, SetClock(item.next_due + HOUR), CHANNEL, When(zone="Asia/Tokyo"))
    await composed(store, item.next_due + 8 * HOUR)
    assert await told_in(store, CHANNEL) == [[1], [2], [3]]


async def test_a_second_time_a_day_tells_each_thing_once(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 5)])
    await subscribed(store)
    await speak(store, [a_signal(1)])
    await composed(store, NINE)
    await subscribed(store, at=17)
    for number, at in ((2, NINE + 8 * HOUR), (3, NINE + DAY), (4, NINE + DAY + 8 * HOUR)):
        await speak(store, [a_signal(number)])
        assert await composed(store, at) == 1
    assert await told_in(store, CHANNEL) == [[1], [2], [3], [4]]


async def test_a_clock_that_steps_back_an_hour_tells_nothing_twice(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await subscribed(store)
    await speak(store, [a_signal(1)])
    assert await composed(store, NINE + timedelta(minutes=5)) == 1
    await speak(store, [a_signal(2)])
    for minutes in range(-55, 70, 25):
        assert await composed(store, NINE + timedelta(minutes=minutes)) == 0
    # Even where somebody asks for the same hour again.
    await schedule(store, SetClock(NINE - HOUR), CHANNEL, When(zone="Africa/Abidjan"))
    assert await composed(store, NINE) == 0
    assert await composed(store, NINE + DAY) == 1
    assert await told_in(store, CHANNEL) == [[1], [2]]


async def test_a_zone_that_is_known_no_more_stops_nothing(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await subscribed(store, zone="US/Pacific-New", due=NINE)
    for day, number in enumerate((1, 2)):
        await speak(store, [a_signal(number)])
        assert await composed(store, NINE + day * DAY) == 1
    assert await told_in(store, CHANNEL) == [[1], [2]]
    (item,) = await heard_by(store)
    assert item.next_due == NINE + 2 * DAY
    assert await notices_of(store, CHANNEL) == ["zone unknown US/Pacific-New"]
    words = plain((await messages_of(store, CHANNEL))[1])
    assert "US/Pacific-New is known no more" in words
    assert "/hype schedule 09:00 Europe/Paris" in words


async def test_due_times_of_older_rules_are_put_right(store: SqlStore) -> None:
    """As if Paris had given up summer time after they were worked out."""
    paris = await subscribed(store, zone="Europe/Paris", due=NINE - HOUR + DAY)
    off = await subscribed(store, at=8, zone="Europe/Paris", due=NINE - HOUR + DAY)
    late = await subscribed(store, at=7, zone="Europe/Paris", due=NINE - DAY)
    clock = SetClock(NOW)
    assert await renew_due(store, clock) == 1
    assert [item.next_due for item in await heard_by(store)] == [
        paris.next_due,
        NINE - 2 * HOUR + DAY,
        late.next_due,
    ]
    assert off.next_due != NINE - 2 * HOUR + DAY
    assert await renew_due(store, clock) == 0


async def test_a_zone_that_is_known_no_more_is_told_at_the_start_too(store: SqlStore) -> None:
    item = await subscribed(store, zone="US/Pacific-New", due=NINE)
    for _ in range(2):
        assert await renew_due(store, SetClock(NOW)) == 0
    assert await notices_of(store, CHANNEL) == ["zone unknown US/Pacific-New"]
    assert await heard_by(store) == (item,)
    await changed(store, item, next_due=None)
    assert await renew_due(store, SetClock(NOW)) == 0
