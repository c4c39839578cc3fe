"""Somebody asks in a chat and gets an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypecurve.domain.message import Choice, Message
from hypecurve.domain.saying import Saying
from hypecurve.domain.subscription import Alerts, Channel, Schedule, Subscription, Wants


@dataclass(frozen=True, slots=True)
class Right:
    """Something that the platform lets the app do in a channel, or does not."""

    name: str
    """As the platform's own settings call it: "Attach Files"."""
    held: bool
    purpose: Saying | str
    """What it is needed for."""
    vital: bool = False
    """Without it no digest arrives."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where; `locale` and `zone` are what the platform tells of them."""

    channel: Channel
    user_id: str
    locale: str = "en"
    zone: str | None = None
    channel_name: str = ""
    name: str = ""
    """What the others in the channel call them; from outside, not cleaned yet."""
    is_admin: bool = False
    """Whether the platform says that they run the tenant (or, on Discord, the channel)."""
    is_stranger: bool = False
    """They belong to another tenant, in a channel that both share: they may read what the channel
    is told, and change nothing."""
    is_alone: bool = False
    """Nobody else reads here: they write to the app itself."""
    barred: Saying | None = None
    """Why the platform's own settings do not let them change what the channel hears, and how to
    mend it; None: they do."""
    rights: tuple[Right, ...] = ()
    """What the app may and may not do in this channel, where the platform tells."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker hears; `public`: everybody in the channel does.

    `announcement`: a short line for everybody else there, who changed what. `silent`: the asker
    was told just that a moment ago, and need not be told again.
    """

    message: Message
    public: bool = False
    announcement: Message | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a channel hears, to be changed: what is filled in already, and what to choose from."""

    filled: Filled
    layers: tuple[tuple[str, tuple[Choice, ...]], ...]
    """Each layer's name, then the layer as a whole and its categories; values are slugs."""
    subscriptions: tuple[Subscription, ...] = ()
    """All of the channel's; the one that is filled in is `filled.subscription_id`."""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent in. `subscription_id` None: a new subscription."""

    wants: Wants = field(default_factory=Wants)
    schedule: Schedule = field(default_factory=Schedule)
    subscription_id: int | None = None
    speaks_when_quiet: bool = False
    alerts: Alerts | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """How a tenant fares, for one of its people: what goes for all of it, then its channels."""

    head: Message
    channels: tuple[tuple[Channel, Message], ...] = ()
    """By their ids; a message's controls are for its channel, which it does not name itself."""
