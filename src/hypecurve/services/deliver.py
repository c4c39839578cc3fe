"""Deliver: what the outbox holds goes to the platforms, once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.delivery import Delivery, DeliveryState, Step, StepKind
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendUnclear,
    StoreUnavailable,
    TenantRefused,
)
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, Messenger
from hypecurve.ports.store import Store
from hypecurve.services.compose import USEFUL

LEASE = timedelta(minutes=5)
"""A delivery that was not settled by then belongs to a sender that died."""
MOST_TRIES = 8
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_PLATFORM_PAUSE = timedelta(minutes=10)
_HELD_FIRST = timedelta(hours=1)
_HELD_LONGEST = timedelta(days=1)
_DOUBLINGS = 5
"""More of them than lead to the longest wait."""
_AT_ONCE = 50
_LONGEST_REASON = 300

_S = DeliveryState


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one delivery ended this time; `channel` None where what it holds cannot be read."""

    delivery_id: int
    channel: Channel | None
    state: DeliveryState
    reason: str = ""


async def deliver_pending(
    store: Store, clock: Clock, messengers: Mapping[str, Messenger]
) -> list[Outcome]:
    """Send what may be sent now; `messengers` by platform name.

    Each step's intent is committed before its call and its outcome after, and no call happens
    inside a transaction: whatever dies in between leaves a step whose outcome is open, which is
    *unknown* and not sent again.
    """
    outcomes = []
    claimed_at = clock.now()
    async with store.write() as tx:
        await tx.outbox.resume(list(messengers), claimed_at, claimed_at - USEFUL)
        claimed = await tx.outbox.claim(list(messengers), claimed_at, LEASE, _AT_ONCE)
    for delivery in claimed:
        if clock.now() - claimed_at > LEASE / 2:
            # The platform is slow. What is not begun by now could still be under way when the
            # lease has run out and another sender takes it: it is left for then.
            break
        outcomes.append(await _Sending(store, clock, messengers, delivery).run())
    return outcomes


class _Sending:
    """One try at one delivery."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        messengers: Mapping[str, Messenger],
        delivery: Delivery,
    ) -> None:
        self._store = store
        self._clock = clock
        self._messengers = messengers
        self._delivery = delivery
        self._channel: Channel | None = None

    async def run(self) -> Outcome:
        """Send it; what nobody foresaw ends this delivery alone, with its reason.

        Only a database that does not answer is everybody's trouble: it goes through.
        """
        try:
            async with self._store.read() as tx:
                channel, message = await tx.outbox.content(self._delivery)
            self._channel = channel
            return await self._send(self._messengers[channel.tenant.platform], channel, message)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not hold up the others
            # A message that a newer version froze comes here: it would be first in line for ever.
            return await self._settle(_S.DEAD, f"cannot be sent: {_in_one_line(error)}")

    async def _send(self, messenger: Messenger, channel: Channel, message: Message) -> Outcome:
        ref = ""
        for number, kind in enumerate(messenger.steps(message)):
            before = self._before(number)
            if before is not None and before.state is _S.SENT:
                ref = ref or before.ref
                continue
            if before is not None and before.state is _S.SENDING:
                why = "the process died while this was being sent"
                await self._write(number, Step(kind, _S.UNKNOWN, intent_at=before.intent_at))
                return await self._settle(_S.UNKNOWN, why)
            intent_at = self._clock.now()
            await self._write(number, Step(kind, _S.SENDING, intent_at=intent_at))
            key = f"{self._delivery.key}.{number}"
            try:
                posted = await messenger.post(channel, message, kind, key=key, ref=ref)
            except SendError as error:
                return await self._failed(number, kind, error)
            except Exception as error:  # noqa: BLE001 - it may have been posted before it failed
                unclear = SendUnclear(f"failed while being sent: {_in_one_line(error)}")
                return await self._failed(number, kind, unclear)
            done = Step(kind, _S.SENT, posted, intent_at, self._clock.now())
            await self._write(number, done)
            ref = ref or posted
        return await self._settle(_S.SENT)

    def _before(self, number: int) -> Step | None:
        steps = self._delivery.steps
        return steps[number] if number < len(steps) else None

    async def _failed(self, number: int, kind: StepKind, error: SendError) -> Outcome:
        unclear = isinstance(error, SendUnclear)
        await self._write(number, Step(kind, _S.UNKNOWN if unclear else _S.PENDING))
        verdict = judge(
            error, self._delivery.attempts + 1, self._clock.now(), secrets.SystemRandom().random()
        )
        return await self._settle(
            verdict.state, str(error), verdict.next_try_at, counted=verdict.counted
        )

    async def _write(self, number: int, step: Step) -> None:
        async with self._store.write() as tx:
            await tx.outbox.step(self._delivery.id, number, step)

    async def _settle(
        self,
        state: DeliveryState,
        reason: str = "",
        next_try_at: datetime | None = None,
        *,
        counted: bool = True,
    ) -> Outcome:
        async with self._store.write() as tx:
            await tx.outbox.settle(
                self._delivery.id,
                state,
                at=self._clock.now(),
                reason=reason,
                next_try_at=next_try_at,
                counted=counted,
            )
        return Outcome(self._delivery.id, self._channel, state, reason)


def _in_one_line(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}"[:_LONGEST_REASON] if said else type(error).__name__


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where an error sends a delivery; `counted`: it was an attempt."""

    state: DeliveryState
    next_try_at: datetime | None = None
    counted: bool = True


def judge(error: SendError, attempts: int, now: datetime, luck: float) -> Verdict:
    """Say what an error means for a delivery that was tried `attempts` times, this one included.

    `luck`, 0 to 1, spreads the waiting times (full jitter), so that many deliveries that failed
    together do not come back together.
    """
    match error:
        case SendLimited() | PlatformRefused():
            least = _PLATFORM_PAUSE if isinstance(error, PlatformRefused) else timedelta(seconds=1)
            wait = timedelta(seconds=error.retry_after) if error.retry_after else least
            return Verdict(_S.PENDING, now + wait + luck * timedelta(seconds=5), counted=False)
        case SendUnclear():
            return Verdict(_S.UNKNOWN)
        case ChannelRefused() | TenantRefused():
            # Somebody may invite the bot again. The channel's next digest ends the waiting.
            wait = min(_HELD_FIRST * 2 ** min(attempts - 1, _DOUBLINGS), _HELD_LONGEST)
            return Verdict(_S.HELD, now + wait)
        case MessageRefused():
            return Verdict(_S.DEAD)
        case SendFailed() if attempts < MOST_TRIES:
            longest = min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT)
            return Verdict(_S.PENDING, now + luck * longest)
        case _:
            return Verdict(_S.DEAD)
