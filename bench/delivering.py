"""Digests go out to a platform's stand-in, which is a process of its own, as fast as it takes them.

The real service, messenger and bot, on a database that is written through to the disk; the texts
are those that were composed.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bench.audience import TOGETHER
from bench.figures import measured, tell
from bench.world import INTERVAL, UNTIL

from hypecurve.adapters.clock import SystemClock
from hypecurve.adapters.sql.store import SqlStore, open_store
from hypecurve.bootstrap import KEEP_COLUMNS, load_bots, load_taxonomy
from hypecurve.chat.desk import ServiceDesk
from hypecurve.chat.forms import ServiceForms
from hypecurve.domain.errors import TenantRefused
from hypecurve.domain.subscription import Tenant
from hypecurve.ports import Clock, Messenger
from hypecurve.ports.bots import Host
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.delivery.presence import Presence
from hypecurve_slack.posting.messenger import connect as connect_slack
from standins.discord_process import discord_process
from standins.slack_process import slack_process
from support.bots import kit

_HOUR = timedelta(hours=1)
_A_SECOND = 1.0
_GREETING = 3.0
"""Seconds for the gateway to tell of every channel."""


class _Standin(Protocol):
    async def ask(self, line: str) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class _Later:
    """The machine's clock, begun anew at the instant of the digests."""

    late: timedelta = field(default_factory=lambda: SystemClock().now() - UNTIL)

    def now(self) -> datetime:
        """Return the present instant."""
        return SystemClock().now() - self.late


@dataclass(frozen=True, slots=True)
class _Tokens:
    of_team: dict[str, str]

    async def again(self, tenant: Tenant, refused: str) -> None:
        """There is no other token."""

    async def drop(self, tenant: Tenant, refused: str) -> bool:
        """None of them was installed."""
        del tenant, refused
        return False

    async def of(self, tenant: Tenant) -> str:
        token = self.of_team.get(tenant.id)
        if token is None:
            raise TenantRefused(str(tenant), code="not_installed")
        return token


def main() -> None:
    """`python -m bench.delivering DATABASE_URL slack --channels 10000`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("platform", choices=["slack", "discord"])
    parser.add_argument("--channels", type=int, default=10_000)
    asked = parser.parse_args()
    asyncio.run(_deliver(asked.database, asked.platform, asked.channels))


async def _deliver(url: str, platform: str, channels: int) -> None:
    clock, invalid = _Later(), InvalidAnswers(platform)
    opened = _slack if platform == "slack" else _discord
    async with (
        open_store(url, None, now=UNTIL, interval=INTERVAL, keep=KEEP_COLUMNS) as store,
        opened(store, clock, channels, invalid) as (standin, messenger),
    ):
        states: Counter[str] = Counter()
        with measured("delivering") as found:
            found["tried"] = await deliver_pending(
                store,
                clock,
                platform,
                messenger,
                invalid=invalid,
                tell=lambda outcome: states.update([outcome.state.value]),
                for_as_long=_HOUR,
            )
            found |= {"states": states, "invalid": invalid.count}
        tell(name="standin", **await standin.ask("report"))


@asynccontextmanager
async def _slack(
    store: SqlStore, clock: Clock, channels: int, invalid: InvalidAnswers
) -> AsyncIterator[tuple[_Standin, Messenger]]:
    del store, clock, invalid
    async with slack_process(teams=-(-channels // TOGETHER), gap=_A_SECOND) as standin:
        env = {
            "SLACK_BOT_TOKEN": next(iter(standin.tokens.values())),
            "SLACK_APP_TOKEN": "xapp-made-up",
            "SLACK_API_URL": standin.api_url,
        }
        async with connect_slack(env, kit(), tokens=_Tokens(standin.tokens)) as messenger:
            yield standin, messenger


@asynccontextmanager
async def _discord(
    store: SqlStore, clock: Clock, channels: int, invalid: InvalidAnswers
) -> AsyncIterator[tuple[_Standin, Messenger]]:
    """With the bot that listens: from it the messenger knows what kind each channel is of."""
    bot, stop = load_bots()["discord"], asyncio.Event()
    desk = ServiceDesk(store, clock, load_taxonomy())
    lent = kit(invalid)
    host = Host(desk, ServiceForms(desk), Presence(store, clock), lent)
    async with discord_process(channels=channels, enforced=True) as standin:
        serving = asyncio.create_task(bot.serve(standin.env, host, stop))
        try:
            async with bot.connect(standin.env, lent) as messenger:
                await asyncio.sleep(_GREETING)
                yield standin, messenger
        finally:
            stop.set()
            await serving


if __name__ == "__main__":
    main()
