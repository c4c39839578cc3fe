"""Rate limits as GitHub counts them: a budget for each resource and window, told in headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

GITHUB = {"core": 5_000, "search": 30, "graphql": 5_000}
"""What GitHub grants a token: an hour's worth, for the search a minute's."""
GENEROUS = dict.fromkeys(GITHUB, 1_000_000)
"""For a demo whose clock does not move while it asks."""
UNLIMITED: Mapping[str, int] = {}
"""As an Enterprise server that limits nobody: no headers, and no report."""
_WINDOW = {"search": 60.0}
_HOUR = 3_600.0


@dataclass(slots=True)
class _Window:
    resets: float = 0.0
    used: int = 0


class Limits:
    """Counts what is used; time is GitHub's own and comes from outside."""

    def __init__(self, grants: Mapping[str, int]) -> None:
        """`grants`: points for each resource and window."""
        self.grants = dict(grants)
        self._windows = {resource: _Window() for resource in grants}

    def use(self, resource: str, points: int, at: datetime) -> bool:
        """Take points; False where they are not there any more."""
        if not self.grants:
            return True
        window = self._window(resource, at)
        if window.used + points > self.grants[resource]:
            return False
        window.used += points
        return True

    def empty(self, resource: str, at: datetime, seconds: float) -> None:
        """Let nothing be left for some seconds."""
        if not self.grants:
            return
        window = self._window(resource, at)
        window.used, window.resets = self.grants[resource], at.timestamp() + seconds

    def headers(self, resource: str, at: datetime) -> dict[str, str]:
        """What GitHub tells with every answer."""
        if not self.grants:
            return {}
        window = self._window(resource, at)
        return {
            "x-ratelimit-limit": str(self.grants[resource]),
            "x-ratelimit-remaining": str(self.grants[resource] - window.used),
            "x-ratelimit-reset": str(int(window.resets)),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-resource": resource,
        }

    def report(self, at: datetime) -> dict[str, dict[str, int]]:
        """What /rate_limit tells; nothing where nobody is limited."""
        return {
            resource: {
                "limit": grant,
                "used": self._window(resource, at).used,
                "remaining": grant - self._window(resource, at).used,
                "reset": int(self._window(resource, at).resets),
            }
            for resource, grant in self.grants.items()
        }

    def _window(self, resource: str, at: datetime) -> _Window:
        window = self._windows[resource]
        if at.timestamp() >= window.resets:
            window.used = 0
            window.resets = float(int(at.timestamp() + _WINDOW.get(resource, _HOUR)))
        return window
