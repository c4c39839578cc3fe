"""How much has been seen yet: what is said where an answer would tell less than there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypecurve.domain.message import Line, Message, Text
from hypecurve.domain.outlook import Outlook
from hypecurve.wording.teller import Teller, moment
from hypecurve.wording.texts import Texts


def first_look(outlook: Outlook, teller: Teller) -> Line:
    """Return that nothing is listed before the first look has ended, and since when it goes on."""
    said = teller.texts
    if outlook.since is None:
        return (
            Text(
                said.say("The first look through GitHub is under way; ask again in some minutes.")
            ),
        )
    return said.say_line(
        "The first look through GitHub is under way since {time}; ask again in some minutes.",
        time=moment(outlook.since, teller),
    )


def filling(outlook: Outlook, said: Texts) -> Line:
    """Return how far the past has come; empty where next to all of it is there."""
    if not outlook.is_filling or outlook.left is None:
        return ()
    share = said.percent(outlook.loaded)
    hours = round(outlook.left / timedelta(hours=1))
    if not hours:
        words = said.say(
            "Star history {share} loaded, less than an hour to go: rising needs it.", share=share
        )
    else:
        words = said.say(
            "Star history {share} loaded, about {hours} h to go: rising needs it.",
            share=share,
            hours=said.exact(hours),
        )
    return (Text(words),)


def seen_by(outlook: Outlook, teller: Teller) -> Line:
    """Return the one line that an answer needs beside it; empty where it needs none."""
    return first_look(outlook, teller) if outlook.is_first else filling(outlook, teller.texts)


def headed(message: Message, line: Line) -> Message:
    """Return a message with a line at its head; as it is where the line is empty."""
    return replace(message, subtitle=(line, *message.subtitle)) if line else message
