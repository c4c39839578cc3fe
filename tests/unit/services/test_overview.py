"""Overview: how a channel and the whole service fare, and an operator's word on deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hypecurve.adapters.clock import SetClock
from hypecurve.adapters.sql.store import SqlStore
from hypecurve.domain.breaker import Breaker
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import BadInput, NotFound
from hypecurve.domain.overview import TroubleKind
from hypecurve.domain.repo import RepoId
from hypecurve.domain.subscription import UNTIL_RESUMED, Channel, Subscription, Tenant
from hypecurve.ports.store import Suspension
from hypecurve.services.answers.overview import LATE, channel_overview, overview
from hypecurve.services.answers.trying import try_again
from hypecurve.services.delivery.deliver import USEFUL
from hypecurve.services.delivery.redelivering import drop, retry
from support.catalogue import CHANNEL, OTHER_CHANNEL, a_repo, listed
from support.databases import NOW
from support.fates import HOUR, REASON, refuses, subscribed, told

S, T = DeliveryState, TroubleKind
DAY = timedelta(days=1)
CLOCK = SetClock(NOW)
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


async def troubles(store: SqlStore, channel: Channel = CHANNEL) -> list[TroubleKind]:
    found = await channel_overview(store, CLOCK, channel)
    return [each.kind for each in found.troubles]


async def states(store: SqlStore) -> Sequence[DeliveryState]:
    async with store.read() as tx:
        return [each.delivery.state for each in reversed(await tx.outbox.recent())]


async def test_a_channel_nobody_knows_has_nothing_and_nothing_is_wrong(store: SqlStore) -> None:
    found = await channel_overview(store, CLOCK, CHANNEL)
    assert (found.subscriptions, found.last, found.troubles, found.next_due) == ((), (), (), None)


async def test_a_channel_that_is_well_tells_its_next_and_its_last(store: SqlStore) -> None:
    await listed(store, [a_repo(1), a_repo(2)])
    await subscribed(store, CHANNEL, NOW + DAY)
    await told(store, CHANNEL, NOW - DAY)
    await told(store, CHANNEL, NOW)
    async with store.write() as tx:
        await tx.subscriptions.follow(CHANNEL, RepoId(1), on=True)
        await tx.subscriptions.mute(CHANNEL, RepoId(2), on=True)
    found = await channel_overview(store, CLOCK, CHANNEL)
    assert found.troubles == ()
    assert found.next_due == NOW + DAY
    assert [each.due_at for each in found.last] == [NOW, NOW - DAY]
    assert (found.followed, found.muted) == (("acme/repo-1",), ("acme/repo-2",))
    assert (await overview(store, CLOCK)).channels == ()


@pytest.mark.parametrize(("state", "kind"), [(S.UNKNOWN, T.UNKNOWN), (S.DEAD, T.DEAD)])
async def test_what_did_not_arrive_is_wrong_until_something_does(
    store: SqlStore, state: DeliveryState, kind: TroubleKind
) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    digest_id = await told(store, CHANNEL, NOW - DAY, state, "dropped")
    (trouble,) = (await channel_overview(store, CLOCK, CHANNEL)).troubles
    assert (trouble.kind, trouble.reason) == (kind, "dropped")
    assert trouble.posting is not None
    assert trouble.posting.delivery.digest_id == digest_id
    assert [each.channel for each in (await overview(store, CLOCK)).channels] == [CHANNEL]
    await told(store, CHANNEL, NOW - HOUR)
    assert await troubles(store) == []
    assert (await overview(store, CLOCK)).channels == ()
    await told(store, CHANNEL, NOW - HOUR / 2, state)
    await told(store, CHANNEL, NOW, S.PENDING)
    assert await troubles(store) == [kind]


async def test_a_channel_that_refuses_is_wrong_and_says_when_it_is_tried(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    pause = await refuses(store, CHANNEL, NOW - HOUR)
    (trouble,) = (await channel_overview(store, CLOCK, CHANNEL)).troubles
    assert (trouble.kind, trouble.since) == (T.REFUSED, NOW - HOUR)
    assert (trouble.reason, trouble.again_at) == (REASON, pause.probe_at)
    assert [each.channel for each in (await overview(store, CLOCK)).channels] == [CHANNEL]


async def test_trying_again_probes_at_once_and_only_what_refuses(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    assert not await try_again(store, CLOCK, CHANNEL)
    pause = await refuses(store, CHANNEL, NOW - HOUR)
    assert not await try_again(store, CLOCK, OTHER_CHANNEL)
    assert await try_again(store, CLOCK, CHANNEL)
    async with store.read() as tx:
        assert await tx.reach.paused() == {CHANNEL: replace(pause, probe_at=NOW)}


async def test_a_breaker_is_wrong_where_it_is_open_and_for_whom_it_is(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    await subscribed(store, OTHER_CHANNEL, NOW + DAY)
    async with store.write() as tx:
        await tx.reach.keep(
            [
                Breaker("slack:T123", 5, 1, NOW + HOUR, "Slack answered 500"),
                Breaker("discord", 5, 1, NOW, "over by now"),
            ]
        )
    assert await troubles(store) == [T.LEFT_ALONE]
    assert await troubles(store, OTHER_CHANNEL) == []
    (left,) = (await overview(store, CLOCK)).left_alone
    assert (left.about, left.reason, left.again_at) == (
        "slack:T123",
        "Slack answered 500",
        NOW + HOUR,
    )


async def test_a_suspended_tenant_is_wrong_for_all_its_channels(store: SqlStore) -> None:
    other = replace(CHANNEL, id="C9")
    for each in (CHANNEL, other, OTHER_CHANNEL):
        await subscribed(store, each, NOW - DAY)
    suspension = Suspension(Tenant("slack", "T123"), NOW - HOUR, "token_revoked", NOW + HOUR)
    async with store.write() as tx:
        await tx.reach.suspend(suspension)
    found = await overview(store, CLOCK)
    assert [each.about for each in found.suspended] == ["slack:T123"]
    assert {each.channel: [t.kind for t in each.troubles] for each in found.channels} == {
        CHANNEL: [T.SUSPENDED],
        other: [T.SUSPENDED],
        OTHER_CHANNEL: [T.LATE],
    }


async def test_a_digest_is_late_only_long_after_its_time(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW - LATE)
    assert await troubles(store) == []
    found = await channel_overview(store, SetClock(NOW + timedelta(seconds=1)), CHANNEL)
    assert [each.kind for each in found.troubles] == [T.LATE]


async def test_a_zone_that_is_known_no_more_is_wrong(store: SqlStore) -> None:
    made = await subscribed(store, CHANNEL, NOW + DAY)
    async with store.write() as tx:
        lost = replace(made.schedule, zone="Europe/Atlantis")
        await tx.subscriptions.change(replace(made, schedule=lost))
    (trouble,) = (await channel_overview(store, CLOCK, CHANNEL)).troubles
    assert (trouble.kind, trouble.about) == (T.ZONE, "Europe/Atlantis")


async def test_a_pause_is_told_while_it_lasts_and_only_where_all_is_paused(
    store: SqlStore,
) -> None:
    made = await subscribed(store, CHANNEL, NOW + DAY)
    for until, shown in ((NOW + HOUR, NOW + HOUR), (NOW, None), (UNTIL_RESUMED, UNTIL_RESUMED)):
        async with store.write() as tx:
            await tx.subscriptions.change(replace(made, paused_until=until))
        assert (await channel_overview(store, CLOCK, CHANNEL)).paused_until == shown
    await subscribed(store, CHANNEL, NOW + DAY)
    assert (await channel_overview(store, CLOCK, CHANNEL)).paused_until is None


async def test_the_service_counts_what_stands_where(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW - HOUR)
    await subscribed(store, OTHER_CHANNEL, NOW + HOUR)
    for number, state in enumerate((S.SENT, S.UNKNOWN, S.DEAD, S.SENDING, S.PENDING)):
        await told(store, CHANNEL, NOW - DAY + number * HOUR, state)
    found = await overview(store, CLOCK, every=True)
    assert (found.subscribed, found.due) == (2, 1)
    assert set(found.counts) == set(DeliveryState)
    assert [found.counts[each] for each in (S.SENT, S.UNKNOWN, S.DEAD, S.SENDING, S.PENDING)] == [
        1,
        1,
        1,
        1,
        1,
    ]
    assert [each.channel for each in found.channels] == sorted([CHANNEL, OTHER_CHANNEL])


async def test_of_many_channels_each_has_its_own_last_deliveries(store: SqlStore) -> None:
    many = [replace(CHANNEL, id=f"C{number}") for number in range(60)]
    async with store.write() as tx:
        for channel in many:
            await tx.subscriptions.add(Subscription(channel, next_due=NOW + DAY))
    for hours in (2, 1):
        await told(store, many[7], NOW - hours * HOUR)
    await told(store, many[8], NOW, S.DEAD)
    found = {each.channel: each for each in (await overview(store, CLOCK, every=True)).channels}
    assert [each.due_at for each in found[many[7]].last] == [NOW - HOUR, NOW - 2 * HOUR]
    assert [each.kind for each in found[many[8]].troubles] == [T.DEAD]
    assert sum(len(each.last) for each in found.values()) == 3


async def test_what_is_unknown_or_dead_is_sent_again_by_an_operators_word(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    for number, state in enumerate((S.UNKNOWN, S.DEAD, S.SENT)):
        await told(store, CHANNEL, NOW - DAY + number * HOUR, state)
    found = await retry(store, CLOCK, [1, 2, 2])
    assert [each.delivery.state for each in found] == [S.UNKNOWN, S.DEAD]
    assert await states(store) == [S.PENDING, S.PENDING, S.SENT]


async def test_what_would_be_given_up_at_the_next_look_is_not_sent_again(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    for age, state in ((7 * DAY, S.UNKNOWN), (6 * DAY, S.UNKNOWN), (8 * DAY, S.DEAD)):
        await told(store, CHANNEL, NOW - age, state)
    for old in (1, 3):
        with pytest.raises(BadInput, match=rf"^Delivery {old} was put together on .* Nothing was"):
            await retry(store, CLOCK, [2, old])
    assert await states(store) == [S.UNKNOWN, S.UNKNOWN, S.DEAD]
    await retry(store, CLOCK, [2])
    async with store.write() as tx:
        assert await tx.outbox.give_up("slack", NOW, NOW - USEFUL) == 0


async def test_what_did_not_arrive_can_be_dropped(store: SqlStore) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    for number, state in enumerate((S.UNKNOWN, S.DEAD, S.PENDING)):
        await told(store, CHANNEL, NOW - DAY + number * HOUR, state)
    await drop(store, CLOCK, [1, 2, 3])
    assert await states(store) == [S.DROPPED] * 3
    async with store.read() as tx:
        assert {each.delivery.reason for each in await tx.outbox.recent()} == {
            "dropped by the operator"
        }


@pytest.mark.parametrize("move", [retry, drop])
async def test_an_operators_slip_changes_nothing(store: SqlStore, move: type) -> None:
    await subscribed(store, CHANNEL, NOW + DAY)
    for number, state in enumerate((S.UNKNOWN, S.SENT, S.SENDING)):
        await told(store, CHANNEL, NOW - DAY + number * HOUR, state)
    with pytest.raises(NotFound, match=r"no delivery 99: .* Nothing was changed\."):
        await move(store, CLOCK, [1, 99])
    with pytest.raises(BadInput, match=r"Delivery 2 is sent: only what is dead.* or unknown can"):
        await move(store, CLOCK, [1, 2])
    with pytest.raises(BadInput, match="Delivery 3 is sending: "):
        await move(store, CLOCK, [1, 3])
    assert await states(store) == [S.UNKNOWN, S.SENT, S.SENDING]
