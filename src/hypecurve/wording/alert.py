"""An alert: one piece of news that does not wait for the digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.chart import Curve
from hypecurve.domain.digest import Item
from hypecurve.domain.message import (
    Action,
    Control,
    Message,
    MessageKind,
    Section,
    SectionKind,
    Text,
)
from hypecurve.domain.schedule import parse_zone
from hypecurve.wording.asked import asked
from hypecurve.wording.facts import spoken_of, told
from hypecurve.wording.pictures import pictured
from hypecurve.wording.teller import Teller, open_repo
from hypecurve.wording.texts import texts, to_say

_HEADINGS = {
    SectionKind.RISING: to_say("Rising now"),
    SectionKind.YOURS: to_say("News of a repo you follow"),
}


def alert_message(
    item: Item,
    taxonomy: Taxonomy,
    locale: str,
    *,
    zone: str,
    now: datetime,
    curve: Curve | None = None,
) -> Message:
    """Return one piece of news as a message of its own. `now`: aware UTC; `zone`: the channel's.

    `curve`: the repo's, to be shown with it.
    """
    said = texts(locale)
    teller = Teller(said, taxonomy, parse_zone(zone), now)
    heading = _HEADINGS.get(item.heading, _HEADINGS[SectionKind.RISING])
    return Message(
        kind=MessageKind.ALERT,
        notification=spoken_of(item, teller),
        sections=(Section(item.heading, said.say(heading), (told(item, teller),)),),
        controls=(
            *open_repo([item.entry], said),
            Control(Action.WHY, said.say("Why"), value=asked("why {}", item.entry.repo)),
            Control(Action.TUNE, said.say("Tune"), value="subscriptions"),
        ),
        locale=said.name,
        picture=None if curve is None else pictured(curve, said.name),
    )


def as_repeat(message: Message) -> Message:
    """Return an alert once more, marked: nobody knows whether it arrived the first time."""
    said = texts(message.locale)
    mark = said.say("Possibly a repeat: the first sending may not have arrived.")
    story = said.say("(possibly a repeat) {story}", story=message.notification)
    return replace(message, notification=story, subtitle=((Text(mark),), *message.subtitle))
