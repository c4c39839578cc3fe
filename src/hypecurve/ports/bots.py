"""The chats: posting, answering, and what a bot announces of itself.

Messengers raise `SendError` and its children, which say whether something was posted.
"""

from __future__ import annotations

import asyncio
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from hypecurve.domain.asking import Answer, Asker, Filled, Form, Home
from hypecurve.domain.delivery import StepKind
from hypecurve.domain.installation import Installation
from hypecurve.domain.message import Choice, Message
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.ports.charts import Charts
from hypecurve.ports.sealing import Sealer

REMOVED = "removed"
"""The code of a channel from which the bot was taken; that it could post there is no leave to."""
DELETED = "deleted"
"""The code of a channel that is not there any more."""
Suggestible = Literal["repo", "category", "place", "zone", "language"]
"""What is written with the help of a list. A place is a category where a repo may lie: no layer."""


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
        that drop repeats. `ref` is what the step goes on from: for the post what its upload or its
        place returned, for what comes behind the post the post's own id; "" where there is none.
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

    async def suggest(self, asker: Asker, kind: Suggestible, typed: str) -> Sequence[Choice]:
        """Return at most 25 choices that fit what was typed so far, the likeliest first.

        For repos by name, categories by part of their name, zones, languages. Never raises.
        """
        ...

    async def spoken_to(self, asker: Asker) -> Asker:
        """Return the asker with the language in which they are spoken to here; never raises."""
        ...


class Forms(Protocol):
    """What people fill in instead of writing a command; each is carried out as the command is."""

    async def form(self, asker: Asker, subscription_id: int | None = None) -> Form:
        """Return what a channel hears, to be changed; one it does not have: what suits the asker.

        A HypecurveError where the asker may not change it.
        """
        ...

    async def fill(self, asker: Asker, filled: Filled) -> Answer:
        """Let the channel hear just that; a HypecurveError where it cannot be."""
        ...

    async def preview(self, asker: Asker, filled: Filled) -> Message:
        """Return the digest as it would be sent now to who had filled it in so."""
        ...

    async def home(self, asker: Asker, channels: Collection[Channel] | None = None) -> Home:
        """Return how the tenant's channels fare, of those named or (None) of all."""
        ...


class Events(Protocol):
    """What a platform tells of places by itself: pauses end by it, suspensions begin and end.

    None of them raises: what cannot be kept now is found out by the next sending.
    """

    async def channel_open(self, channel: Channel) -> None:
        """A channel may take messages again: it was unarchived, say.

        Not one from which the bot was removed: that waits for an invitation.
        """
        ...

    async def channel_joined(self, channel: Channel, locale: str) -> None:
        """The bot was invited to a channel, which may take messages again: it greets there, once.

        `locale`: the language of who invited it.
        """
        ...

    async def tenant_met(self, channel: Channel, locale: str, since: datetime) -> None:
        """The bot is in a tenant since then, and may have joined it while nobody listened.

        Where it is new, and nothing is known of the tenant, it greets in this channel, once.
        `locale`: the tenant's language.
        """
        ...

    async def channel_closed(self, channel: Channel, code: str, reason: str) -> None:
        """A channel takes no messages any more: archived, deleted, or the bot was removed.

        `code`: the platform's own word, or REMOVED or DELETED, after which nothing is tried any
        more; `reason`: what happened and how to mend it, in English.
        """
        ...

    async def channel_moved(self, old: Channel, new: Channel) -> None:
        """A channel goes on under a new id."""
        ...

    async def tenant_changed(self, tenant: Tenant) -> None:
        """What may be done in a tenant changed: any of its paused channels may be open again."""
        ...

    async def tenant_gone(self, tenant: Tenant, reason: str) -> None:
        """The app was removed from a tenant, or its token was revoked; not: it is out of reach.

        What it set up is deleted after a while.
        """
        ...

    async def tenant_refused(self, tenant: Tenant, reason: str) -> None:
        """Our token for a tenant is not taken; nobody says that the app was removed there."""
        ...

    async def tenant_here(self, tenant: Tenant) -> None:
        """The app is installed in a tenant, and its token is good."""
        ...


class Installations(Protocol):
    """The installations of a platform's tenants, their tokens sealed where they are kept."""

    async def find(self, tenant: Tenant) -> Installation | None:
        """Return a tenant's installation; KeyLost where no key opens its tokens."""
        ...

    async def keep(self, installation: Installation) -> None:
        """Keep an installation; one of the same tenant is replaced. BadSetting without a key."""
        ...

    async def replace(self, before: Installation, secret: str) -> bool:
        """Keep other tokens of an installation; False where those of `before` are not kept."""
        ...

    async def remove(self, tenant: Tenant, secret: str | None = None) -> bool:
        """Forget a tenant's tokens; with `secret`: only where those are kept. False: nothing went.

        KeyLost, with `secret`, where no key opens those that are kept.
        """
        ...

    async def merge(self, tenant: Tenant, into: Tenant) -> int:
        """Let a tenant go on as a part of another one; return how many channels went.

        Its tokens are forgotten, and so is its suspension.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kit:
    """What a bot is lent for whatever it does."""

    invalid: Callable[[], None]
    """To be called for each answer that counts towards the platform's ban (Discord: 401, 403,
    429)."""
    installations: Installations
    sealer: Sealer
    charts: Charts
    public_url: str = ""
    """Where the world reaches our HTTP routes, without a slash at its end; "" where it does not."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a bot that serves is given: who answers, and whom to tell."""

    desk: Desk
    forms: Forms
    events: Events
    kit: Kit


@dataclass(frozen=True, slots=True)
class BotSetting:
    """An environment variable of a bot's; `secret` ones are never shown."""

    name: str
    help: str
    secret: bool = False
    instead: str = ""
    """What may be set in its place, in a few words; "" nothing."""


@dataclass(frozen=True, slots=True)
class BotTask:
    """Something that whoever hosts a bot does once: `hypecurve slack manifest`.

    `run` takes the bot's settings (not all of them need be there) and the public address of our
    HTTP routes, "" where there is none, and returns what is printed. A HypecurveError says what is
    wrong and what to do.
    """

    name: str
    help: str
    run: Callable[[Mapping[str, str], str], Awaitable[str]]


Asgi = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
"""A web application: https://asgi.readthedocs.io/en/latest/specs/www.html"""


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

    @property
    def tasks(self) -> Sequence[BotTask]:
        """What whoever hosts it does once."""
        ...

    @property
    def pictures_digests(self) -> bool:
        """Whether its digests show the curve of what rises most."""
        ...

    def missing(self, env: Mapping[str, str]) -> Sequence[str]:
        """Return the names of the settings it still needs; none: it can be started."""
        ...

    def render(self, message: Message) -> Sequence[Mapping[str, Any]]:
        """Return the JSON bodies of the posts this message becomes, the first post first."""
        ...

    def layout(self, message: Message) -> Iterator[str]:
        """Yield lines of text that show in a terminal how the platform lays the message out."""
        ...

    def connect(self, env: Mapping[str, str], kit: Kit) -> AbstractAsyncContextManager[Messenger]:
        """Open what posting needs; BadSetting where a setting cannot be used."""
        ...

    async def probe(self, env: Mapping[str, str]) -> str:
        """Ask the platform who we are there and say it in a line: "as hypebot in Acme (T123)".

        Posts and changes nothing. A HypecurveError says what is wrong and what to do; an Unready,
        that it works and what is still to be done.
        """
        ...

    async def serve(self, env: Mapping[str, str], host: Host, stop: asyncio.Event) -> None:
        """Answer commands until `stop` is set; BadSetting where a setting cannot be used."""
        ...

    def web(self, env: Mapping[str, str], host: Host) -> AbstractAsyncContextManager[Asgi | None]:
        """Open what the bot answers over HTTP, at `/NAME/...`; None: it needs no address.

        Several services may do so at once: each request is one's. BadSetting where a setting
        cannot be used.
        """
        ...
