"""Answers of one line, and lines that are added to an answer."""

from __future__ import annotations

from dataclasses import replace

from hypecurve.domain.message import (
    Action,
    Message,
    MessageKind,
    Place,
    Text,
)
from hypecurve.domain.subscription import Channel, Tenant
from hypecurve.wording.lines import line
from hypecurve.wording.texts import texts
from hypecurve_discord.answering.asked import Interaction, forum_of, is_visiting


def placed(interaction: Interaction, message: Message, *, changes: bool) -> Message:
    """Return an answer that says what it is about, where that is not the place it was asked in."""
    forum = forum_of(interaction)
    if is_visiting(interaction):
        return _their_own(message)
    if forum is None or not changes or message.kind is MessageKind.ERROR:
        return message
    said = texts(message.locale)
    whole = Place(Channel(Tenant("discord", str(forum.guild.id)), str(forum.id)))
    note = (Text(said.say("This goes for the whole forum:") + " "), whole)
    return replace(message, footer=(note, *message.footer))


def gone(locale: str) -> Message:
    """Return the line for who presses an old button where we are no more."""
    said = texts(locale)
    text = said.say(
        "Hypecurve is no longer in this server. What you set now is about your own digest, which "
        "comes as a direct message."
    )
    return line(text, said.name)


def _their_own(message: Message) -> Message:
    """Return an answer that says that it is about the digest of who asked, not about the place."""
    said = texts(message.locale)
    note = said.say(
        "This is about your own digest, which comes as a direct message: Hypecurve is not here as "
        "a bot."
    )
    return replace(message, footer=((Text(note),), *message.footer))


def calling_nobody(message: Message) -> Message:
    """Return an answer that pings nobody: a digest that is shown again called its role once."""
    return replace(message, calls="") if message.calls else message


def kept_back(message: Message) -> Message:
    """Return an answer for who asked alone, though it was for everybody: they may not write there.

    It begins with that.
    """
    said = texts(message.locale)
    note = said.say("Only you see this: you may not send messages here.")
    return replace(message, subtitle=((Text(note),), *message.subtitle))


def unshareable(message: Message) -> Message:
    """Return an answer without a button to share it: there is nobody to share it with."""
    left = tuple(each for each in message.controls if each.action is not Action.SHARE)
    return message if left == message.controls else replace(message, controls=left)
