"""The chats: posting, answering, and what a bot announces of itself.

Messengers raise `SendError` and its children, which say whether something was posted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel, Tenant


class Messenger(Protocol):
    """Posts messages to the channels of one platform, many at once.

    It keeps to the platform's rates by itself, and repeats nothing that may have been posted.
    """

    @property
    def at_once(self) -> int:
        """How many deliveries may be under way at the same time."""
        ...

    @property
    def drops_repeats_for(self) -> timedelta:
        """How long after a post the platform drops another one of the same `key`; 0: never."""
        ...

    async def steps(self, channel: Channel, message: Message) -> tuple[StepKind, ...]:
        """Return the calls that sending this message takes, in order. Posts nothing.

        Raises a SendError, but never SendUnclear.
        """
        ...

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Make one call and return the platform's id of what was posted.

        `key` names this very sending (at most 20 characters, the same at every try) for platforms
        that drop repeats; `ref` is the id of the delivery's first post, "" for the first itself.
        A channel of one person (`Channel.person`) is wherever they are written to alone.
        Raises a SendError that says whether it was posted.
        """
        ...

    async def probe(self, tenant: Tenant) -> None:
        """Ask whether the app is installed in a tenant; TenantRefused where it is not.

        Posts and changes nothing. Another SendError: nobody can say now.
        """
        ...


class Desk(Protocol):
    """Answers what people ask in a chat."""

    async def answer(self, asker: Asker, text: str) -> Answer:
        """Answer one command, written as after `/hype`. Never raises what a person can mend."""
        ...


class Events(Protocol):
    """What a platform tells of places by itself: pauses end by it, suspensions begin and end.

    None of them raises: what cannot be kept now is found out by the next sending.
    """

    async def channel_open(self, channel: Channel) -> None:
        """A channel may take messages again: the bot was invited, it was unarchived."""
        ...

    async def tenant_changed(self, tenant: Tenant) -> None:
        """What may be done in a tenant changed: any of its paused channels may be open again."""
        ...

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        """The app was removed from a tenant, or its token was revoked; not: it is out of reach."""
        ...

    async def tenant_here(self, tenant: Tenant) -> None:
        """The app is installed in a tenant, and its token is good."""
        ...


@dataclass(frozen=True, slots=True)
class Host:
    """What a bot that serves is given: who answers, whom to tell, and where to count."""

    desk: Desk
    events: Events
    invalid: Callable[[], None]
    """To be called for each answer that counts towards the platform's ban (Discord: 401, 403,
    429)."""


@dataclass(frozen=True, slots=True)
class BotSetting:
    """An environment variable of a bot's; `secret` ones are never shown."""

    name: str
    help: str
    secret: bool = False
    required: bool = True


class Bot(Protocol):
    """What a bot package announces through the entry-point group `hypecurve.bots`.

    `env` holds the bot's own settings only, by the names it announced.
    """

    @property
    def name(self) -> str:
        """The platform's name as it stands in channels: "slack"."""
        ...

    @property
    def settings(self) -> Sequence[BotSetting]:
        """The settings it reads."""
        ...

    def render(self, message: Message) -> Sequence[Mapping[str, Any]]:
        """Return the JSON bodies of the posts this message becomes, the first post first."""
        ...

    def layout(self, message: Message) -> Iterator[str]:
        """Yield lines of text that show in a terminal how the platform lays the message out."""
        ...

    def connect(
        self, env: Mapping[str, str], invalid: Callable[[], None]
    ) -> AbstractAsyncContextManager[Messenger]:
        """Open what posting needs; BadSetting where a setting cannot be used.

        `invalid`: as in `Host`.
        """
        ...

    async def probe(self, env: Mapping[str, str]) -> str:
        """Ask the platform who we are there and say it in a line: "as hypebot in Acme (T123)".

        Posts and changes nothing. A HypecurveError says what is wrong and what to do.
        """
        ...

    async def register(self, env: Mapping[str, str]) -> str:
        """Tell the platform of the commands where it must be told; say in a line what was done."""
        ...

    async def serve(self, env: Mapping[str, str], host: Host, stop: asyncio.Event) -> None:
        """Answer commands until `stop` is set; BadSetting where a setting cannot be used."""
        ...
