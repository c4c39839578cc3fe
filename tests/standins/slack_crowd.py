"""Many people at once: commands typed one after the other by each, every answer timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from standins.slack import SlackStandIn

_GIVEN_UP = 30.0
"""Seconds: nobody looks at the answer to come any more."""


@dataclass(slots=True)
class _Times:
    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    lost: int = 0


async def crowd(slack: SlackStandIn, texts: Sequence[str], at_once: int) -> dict[str, Any]:
    """Type each text as `/hype TEXT`, `at_once` people at a time; return what it took in seconds.

    An answer counts from the command to its first reply. Whatever has no reply within 30 s is lost.
    """
    waiting = iter(enumerate(texts))
    times = _Times()
    began = time.perf_counter()

    async def person(user: str) -> None:
        for _, text in waiting:
            typed = time.perf_counter()
            try:
                async with asyncio.timeout(_GIVEN_UP):
                    await slack.command(f"/hype {text}", user=user)
            except TimeoutError:
                times.lost += 1
                continue
            times.answers.append(time.perf_counter() - typed)

    before = len(slack.acks)
    for number in range(at_once):
        user = f"U{number}"
        slack.users.setdefault(user, {"id": user, "name": user.lower(), "tz": "Europe/Paris"})
    await asyncio.gather(*(person(f"U{number}") for number in range(at_once)))
    times.acks = [ack.seconds for ack in slack.acks[before:]]
    return {
        "wall": time.perf_counter() - began,
        "acks": _shares(times.acks),
        "answers": _shares(times.answers),
        "lost": times.lost + len(texts) - len(times.acks),
    }


def _shares(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]
    return {
        "n": len(seconds),
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
        "most": ordered[-1],
    }
