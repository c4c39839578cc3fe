"""One sending of one message to one channel: its states, its steps, and the legal moves.

pending -> sending -> sent
   ^          |-----> pending     surely not posted: later again
   |          |-----> unknown     it may have arrived: a digest is not sent again
   |          |-----> dead        cannot be sent; the reason is kept
   |          |-----> held        the channel is paused
   |          `-----> dropped     the tenant is suspended
  held -> pending | expired       the cause is gone | too late to be useful
pending | dead -> expired         the channel's next digest is due
pending | held | dead | unknown -> dropped
dead | unknown -> pending         by an operator's own word

One that is given up though its post stands in the channel is `sent`: only what was to come behind
the post is given up. One whose post is in doubt then (`Step.is_sought`) is `unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hypecurve.domain.errors import HypecurveError


class DeliveryState(StrEnum):
    """Where a delivery, or one step of it, stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    HELD = "held"
    DEAD = "dead"
    EXPIRED = "expired"
    DROPPED = "dropped"


_S = DeliveryState
LEGAL: dict[DeliveryState, frozenset[DeliveryState]] = {
    _S.PENDING: frozenset({_S.SENDING, _S.HELD, _S.EXPIRED, _S.DROPPED}),
    _S.SENDING: frozenset({_S.SENT, _S.PENDING, _S.UNKNOWN, _S.HELD, _S.DEAD, _S.DROPPED}),
    _S.HELD: frozenset({_S.PENDING, _S.EXPIRED, _S.DROPPED}),
    _S.DEAD: frozenset({_S.PENDING, _S.EXPIRED, _S.DROPPED}),
    _S.UNKNOWN: frozenset({_S.SENT, _S.PENDING, _S.DROPPED}),
    _S.SENT: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.DROPPED: frozenset(),
}
"""`dead` and `unknown` go back to `pending` only by an operator's own word."""

FINAL = frozenset(state for state, moves in LEGAL.items() if not moves)


class IllegalMove(HypecurveError):
    """A delivery was asked to go where it cannot go: a mistake in this program."""


def moved(before: DeliveryState, after: DeliveryState) -> DeliveryState:
    """Return `after` if the move is legal; IllegalMove otherwise."""
    if after not in LEGAL[before]:
        message = f"a delivery cannot go from {before} to {after}"
        raise IllegalMove(message)
    return after


class StepKind(StrEnum):
    """A delivery is made of steps; each one's intent is committed before its call."""

    UPLOAD = "upload"
    """A picture is handed over; nobody sees it before the post that shows it."""
    POST = "post"
    THREAD = "thread"
    """What did not fit into the post, as a reply to it."""
    PUBLISH = "publish"
    """The post goes out to those who follow an announcement channel."""
    PLACE = "place"
    """Where in a forum the post goes is found out and written down, before it goes there."""


REPEATABLE = frozenset({StepKind.UPLOAD, StepKind.PUBLISH, StepKind.PLACE})
"""Steps that do no harm when they happen twice: they are tried again, never unknown."""

BEFORE_THE_POST = (StepKind.UPLOAD, StepKind.PLACE)
"""Steps that show nobody anything: the post goes on from what they found or handed over."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call to the platform, `ref` the platform's id of what was posted."""

    kind: StepKind
    state: DeliveryState = DeliveryState.PENDING
    ref: str = ""
    intent_at: datetime | None = None
    done_at: datetime | None = None

    @property
    def is_sought(self) -> bool:
        """It may have been posted, and is looked for before it is tried again."""
        return self.state is _S.PENDING and self.intent_at is not None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A frozen message on its way to a channel. Times are aware UTC."""

    id: int
    digest_id: int | None
    """None for a notice."""
    channel_id: int
    state: DeliveryState
    attempts: int
    next_try_at: datetime
    steps: tuple[Step, ...]
    reason: str = ""

    @property
    def key(self) -> str:
        """Names it to a platform that drops repeats: the same at every try."""
        return f"n{self.id}" if self.digest_id is None else str(self.digest_id)
