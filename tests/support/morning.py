"""A morning on which digests are due in several channels, for services that run for real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from hypecurve.adapters.sql.store import SqlStore, World, open_store
from hypecurve.domain.delivery import DeliveryState
from hypecurve.domain.signal import SignalKind
from hypecurve.domain.subscription import Channel, Schedule, Subscription
from hypecurve.ports.store import Sending
from standins.discord_payloads import StandInChannel
from standins.discord_platform import DiscordStandIn
from standins.slack import SlackChannel, SlackStandIn
from support.catalogue import a_repo, a_signal, listed, speak, sweep
from support.processes import Service, started
from support.whole import slack_env

HOURS = timedelta(hours=6)
_GITHUB = "127.0.0.1:9"
"""Nobody looks at GitHub here."""
_RISING = 14
"""So many that Slack's digest has a thread."""


@dataclass
class Morning:
    """Two platforms, a database, and channels whose digests are due since a minute."""

    slack: SlackStandIn
    discord: DiscordStandIn
    database: str
    folder: Path
    channels: list[Channel] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        """What a service is told."""
        return {
            "DATABASE_URL": self.database,
            "GITHUB_API_URL": f"http://{_GITHUB}",
            "HYPECURVE_LOG_FORMAT": "json",
            **slack_env(self.slack),
            **self.discord.env,
        }

    @asynccontextmanager
    async def service(self, *parts: str, before: str = "") -> AsyncIterator[Service]:
        """A service as it is run; `before`: see `support.forking.fork`."""
        async with started(
            *("run", *(parts or ("deliver",))),
            folder=self.folder,
            settings=self.settings,
            before=before,
        ) as service:
            yield service

    @asynccontextmanager
    async def services(
        self, number: int, *parts: str, before: str = ""
    ) -> AsyncIterator[list[Service]]:
        """Several of them, on one database."""
        async with AsyncExitStack() as stack:
            starting = (self.service(*parts, before=before) for _ in range(number))
            yield [await stack.enter_async_context(each) for each in starting]

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        """What they share."""
        world = World("live", _GITHUB)
        now = datetime.now(UTC)
        async with open_store(self.database, world, now=now, interval=HOURS) as store:
            yield store

    async def sendings(self) -> Sequence[Sending]:
        """Every digest's delivery, oldest first."""
        async with self.store() as store, store.read() as tx:
            found = await tx.outbox.recent(limit=10_000)
        return [each for each in reversed(found) if each.due_at is not None]

    async def states(self) -> list[DeliveryState]:
        """Where they stand."""
        return [each.delivery.state for each in await self.sendings()]

    def posts(self, channel: Channel) -> int:
        """How many first posts of a digest stand in a channel."""
        if channel.tenant.platform == "slack":
            there = self.slack.channels[channel.id].messages
            return sum(not message.thread_ts for message in there)
        return len(self.discord.channels[channel.id].messages)

    def threads(self, channel: Channel) -> int:
        """How many replies stand in a Slack channel."""
        return sum(bool(m.thread_ts) for m in self.slack.channels[channel.id].messages)


@asynccontextmanager
async def morning(
    database: str, folder: Path, *, slack: int = 1, discord: int = 1
) -> AsyncIterator[Morning]:
    """Open both platforms and let so many channels of each be due."""
    async with SlackStandIn() as slack_, DiscordStandIn() as discord_:
        found = Morning(slack_, discord_, database, folder)
        for number in range(slack):
            place = f"C{8000 + number}"
            slack_.channels[place] = SlackChannel(place, f"slack-{number}")
            found.channels.append(Channel.parse(f"slack:{slack_.team}/{place}"))
        for number in range(discord):
            place = str(8000 + number)
            discord_.channels[place] = StandInChannel(place, name=f"discord-{number}")
            found.channels.append(Channel.parse(f"discord:123/{place}"))
        async with found.store() as store:
            await _prepare(store, found.channels)
        yield found


async def _prepare(store: SqlStore, channels: Sequence[Channel]) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    seen = now - timedelta(hours=1)
    due = now - timedelta(minutes=1)
    repos = [a_repo(number, 900 + number) for number in range(1, _RISING + 1)]
    await listed(store, repos, at=seen)
    await sweep(store, seen, {repo.id: repo.stars for repo in repos})
    async with store.write() as tx:
        for channel in channels:
            await tx.subscriptions.add(
                Subscription(
                    channel,
                    schedule=Schedule(time(due.hour, due.minute)),
                    next_due=due,
                    created_by="U1",
                )
            )
    rising = [
        a_signal(number, SignalKind.RISING, seen, gain_7d=300 + number, usual_7d=50, multiple=6.0)
        for number in range(1, _RISING + 1)
    ]
    await speak(store, rising, seen)
