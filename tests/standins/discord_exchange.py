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
    channel: str = "0"
    pressed: Json | None = None
    """The message whose control was used."""
    updating: bool = False
    """It is to be answered in that message."""
    updates: list[Json] = field(default_factory=list)
    """How that message was changed, as it then was."""
    form: Json | None = None
    """The modal that was opened."""
    withdrawn: bool = False
    """The first answer was taken away."""
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
    def shown(self) -> Json:
        """The message that an edit changes; a placeholder has nothing in it yet."""
        if self.updating:
            return self.pressed or {}
        return self.original.message if self.original and not self.original.loading else {}

    @property
    def is_answered(self) -> bool:
        """Whether they see an answer that is no placeholder."""
        return bool(self.private or self.public or self.updates or self.form or self.withdrawn)

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

    async def until(
        self, enough: Callable[[Exchange], bool], patience: float = PATIENCE
    ) -> Exchange:
        """Wait until the answer is what the test waits for; TimeoutError after some seconds."""
        async with asyncio.timeout(patience), self.changed:
            await self.changed.wait_for(lambda: enough(self))
        return self
