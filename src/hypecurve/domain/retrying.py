"""What an error means for a delivery, and how long to wait before what comes next.

limited            -> pending    when the platform said, not an attempt
failed             -> pending    after a growing wait, at random within it
sought             -> pending    the same, and a minute at least: what arrived is seen by then
unclear            -> unknown    it may have arrived
message refused    -> dead       nothing mends it but a person
channel refused    -> held       its channel is paused
tenant refused     -> dropped    its tenant is suspended
platform refused   -> pending    its platform is left alone, not an attempt

There is no last try: a digest ends when the next one is due, and everything after a week. Only
what a delivery can do without has one: its picture, and what comes behind its post.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.delivery import DeliveryState, StepKind
from hypecurve.domain.errors import (
    ChannelRefused,
    MessageRefused,
    PlatformRefused,
    SendError,
    SendFailed,
    SendLimited,
    SendSought,
    SendUnclear,
    TenantRefused,
    TokenSealed,
)

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
FIRST_PROBE = timedelta(hours=1)
LONGEST_PROBE = timedelta(days=1)
LEFT_ALONE = timedelta(minutes=10)
"""A platform that refuses us as a whole is left alone for so long at least."""
LONGEST_OF_ALL = timedelta(days=1, minutes=10)
"""Nothing here waits longer, and clocks differ by less: what is to be tried later still was put
there by a clock that was wrong."""
IN_ORDER = (MessageRefused, ChannelRefused)
"""Refusals that show that the platform is well."""
_MOST_TRIES = 6
"""Of what comes behind a post that stands: a quarter of an hour later nobody reads it."""
SEEN_AFTER = timedelta(minutes=1)
"""What may have been posted is there to be found by then, if it was."""
_WAITED_FOR = timedelta(minutes=15)
"""Where the platform asks to wait, which is no try: the channel's next messages wait as well."""
_SHORTEST_WAIT = timedelta(seconds=1)
_SPREAD = timedelta(seconds=5)
"""Those who were told the same wait do not come back together."""
_DOUBLINGS = 10
"""More of them than lead to the longest wait."""

_S = DeliveryState

_ENDS: dict[type[SendError], DeliveryState] = {
    SendUnclear: _S.UNKNOWN,
    ChannelRefused: _S.HELD,
    TenantRefused: _S.DROPPED,
    MessageRefused: _S.DEAD,
}


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
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    match error:
        case SendLimited():
            wait = max(_told(error) or _SHORTEST_WAIT, _SHORTEST_WAIT)
            return Verdict(_S.PENDING, now + wait + luck * _SPREAD, counted=False)
        case PlatformRefused():
            return Verdict(_S.PENDING, now + left_alone(error) + luck * _SPREAD, counted=False)
        case SendFailed():
            longest = growing(attempts, FIRST_WAIT, LONGEST_WAIT)
            shortest = SEEN_AFTER if isinstance(error, SendSought) else _SHORTEST_WAIT
            return Verdict(_S.PENDING, now + max(luck * longest, shortest))
        case _:
            # Whatever is no kind of these is a mistake of ours, as a refused message is.
            return Verdict(
                next((_ENDS[kind] for kind in _ENDS if isinstance(error, kind)), _S.DEAD)
            )


def goes_without(
    kind: StepKind,
    error: SendError,
    attempts: int,
    *,
    stands: bool,
    stood: timedelta = timedelta(0),
) -> bool:
    """Whether a delivery goes on without a step that failed, in its try number `attempts`.

    `stands`: its post is in the channel, for so long (`stood`). A post waits for a picture that was
    lost on its way, once, and for nothing else of it: the text is what people wait for.
    """
    if kind is StepKind.UPLOAD:
        is_lost = isinstance(error, SendFailed) and attempts == 1
        return not (is_lost or isinstance(error, TenantRefused | PlatformRefused | TokenSealed))
    if not stands:
        return False
    if isinstance(error, SendLimited):
        return stood + max(_told(error) or _SHORTEST_WAIT, _SHORTEST_WAIT) > _WAITED_FOR
    is_last = attempts >= _MOST_TRIES
    return isinstance(error, IN_ORDER) or (is_last and isinstance(error, SendFailed))


def left_alone(error: SendError) -> timedelta:
    """How long a platform that refuses us as a whole is left alone: as told, or ten minutes."""
    return max(_told(error) or LEFT_ALONE, LEFT_ALONE)


def until_probe(refusals: int) -> timedelta:
    """How long until a place that refused so many times in a row is tried again."""
    return growing(refusals, FIRST_PROBE, LONGEST_PROBE)


def growing(times: int, first: timedelta, longest: timedelta) -> timedelta:
    """Return a wait that doubles with every time, the first time it is `first`."""
    doublings = min(max(times - 1, 0), _DOUBLINGS)
    return min(first * (1 << doublings), longest)


def _told(error: SendError) -> timedelta | None:
    """How long the platform asked to wait; what is no length of time is not believed."""
    seconds = error.retry_after
    if seconds is None or not 0 <= seconds <= timedelta(days=1).total_seconds():
        return None
    return timedelta(seconds=seconds)
