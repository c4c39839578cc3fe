"""Who hears what a bot at Discord tells of servers and channels."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from hypecurve.domain.subscription import Channel, Tenant


@dataclass
class Told:
    """Remembers what the bot tells, in a line each."""

    events: list[str] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def channel_open(self, channel: Channel) -> None:
        await self._tell(f"open {channel}")

    async def channel_joined(self, channel: Channel, locale: str) -> None:
        await self._tell(f"joined {channel} in {locale}")

    async def tenant_met(self, channel: Channel, locale: str, since: datetime) -> None:
        await self._tell(f"met {channel} in {locale}, there since {since:%Y-%m-%d}")

    async def channel_closed(self, channel: Channel, code: str, reason: str) -> None:
        assert reason
        await self._tell(f"closed {channel}: {code}")

    async def channel_moved(self, old: Channel, new: Channel) -> None:
        await self._tell(f"moved {old} {new}")

    async def tenant_changed(self, tenant: Tenant) -> None:
        await self._tell(f"changed {tenant}")

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        assert "removed" in reason
        await self._tell(f"gone {tenant}")

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        await self._tell(f"refused {tenant}: {reason}")

    async def tenant_here(self, tenant: Tenant) -> None:
        await self._tell(f"here {tenant}")

    async def until(self, *wanted: str) -> None:
        """Wait until these, and nothing else, were told since the last look."""
        try:
            async with asyncio.timeout(3), self.changed:
                await self.changed.wait_for(lambda: len(self.events) >= len(wanted))
        except TimeoutError:
            pass
        assert self.taken() == list(wanted)

    def taken(self) -> list[str]:
        """Return what was told since the last look."""
        told, self.events[:] = [*self.events], []
        return told

    async def _tell(self, what: str) -> None:
        async with self.changed:
            self.events.append(what)
            self.changed.notify_all()
