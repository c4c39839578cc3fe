"""The ways in which the stand-in Discord goes wrong: told, at random, or by its rate."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

_A_SECOND = 50


@dataclass(frozen=True, slots=True)
class Trouble:
    """How one request goes wrong; see `limited`, `fault`, `drop` and `hang`."""

    status: int = 0
    code: int = 0
    message: str = ""
    retry_after: float | None = None
    via: bool = True
    scope: str = "user"
    accepted: bool = False
    """What was asked is done before it goes wrong."""
    unread: bool = False
    """It goes wrong before anything of it was read."""


def limited(retry_after: float, *, via: bool = True, scope: str = "user") -> Trouble:
    """A rate limit; without `via` it is Cloudflare's, which means the address is banned."""
    return Trouble(429, 0, "You are being rate limited.", retry_after, via, scope)


def slowed(retry_after: float) -> Trouble:
    """The channel's slowmode."""
    return Trouble(429, 20016, "This action cannot be performed due to slowmode", retry_after)


def fault(status: int, code: int = 0, message: str = "", *, accepted: bool = False) -> Trouble:
    """An error answer."""
    return Trouble(status, code, message or f"Error {status}", accepted=accepted)


def drop(*, accepted: bool) -> Trouble:
    """The connection breaks before, or after, it was done."""
    return Trouble(-1, accepted=accepted)


def cut() -> Trouble:
    """The connection breaks while the request is still on its way."""
    return Trouble(-1, unread=True)


def hang(*, accepted: bool) -> Trouble:
    """No answer at all, although it was done or not."""
    return Trouble(accepted=accepted)


HANG = hang(accepted=False)

PASSING: tuple[Trouble, ...] = (
    limited(0.02),
    limited(0.02, scope="shared"),
    limited(5.0),
    *(fault(status, accepted=done) for status in (500, 502, 503, 504) for done in (False, True)),
    drop(accepted=False),
    drop(accepted=True),
    hang(accepted=False),
    hang(accepted=True),
)
"""What says nothing of anybody: it is over at once."""
REFUSING: tuple[Trouble, ...] = (
    fault(403, 50001, "Missing Access"),
    fault(403, 50013, "Missing Permissions"),
    fault(404, 10003, "Unknown Channel"),
    fault(404, 10004, "Unknown Guild"),
    fault(400, 50035, "Invalid Form Body"),
)
"""What speaks of a channel, a server, or a message."""
BARRING: tuple[Trouble, ...] = (
    limited(600.0, via=False),
    fault(403, 40333, "internal network error"),
    fault(401, 0, "401: Unauthorized"),
)
"""What means that nothing more may be sent for minutes."""
EVERY = PASSING + REFUSING + BARRING


@dataclass(slots=True)
class Faults:
    """Makes a share of all requests go wrong, each in one of some ways, by a seeded chance."""

    rate: float
    rng: Random
    ways: Sequence[Trouble] = EVERY
    made: list[Trouble] = field(default_factory=list)

    def next(self) -> Trouble | None:
        """Return how the next request goes wrong; None where it goes well."""
        if self.rng.random() >= self.rate:
            return None
        self.made.append(self.rng.choice(self.ways))
        return self.made[-1]


@dataclass(slots=True)
class Pace:
    """Counts the requests of any second, and refuses what is too much when that is switched on."""

    enforced: bool = False
    requests: int = 0
    busiest: int = 0
    """The most requests that came within any second."""
    refused: int = 0
    _recent: deque[float] = field(default_factory=deque)

    def admit(self, now: float) -> float:
        """Count a request; return the seconds to wait where it is refused, else 0."""
        while self._recent and self._recent[0] <= now - 1.0:
            self._recent.popleft()
        if self.enforced and len(self._recent) >= _A_SECOND:
            self.refused += 1
            return self._recent[0] + 1.0 - now
        self._recent.append(now)
        self.requests += 1
        self.busiest = max(self.busiest, len(self._recent))
        return 0.0
