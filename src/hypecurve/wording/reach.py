"""What is said of a channel that cannot be posted to."""

from __future__ import annotations

from enum import Enum

from hypecurve.domain.message import Entry, Message, MessageKind, Place, Section, SectionKind, Text
from hypecurve.domain.subscription import Channel
from hypecurve.wording.cut import clean, cut
from hypecurve.wording.teller import words_of
from hypecurve.wording.texts import SOURCE_LOCALE, texts, to_say

_LONGEST = 300
"""Characters of what a platform said."""


class Ends(Enum):
    """How it ends that a channel cannot be posted to."""

    BY_ITSELF = to_say(
        "It goes on by itself once that is mended. Until then it tries again from time to time, "
        "and what the channel missed comes with its next digest."
    )
    BY_INVITATION = to_say(
        "Nothing is posted there until somebody invites it again; what the channel hears is kept."
    )
    NEVER = to_say("There is nothing to do: what the channel heard ends with it.")


def paused(
    channel: Channel,
    reason: str,
    locale: str = SOURCE_LOCALE,
    *,
    from_outside: bool = False,
    ends: Ends = Ends.BY_ITSELF,
) -> Message:
    """Tell who set a channel up that it refuses what is posted, and how this ends.

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
    to_do = said.say(ends.value)
    return Message(
        kind=MessageKind.NOTICE,
        notification=head,
        sections=(Section(SectionKind.PLAIN, "", (Entry((line, (Text(to_do),)), spoken=to_do),)),),
        locale=said.name,
    )
