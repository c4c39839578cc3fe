"""Sending: one try at one delivery, step by step.

Each step's intent is committed before its call and its outcome after, and no call happens inside a
transaction. Whatever dies in between leaves a step whose outcome is open: that step is *unknown*
and is not done again, unless it does no harm when it happens twice. Once the post stands in the
channel the delivery ends as sent, whatever becomes of the steps behind it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from hypecurve.domain.delivery import (
    BEFORE_THE_POST,
    REPEATABLE,
    DeliveryState,
    IllegalMove,
    Step,
    StepKind,
)
from hypecurve.domain.errors import (
    HypecurveError,
    SendError,
    SendFailed,
    SendUnclear,
    StoreUnavailable,
    TokenSealed,
)
from hypecurve.domain.message import Message
from hypecurve.domain.retrying import IN_ORDER, Verdict, goes_without, judge
from hypecurve.domain.saying import to_say
from hypecurve.ports.store import Claimed, Record, Settled, Transaction
from hypecurve.services.delivery.consequences import (
    Ended,
    Means,
    follow,
    is_alert,
    remember,
    untimely,
)
from hypecurve.services.delivery.steps import (
    Outcome,
    in_one_line,
    may_repeat,
    still_sought,
    stood,
    surely_not_posted,
    tried_again,
)

LEASE = timedelta(minutes=5)
"""A delivery that was not settled by then belongs to a sender that died."""
_NO_MORE_CALLS = LEASE / 2
"""After the claim. A call that begins later could be under way when another takes the delivery."""
_LONGEST_REASON = 300
_DIED = to_say("the process died while this was being sent")
_log = structlog.get_logger(__name__)
_LUCK = secrets.SystemRandom()

_S = DeliveryState
_OVER = frozenset({_S.SENT, _S.UNKNOWN, _S.DEAD})


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
        self._refs = dict[StepKind, str]()
        """The platform's ids of what was uploaded and posted."""
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
            self._notes.append(f"cannot be sent: {in_one_line(error)}")
            return await self._end(self._at_worst(_S.DEAD))

    async def _send(self) -> Outcome:
        if self._left_open():
            return await self._end(_S.UNKNOWN)
        message = self._claimed.message
        if message is None:
            self._notes.append("cannot be sent: what is kept of it cannot be read")
            return await self._end(self._at_worst(_S.DEAD))
        if await self._is_too_late(message):
            return await self._end(_S.DROPPED)
        try:
            kinds = await self._means.messenger.steps(self._channel, message)
        except SendError as error:
            return await self._refused(surely_not_posted(error))
        return await self._do(kinds, message)

    async def _is_too_late(self, message: Message) -> bool:
        if self._stands or self._begun or not is_alert(message):
            return False
        why = await untimely(self._means, self._claimed)
        if why:
            self._notes.append(why)
        return bool(why)

    async def _do(self, kinds: Sequence[StepKind], message: Message) -> Outcome:
        for number, kind in enumerate(kinds):
            if self._is_over(number, kind):
                continue
            ended = await self._step(number, kind, message)
            if ended is not None:
                return ended
            if kind is StepKind.POST and number + 1 < len(kinds):
                # What comes behind may take its time: the next ones need not wait for that.
                self._means.breakers.grow(self._means.messenger.at_once)
        return await self._end(_S.SENT)

    def _at_worst(self, otherwise: DeliveryState) -> DeliveryState:
        """How it ends where nothing more can be done, by what is known of the post."""
        if self._stands:
            return _S.SENT
        in_doubt = self._begun or any(each.is_sought for each in self._delivery.steps)
        return _S.UNKNOWN if in_doubt else otherwise

    def _left_open(self) -> bool:
        """Look at what an earlier try left; return whether the post itself may be there.

        A post that is young enough for the platform to drop a repeat is made again, as the same.
        """
        now, dropped_for = self._means.clock.now(), self._means.messenger.drops_repeats_for
        for number, step in enumerate(self._delivery.steps):
            is_lost = step.is_sought and not still_sought(step, now)
            is_open = is_lost or (step.state is _S.SENDING and step.kind not in REPEATABLE)
            if is_open and may_repeat(step, now, dropped_for):
                self._begun.add(number)
                continue
            if is_open:
                self._unwritten[number] = replace(step, state=_S.UNKNOWN)
                self._notes.append(self._delivery.reason if is_lost else _DIED)
            if step.state is _S.SENT:
                self._refs[step.kind] = step.ref
            if step.kind is not StepKind.POST:
                continue
            if is_open or step.state is _S.UNKNOWN:
                return True
            self._stands = self._stands or step.state is _S.SENT
        return False

    def _is_over(self, number: int, kind: StepKind) -> bool:
        step = self._unwritten.get(number) or self._before(number)
        return step is not None and step.kind is kind and step.state in _OVER

    def _before(self, number: int) -> Step | None:
        steps = self._delivery.steps
        return steps[number] if number < len(steps) else None

    def _again(self, number: int, step: Step, error: HypecurveError) -> None:
        """Keep of a step that is tried again whether it is in doubt."""
        once = self._delivery.digest_id is not None
        self._unwritten[number] = tried_again(step, self._before(number), error, once=once)

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
        except StoreUnavailable as error:
            # It may be written all the same: whoever comes next would take it for a call.
            self._again(number, step, error)
            return await self._end(_S.PENDING, later=Verdict(_S.PENDING, now, counted=False))
        key = f"{self._delivery.key}.{number}"
        goes_on_from = BEFORE_THE_POST if kind is StepKind.POST else (StepKind.POST,)
        before = next((self._refs[each] for each in goes_on_from if each in self._refs), "")
        try:
            ref = await self._means.messenger.post(
                self._channel, message, kind, key=key, ref=before
            )
        except SendError as error:
            return await self._failed(number, step, error)
        except Exception as error:  # noqa: BLE001 - it may have been posted before it failed
            unclear = SendUnclear(f"failed while being sent: {in_one_line(error)}")
            return await self._failed(number, step, unclear)
        self._unwritten[number] = self._done(step, _S.SENT, ref)
        self._answered = True
        self._refs[kind] = ref
        if kind is StepKind.POST:
            self._stands = self._arrived = True
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
            error = surely_not_posted(error)
        elif number in self._begun and not isinstance(error, SendUnclear):
            # The try that died may have posted it, whatever this one was told.
            error = SendUnclear(f"It may have been posted; then: {error}", code=error.code)
        if isinstance(error, SendUnclear):
            self._trouble = error
            self._unwritten[number] = self._done(step, _S.UNKNOWN)
            self._notes.append(str(error))
            return await self._end(_S.UNKNOWN) if step.kind is StepKind.POST else None
        tries, age = (
            self._delivery.attempts + 1,
            stood(self._delivery.steps, self._means.clock.now()),
        )
        if goes_without(step.kind, error, tries, stands=self._stands, stood=age):
            about = {"delivery": self._delivery.id, "channel": str(self._channel)}
            _log.warning("sent without a step", **about, step=step.kind.value, why=str(error))
            self._answered = self._answered or isinstance(error, IN_ORDER)
            self._unwritten[number] = self._done(step, _S.DEAD)
            self._notes.append(str(error))
            return None
        self._again(number, step, error)
        return await self._refused(error, step.kind)

    async def _refused(self, error: SendError, kind: StepKind = StepKind.POST) -> Outcome:
        """End this try by an error after which nothing was posted by it."""
        if self._begun and not self._stands:
            # By the try that died, perhaps.
            self._notes.append(f"{_DIED}; then: {error}")
            return await self._end(_S.UNKNOWN)
        is_ours = isinstance(error, TokenSealed)
        if isinstance(error, SendFailed) and kind is not StepKind.UPLOAD and not is_ours:
            # Files go other ways than messages: for their sake nobody else waits.
            self._trouble = error
        self._answered = self._answered or isinstance(error, IN_ORDER)
        self._notes.append(str(error))
        luck = _LUCK.random()
        verdict = judge(error, self._delivery.attempts + 1, self._means.clock.now(), luck)
        stays = self._stands and verdict.state is not _S.PENDING
        return await self._end(_S.SENT if stays else verdict.state, error, verdict)

    async def _end(
        self, state: DeliveryState, error: SendError | None = None, later: Verdict | None = None
    ) -> Outcome:
        """Write how this try ended, and what follows from it for others."""
        means, claimed = self._means, self._claimed
        ended = Ended(
            state,
            "; ".join(dict.fromkeys(self._notes))[:_LONGEST_REASON],
            error,
            self._trouble,
            self._answered,
            self._arrived and self._channel in means.paused,
        )
        settled = Settled(state, ended.reason)
        if later is not None:
            settled = Settled(state, ended.reason, later.next_try_at, later.counted)

        async def then(tx: Transaction) -> None:
            await follow(tx, means, claimed, ended)

        record = self._record(settled)
        await means.journal.write(record, then, known=True, alone=ended.is_wide)
        remember(means, claimed, ended)
        return Outcome(self._delivery.id, self._channel, state, ended.reason)
