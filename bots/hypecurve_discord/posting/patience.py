"""How long one message is tried."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one message is tried, in seconds.

    A nonce holds for "the past few minutes": the last request begins before `young` is over.
    Together with what another process may have waited before (`messenger.REPEATED_FOR`) that is
    below two minutes. `a_picture`: for so long a text waits for its own to be drawn. `wall`: the
    machine's seconds, which go on while it sleeps.
    """

    a_try: float = 20.0
    young: float = 45.0
    a_picture: float = 10.0
    pauses: tuple[float, ...] = (1.0, 3.0)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    wall: Callable[[], float] = time.time
