"""The two platforms of a soak: stand-ins that fail by lot, and the real messengers to them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hypecurve.domain.errors import TenantRefused
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports import Messenger
from hypecurve.services.delivery.breakers import InvalidAnswers
from hypecurve_discord.posting.messenger import connect as connect_discord
from hypecurve_slack.posting.messenger import connect as connect_slack
from hypecurve_slack.rendering.blocks import fallback, render
from standins.discord_payloads import StandInChannel
from standins.discord_places import ANNOUNCEMENTS
from standins.discord_platform import DiscordStandIn, Faults, fault
from standins.slack import Fault, SlackChannel, SlackStandIn
from standins.slack_ledger import key_of
from support.bots import kit
from support.soak_account import Names
from support.soak_books import Sent
from support.soak_plan import Plan

_HANG = 60.0
"""Seconds; every messenger gives up sooner."""
_PEOPLE = "people"
_ANNOUNCES = 7
"""One of so many Discord channels is for announcements."""


@dataclass
class Platforms:
    """Both, with what they took so far."""

    slack: SlackStandIn
    discord: DiscordStandIn
    messengers: Mapping[str, Messenger]
    invalid: Mapping[str, InvalidAnswers]
    failing: set[str] = field(default_factory=set)
    """The platforms that are down."""
    _drawn: int = 0
    _read: dict[str, int] = field(default_factory=lambda: {"slack": 0, "discord": 0})

    def close(self, place: Channel, rng: random.Random) -> None:
        """Let a channel take nothing any more."""
        if place.tenant.platform == "discord":
            codes = ((403, 50001), (403, 50013), (404, 10003))
            self.discord.channels[place.id].refusal = fault(*rng.choice(codes))
            return
        channel = self.slack.workspace(place.tenant.id).channels[place.id]
        channel.archived = rng.random() < 1 / 2
        channel.member = channel.archived

    def open(self, place: Channel) -> None:
        """Let it take messages again."""
        if place.tenant.platform == "discord":
            self.discord.channels[place.id].refusal = None
            return
        channel = self.slack.workspace(place.tenant.id).channels[place.id]
        channel.archived, channel.member = False, True

    def uninstall(self, tenant: Tenant) -> None:
        """Let the app be gone from a tenant."""
        if tenant.platform == "slack":
            self.slack.workspace(tenant.id).gone = "token_revoked"
            return
        self.discord.guilds.discard(tenant.id)
        for channel in self._of(tenant):
            channel.refusal = fault(403, 50001, "Missing Access")

    def install(self, tenant: Tenant) -> None:
        """Let it be back there, in every channel."""
        if tenant.platform == "slack":
            self.slack.workspace(tenant.id).gone = ""
            return
        self.discord.guilds.add(tenant.id)
        for channel in self._of(tenant):
            channel.refusal = None

    def fail(self, platform: str, *, on: bool) -> None:
        """Let a whole platform be down, or up again."""
        if platform == "slack" and on:
            self.slack.fail(Fault(status=503), method="*", times=None)
        elif platform == "slack":
            self.slack._faults.clear()
        else:
            self.discord.always = fault(503) if on else None

    def heal(self) -> None:
        """Let nothing fail by lot any more."""
        self._drawn = self.faults()
        self.slack.faults(0, random.Random(0))  # noqa: S311 - none is drawn
        self.discord.faults = None
        for team in self.slack._workspaces.values():
            for channel in team.channels.values():
                channel.refusing, channel.refusals = "", None

    def taken(self) -> Iterator[tuple[Channel, str]]:
        """Yield what was taken since the last time, and where."""
        slack, discord = self.slack.ledger.accepted, self.discord.accepted
        for message in slack[self._read["slack"] :]:
            # A conversation with one person has a number of its own.
            place = f"@{message.channel[1:]}" if message.channel[0] == "D" else message.channel
            yield Channel(Tenant("slack", message.team), place), message.key
        for post in discord[self._read["discord"] :]:
            channel = self.discord.channels[post.channel]
            place = f"@{channel.person}" if channel.person else channel.id
            yield Channel(Tenant("discord", channel.guild or _PEOPLE), place), post.nonce
        self._read = {"slack": len(slack), "discord": len(discord)}

    def names(self, sent: Sent) -> tuple[Names, Names]:
        """Where and under which names a delivery's post, and its reply, may have been taken."""
        place = sent.channel
        if place.tenant.platform == "slack":
            post, reply = _names(sent.message)
            return frozenset((place, key) for key in post), frozenset((place, key) for key in reply)
        if place.person:  # written to alone, somebody is in no server
            place = Channel(Tenant("discord", _PEOPLE), place.id)
        return frozenset({(place, sent.nonce)}), frozenset()

    def faults(self) -> int:
        """How many answers went wrong by lot."""
        drawn = sum(self.slack.chaos.drawn.values())
        return self._drawn + drawn + (len(self.discord.faults.made) if self.discord.faults else 0)

    def _of(self, tenant: Tenant) -> Iterator[StandInChannel]:
        return (each for each in self.discord.channels.values() if each.guild == tenant.id)


def _names(message: Message) -> tuple[frozenset[str], frozenset[str]]:
    rich, plain = render(message), fallback(message)
    parts = [
        frozenset({key_of(rich[part]), key_of(plain[part])}) if part < len(rich) else frozenset()
        for part in (0, 1)
    ]
    return parts[0], parts[1]


@dataclass(frozen=True, slots=True)
class _Tokens:
    """A token for each workspace that was ever there."""

    of_team: Mapping[str, str]

    async def again(self, tenant: Tenant, refused: str) -> None:
        """There is no other token."""

    async def drop(self, tenant: Tenant, refused: str) -> bool:
        """Nothing is kept."""
        del tenant, refused
        return False

    async def of(self, tenant: Tenant) -> str:
        token = self.of_team.get(tenant.id)
        if token is None:
            message = f"{tenant} never installed the app."
            raise TenantRefused(message, code="not_installed")
        return token


@asynccontextmanager
async def platforms(
    plan: Plan, rng: random.Random, now: Callable[[], float]
) -> AsyncIterator[Platforms]:
    """Open both with the plan's channels; `now`: the seconds by which nonces are forgotten."""
    async with SlackStandIn() as slack, DiscordStandIn() as discord:
        discord.clock, discord.hanging = now, _HANG
        discord.pace.enforced = True
        tokens = _furnish(plan, slack, discord)
        invalid = {name: InvalidAnswers(name) for name in ("slack", "discord")}
        env = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        async with (
            connect_slack(env, kit(), tokens=_Tokens(tokens)) as to_slack,
            connect_discord(discord.env, kit(invalid["discord"])) as to_discord,
        ):
            # Only now: opening them is not what is tried here.
            slack.faults(plan.rate, rng, hang=_HANG)
            discord.faults = Faults(plan.rate, rng)
            messengers: dict[str, Messenger] = {"slack": to_slack, "discord": to_discord}
            yield Platforms(slack, discord, messengers, invalid)
            await asyncio.sleep(2 * _HANG)  # what still hangs comes to its end


def _furnish(plan: Plan, slack: SlackStandIn, discord: DiscordStandIn) -> dict[str, str]:
    """Make the plan's channels; return the tokens of the workspaces."""
    tokens = {}
    for number, each in enumerate(plan.listening):
        tenant, place = each.channel.tenant, each.channel.id
        if tenant.platform == "discord":
            kind = ANNOUNCEMENTS if number % _ANNOUNCES == 0 else 0
            discord.channels[place] = StandInChannel(place, guild=tenant.id, type=kind)
            discord.guilds.add(tenant.id)
            continue
        workspace = slack.workspace(tenant.id)
        workspace.channels[place] = SlackChannel(place, place.lower())
        workspace.channels["COPS"] = SlackChannel("COPS", "operator")
        workspace.users["U1"] = {"id": "U1", "name": "ada"}
        tokens[tenant.id] = workspace.token
    return tokens
