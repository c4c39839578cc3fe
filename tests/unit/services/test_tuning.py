"""Tuning: what holds for all that a channel hears, and for what it subscribes to later."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import NotFound
from hypecurve.domain.repo import RepoName
from hypecurve.domain.subscription import UNTIL_RESUMED, Alerts, Schedule, Wants
from hypecurve.services.answers import subscribe
from hypecurve.services.answers.subscribe import When, Wish, alerts, mute, pause, refine, resume
from hypecurve.services.digests.alerts import compose_alerts
from hypecurve.services.digests.compose import compose_due
from support.catalogue import CHANNEL, DAY, a_repo, a_signal, listed, speak
from support.databases import NOW
from support.frozen import told_in
from support.listening import HOUR, NINE, TAXONOMY, changed, composed, heard_by, subscribed
from support.outgoing import MadeUpChat, kept, send

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
CLOCK = SetClock(NOW)
S = DeliveryState
AGENTS = frozenset({"agents"})


async def test_a_pause_moves_the_next_digest_behind_it(store: SqlStore) -> None:
    await subscribed(store)
    await subscribed(store, at=17)
    items = await pause(store, CLOCK, CHANNEL, timedelta(days=2))
    assert [item.paused_until for item in items] == [NOW + 2 * DAY] * 2
    assert [item.next_due for item in items] == [NINE + 2 * DAY, NINE + 2 * DAY + 8 * HOUR]
    assert await heard_by(store) == items
    items = await resume(store, CLOCK, CHANNEL)
    assert [(item.paused_until, item.next_due) for item in items] == [
        (None, NINE),
        (None, NINE + 8 * HOUR),
    ]


async def test_a_pause_is_kept_when_the_channel_moves_to_another_time(store: SqlStore) -> None:
    await subscribed(store)
    await pause(store, CLOCK, CHANNEL, timedelta(days=2))
    (item,) = await subscribe.schedule(store, CLOCK, CHANNEL, When(time(7)))
    assert item.next_due == NOW + 2 * DAY + HOUR
    await pause(store, CLOCK, CHANNEL, None)
    (item,) = await subscribe.schedule(store, CLOCK, CHANNEL, When(time(8)))
    assert (item.next_due, item.paused_until) == (None, UNTIL_RESUMED)


async def test_who_is_not_paused_is_not_moved_by_a_resume(store: SqlStore) -> None:
    item = await subscribed(store, due=NINE - DAY)
    assert await resume(store, CLOCK, CHANNEL) == (item,)


async def test_a_pause_longer_than_there_are_dates_has_no_end(store: SqlStore) -> None:
    await subscribed(store)
    (item,) = await pause(store, CLOCK, CHANNEL, timedelta(days=9999 * 365 // 2))
    assert item.next_due is None or item.next_due > NOW + 4000 * DAY


async def _waits(store: SqlStore, state: DeliveryState) -> MadeUpChat:
    """A digest and an alert that wait; a chat that would take them."""
    await listed(store, [a_repo(1), a_repo(2)])
    await subscribed(store, "agents", alerts=Alerts(9, None, None))
    await speak(store, [a_signal(1)])
    assert await composed(store, NINE, None) == 1
    surge = a_signal(2, at=NINE, gain_7d=900, usual_7d=100.0, multiple=9.0)
    await speak(store, [surge], NINE)
    assert await compose_alerts(store, SetClock(NINE), TAXONOMY) == 1
    if state is S.HELD:
        await composed(store, NINE, state)
    return MadeUpChat()


@pytest.mark.parametrize("state", [S.PENDING, S.HELD])
async def test_what_waits_is_not_sent_into_a_pause_and_told_after_it(
    store: SqlStore, state: DeliveryState
) -> None:
    chat = await _waits(store, state)
    await pause(store, SetClock(NINE + HOUR), CHANNEL, timedelta(days=5))
    assert await kept(store, CHANNEL) == [S.EXPIRED] * 2
    for days in range(1, 5):
        assert await send(store, SetClock(NINE + days * DAY), chat) == []
    later = NINE + 6 * DAY
    await compose_due(store, SetClock(later), TAXONOMY)
    assert await send(store, SetClock(later), chat) == [S.SENT]
    assert (await told_in(store, CHANNEL))[-1] == [1, 2]


async def test_what_waits_is_not_sent_to_who_takes_all_off_and_what_is_still_wanted_comes_later(
    store: SqlStore,
) -> None:
    chat = await _waits(store, S.PENDING)
    await subscribed(store, "serving", at=10)
    clock = SetClock(NINE)
    assert await subscribe.unsubscribe(store, clock, TAXONOMY, CHANNEL, frozenset({"serving"}))
    assert await send(store, clock, chat) == []
    await compose_due(store, SetClock(NINE + DAY), TAXONOMY)
    assert (await told_in(store, CHANNEL))[-1] == [1, 2]
    assert await subscribe.unsubscribe(store, clock, TAXONOMY, CHANNEL, frozenset())
    assert await send(store, SetClock(NINE + DAY), chat) == []
    assert chat.read_in(CHANNEL) == []


async def test_what_is_left_out_holds_for_all_and_one_wish_keeps_the_others(
    store: SqlStore,
) -> None:
    await subscribed(store, "agents")
    await subscribed(store, "mcp", at=17)
    await refine(store, CHANNEL, least_stars=1000, without_languages=frozenset({" Rust"}))
    items = await refine(store, CHANNEL, without_owners=frozenset({"Acme"}), speaks_when_quiet=True)
    for item, category in zip(items, ("agents", "mcp"), strict=True):
        assert item.speaks_when_quiet
        assert item.wants == Wants(
            frozenset({category}),
            least_stars=1000,
            without_languages=frozenset({"rust"}),
            without_owners=frozenset({"acme"}),
        )
    items = await refine(
        store,
        CHANNEL,
        least_stars=0,
        without_languages=frozenset(),
        without_owners=frozenset(),
        speaks_when_quiet=False,
    )
    assert [item.wants for item in items] == [Wants(AGENTS), Wants(frozenset({"mcp"}))]


async def test_what_is_subscribed_later_leaves_out_the_same(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await subscribed(store, "agents")
    wish = Alerts(5, None, None)
    await refine(store, CHANNEL, least_stars=1000, speaks_when_quiet=True)
    await alerts(store, CHANNEL, wish)
    await speak(store, [])
    for at, wants in ((9, Wants(frozenset({"mcp"}))), (17, Wants(frozenset({"serving"})))):
        asked = Wish(CHANNEL, wants, When(time(at)))
        await subscribe.subscribe(store, CLOCK, TAXONOMY, asked)
    first, second = await heard_by(store)
    assert first.wants == Wants(frozenset({"agents", "mcp"}), least_stars=1000)
    assert second.wants == Wants(frozenset({"serving"}), least_stars=1000)
    assert (second.alerts, second.alerted_cycle, second.speaks_when_quiet) == (wish, 1, True)
    other = Wish(CHANNEL, Wants(AGENTS, least_stars=50), When())
    await subscribe.subscribe(store, CLOCK, TAXONOMY, other)
    assert [item.wants.least_stars for item in await heard_by(store)] == [1000, 1000, 50]


async def test_alerts_begin_with_what_is_noticed_from_now_on(store: SqlStore) -> None:
    await subscribed(store)
    await speak(store, [])
    (item,) = await alerts(store, CHANNEL, Alerts(2))
    assert (item.alerts, item.alerted_cycle) == (Alerts(2), 1)
    await speak(store, [])
    (item,) = await alerts(store, CHANNEL, Alerts(4))
    assert (item.alerts, item.alerted_cycle) == (Alerts(4), 1), "what it has not seen stays unseen"
    (item,) = await alerts(store, CHANNEL, None)
    assert item.alerts is None


async def test_a_muted_repo_is_not_followed_and_can_be_heard_again(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    await subscribed(store)
    await subscribe.follow(store, CHANNEL, a_repo(1).name, on=True)
    assert (await mute(store, CHANNEL, a_repo(1).name, on=True)).repo.id == 1
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    assert listener.muted == frozenset({a_repo(1).id})
    assert not listener.followed
    await mute(store, CHANNEL, a_repo(1).name, on=False)
    async with store.read() as tx:
        listener = await tx.subscriptions.listener(CHANNEL)
    assert listener is not None
    assert not listener.muted


async def test_who_hears_nothing_has_nothing_to_tune(store: SqlStore) -> None:
    await listed(store, [a_repo(1)])
    for tuning in (
        pause(store, CLOCK, CHANNEL, HOUR),
        resume(store, CLOCK, CHANNEL),
        refine(store, CHANNEL, least_stars=9),
        alerts(store, CHANNEL, None),
        mute(store, CHANNEL, a_repo(1).name, on=True),
    ):
        with pytest.raises(NotFound, match="no subscription yet"):
            await tuning
    await subscribed(store)
    with pytest.raises(NotFound, match="not watched"):
        await mute(store, CHANNEL, RepoName.parse("nori/voicebox"), on=True)


async def test_a_channel_whose_zone_is_lost_can_be_paused_and_resumed(store: SqlStore) -> None:
    item = await subscribed(store)
    await changed(store, item, schedule=Schedule(zone="US/Pacific-New"))
    (item,) = await pause(store, CLOCK, CHANNEL, timedelta(days=2))
    assert item.next_due == NINE + 2 * DAY, "at the hour of before"
    (item,) = await resume(store, CLOCK, CHANNEL)
    assert item.next_due == NINE
