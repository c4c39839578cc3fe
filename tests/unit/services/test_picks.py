"""Picks: shown once, first in the channel's next digest, whatever becomes of that digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import BadInput
from hypecurve.domain.message import Link, Message
from hypecurve.domain.repo import RepoName
from hypecurve.domain.subscription import Channel, Schedule, Subscription
from hypecurve.services.answers.picking import Wish, pick
from hypecurve.services.answers.subscribe import mute, pause
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.digests.drafting import preview
from support.catalogue import (
    CHANNEL,
    OTHER_CHANNEL,
    a_repo,
    a_signal,
    keep,
    listed,
    lose,
    speak,
)
from support.databases import NOW
from support.frozen import messages_of, outcomes_of
from support.sample_day import sample_taxonomy

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
TAXONOMY = sample_taxonomy()
DAY = timedelta(days=1)
NINE = NOW.replace(hour=9)


@pytest.fixture(autouse=True)
async def channel(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2), a_repo(3)])
    for place in (CHANNEL, OTHER_CHANNEL):
        async with store.write() as tx:
            await tx.subscriptions.add(
                Subscription(place, schedule=Schedule(time(9)), next_due=NINE)
            )


async def _pick(store: SqlStore, number: int, why: str = "fast", at: datetime = NOW) -> None:
    wish = Wish(RepoName("acme", f"repo-{number}"), why, "Ada", "slack:T1/U1")
    await pick(store, SetClock(at), CHANNEL, wish)


async def _compose(
    store: SqlStore, at: datetime, state: DeliveryState = DeliveryState.SENT
) -> None:
    await compose_due(store, SetClock(at), TAXONOMY)
    async with store.write() as tx:
        for each in await tx.outbox.claim("slack", at, DAY, 99):
            await tx.outbox.settle(each.delivery.id, state, at=at)


def _picked(messages: Sequence[Message]) -> list[list[str]]:
    return [
        [entry.repo_name for section in each.sections[:1] for entry in section.entries]
        if each.sections[0].heading == "Picked here"
        else []
        for each in messages
    ]


async def test_a_pick_makes_a_quiet_day_speak_once_and_to_its_channel_alone(
    store: SqlStore,
) -> None:
    await _pick(store, 1, "first thought")
    await _pick(store, 2)
    await _pick(store, 1, "second thought")
    await _compose(store, NINE)
    (message,) = await messages_of(store, CHANNEL)
    assert message.notification == "Ada picked acme/repo-2: fast - 2 in today's digest"
    first, second = message.sections[0].entries
    assert first.spoken == "acme/repo-2 600 · Agents · Ada: fast"
    assert second.spoken == "acme/repo-1 600 · Agents · Ada: second thought"
    assert await messages_of(store, OTHER_CHANNEL) == []
    await _compose(store, NINE + DAY)
    assert len(await messages_of(store, CHANNEL)) == 1
    assert await outcomes_of(store, CHANNEL) == [
        ("Sun 22 09:00", "told"),
        ("Mon 23 09:00", "quiet"),
    ]


async def test_picks_stand_before_the_news_and_the_preview_shows_them(store: SqlStore) -> None:
    await speak(store, [a_signal(3)])
    await _pick(store, 1)
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
        assert listener is not None
        shown = await preview(tx, listener, NOW, TAXONOMY)
    assert [item.entry.repo.id for item in shown.digest.picks] == [1]
    await _compose(store, NINE)
    (message,) = await messages_of(store, CHANNEL)
    assert [section.heading for section in message.sections] == ["Picked here", "Rising"]
    assert message.notification.startswith("acme/repo-3")
    assert message.notification.endswith("- 2 in today's digest")


async def test_a_pick_waits_for_the_digest_that_arrives(store: SqlStore) -> None:
    await _pick(store, 1)
    await _compose(store, NINE, DeliveryState.DEAD)
    await _compose(store, NINE + DAY)
    assert _picked(await messages_of(store, CHANNEL)) == [["acme/repo-1"], ["acme/repo-1"]]
    await _compose(store, NINE + 2 * DAY)
    assert len(await messages_of(store, CHANNEL)) == 2


async def test_the_last_word_on_a_repo_is_told_and_the_one_before_never_alone(
    store: SqlStore,
) -> None:
    await _pick(store, 1, "first word")
    await compose_due(store, SetClock(NINE), TAXONOMY)
    # It is on its way when somebody says more, and then it comes back.
    await _pick(store, 1, "second word", NINE)
    await _compose(store, NINE + DAY)
    await _compose(store, NINE + 2 * DAY)
    first, second = await messages_of(store, CHANNEL)
    assert first.notification.endswith("first word")
    assert second.notification == "Ada picked acme/repo-1: second word"


async def test_what_is_gone_is_said_to_be_what_is_muted_is_not_shown_and_nothing_waits_for_ever(
    store: SqlStore,
) -> None:
    await keep(store, [a_repo(4, 30)])
    for number in (1, 2, 3, 4):
        await _pick(store, number)
    await lose(store, [1])
    await mute(store, CHANNEL, RepoName("acme", "repo-2"), on=True)
    await _compose(store, NINE)
    (message,) = await messages_of(store, CHANNEL)
    assert _picked([message]) == [["acme/repo-1", "acme/repo-3", "acme/repo-4"]]
    gone = message.sections[0].entries[0]
    assert [gone.spoken] == ["acme/repo-1 gone from GitHub · Ada: fast"]
    assert not any(isinstance(part, Link) for part in gone.lines[0])
    await mute(store, CHANNEL, RepoName("acme", "repo-2"), on=False)
    await _compose(store, NINE + DAY)
    assert _picked((await messages_of(store, CHANNEL))[1:]) == [["acme/repo-2"]]
    await _pick(store, 3, at=NINE + DAY)
    async with store.write() as tx:
        listener = await tx.subscriptions.hold(CHANNEL)
        (item,) = listener.subscriptions
        await tx.subscriptions.change(replace(item, next_due=NINE + 40 * DAY))
    await _compose(store, NINE + 40 * DAY)
    assert len(await messages_of(store, CHANNEL)) == 2


async def test_nobody_is_promised_a_pick_that_its_digest_comes_too_late_for(
    store: SqlStore,
) -> None:
    await pause(store, SetClock(NOW), CHANNEL, 31 * DAY)
    with pytest.raises(BadInput, match="A pick waits 30 days for a digest"):
        await _pick(store, 1)
    await pause(store, SetClock(NOW), CHANNEL, 29 * DAY)
    await _pick(store, 1)
    await _compose(store, NINE + 29 * DAY)
    assert _picked(await messages_of(store, CHANNEL)) == [["acme/repo-1"]]


async def test_two_channels_of_one_batch_get_their_own(store: SqlStore) -> None:
    await _pick(store, 1)
    other: Channel = OTHER_CHANNEL
    await pick(store, SetClock(NOW), other, Wish(RepoName("acme", "repo-2"), "small", "Bob"))
    await _compose(store, NINE)
    assert _picked(await messages_of(store, CHANNEL)) == [["acme/repo-1"]]
    assert _picked(await messages_of(store, other)) == [["acme/repo-2"]]
