"""What follows from how a sending ended: for its channel, its tenant, its platform, its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hypecurve.domain.alerting import NEWS_FOR, in_quiet_hours
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.errors import (
    ChannelRefused,
    PlatformRefused,
    SendError,
    TenantRefused,
    TokenSealed,
)
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.schedule import parse_zone
from hypecurve.domain.subscription import Channel, Subscription, Tenant
from hypecurve.ports import Clock, Messenger
from hypecurve.ports.store import Claimed, Store, Transaction
from hypecurve.services.delivery import pausing, presence
from hypecurve.services.delivery.breakers import Breakers
from hypecurve.services.delivery.journal import Journal
from hypecurve.services.digests.timing import FALLBACK, knows
from hypecurve.wording import operator as words
from hypecurve.wording.alert import as_repeat

_AGAIN = " again"

_S = DeliveryState


@dataclass(frozen=True, slots=True)
class Means:
    """What a sending needs. `paused`: the channels of which it is known that they refused."""

    store: Store
    journal: Journal
    clock: Clock
    messenger: Messenger
    breakers: Breakers
    operator: Channel | None
    paused: set[Channel]


@dataclass(frozen=True, slots=True)
class Ended:
    """How one try ended."""

    state: DeliveryState
    reason: str
    error: SendError | None
    """What ended it, where nothing was posted by it."""
    trouble: SendError | None
    """What went wrong on the platform's side."""
    answered: bool
    """The platform answered in order, be it by a refusal."""
    ends_pause: bool

    @property
    def is_wide(self) -> bool:
        """Whether it touches a channel or a tenant: more than the delivery's own rows."""
        return self.ends_pause or isinstance(self.error, ChannelRefused | TenantRefused)


async def follow(tx: Transaction, means: Means, claimed: Claimed, ended: Ended) -> None:
    """Write what follows, beside the record of how it ended."""
    now, channel, error = means.clock.now(), claimed.channel, ended.error
    if ended.trouble is not None:
        await means.breakers.troubled(tx, channel.tenant, ended.trouble, now)
    elif ended.answered and not means.breakers.is_well(channel.tenant):
        await means.breakers.answered(tx, channel.tenant, now)
    if isinstance(error, PlatformRefused):
        await means.breakers.refused(tx, error, now)
    elif isinstance(error, TenantRefused):
        why = presence.Gone(str(error), removed=error.removed)
        await presence.suspend(tx, channel.tenant, why, now, means.operator)
    elif isinstance(error, TokenSealed):
        await _tell_sealed(tx, means.operator, channel.tenant, error, now)
    elif isinstance(error, ChannelRefused):
        await pausing.pause(tx, channel, error, now, means.operator)
    elif ended.ends_pause:
        await tx.reach.resume(channel)
    if ended.state is _S.UNKNOWN:
        await _repeat(tx, claimed, now)
    elif ended.state is _S.DEAD:
        await _tell_dead(tx, means.operator, claimed, ended, now)


def remember(means: Means, claimed: Claimed, ended: Ended) -> None:
    """Keep in mind, once it is written, what the next sendings go by."""
    if ended.trouble is not None:
        means.breakers.shrink()
    elif ended.answered:
        means.breakers.grow(means.messenger.at_once)
    if isinstance(ended.error, ChannelRefused):
        means.paused.add(claimed.channel)
    elif ended.ends_pause:
        means.paused.discard(claimed.channel)


def is_alert(message: Message | None) -> bool:
    """Whether a message is news that did not wait for the digest."""
    return message is not None and message.kind is MessageKind.ALERT


async def _repeat(tx: Transaction, claimed: Claimed, now: datetime) -> None:
    """Send an alert that may not have arrived once more, marked, and no third time.

    What it told is the repeat's from now on: should that be given up, the next digest tells it.
    """
    key = claimed.key or f"delivery {claimed.delivery.id}"
    if claimed.message is None or not is_alert(claimed.message) or key.endswith(_AGAIN):
        return
    again = as_repeat(claimed.message)
    await tx.digests.notify(
        claimed.channel, f"{key}{_AGAIN}", again, now, instead_of=claimed.delivery.id
    )


async def _tell_sealed(
    tx: Transaction, operator: Channel | None, tenant: Tenant, error: SendError, now: datetime
) -> None:
    """Tell the operator whose tokens no key opens: once a month, for it does not end by itself."""
    if operator is None or operator.tenant == tenant:
        return
    message = words.sealed(str(tenant), str(error))
    await tx.digests.notify(operator, f"sealed {tenant} {now:%Y-%m}", message, now)


async def _tell_dead(
    tx: Transaction, operator: Channel | None, claimed: Claimed, ended: Ended, now: datetime
) -> None:
    """Tell the operator of a dead letter. What kills one may kill them all: once a day."""
    if operator is None or claimed.channel == operator:
        return
    why = "unforeseen" if ended.error is None else ended.error.code or "refused"
    message = words.dead(claimed.delivery.id, str(claimed.channel), ended.reason)
    await tx.digests.notify(operator, f"dead {now:%Y-%m-%d} {why}", message, now)


async def untimely(means: Means, claimed: Claimed) -> str:
    """Say why an alert is not for now any more; "" where it is.

    It may have waited for its platform for hours. What it tells is the next digest's then: were
    it to wait on, the digest behind it would wait too.
    """
    now = means.clock.now()
    async with means.store.read() as tx:
        sending = await tx.outbox.find(claimed.delivery.id)
        listener = await tx.subscriptions.listener(claimed.channel)
    if sending is not None and now - sending.made_at > NEWS_FOR:
        return "It is too late for an alert: the next digest tells it."
    subscriptions = () if listener is None else listener.subscriptions
    if not any(_hears(each, now) for each in subscriptions):
        return "The channel wants no alerts now: the next digest tells it."
    return ""


def _hears(item: Subscription, now: datetime) -> bool:
    if item.alerts is None or (item.paused_until is not None and item.paused_until > now):
        return False
    zone = item.schedule.zone if knows(item.schedule.zone) else FALLBACK
    return not in_quiet_hours(item.alerts, parse_zone(zone), now)
