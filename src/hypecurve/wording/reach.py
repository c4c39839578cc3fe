"""What is said of a channel that cannot be posted to."""

from __future__ import annotations

from hypecurve.domain.message import Entry, Message, MessageKind, Place, Section, SectionKind, Text
from hypecurve.domain.subscription import Channel
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.teller import words_of
from hypecurve.wording.texts import SOURCE_LOCALE, texts

_LONGEST = 300
"""Characters of what a platform said."""


def paused(
    channel: Channel, reason: str, locale: str = SOURCE_LOCALE, *, from_outside: bool = False
) -> Message:
    """Tell who set a channel up that it refuses what is posted, and that this ends by itself.

    `reason`: what is wrong and how to mend it, in English. `from_outside`: whoever is told may be
    of another place, and gets the channel as it is written for the command line.
    """
    said = texts(locale)
    why = cut(clean(said.retell(reason)), _LONGEST)
    line = said.say_line(
        "Hypecurve cannot post in {channel}: {reason}",
        channel=str(channel) if from_outside else Place(channel),
        reason=why,
    )
    # A notification shows no name for a channel.
    head = (
        words_of(line)
        if from_outside
        else said.say("Hypecurve cannot post in a channel you set up: {reason}", reason=why)
    )
    to_do = said.say(
        "It goes on by itself once that is mended. Until then it tries again from time to time, "
        "and what the channel missed comes with its next digest."
    )
    return Message(
        kind=MessageKind.NOTICE,
        notification=head,
        sections=(Section(SectionKind.PLAIN, "", (Entry((line, (Text(to_do),)), spoken=to_do),)),),
        locale=said.name,
    )
