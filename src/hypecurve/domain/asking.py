"""Somebody asks in a chat and gets an answer."""

from __future__ import annotations

from dataclasses import dataclass

from hypecurve.domain.message import Message
from hypecurve.domain.subscription import Channel


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where; `locale` and `zone` are what the platform tells of them."""

    channel: Channel
    user_id: str
    locale: str = "en"
    zone: str | None = None
    channel_name: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker hears; `public`: everybody in the channel does."""

    message: Message
    public: bool = False
