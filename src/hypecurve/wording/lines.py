"""Messages of one line, for what happens in any chat."""

from __future__ import annotations

from hypecurve.domain.message import Entry, Message, MessageKind, Section, SectionKind, Text
from hypecurve.wording.texts import texts


def line(text: str, locale: str, kind: MessageKind = MessageKind.NOTICE) -> Message:
    """Return a message of one line."""
    section = Section(SectionKind.PLAIN, "", (Entry(((Text(text),),), spoken=text),))
    return Message(kind, notification=text, sections=(section,), locale=locale)


def sorry(locale: str) -> Message:
    """Return the line for what should not have happened."""
    said = texts(locale)
    text = said.say("Something went wrong on our side. Please try again in a minute.")
    return line(text, said.name, MessageKind.ERROR)


def leaving(locale: str) -> Message:
    """Return the line for who is not answered any more, as the bot ends."""
    said = texts(locale)
    text = said.say("Hypecurve is starting anew: please ask again in a minute.")
    return line(text, said.name, MessageKind.ERROR)


def still_working(locale: str) -> Message:
    """Return the line for what takes its time."""
    said = texts(locale)
    return line(said.say("Still working on it…"), said.name)
