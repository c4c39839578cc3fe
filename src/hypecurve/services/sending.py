"""Sending: one try at one delivery, step by step.

Each step's intent is committed before its call and its outcome after, and no call happens inside a
transaction. Whatever dies in between leaves a step whose outcome is open: that step is *unknown*
and is not done again, unless it does no harm when it happens twice. Once the post stands in the
channel the delivery ends as sent, whatever becomes of the steps behind it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypecurve.domain.delivery import (
    REPEATABLE,
    DeliveryState,
    IllegalMove,
    Step,
    StepKind,
)
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendUnclear,
    StoreUnavailable,
    TenantRefused,
)
from hypecurve.domain.message import Message, MessageKind
from hypecurve.domain.retrying import Verdict, judge
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Clock, Messenger
from hypecurve.ports.store import Claimed, Record, Settled, Transaction
from hypecurve.services import presence
from hypecurve.services.breakers import Breakers
from hypecurve.services.journal import Journal
from hypecurve.wording import operator as words
from hypecurve.wording.alert import as_repeat

LEASE = timedelta(minutes=5)
"""A delivery that was not settled by then belongs to a sender that died."""
_NO_MORE_CALLS = LEASE / 2
"""After the claim. A call that begins later could be under way when another takes the delivery."""
_MOST_TRIES = 6
"""Of what comes behind a post that stands: a quarter of an hour later nobody reads it."""
_LONGEST_REASON = 300
_DIED = "the process died while this was being sent"
_AGAIN = " again"
_LUCK = secrets.SystemRandom()

_S = DeliveryState
_OVER = frozenset({_S.SENT, _S.UNKNOWN, _S.DEAD})
_IN_ORDER = (MessageRefused, ChannelRefused)
"""Refusals that show that the platform is well."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one delivery ended this time."""

    delivery_id: int
    channel: Channel
    state: DeliveryState
    """`sending` where the database did not take how it ended, or another sender has it."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """What a sending needs. `paused`: the channels of which it is known that they refused."""

    journal: Journal
    clock: Clock
    messenger: Messenger
    breakers: Breakers
    operator: Channel | None
    paused: set[Channel]


class Sending:
    """One try at one delivery."""

    def __init__(self, means: Means, claimed: Claimed, claimed_at: datetime) -> None:
        """Begin nothing yet."""
        self._means = means
        self._claimed = claimed
        self._claimed_at = claimed_at
        self._delivery = claimed.delivery
        self._channel = claimed.channel
        self._unwritten: dict[int, Step] = {}
        """How steps ended that are not written down yet, by number."""
        self._begun = set[int]()
        """Posts that an earlier try began and did not end, to be made again as the same."""
        self._ref = ""
        self._stands = False
        """The post is in the channel."""
        self._arrived = False
        """It came there by this very try."""
        self._answered = False
        self._trouble: SendError | None = None
        self._notes: list[str] = []

    async def run(self) -> Outcome:
        """Try it; what nobody foresaw ends this delivery alone, with its reason."""
        try:
            return await self._send()
        except (StoreUnavailable, IllegalMove) as error:
            return Outcome(self._delivery.id, self._channel, _S.SENDING, str(error))
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not hold up the others
            self._notes.append(f"cannot be sent: {_in_one_line(error)}")
            return await self._end(self._at_worst(_S.DEAD))

    async def _send(self) -> Outcome:
        if self._left_open():
            return await self._end(_S.UNKNOWN)
        message = self._claimed.message
        if message is None:
            self._notes.append("cannot be sent: what is kept of it cannot be read")
            return await self._end(self._at_worst(_S.DEAD))
        try:
            kinds = await self._means.messenger.steps(self._channel, message)
        except SendError as error:
            if self._begun:
                self._notes.append(f"{_DIED}; then: {error}")
                return await self._end(_S.UNKNOWN)
            return await self._refused(_surely_not_posted(error))
        for number, kind in enumerate(kinds):
            if self._is_over(number, kind):
                continue
            ended = await self._step(number, kind, message)
            if ended is not None:
                return ended
        return await self._end(_S.SENT)

    def _at_worst(self, otherwise: DeliveryState) -> DeliveryState:
        """How it ends where nothing more can be done, by what is known of the post."""
        if self._stands:
            return _S.SENT
        return _S.UNKNOWN if self._begun else otherwise

    def _left_open(self) -> bool:
        """Look at what an earlier try left; return whether the post itself may be there.

        A post that is young enough for the platform to drop a repeat is made again, as the same.
        """
        for number, step in enumerate(self._delivery.steps):
            is_open = step.state is _S.SENDING and step.kind not in REPEATABLE
            if is_open and self._may_repeat(step):
                self._begun.add(number)
                continue
            if is_open:
                self._unwritten[number] = replace(step, state=_S.UNKNOWN)
                self._notes.append(_DIED)
            if step.kind is not StepKind.POST:
                continue
            if is_open or step.state is _S.UNKNOWN:
                return True
            if step.state is _S.SENT:
                self._ref, self._stands = step.ref, True
        return False

    def _may_repeat(self, step: Step) -> bool:
        if step.kind is not StepKind.POST or step.intent_at is None:
            return False
        age = self._means.clock.now() - step.intent_at
        return timedelta(0) <= age < self._means.messenger.drops_repeats_for

    def _is_over(self, number: int, kind: StepKind) -> bool:
        steps = self._delivery.steps
        step = self._unwritten.get(number) or (steps[number] if number < len(steps) else None)
        return step is not None and step.kind is kind and step.state in _OVER

    async def _step(self, number: int, kind: StepKind, message: Message) -> Outcome | None:
        """Do one step; return how the delivery ends where it ends by it."""
        now = self._means.clock.now()
        if now - self._claimed_at > _NO_MORE_CALLS:
            return await self._end(_S.PENDING, later=Verdict(_S.PENDING, now, counted=False))
        step = Step(kind, _S.SENDING, intent_at=now)
        try:
            if number in self._begun:  # its intent stands since the try that died
                step = replace(step, intent_at=self._delivery.steps[number].intent_at)
            else:
                await self._intend(number, step)
        except StoreUnavailable:
            # It may be written all the same: whoever comes next would take it for a call.
            self._unwritten[number] = Step(kind)
            return await self._end(_S.PENDING, later=Verdict(_S.PENDING, now, counted=False))
        key = f"{self._delivery.key}.{number}"
        try:
            ref = await self._means.messenger.post(
                self._channel, message, kind, key=key, ref=self._ref
            )
        except SendError as error:
            return await self._failed(number, step, error)
        except Exception as error:  # noqa: BLE001 - it may have been posted before it failed
            unclear = SendUnclear(f"failed while being sent: {_in_one_line(error)}")
            return await self._failed(number, step, unclear)
        self._unwritten[number] = self._done(step, _S.SENT, ref)
        self._answered = True
        if kind is StepKind.POST:
            self._ref, self._stands, self._arrived = ref, True, True
        return None

    def _done(self, step: Step, state: DeliveryState, ref: str = "") -> Step:
        return replace(step, state=state, ref=ref, done_at=self._means.clock.now())

    async def _intend(self, number: int, step: Step) -> None:
        """Write what is about to be done, after how the steps before it ended."""
        journal = self._means.journal
        if self._unwritten:
            await journal.write(self._record(), known=True)
            self._unwritten.clear()
        await journal.write(Record(self._delivery.id, ((number, step),)))

    def _record(self, settled: Settled | None = None) -> Record:
        return Record(self._delivery.id, tuple(sorted(self._unwritten.items())), settled)

    async def _failed(self, number: int, step: Step, error: SendError) -> Outcome | None:
        """Say what becomes of a step; return how the delivery ends where it ends by it."""
        if step.kind in REPEATABLE:
            error = _surely_not_posted(error)
        elif number in self._begun and not isinstance(error, SendUnclear):
            # The try that died may have posted it, whatever this one was told.
            error = SendUnclear(f"It may have been posted; then: {error}", code=error.code)
        if isinstance(error, SendUnclear):
            self._trouble = error
            self._unwritten[number] = self._done(step, _S.UNKNOWN)
            self._notes.append(str(error))
            return await self._end(_S.UNKNOWN) if step.kind is StepKind.POST else None
        if self._goes_without(step.kind, error):
            self._answered = self._answered or isinstance(error, _IN_ORDER)
            self._unwritten[number] = self._done(step, _S.DEAD)
            self._notes.append(str(error))
            return None
        self._unwritten[number] = Step(step.kind)
        return await self._refused(error)

    def _goes_without(self, kind: StepKind, error: SendError) -> bool:
        """Whether the delivery goes on without a step that was refused."""
        if kind is StepKind.UPLOAD:
            return isinstance(error, MessageRefused)
        if not self._stands:
            return False
        is_last = self._delivery.attempts + 1 >= _MOST_TRIES
        return isinstance(error, _IN_ORDER) or (is_last and isinstance(error, SendFailed))

    async def _refused(self, error: SendError) -> Outcome:
        """End this try by an error after which nothing was posted."""
        if isinstance(error, SendFailed):
            self._trouble = error
        self._answered = self._answered or isinstance(error, _IN_ORDER)
        self._notes.append(str(error))
        luck = _LUCK.random()
        verdict = judge(error, self._delivery.attempts + 1, self._means.clock.now(), luck)
        stays = self._stands and verdict.state is not _S.PENDING
        return await self._end(_S.SENT if stays else verdict.state, error, verdict)

    async def _end(
        self, state: DeliveryState, error: SendError | None = None, later: Verdict | None = None
    ) -> Outcome:
        """Write how this try ended, and what follows from it for others."""
        reason = "; ".join(dict.fromkeys(self._notes))[:_LONGEST_REASON]
        breakers, tenant = self._means.breakers, self._channel.tenant

        async def follow(tx: Transaction) -> None:
            now = self._means.clock.now()
            if self._trouble is not None:
                await breakers.troubled(tx, tenant, self._trouble, now)
            elif self._answered and not breakers.is_well(tenant):
                await breakers.answered(tx, tenant, now)
            await self._follow(tx, error, now)
            await self._tell(tx, state, error, now)

        settled = (
            Settled(state, reason)
            if later is None
            else Settled(state, reason, later.next_try_at, later.counted)
        )
        # Channels and tenants are more than a delivery's own rows.
        alone = isinstance(error, ChannelRefused | TenantRefused) or self._ends_pause
        await self._means.journal.write(self._record(settled), follow, known=True, alone=alone)
        if self._trouble is not None:
            breakers.shrink()
        elif self._answered:
            breakers.grow(self._means.messenger.at_once)
        return Outcome(self._delivery.id, self._channel, state, reason)

    @property
    def _ends_pause(self) -> bool:
        return self._arrived and self._channel in self._means.paused

    async def _follow(self, tx: Transaction, error: SendError | None, now: datetime) -> None:
        """Write what an answer means for the channel, the tenant, the platform."""
        means, channel = self._means, self._channel
        if isinstance(error, PlatformRefused):
            await means.breakers.refused(tx, error, now)
        elif isinstance(error, TenantRefused):
            await presence.suspend(tx, channel.tenant, str(error), now, means.operator)
        elif isinstance(error, ChannelRefused):
            await presence.pause(tx, channel, error, now, means.operator)
            means.paused.add(channel)
        elif self._ends_pause:
            await tx.reach.resume(channel)

    async def _tell(
        self, tx: Transaction, state: DeliveryState, error: SendError | None, now: datetime
    ) -> None:
        """Repeat an alert that may not have arrived, once; tell the operator of a dead letter."""
        message, key = self._claimed.message, self._claimed.key or f"delivery {self._delivery.id}"
        is_alert = message is not None and message.kind is MessageKind.ALERT
        if state is _S.UNKNOWN and message is not None and is_alert and not key.endswith(_AGAIN):
            await tx.digests.notify(self._channel, f"{key}{_AGAIN}", as_repeat(message), now)
        operator = self._means.operator
        if state is _S.DEAD and operator is not None and self._channel != operator:
            # What kills one message may kill them all: it is told once a day.
            why = "unforeseen" if error is None else error.code or "refused"
            found = words.dead(self._delivery.id, str(self._channel), "; ".join(self._notes))
            await tx.digests.notify(operator, f"dead {now:%Y-%m-%d} {why}", found, now)


def _surely_not_posted(error: SendError) -> SendError:
    """An unclear end of what does no harm when it happens twice: it is tried again."""
    return SendFailed(str(error), code=error.code) if isinstance(error, SendUnclear) else error


def _in_one_line(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
