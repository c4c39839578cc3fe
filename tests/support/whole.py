"""The whole product over loopback: made-up GitHub, Slack, Discord, real clients, a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypecurve.bootstrap import load_bots, messengers
from hypecurve.chat.desk import ServiceDesk
from hypecurve.config import DEFAULT_TERMS
from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.category import Taxonomy
from hypecurve.domain.delivery import Delivery
from hypecurve.domain.repo import RepoName
from hypecurve.domain.signal import Signal
from hypecurve.domain.subscription import Channel
from hypecurve.ports import Messenger, Term
from hypecurve.ports.store import Store
from hypecurve.services.delivery.deliver import deliver_pending
from hypecurve.services.delivery.steps import Outcome
from hypecurve.services.digests.compose import compose_due
from hypecurve.services.tracker.cycle import Tracking, run_cycle
from hypecurve.services.tracker.detect import Detected
from hypecurve.standin.world import World
from standins.discord_platform import DiscordStandIn
from standins.slack import SlackStandIn
from support.bots import kit
from support.github import UNTIL, Setting, connected
from support.tracking import taxonomy

SLACK = Channel.parse("slack:T123/C456")
DISCORD = Channel.parse("discord:123/456")
EVERY = timedelta(hours=6)
_WELL_OVER = 800
TRACKING = Tracking(
    terms=tuple(Term(term) for term in DEFAULT_TERMS),
    min_stars=500,
    interval=EVERY,
    backfill_budget=10_000,
    backfill_weeks=52,
)


def small_world(repos: int = 120) -> World:
    """A world with the demo's story that ends at UNTIL; each call makes one of its own."""
    return World.make(7, repos, until=UNTIL)


def findable(world: World, count: int) -> list[int]:
    """Repos without a part in the story that every search brings and the gate lets through."""
    found = [
        index
        for index, facts in enumerate(world.facts)
        if facts.is_ai
        and index not in world.cast.values()
        and any(term in facts.description for term in ("LLM", "GPT", "generative AI"))
        and world.stars(index, UNTIL - timedelta(days=2)) > _WELL_OVER
    ]
    assert len(found) >= count
    return found[:count]


def describe(world: World, index: int, description: str) -> None:
    """Let a repo be described otherwise, from the beginning on."""
    world.facts[index] = replace(world.facts[index], description=description)


def slack_env(slack: SlackStandIn) -> dict[str, str]:
    """The settings under which the Slack bot talks to the stand-in."""
    return {
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }


@dataclass
class Whole:
    """Everything together; `clock` moves only when a test moves it or GitHub asks to wait."""

    store: Store
    github: Setting
    slack: SlackStandIn
    discord: DiscordStandIn
    posting: Mapping[str, Messenger]
    taxonomy: Taxonomy = field(default_factory=taxonomy)

    @property
    def desk(self) -> ServiceDesk:
        return ServiceDesk(self.store, self.github.clock, self.taxonomy)

    async def ask(self, channel: Channel, text: str) -> Answer:
        """Put a command to the real desk; a mistake in it is an error here."""
        return await self.desk.carry_out(Asker(channel, "U1"), text)

    async def cycle(self) -> Detected:
        found = await run_cycle(
            self.store, self.github.github, self.github.clock, self.taxonomy, TRACKING
        )
        assert found is not None
        return found

    async def watch(self, *, since: timedelta, until: timedelta = timedelta()) -> list[Signal]:
        """Run a cycle every six hours between two times before UNTIL; all their signals."""
        signals: list[Signal] = []
        at = UNTIL - since
        while at <= UNTIL - until:
            self.github.clock.at = at
            signals += (await self.cycle()).signals
            at += EVERY
        return signals

    async def send(self) -> list[Outcome]:
        """Compose what is due and deliver what may be sent, once."""
        await compose_due(self.store, self.github.clock, self.taxonomy)
        outcomes: list[Outcome] = []
        for platform, messenger in self.posting.items():
            clock = self.github.clock
            await deliver_pending(self.store, clock, platform, messenger, tell=outcomes.append)
        return outcomes

    async def deliveries(self, channel: Channel) -> Sequence[Delivery]:
        async with self.store.read() as tx:
            return [item.delivery for item in await tx.outbox.recent(channel)]

    async def signals_of(self, index: int) -> list[Signal]:
        """What was ever said of one repo of the world."""
        repo = self.github.world.repo_at(index, UNTIL - timedelta(days=2))
        assert repo is not None
        async with self.store.read() as tx:
            return [signal for _, signal in await tx.signals.during(None, None, repo.id)]

    def in_slack(self) -> list[str]:
        """What stands in Slack's channel, oldest first."""
        return [message.shown for message in self.slack.channels["C456"].messages]

    def in_discord(self) -> list[str]:
        """What stands in Discord's channel, oldest first."""
        return ["\n".join(_texts(each)) for each in self.discord.channels["456"].messages]


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("content"), str):
            yield part["content"]
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)


@asynccontextmanager
async def whole(store: Store, world: World) -> AsyncIterator[Whole]:
    """Open the three stand-ins, and the real clients to them."""
    bots = load_bots()
    async with SlackStandIn() as slack, DiscordStandIn() as discord:
        configured = {
            "slack": (bots["slack"], slack_env(slack)),
            "discord": (bots["discord"], discord.env),
        }
        async with (
            connected(world) as github,
            messengers(configured, {name: kit() for name in configured}) as posting,
        ):
            yield Whole(store, github, slack, discord, posting)


def name_of(world: World, role: str) -> RepoName:
    """What somebody of the story is called at first."""
    return world.facts[world.cast[role]].name
