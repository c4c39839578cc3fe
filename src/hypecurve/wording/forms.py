"""The words of the form over what a channel hears: what to choose from, and what it hears now."""

from __future__ import annotations

from datetime import datetime

from hypecurve.domain.category import Taxonomy
from hypecurve.domain.message import Choice, Line, Message, Text
from hypecurve.domain.subscription import Subscription
from hypecurve.wording.notices import notice, schedule_words
from hypecurve.wording.teller import Teller, moment, place_title, scope
from hypecurve.wording.texts import texts
from hypecurve.wording.welcome import kinds_words
from hypecurve.wording.wishes import paused_line, zone_of


def layers_to_choose(taxonomy: Taxonomy, locale: str) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Return each layer's name, then the layer as a whole and its categories; values are slugs."""
    said = texts(locale)
    found = []
    for layer in taxonomy.layers:
        title = place_title(taxonomy, layer.slug, said)
        within = [each for each in taxonomy.categories if each.layer.slug == layer.slug]
        whole = Choice(said.say("All of {layer}", layer=title), layer.slug)
        each = (Choice(place_title(taxonomy, one.slug, said), one.slug) for one in within)
        found.append((title, (whole, *each)))
    return tuple(found)


def hears_now(
    subscription: Subscription, taxonomy: Taxonomy, locale: str, now: datetime
) -> Message:
    """Say in a line what was filled in, and when the next digest comes."""
    said = texts(locale)
    due, until = subscription.next_due, subscription.paused_until
    teller = Teller(said, taxonomy, zone_of(subscription.schedule.zone), now)
    what = said.say(
        "{what} ({kinds})",
        what=scope(said, taxonomy, subscription.wants.categories),
        kinds=kinds_words(subscription.wants, said),
    )
    how = schedule_words(subscription.schedule, said)
    line: Line = (
        Text(said.say("This channel hears {what}, {schedule}.", what=what, schedule=how)),
    )
    if due is not None:
        line = said.say_line(
            "This channel hears {what}, {schedule}, next {time}.",
            what=what,
            schedule=how,
            time=moment(due, teller),
        )
    if until is not None and until > now:
        return notice(line, locale, paused_line(until, teller))
    return notice(line, locale)
