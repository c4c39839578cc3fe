"""Compose: nothing falls between two digests, and nothing is in both."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from structlog.testing import capture_logs

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.adapters.sql.tables import subscription
from hypecurve.domain.catalogue import Place
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import ChannelRefused, SendError
from hypecurve.domain.message import Message, SectionKind
from hypecurve.domain.repo import RepoId
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import WORKDAYS, Channel, Schedule, Subscription, Wants
from hypecurve.ports.store import Claimed
from hypecurve.services.answers.subscribe import follow
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.delivery.steps import Outcome
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.digests.drafting import digest_between, preview
from hypecurve.wording.plain import plain
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
from support.frozen import messages_of, told_in
from support.messengers import MemoryMessenger
from support.sample_day import sample_taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
TAXONOMY = sample_taxonomy()
HOUR = timedelta(hours=1)
K = SignalKind


async def _subscribe(
    store: SqlStore,
    *categories: str,
    channel: Channel = CHANNEL,
    at: int = 9,
    due: datetime | None = None,
    kinds: Sequence[SignalKind] = SUBSCRIBABLE,
) -> Subscription:
    """A subscription from now on, due at `at` o'clock UTC."""
    async with store.write() as tx:
        return await tx.subscriptions.add(
            Subscription(
                channel,
                Wants(frozenset(categories), frozenset(kinds)),
                Schedule(time(at)),
                next_due=due or NOW.replace(hour=at),
                heard_cycle=await tx.signals.current_cycle(),
            )
        )


async def _compose(store: SqlStore, at: datetime, *, sent: bool = True) -> int:
    """Compose what is due, and let it arrive at once."""
    count = await compose_due(store, SetClock(at), TAXONOMY)
    while sent and (claimed := await _claim(store, at)):
        async with store.write() as tx:
            for each in claimed:
                await tx.outbox.settle(each.delivery.id, DeliveryState.SENT, at=at)
    return count


async def _claim(store: SqlStore, at: datetime) -> list[Claimed]:
    async with store.write() as tx:
        return [
            each
            for platform in ("slack", "discord")
            for each in await tx.outbox.claim(platform, at, HOUR, 99)
        ]


async def _told(store: SqlStore, channel: Channel = CHANNEL) -> list[list[int]]:
    """The repos of each digest of a channel, the first digest first."""
    return await told_in(store, channel)


async def _messages(store: SqlStore, channel: Channel = CHANNEL) -> list[Message]:
    return await messages_of(store, channel)


async def _subscriptions(store: SqlStore) -> tuple[Subscription, ...]:
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    return listener.subscriptions


def _names(message: Message, kind: SectionKind) -> list[str]:
    sections = (*message.sections, *message.overflow)
    return [
        entry.repo_name for section in sections if section.kind is kind for entry in section.entries
    ]


async def test_a_digest_tells_what_happened_since_the_subscription_was_made(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await speak(store, [a_signal(1)])
    await _subscribe(store)
    await speak(store, [a_signal(2)])
    assert await _compose(store, NOW.replace(hour=9)) == 1
    (message,) = await _messages(store)
    assert _names(message, SectionKind.RISING) == ["acme/repo-2"]
    assert await _told(store) == [[2]]


async def test_nothing_is_composed_before_its_time(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store)
    await speak(store, [a_signal(1)])
    assert await _compose(store, NOW.replace(hour=8, minute=59)) == 0
    assert await _told(store) == []


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_falls_between_two_digests_and_nothing_is_in_both(
    store: SqlStore, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a made-up fortnight, the same for each seed
    await listed(store, [a_repo(number) for number in range(1, 41)])
    await _subscribe(store, at=9)
    await _subscribe(store, at=17)
    await _subscribe(store, channel=OTHER_CHANNEL, at=12)
    number, now = 0, NOW
    spoken: list[int] = []
    while number < 40:
        # Sweeps and the composer's ticks come as they come.
        now += timedelta(minutes=chance.randrange(20, 400))
        if chance.random() < 0.5:
            count = min(chance.randrange(4), 40 - number)
            fresh = list(range(number + 1, number + count + 1))
            await speak(store, [a_signal(each, at=now) for each in fresh], now)
            number, spoken = number + count, spoken + fresh
        else:
            await _compose(store, now)
    await _compose(store, now + DAY)
    for channel in (CHANNEL, OTHER_CHANNEL):
        told = [repo for members in await _told(store, channel) for repo in members]
        assert told == spoken


async def test_two_subscriptions_due_together_make_one_digest(store: SqlStore) -> None:
    await listed(store, [a_repo(1)], "agents")
    await listed(store, [a_repo(2)], "mcp")
    await listed(store, [a_repo(3)], "inference")
    await _subscribe(store, "agents")
    await _subscribe(store, "mcp", kinds=[K.NEW])
    await speak(store, [a_signal(1), a_signal(2), a_signal(2, K.NEW), a_signal(3)])
    assert await _compose(store, NOW.replace(hour=9)) == 1
    assert await _told(store) == [[1, 2]]
    (message,) = await _messages(store)
    assert _names(message, SectionKind.NEW) == ["acme/repo-2"]


async def test_a_young_subscription_does_not_hear_what_came_before_it(store: SqlStore) -> None:
    await listed(store, [a_repo(1)], "agents")
    await listed(store, [a_repo(2), a_repo(3)], "mcp")
    await _subscribe(store, "agents")
    await speak(store, [a_signal(1), a_signal(2)])
    await _subscribe(store, "mcp")
    await speak(store, [a_signal(3)])
    await _compose(store, NOW.replace(hour=9))
    assert await _told(store) == [[1, 3]]


async def test_two_subscriptions_at_two_times_tell_each_thing_once(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await _subscribe(store, "agents", at=9)
    await _subscribe(store, at=17)
    await speak(store, [a_signal(1)])
    assert await _compose(store, NOW.replace(hour=9)) == 1
    await speak(store, [a_signal(2)])
    assert await _compose(store, NOW.replace(hour=17)) == 1
    assert await _compose(store, NOW.replace(hour=9) + DAY) == 0
    assert await _told(store) == [[1], [2], []]


async def test_a_quiet_day_sends_nothing_and_the_next_news_still_comes(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store)
    nine = NOW.replace(hour=9)
    assert await _compose(store, nine) == 0
    assert await _messages(store) == []
    await speak(store, [a_signal(1)])
    assert await _compose(store, nine + DAY) == 1
    assert await _told(store) == [[], [1]]


async def test_the_next_due_time_is_a_day_on_and_what_was_heard_is_remembered(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store)
    await speak(store, [a_signal(1)])
    nine = NOW.replace(hour=9)
    await _compose(store, nine + timedelta(minutes=14))
    (item,) = await _subscriptions(store)
    assert (item.next_due, item.heard_at, item.heard_cycle) == (nine + DAY, nine, 1)


async def test_after_days_of_silence_one_digest_tells_all(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await _subscribe(store)
    await speak(store, [a_signal(1)], NOW)
    await speak(store, [a_signal(2)], NOW + 2 * DAY)
    assert await _compose(store, NOW + 3 * DAY + 5 * HOUR) == 1
    assert await _compose(store, NOW + 3 * DAY + 6 * HOUR) == 0
    assert await _told(store) == [[1, 2]]


async def test_a_catch_up_is_dated_by_when_it_is_told(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)])
    await _subscribe(store)
    await speak(store, [a_signal(1)], NOW)
    # From Sunday 09:00 nothing is composed until Wednesday 15:00; the tracker went on.
    noon = NOW + 3 * DAY + 6 * HOUR
    await sweep(store, noon, {1: 1000})
    await speak(store, [a_signal(2, K.NEW, noon, after="500")], noon)
    await _compose(store, noon + 3 * HOUR)
    thursday = NOW + 4 * DAY
    await speak(store, [a_signal(3, K.NEW, thursday, after="500")], thursday)
    await _compose(store, thursday + 3 * HOUR)
    first, second = [plain(message) for message in await _messages(store)]
    assert "Wed 25 Nov" in first.splitlines()[0]
    assert "counts as of 12:00" in first
    assert "passed 500 today" in first
    assert "Thu 26 Nov" in second.splitlines()[0]
    assert "since yesterday 15:00" in second
    (item,) = await _subscriptions(store)
    assert item.heard_at == thursday + 3 * HOUR


async def test_a_weekday_digest_composed_on_a_sunday_is_of_that_sunday(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    friday = NOW - 2 * DAY + 3 * HOUR
    item = await _subscribe(store, due=friday)
    async with store.write() as tx:
        weekdays = replace(item.schedule, weekdays=WORKDAYS)
        await tx.subscriptions.change(replace(item, schedule=weekdays))
    await speak(store, [a_signal(1)])
    await _compose(store, NOW + 6 * HOUR)
    (message,) = await _messages(store)
    assert "Sun 22 Nov" in message.title


async def _deliver(
    store: SqlStore, at: datetime, messenger: MemoryMessenger, *errors: SendError
) -> list[DeliveryState]:
    for error in errors:
        messenger.then_fail(error)
    outcomes: list[Outcome] = []
    await deliver_pending(store, SetClock(at), "slack", messenger, tell=outcomes.append)
    return [outcome.state for outcome in outcomes]


async def test_what_a_channel_refused_until_its_next_digest_is_told_by_that_one(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)])
    await _subscribe(store)
    nine, messenger = NOW.replace(hour=9), MemoryMessenger()
    await speak(store, [a_signal(1)])
    await _compose(store, nine, sent=False)
    assert await _deliver(store, nine, messenger) == [DeliveryState.SENT]
    # From here on the channel refuses; two digests are held, one after the other.
    for day in (1, 2):
        if day == 1:
            await speak(store, [a_signal(2)], NOW + DAY)
        await _compose(store, nine + day * DAY, sent=False)
        refused = ChannelRefused("the bot is not in the channel")
        assert await _deliver(store, nine + day * DAY, messenger, refused) == [DeliveryState.HELD]
    await speak(store, [a_signal(3)], NOW + 3 * DAY)
    assert await _compose(store, nine + 3 * DAY, sent=False) == 1
    assert await _deliver(store, nine + 3 * DAY, messenger) == [DeliveryState.SENT]
    assert await _told(store) == [[1], [], [], [2, 3]]
    assert "since Sun 09:00" in plain(messenger.posts[-1].message)
    async with store.read() as tx:
        found = [(item.delivery.state, item.delivery.reason) for item in await tx.outbox.recent()]
    expired = (DeliveryState.EXPIRED, "the bot is not in the channel")
    sent = (DeliveryState.SENT, "")
    assert found == [sent, expired, expired, sent]
    assert await _deliver(store, nine + 4 * DAY, messenger) == []


async def test_what_was_refused_for_a_week_is_no_news_any_more(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store)
    nine, messenger = NOW.replace(hour=9), MemoryMessenger()
    await speak(store, [a_signal(1)])
    await _compose(store, nine, sent=False)
    await _deliver(store, nine, messenger, ChannelRefused("the bot is not in the channel"))
    await _move(store, nine + 7 * DAY)
    assert await _compose(store, nine + 7 * DAY, sent=False) == 0
    assert await _told(store) == [[1], []]


async def test_a_digest_whose_post_was_read_releases_nothing(store: SqlStore) -> None:
    count = 12
    await listed(store, [a_repo(number) for number in range(1, count + 1)])
    await _subscribe(store)
    nine, messenger = NOW.replace(hour=9), MemoryMessenger()
    await speak(store, [a_signal(number) for number in range(1, count + 1)])
    await _compose(store, nine, sent=False)
    messenger.then_fail(None)
    refused = ChannelRefused("no threads here")
    await _deliver(store, nine, messenger, refused)
    assert await _compose(store, nine + DAY, sent=False) == 0
    assert await _told(store) == [list(range(1, count + 1)), []]


async def test_what_is_released_is_not_told_to_who_no_longer_wants_it(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await _subscribe(store)
    nine, messenger = NOW.replace(hour=9), MemoryMessenger()
    await speak(store, [a_signal(1)])
    await _compose(store, nine, sent=False)
    await _deliver(store, nine, messenger, ChannelRefused("the bot is not in the channel"))
    (item,) = await _subscriptions(store)
    async with store.write() as tx:
        await tx.subscriptions.change(replace(item, wants=Wants(frozenset({"serving"}))))
    assert await _compose(store, nine + DAY, sent=False) == 0


async def _move(store: SqlStore, due: datetime) -> None:
    (item,) = await _subscriptions(store)
    async with store.write() as tx:
        await tx.subscriptions.change(replace(item, next_due=due))


async def test_running_it_twice_composes_once(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store)
    await speak(store, [a_signal(1)])
    nine = NOW.replace(hour=9)
    assert [await _compose(store, nine) for _ in range(2)] == [1, 0]
    assert await _told(store) == [[1]]


async def test_two_composers_at_once_compose_once(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    for place in range(3):
        await _subscribe(store, channel=Channel.parse(f"slack:T1/C{place}"))
    await speak(store, [a_signal(1)])
    nine = NOW.replace(hour=9)
    assert sum(await asyncio.gather(*(_compose(store, nine, sent=False) for _ in range(4)))) == 3
    for place in range(3):
        assert await _told(store, Channel.parse(f"slack:T1/C{place}")) == [[1]]


class _Torn(Taxonomy):
    """A taxonomy that breaks where somebody looks up what `mcp` stands for."""

    def expand(self, slugs: Iterable[str]) -> frozenset[str]:
        """Break at the category."""
        return super().expand([_torn(slug) for slug in slugs])


class _Smudged(Taxonomy):
    """One that breaks where its title is to be written."""

    def title(self, slug: str) -> str:
        """Break at the category."""
        return super().title(_torn(slug))


def _torn(slug: str) -> str:
    if slug == "mcp":
        message = "the page is torn"
        raise RuntimeError(message)
    return slug


@pytest.mark.parametrize("kind", [_Torn, _Smudged])
async def test_a_channel_that_cannot_be_composed_holds_up_no_other(
    store: SqlStore, kind: type[Taxonomy]
) -> None:
    await listed(store, [a_repo(1)], "mcp")
    await listed(store, [a_repo(2)])
    await _subscribe(store, "mcp", at=8)
    await _subscribe(store, "agents", channel=OTHER_CHANNEL)
    await speak(store, [a_signal(1), a_signal(2)])
    nine, operator = NOW.replace(hour=9), Channel.parse("slack:T123/COPS")
    taxonomy = kind.of(TAXONOMY.layers, TAXONOMY.categories, (), {})
    with capture_logs() as logs:
        for minutes in (0, 1, 59, 61):
            clock = SetClock(nine + timedelta(minutes=minutes))
            made = await compose_due(store, clock, taxonomy, operator=operator)
            assert made == (0 if minutes else 1)
    assert [log["channel"] for log in logs] == [str(CHANNEL)] * 2, "once an hour"
    assert await _told(store) == []
    assert await _told(store, OTHER_CHANNEL) == [[2]]
    (heard,) = await _messages(store, operator)
    assert "slack:T123/C456 cannot be put together: RuntimeError: the page is torn" in plain(heard)
    assert await _compose(store, nine + 2 * HOUR) == 1
    assert await _told(store) == [[1]], "it is composed once it is mended"


async def test_a_subscription_that_cannot_be_read_holds_up_no_other(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store, at=8)
    await _subscribe(store, channel=OTHER_CHANNEL)
    await speak(store, [a_signal(1)])
    (torn,) = await _subscriptions(store)
    async with store.write() as tx:
        table = subscription.update().where(subscription.c.id == torn.id)
        await tx.subscriptions._connection.execute(table.values(at="dawn"))
    operator = Channel.parse("slack:T123/COPS")
    with capture_logs() as logs:
        clock = SetClock(NOW.replace(hour=9))
        assert await compose_due(store, clock, TAXONOMY, operator=operator) == 1
    assert await _told(store, OTHER_CHANNEL) == [[1]]
    assert [log["event"] for log in logs] == ["a digest cannot be composed"]
    (heard,) = await _messages(store, operator)
    assert "cannot be put together: ValueError: " in plain(heard)


async def test_what_a_paused_subscription_wanted_at_a_time_already_used_is_told_next(
    store: SqlStore,
) -> None:
    """Both were due at nine; the second comes back when nine's digest is frozen already."""
    await listed(store, [a_repo(1)], "agents")
    await listed(store, [a_repo(2)], "mcp")
    nine = NOW.replace(hour=9)
    await _subscribe(store, "agents")
    second = await _subscribe(store, "mcp")
    async with store.write() as tx:
        await tx.subscriptions.change(replace(second, paused_until=nine + HOUR))
    await speak(store, [a_signal(1), a_signal(2)])
    assert await _compose(store, nine) == 1
    assert await _compose(store, nine + HOUR) == 0
    assert await _compose(store, nine + DAY) == 1
    assert await _told(store) == [[1], [2]]


async def test_only_the_kinds_asked_for_are_told_and_back_goes_with_quiet(
    store: SqlStore,
) -> None:
    await listed(store, [a_repo(number) for number in range(1, 5)])
    await _subscribe(store, kinds=[K.STALLED])
    kinds = [K.NEW, K.RISING, K.STALLED, K.AWAKE]
    await speak(store, [a_signal(place, kind) for place, kind in enumerate(kinds, 1)])
    await _compose(store, NOW.replace(hour=9))
    assert await _told(store) == [[3, 4]]


async def test_a_layer_stands_for_its_categories(store: SqlStore) -> None:
    await listed(store, [a_repo(1)], "agents")
    await listed(store, [a_repo(2)], "mcp")
    await listed(store, [a_repo(3)], "serving")
    await _subscribe(store, "ai-engineering")
    await speak(store, [a_signal(number) for number in (1, 2, 3)])
    await _compose(store, NOW.replace(hour=9))
    assert await _told(store) == [[1, 2]]


async def test_what_happens_to_a_followed_repo_stands_under_yours(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)], "inference")
    await _subscribe(store, "agents")
    for number in (1, 2):
        await follow(store, CHANNEL, a_repo(number).name, on=True)
    await speak(
        store,
        [
            a_signal(1, K.ARCHIVED),
            a_signal(2, K.RENAMED, before="acme/old", after="acme/repo-2"),
            a_signal(3, K.ARCHIVED),
            a_signal(3, K.RISING),
        ],
    )
    assert await _compose(store, NOW.replace(hour=9)) == 1
    (message,) = await _messages(store)
    assert sorted(_names(message, SectionKind.YOURS)) == ["acme/repo-1", "acme/repo-2"]
    assert await _told(store) == [[1, 2]]


async def test_facts_about_a_repo_nobody_follows_are_not_told(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await _subscribe(store)
    await speak(store, [a_signal(1, K.ARCHIVED), a_signal(1, K.MILESTONE, after="1000")])
    assert await _compose(store, NOW.replace(hour=9)) == 0


async def test_a_preview_shows_what_is_sent(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 15)])
    await _subscribe(store)
    await speak(store, [a_signal(number, score=number) for number in range(1, 15)])
    nine = NOW.replace(hour=9)
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
        assert listener is not None
        draft = await preview(tx, listener, nine, TAXONOMY)
    await _compose(store, nine)
    (message,) = await _messages(store)
    shown = [str(item.entry.repo.name) for item in draft.digest.items]
    told = [entry.repo_name for part in message.sections for entry in part.entries]
    assert told == shown[: len(told)]
    assert len(shown) == 14
    assert await _told(store) == [list(range(1, 15))]


async def test_a_channel_that_no_longer_subscribes_gets_nothing(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    item = await _subscribe(store)
    await speak(store, [a_signal(1)])
    assert item.id is not None
    async with store.write() as tx:
        await tx.subscriptions.remove([item.id])
    assert await _compose(store, NOW + DAY) == 0


async def test_a_repo_placed_elsewhere_since_is_told_where_it_stands_now(store: SqlStore) -> None:
    await listed(store, [a_repo(1)], "agents")
    await _subscribe(store, "mcp")
    await speak(store, [a_signal(1)])
    async with store.write() as tx:
        await tx.catalogue.place({RepoId(1): Place("mcp", "said so", by_operator=True)})
    await _compose(store, NOW.replace(hour=9))
    assert await _told(store) == [[1]]


async def test_a_digest_of_a_stretch_of_time_takes_what_lies_in_it(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)])
    await keep(store, [a_repo(4)])
    at = [NOW, NOW + DAY, NOW + 2 * DAY]
    await speak(store, [a_signal(number, at=each) for number, each in enumerate(at, 1)])
    await speak(store, [a_signal(4, at=at[1]), a_signal(3, K.ARCHIVED, at[1])])
    wants = Wants()
    async with store.read() as tx:
        middle = await digest_between(tx, TAXONOMY, wants, at[0], at[1], "UTC")
        followed = await digest_between(
            tx, TAXONOMY, wants, at[0], at[1], "UTC", frozenset({RepoId(3)})
        )
    assert [item.entry.repo.id for item in middle.items] == [2]
    assert [item.entry.repo.id for item in followed.items] == [3, 2]
    assert middle.watched == 3
