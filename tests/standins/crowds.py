"""Many people at once: each asks one thing after the other, every answer is timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

GIVEN_UP = 30.0
"""Seconds: nobody looks at the answer to come any more."""


async def crowd(
    ask: Callable[[int, str], Awaitable[object]], texts: Sequence[str], at_once: int
) -> dict[str, Any]:
    """Let so many people ask all the texts; return the seconds it took, and how many were lost.

    `ask(person, text)` returns with the answer. What has none within 30 s is lost.
    """
    waiting = iter(texts)
    answers: list[float] = []
    lost = 0
    began = time.perf_counter()

    async def person(number: int) -> None:
        nonlocal lost
        for text in waiting:
            asked = time.perf_counter()
            try:
                async with asyncio.timeout(GIVEN_UP):
                    await ask(number, text)
            except TimeoutError:
                lost += 1
                continue
            answers.append(time.perf_counter() - asked)

    await asyncio.gather(*(person(number) for number in range(at_once)))
    return {"wall": time.perf_counter() - began, "answers": shares(answers), "lost": lost}


def shares(seconds: Sequence[float]) -> dict[str, float]:
    """Return how many there are, the one in the middle, the 99th of a hundred, and the longest."""
    ordered = sorted(seconds) or [0.0]
    return {
        "n": len(seconds),
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
        "most": ordered[-1],
    }
