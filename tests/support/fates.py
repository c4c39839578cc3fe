"""Channels to which everything happened: a digest for each, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.subscription import Channel, Schedule, Subscription
from hypecurve.ports.store import Frozen, Outcome, Pause, Store

HOUR = timedelta(hours=1)
REASON = "the bot is not in this channel: invite it with /invite @Hypecurve"


async def subscribed(store: Store, channel: Channel, next_due: datetime) -> Subscription:
    """Let a channel hear everything, next at an instant."""
    async with store.write() as tx:
        return await tx.subscriptions.add(
            Subscription(channel, schedule=Schedule(), next_due=next_due, created_by="U1")
        )


async def told(
    store: Store,
    channel: Channel,
    due_at: datetime,
    state: DeliveryState = DeliveryState.SENT,
    reason: str = "",
) -> int:
    """Freeze a digest for a channel that subscribes and let its delivery end so; return its id.

    `state` pending or held: it was not tried yet. None of the platform's is on its way before.
    """
    words = Message(MessageKind.DIGEST, f"what {channel} was told at {due_at:%H:%M}")
    async with store.write() as tx:
        listener = await tx.subscriptions.listener(channel)
        assert listener is not None
        frozen = Frozen(listener.id, due_at, (0, 1), Outcome.TOLD, message=words)
        (digest_id,) = await tx.digests.freeze([frozen], due_at)
        assert digest_id is not None
        if state in {DeliveryState.PENDING, DeliveryState.HELD}:
            return digest_id
        (claimed,) = await tx.outbox.claim(channel.tenant.platform, due_at, HOUR, 1)
        assert claimed.delivery.digest_id == digest_id
        if state is not DeliveryState.SENDING:
            await tx.outbox.settle(claimed.delivery.id, state, at=due_at, reason=reason)
    return digest_id


async def refuses(store: Store, channel: Channel, since: datetime) -> Pause:
    """Let a channel refuse what is posted."""
    pause = Pause(since, "not_in_channel", REASON, since + 6 * HOUR)
    async with store.write() as tx:
        await tx.reach.pause(channel, pause)
    return pause
