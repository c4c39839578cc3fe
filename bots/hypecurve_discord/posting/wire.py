"""What the requests for one post came to on the wire, and how old the first of them may be."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable


class Wire:
    """One post, or another call: all its requests together.

    Its age is told by whichever clock says more: the loop's stands still while the machine sleeps,
    and the machine's may be set back.
    """

    def __init__(
        self,
        young: float = math.inf,
        wall: Callable[[], float] = time.time,
        *,
        once: bool = False,
    ) -> None:
        """Begin now; `young`: seconds after which none of its requests may begin.

        `wall`: the machine's seconds. `once`: nor does one begin after another that may have been
        taken, for a call whose repeats Discord does not drop.
        """
        self.connected = False
        """The request under way has a connection: it may arrive."""
        self.doubt = False
        """One of them may have been taken."""
        self._young = young
        self._once = once
        self._wall = wall
        self._loop_began = asyncio.get_running_loop().time()
        self._wall_began = wall()

    def is_young(self, after: float = 0.0) -> bool:
        """Whether one more request may begin so many seconds from now."""
        if self._once and self.doubt:
            return False
        by_loop = asyncio.get_running_loop().time() - self._loop_began
        by_wall = self._wall() - self._wall_began
        return max(by_loop, by_wall) + after <= self._young
