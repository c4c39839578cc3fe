"""Alerts: what does not wait for the digest, how often, and when it waits all the same."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.chart import Curve
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.digest import Item
from hypecurve.domain.errors import SendUnclear
from hypecurve.domain.health import Health
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.signal import Signal, SignalKind
from hypecurve.domain.subscription import Alerts, Subscription, Wants
from hypecurve.services.answers.subscribe import alerts, follow, mute, pause
from hypecurve.services.digests.alerts import compose_alerts
from hypecurve.wording.alert import alert_message
from support.catalogue import CHANNEL, DAY, OTHER_CHANNEL, a_repo, a_signal, listed, speak, sweep
from support.databases import NOW
from support.frozen import messages_of, notices_of, told_in
from support.listening import HOUR, NINE, TAXONOMY, claim, composed, heard_by, subscribed
from support.outgoing import MadeUpChat, send
from support.telling import place

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
ALWAYS = Alerts(quiet_from=None, quiet_until=None)
K = SignalKind
S = DeliveryState


def a_surge(number: int, at: datetime = NOW, multiple: float = 4.0, **more: Any) -> Signal:  # noqa: ANN401 - as of a_signal
    """A rise that does not wait."""
    evidence = {"gain_7d": round(100 * multiple), "usual_7d": 100.0, "multiple": multiple}
    return a_signal(number, K.RISING, at, **{**evidence, **more})


async def _alert(store: SqlStore, at: datetime = NOW) -> int:
    return await compose_alerts(store, SetClock(at), TAXONOMY)


async def _listens(store: SqlStore, wish: Alerts = ALWAYS, **more: Any) -> Subscription:  # noqa: ANN401 - as of subscribed
    await listed(store, [a_repo(number) for number in range(1, 8)])
    item = await subscribed(store, **more)
    await alerts(store, item.channel, wish)
    return item


async def _repos(store: SqlStore) -> list[str]:
    """The repos of the alerts of the channel."""
    found = await messages_of(store, CHANNEL)
    return [_repo(message) for message in found if message.kind is MessageKind.ALERT]


def _repo(message: Message) -> str:
    return message.sections[0].entries[0].repo_name


async def test_a_surge_is_told_at_once_and_the_digest_leaves_it_out(store: SqlStore) -> None:
    await _listens(store)
    await speak(store, [a_surge(1), a_surge(2, multiple=2.9)])
    assert await _alert(store) == 1
    assert await _alert(store) == 0
    assert await _repos(store) == ["acme/repo-1"]
    assert await composed(store, NINE) == 1
    assert await told_in(store, CHANNEL) == [[2]]


async def test_nobody_is_called_up_who_did_not_ask_for_it(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await subscribed(store)
    await speak(store, [a_surge(1)])
    assert await _alert(store) == 0
    await alerts(store, CHANNEL, ALWAYS)
    assert await _alert(store) == 0, "what was noticed before is the digest's"
    await speak(store, [a_surge(2)])
    assert await _alert(store) == 1
    await alerts(store, CHANNEL, None)
    await speak(store, [a_surge(1, episode=2)])
    assert await _alert(store) == 0


async def test_what_is_still_accelerating_or_followed_is_told_whatever_its_multiple(
    store: SqlStore,
) -> None:
    await _listens(store, Alerts(9, None, None), wants=Wants(frozenset({"mcp", "agents"})))
    await listed(store, [a_repo(8), a_repo(9)], "serving")
    await follow(store, CHANNEL, a_repo(8).name, on=True)
    await follow(store, CHANNEL, a_repo(7).name, on=True)
    await mute(store, CHANNEL, a_repo(6).name, on=True)
    await speak(
        store,
        [
            a_surge(1, multiple=1.6, step=2),
            a_signal(8, K.ARCHIVED),
            a_signal(8, K.MILESTONE, after="1000"),
            a_surge(7, multiple=1.6),
            a_surge(9),  # not wanted
            a_surge(6),  # muted
            a_signal(2, K.NEW),
            a_surge(3, usual_7d=2.0),  # of next to nothing
        ],
    )
    assert await _alert(store) == 3
    assert await _repos(store) == ["acme/repo-7", "acme/repo-8", "acme/repo-1"]
    await composed(store, NINE)
    told = (await told_in(store, CHANNEL))[0]
    assert sorted(told) == [2, 3, 8], "of one repo one thing is told at once"


async def test_what_is_over_the_number_for_a_day_stays_for_the_digest(store: SqlStore) -> None:
    await _listens(store, Alerts(2, None, None), zone="Asia/Tokyo", due=NINE)
    await speak(store, [a_surge(1, multiple=5), a_surge(2, multiple=9), a_surge(3, multiple=7)])
    assert await _alert(store) == 2
    assert await _repos(store) == ["acme/repo-2", "acme/repo-3"]
    await speak(store, [a_surge(4)])
    assert await _alert(store, NOW + HOUR) == 0
    # At 15:00 UTC the day ends in Tokyo.
    await speak(store, [a_surge(5)])
    assert await _alert(store, NOW + 9 * HOUR - timedelta(minutes=1)) == 0
    await speak(store, [a_surge(6)])
    assert await _alert(store, NOW + 9 * HOUR) == 1
    await composed(store, NOW + 9 * HOUR)
    assert await told_in(store, CHANNEL) == [[1, 4, 5]]


async def test_quiet_hours_hold_back_and_after_them_it_is_told(store: SqlStore) -> None:
    await _listens(store, Alerts(3, time(22), time(8)), zone="Europe/Paris", due=NOW + 2 * DAY)
    night = NOW.replace(hour=23)
    await speak(store, [a_surge(1, night)])
    for hours in range(8):
        assert await _alert(store, night + hours * HOUR) == 0
    (item,) = await heard_by(store)
    assert item.alerted_cycle == 0
    assert await _alert(store, night + 8 * HOUR) == 1, "eight in the morning in Paris"
    (item,) = await heard_by(store)
    assert item.alerted_cycle == 1


async def test_what_is_older_than_a_day_is_nothing_to_be_called_up_for(store: SqlStore) -> None:
    await _listens(store)
    await speak(store, [a_surge(1, NOW - DAY), a_surge(2, NOW - DAY - HOUR)])
    assert await _alert(store) == 1
    assert await _repos(store) == ["acme/repo-1"]


async def test_none_is_given_while_the_counts_stand_still(store: SqlStore) -> None:
    await _listens(store)
    found = await sweep(store, NOW, {1: 600})
    async with store.write() as tx:
        await tx.stars.mark(found.number, Health.STILL)
    await speak(store, [a_surge(1)])
    assert await _alert(store) == 0
    await sweep(store, NOW + HOUR, {1: 700})
    assert await _alert(store, NOW + HOUR) == 1


async def test_a_paused_channel_is_not_called_up(store: SqlStore) -> None:
    await _listens(store)
    await pause(store, SetClock(NOW), CHANNEL, 2 * HOUR)
    await speak(store, [a_surge(1)])
    assert await _alert(store, NOW + HOUR) == 0
    assert await _alert(store, NOW + 3 * HOUR) == 1


async def test_what_the_digest_told_is_no_alert(store: SqlStore) -> None:
    await _listens(store)
    await speak(store, [a_surge(1)])
    assert await composed(store, NINE) == 1
    assert await _alert(store, NINE) == 0


async def test_an_alert_that_never_arrived_is_told_by_the_digest(store: SqlStore) -> None:
    await _listens(store)
    await speak(store, [a_surge(1)])
    assert await _alert(store) == 1
    async with store.write() as tx:
        await tx.outbox.give_up("slack", NINE, NINE)
    assert await composed(store, NINE) == 1
    assert await told_in(store, CHANNEL) == [[1]]


@pytest.mark.parametrize("arrives", [True, False])
async def test_news_whose_repeat_falls_into_the_quiet_hours_is_told_by_the_digest(
    store: SqlStore,
    arrives: bool,  # noqa: FBT001 - a parameter
) -> None:
    late = NOW.replace(hour=21, minute=59)
    until = time(22, 2) if arrives else time(8)
    await _listens(store, Alerts(quiet_from=time(22), quiet_until=until), due=NINE + DAY)
    await speak(store, [a_surge(1, late)], late)
    assert await _alert(store, late) == 1
    clock = SetClock(late)

    class Slow(MadeUpChat):
        async def post(self, *args: Any, **named: Any) -> str:  # noqa: ANN401 - as of MadeUpChat
            clock.at += timedelta(minutes=4)
            return await super().post(*args, **named)

    chat = Slow()
    chat.fail(CHANNEL, SendUnclear("The line was cut."))
    assert await send(store, clock, chat) == [S.UNKNOWN, S.SENT if arrives else S.DROPPED]
    assert len(chat.read_in(CHANNEL)) == arrives
    # Once it is told, be it as a possible repeat, nothing tells it again.
    for days in (1, 2):
        await composed(store, NINE + days * DAY)
    assert [repo for told in await told_in(store, CHANNEL) for repo in told] == [1] * (not arrives)


async def test_two_at_once_call_nobody_up_twice(store: SqlStore) -> None:
    await _listens(store)
    await speak(store, [a_surge(1), a_surge(2)])
    assert sum(await asyncio.gather(*(_alert(store) for _ in range(3)))) == 2
    assert await notices_of(store, CHANNEL) == ["alert 1", "alert 2"]


async def test_many_channels_are_told_and_each_by_its_own_wish(store: SqlStore) -> None:
    await _listens(store)
    await subscribed(store, "mcp", channel=OTHER_CHANNEL, alerts=ALWAYS)
    await speak(store, [a_surge(1)])
    assert await _alert(store) == 1
    assert await notices_of(store, OTHER_CHANNEL) == []
    (found,) = await claim(store, NOW)
    assert (found.channel, found.key) == (CHANNEL, "alert 1")
    async with store.write() as tx:
        await tx.outbox.settle(found.delivery.id, DeliveryState.SENT, at=NOW)


async def test_what_cannot_be_put_into_words_is_the_digests_and_keeps_nobody_else_waiting(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mistake is made up: what alerts say is tried with everything a repo may be called."""
    words = alert_message

    def fails(item: Item, *args: Any, **named: Any) -> Message:  # noqa: ANN401 - as of alert_message
        if item.entry.repo.id == 2:
            raise KeyError(item.entry.repo.id)
        return words(item, *args, **named)

    monkeypatch.setattr("hypecurve.services.digests.alerts.alert_message", fails)
    await _listens(store)
    await subscribed(store, channel=OTHER_CHANNEL, alerts=ALWAYS)
    await speak(store, [a_surge(1), a_surge(2, multiple=9)])
    assert await _alert(store) == 2
    assert await notices_of(store, CHANNEL) == await notices_of(store, OTHER_CHANNEL) == ["alert 1"]
    await composed(store, NINE)
    assert await told_in(store, CHANNEL) == [[2]]


async def test_an_alert_shows_the_curve_of_its_repo_where_there_is_one(store: SqlStore) -> None:
    await _listens(store)
    for days in range(5):
        await sweep(store, NOW - (4 - days) * DAY, {1: 500 + 100 * days})
    await speak(store, [a_surge(1), a_surge(2)])
    assert await _alert(store) == 2
    pictures = {_repo(each): each.picture for each in await messages_of(store, CHANNEL)}
    assert pictures["acme/repo-2"] is None, "nobody counted it yet"
    picture = pictures["acme/repo-1"]
    assert picture is not None
    assert isinstance(picture.chart, Curve)
    assert [stars for _, stars in picture.chart.line.points][-1] == 900
    assert "900" in picture.alt


async def test_many_channels_cost_no_more_statements_than_one(store: SqlStore) -> None:
    await listed(store, [a_repo(number) for number in range(1, 8)])
    asked, counts = list[str](), list[int]()
    event.listen(
        store.engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2])
    )
    for episode, channels in enumerate((1, 40), start=1):
        for number in range(channels):
            await subscribed(store, channel=place(number, f"T{episode}"), alerts=ALWAYS)
        await speak(store, [a_surge(number, episode=episode) for number in range(1, 8)])
        asked.clear()
        # Those of before had their number for the day.
        assert await _alert(store) == 3 * channels
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 5


async def test_nothing_begins_after_the_word_to_stop(store: SqlStore) -> None:
    await _listens(store)
    await speak(store, [a_surge(1)])
    stop = asyncio.Event()
    stop.set()
    assert await compose_alerts(store, SetClock(NOW), TAXONOMY, stop=stop) == 0
    assert await notices_of(store, CHANNEL) == []
