"""The chats: posting, answering, and what a bot announces of itself.

Messengers raise `SendError` and its children, which say whether something was posted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from hypecurve.domain.asking import Answer, Asker
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel


class Messenger(Protocol):
    """Posts messages to the channels of one platform."""

    def steps(self, message: Message) -> tuple[StepKind, ...]:
        """Return the calls that sending this message takes, in order."""
        ...

    async def post(
        self, channel: Channel, message: Message, step: StepKind, *, key: str, ref: str
    ) -> str:
        """Make one call and return the platform's id of what was posted.

        `key` names this very sending (at most 20 characters, the same at every try) for platforms
        that drop repeats; `ref` is the id of the delivery's first post, "" for the first itself.
        Raises a SendError that says whether it was posted.
        """
        ...


class Desk(Protocol):
    """Answers what people ask in a chat."""

    async def answer(self, asker: Asker, text: str) -> Answer:
        """Answer one command, written as after `/hype`. Never raises what a person can mend."""
        ...


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

    def connect(self, env: Mapping[str, str]) -> AbstractAsyncContextManager[Messenger]:
        """Open what posting needs; BadSetting where a setting cannot be used."""
        ...

    async def probe(self, env: Mapping[str, str]) -> str:
        """Ask the platform who we are there and say it in a line: "as hypebot in Acme (T123)".

        Posts and changes nothing. A HypecurveError says what is wrong and what to do.
        """
        ...

    async def register(self, env: Mapping[str, str]) -> str:
        """Tell the platform of the commands where it must be told; say in a line what was done."""
        ...

    async def serve(self, env: Mapping[str, str], desk: Desk, stop: asyncio.Event) -> None:
        """Answer commands until `stop` is set; BadSetting where a setting cannot be used."""
        ...
