"""What steps and errors of a sending say, and how one ends, without anything being done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypecurve.domain.delivery import DeliveryState, Step, StepKind
from hypecurve.domain.errors import (
    HypecurveError,
    MessageRefused,
    SendError,
    SendFailed,
    SendSought,
    SendUnclear,
)
from hypecurve.domain.subscription import Channel

SOUGHT_FOR = timedelta(hours=12)
"""Discord shuts what nobody wrote in for a day, and then it is not found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one delivery ended this time."""

    delivery_id: int
    channel: Channel
    state: DeliveryState
    """`sending` where the database did not take how it ended, or another sender has it."""
    reason: str = ""


def stood(steps: Iterable[Step], now: datetime) -> timedelta:
    """For how long a delivery's post has stood in its channel; nothing where it does not."""
    done = (each.done_at for each in steps if each.kind is StepKind.POST)
    return max((now - at for at in done if at is not None), default=timedelta(0))


def may_repeat(step: Step, now: datetime, dropped_for: timedelta) -> bool:
    """Whether a post that was begun is young enough for the platform to drop a repeat of it."""
    if step.kind is not StepKind.POST or step.intent_at is None:
        return False
    return timedelta(0) <= now - step.intent_at < dropped_for


def still_sought(step: Step, now: datetime) -> bool:
    """Whether a step in doubt is young enough to be looked for: what is older may be put away."""
    return step.is_sought and step.intent_at is not None and now - step.intent_at < SOUGHT_FOR


def tried_again(step: Step, before: Step | None, error: HypecurveError, *, once: bool) -> Step:
    """Return what is kept of a step that is tried again after an error: that it is in doubt.

    Who refuses a message has looked first. No doubt is kept of what may be told twice (`once`
    False): given up, it is the next digest's.
    """
    since = step.intent_at if isinstance(error, SendSought) else None
    if since is None and before is not None and before.is_sought:
        since = None if isinstance(error, MessageRefused) else before.intent_at
    return Step(step.kind, intent_at=since if once else None)


def surely_not_posted(error: SendError) -> SendError:
    """An unclear end of what does no harm when it happens twice: it is tried again."""
    return SendFailed(str(error), code=error.code) if isinstance(error, SendUnclear) else error


def in_one_line(error: Exception) -> str:
    """Return an error's kind and its first line."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
