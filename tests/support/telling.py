"""The shortest way to freeze, claim and settle what channels are told, in tests of stores."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from hypecurve.domain.delivery import Delivery, DeliveryState, Step, StepKind
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.store import Claimed, Frozen, Outcome, Store, Told
from support.catalogue import CHANNEL, DAY, a_repo, a_signal, keep, speak
from support.databases import NOW

HELLO = Message(MessageKind.DIGEST, "hello")
SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=5)
WEEK = 7 * DAY


def place(number: int, tenant: str = "T1") -> Channel:
    """Channel `number` of a Slack workspace."""
    return Channel(Tenant("slack", tenant), f"C{number}")


async def known(store: Store, *channels: Channel) -> list[int]:
    """The ids of channels, known from now on."""
    async with store.write() as tx:
        return [(await tx.subscriptions.hold(channel)).id for channel in channels]


async def freeze(
    store: Store,
    due_at: datetime = NOW,
    signal_ids: Sequence[int] = (),
    message: Message | None = HELLO,
    channel: Channel = CHANNEL,
    outcome: Outcome = Outcome.TOLD,
) -> int | None:
    """Freeze one digest when it is due."""
    (key,) = await known(store, channel)
    item = Frozen(key, due_at, (0, 1), outcome, signal_ids, message)
    async with store.write() as tx:
        (digest_id,) = await tx.digests.freeze([item], due_at)
    return digest_id


async def notify(
    store: Store,
    key: str = "listed 1",
    channel: Channel = CHANNEL,
    at: datetime = NOW,
    signal_ids: Sequence[int] = (),
    message: Message = HELLO,
    instead_of: int | None = None,
) -> int | None:
    """Freeze one notice."""
    async with store.write() as tx:
        return await tx.digests.notify(
            channel, key, message, at, signal_ids=signal_ids, instead_of=instead_of
        )


async def claim(
    store: Store,
    now: datetime = NOW,
    platform: str = "slack",
    limit: int = 99,
    barred: Collection[Tenant] = (),
) -> list[Claimed]:
    """Take what may be tried."""
    async with store.write() as tx:
        return await tx.outbox.claim(platform, now, LEASE, limit, barred=barred)


async def settle(
    store: Store,
    item: Claimed | Delivery | int,
    *states: DeliveryState,
    at: datetime = NOW,
    next_try_at: datetime | None = None,
    counted: bool = True,
) -> None:
    """Move a delivery on, from one state to the next."""
    key = (
        item
        if isinstance(item, int)
        else (item if isinstance(item, Delivery) else item.delivery).id
    )
    for state in states:
        async with store.write() as tx:
            await tx.outbox.settle(
                key, state, at=at, reason=f"now {state}", next_try_at=next_try_at, counted=counted
            )


async def send(store: Store, *states: DeliveryState, now: datetime = NOW) -> Delivery:
    """Claim the one delivery there is to make, and settle it."""
    (item,) = await claim(store, now)
    await settle(store, item, *states, at=now)
    return item.delivery


async def step(store: Store, delivery: Delivery | int, state: DeliveryState) -> None:
    """Write where the post of a delivery stands."""
    key = delivery if isinstance(delivery, int) else delivery.id
    async with store.write() as tx:
        await tx.outbox.step(key, 0, Step(StepKind.POST, state, intent_at=NOW))


async def recent(store: Store, channel: Channel | None = None) -> list[Delivery]:
    """All deliveries, newest first."""
    async with store.read() as tx:
        return [item.delivery for item in await tx.outbox.recent(channel, 9_999)]


async def states(store: Store) -> list[DeliveryState]:
    """Where the deliveries stand, oldest first."""
    return [item.state for item in reversed(await recent(store))]


async def expire(store: Store, *channels: Channel, at: datetime = NOW) -> None:
    """Give up what channels did not get."""
    keys = await known(store, *channels)
    async with store.write() as tx:
        await tx.digests.expire(keys, at)


async def signals(store: Store, count: int = 1, at: datetime = NOW) -> list[int]:
    """The ids of `count` new signals of a cycle of their own."""
    async with store.read() as tx:
        episode = await tx.signals.current_cycle() + 1
    await keep(store, [a_repo(number) for number in range(1, count + 1)])
    news = [a_signal(number, at=at, episode=episode) for number in range(1, count + 1)]
    cycle = await speak(store, news, at)
    async with store.read() as tx:
        return [signal_id for signal_id, _ in await tx.signals.between(cycle - 1, cycle)]


async def told_all(
    store: Store, *channels: Channel, after: int = 0, since: datetime = NOW - WEEK
) -> Mapping[int, Told]:
    """What channels were told, by id."""
    keys = await known(store, *channels)
    async with store.read() as tx:
        return await tx.digests.told(keys, after, since)


async def told(
    store: Store, channel: Channel = CHANNEL, *, after: int = 0, since: datetime = NOW - WEEK
) -> Told:
    """What one channel was told."""
    (found,) = (await told_all(store, channel, after=after, since=since)).values()
    return found
