"""The language of a channel: which one it is, and which there are."""

from __future__ import annotations

from dataclasses import replace

from hypecurve.domain.message import Action, Control, Message, Text
from hypecurve.wording.notices import notice
from hypecurve.wording.texts import texts
from hypecurve.wording.tongues import TONGUES, own_name


def language_message(locale: str) -> Message:
    """Say which language is spoken here, and how to choose another one."""
    said = texts(locale)
    words = said.say("This channel is spoken to in {language}.", language=own_name(said.name))
    others = [each for each in TONGUES if each != said.name]
    names = " | ".join(map(own_name, others))
    more = said.say("To change it: /hype set language {languages}", languages=names)
    controls = tuple(
        Control(Action.DO, own_name(each), value=f"language {each}") for each in others
    )
    return replace(notice(words, locale, (Text(more),)), controls=controls)


def speaking(locale: str) -> Message:
    """Say, in that language, which language is spoken in a channel from now on."""
    said = texts(locale)
    words = said.say(
        "From now on this channel is spoken to in {language}.", language=own_name(said.name)
    )
    return notice(words, locale)
