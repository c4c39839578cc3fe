"""One interaction with the stand-in Discord: what was asked, and all that was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from standins.discord_rules import shown

Json = dict[str, Any]

PATIENCE = 5.0
"""Seconds a test waits for an answer that never comes."""


@dataclass(slots=True)
class Reply:
    """A message the bot answered with; `ephemeral`: only the asker sees it."""

    message: Json
    ephemeral: bool
    loading: bool = False

    @property
    def text(self) -> str:
        """All the markdown it shows."""
        return shown(self.message)


@dataclass(slots=True)
class Exchange:
    """What the bot answered to one interaction."""

    id: str
    token: str
    data: Json
    replies: list[Reply] = field(default_factory=list)
    choices: list[Json] | None = None
    """What autocomplete offered."""
    acknowledged_after: float | None = None
    """Seconds from the interaction to its first answer."""
    started: float = 0.0
    expired: bool = False
    """It was not answered within 3 seconds: Discord knows it no more."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def original(self) -> Reply | None:
        """The first answer, which may be edited."""
        return self.replies[0] if self.replies else None

    @property
    def private(self) -> list[Reply]:
        """What only the asker sees, without a "thinking" placeholder."""
        return [r for r in self.replies if r.ephemeral and not r.loading]

    @property
    def public(self) -> list[Reply]:
        """What everybody sees."""
        return [r for r in self.replies if not r.ephemeral and not r.loading]

    @property
    def text(self) -> str:
        """All that the asker sees by now."""
        return "\n".join(r.text for r in self.private + self.public)

    async def until(self, enough: Callable[[Exchange], bool]) -> Exchange:
        """Wait until the answer is what the test waits for; TimeoutError after some seconds."""
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(lambda: enough(self))
        return self
