"""When a platform, or one tenant of it, is left alone for a while, and how it is tried again.

closed -> open            after troubles in a row, a refusal of us as a whole, or a spent budget
open -> half open         the time is over: one delivery at a time
half open -> closed       it arrived, or was refused in order
half open -> open         it did not: twice as long
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypecurve.domain.clocks import lies_ahead

TROUBLES = 5
"""In a row, of deliveries to different channels or to one."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
_DOUBLINGS = 5
"""More of them than lead to the longest wait."""
WINDOW = timedelta(minutes=10)
"""Discord counts invalid answers (401, 403, 429) over so long, and bars an address at 10,000.
https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""
BUDGET = 500
"""Invalid answers in a window after which nothing more is sent until it is over."""

SPENT = "invalid answers within ten minutes."


@dataclass(frozen=True, slots=True)
class Breaker:
    """One platform's (`discord`) or tenant's (`slack:T123`) breaker, shared by all processes."""

    key: str
    failures: int = 0
    """Troubles in a row since something arrived."""
    openings: int = 0
    """How often it opened since something arrived."""
    open_until: datetime | None = None
    reason: str = ""
    invalid: int = 0
    """Invalid answers since `invalid_since`."""
    invalid_since: datetime | None = None
    opened_at: datetime | None = None
    """Since when it is open."""

    def is_open(self, now: datetime) -> bool:
        """Whether nothing may be sent at an instant.

        One that was opened in the future was opened by a clock that was wrong, or set back since:
        it is tried again.
        """
        is_over = self.open_until is None or now >= self.open_until
        return not is_over and not lies_ahead(self.opened_at, now)

    def is_half_open(self, now: datetime) -> bool:
        """Whether one delivery at a time may try whether it is well again."""
        return self.openings > 0 and not self.is_open(now)

    def succeeded(self, now: datetime) -> Breaker:
        """Return it after something arrived.

        While it is open that was begun before: it stays open until its time is over.
        """
        if self.is_open(now):
            return replace(self, failures=0)
        return replace(self, failures=0, openings=0, open_until=None, reason="", opened_at=None)

    def failed(self, now: datetime, reason: str, luck: float) -> Breaker:
        """Return it after one more trouble; `luck`, 0 to 1, spreads the waiting times.

        What fails while it is open was begun before, and makes the wait no longer.
        """
        counted = replace(self, failures=self.failures + 1)
        enough = counted.failures >= TROUBLES or self.is_half_open(now)
        if not enough or self.is_open(now):
            return counted
        longest = min(FIRST_WAIT * 2 ** min(self.openings, _DOUBLINGS), LONGEST_WAIT)
        return counted.opened(now, longest / 2 + luck * longest / 2, reason)

    def opened(self, now: datetime, wait: timedelta, reason: str) -> Breaker:
        """Return it open for a while; where it is open already, for the longer of the two."""
        until = now + wait
        if self.is_open(now) and self.open_until is not None:
            later = max(until, self.open_until)
            return replace(self, open_until=later, reason=reason, opened_at=now)
        openings = self.openings + 1
        return replace(self, openings=openings, open_until=until, reason=reason, opened_at=now)

    def spent(self, count: int, now: datetime, budget: int = BUDGET) -> Breaker:
        """Return it after so many more invalid answers: open once the budget of a window is spent.

        A window begins with its first invalid answer, so that two budgets at most fall into any
        ten minutes.
        """
        since = self.invalid_since
        begins = since is None or not since <= now < since + WINDOW
        since = now if begins or since is None else since
        invalid = count + (0 if begins else self.invalid)
        counted = replace(self, invalid=invalid, invalid_since=since)
        if invalid < budget or counted.is_open(now):
            return counted
        return counted.opened(now, since + WINDOW - now, f"{invalid:,} {SPENT}")
