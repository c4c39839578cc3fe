"""What is said where the bot was invited: who it is, and how to begin."""

from __future__ import annotations

from hypecurve.domain.message import (
    Action,
    Control,
    Entry,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Style,
    Text,
)
from hypecurve.wording.teller import sentences, words_of
from hypecurve.wording.texts import texts

_EXAMPLE = "/hype rising"


def greeting(locale: str) -> Message:
    """Return the one message that a channel gets unasked: it says that nothing else will come."""
    said = texts(locale)
    what = said.say(
        "Hypecurve tells a channel which open-source AI repos on GitHub are new, rising fast or "
        "have stalled: one short digest on the days you choose, and nothing where there is no news."
    )
    nothing = said.say("Nothing is posted here until somebody subscribes.")
    spoken = words_of(sentences(said, (Text(what),), (Text(nothing),)))
    look = said.say_line("To look around first: {example}", example=Text(_EXAMPLE, Style.CODE))
    return Message(
        kind=MessageKind.NOTICE,
        notification=said.say("Hypecurve is here: subscribe, and this channel hears its digest"),
        sections=(
            Section(
                SectionKind.PLAIN,
                "",
                (Entry(((Text(what),), sentences(said, (Text(nothing),), look)), spoken=spoken),),
            ),
        ),
        controls=(Control(Action.SUBSCRIBE, said.say("Subscribe"), value="subscribe"),),
        locale=said.name,
    )
