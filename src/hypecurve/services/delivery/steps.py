"""What steps and errors of a sending say, without anything being done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypecurve.domain.delivery import Step, StepKind
from hypecurve.domain.errors import SendError, SendFailed, SendUnclear


def stood(steps: Iterable[Step], now: datetime) -> timedelta:
    """For how long a delivery's post has stood in its channel; nothing where it does not."""
    done = (each.done_at for each in steps if each.kind is StepKind.POST)
    return max((now - at for at in done if at is not None), default=timedelta(0))


def surely_not_posted(error: SendError) -> SendError:
    """An unclear end of what does no harm when it happens twice: it is tried again."""
    return SendFailed(str(error), code=error.code) if isinstance(error, SendUnclear) else error


def in_one_line(error: Exception) -> str:
    """Return an error's kind and its first line."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
