"""The only place that asks for the time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)


class SetClock:
    """A clock that somebody sets: for the demo, a replay, `--as-of`, and tests."""

    def __init__(self, at: datetime) -> None:
        """Start at an aware instant."""
        self.at = at

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.at
