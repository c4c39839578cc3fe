"""The words in the form over what a channel hears, the same for every bot."""

from __future__ import annotations

from datetime import time
from functools import lru_cache

from hypecurve.domain.asking import Form
from hypecurve.domain.message import Choice
from hypecurve.domain.signal import SUBSCRIBABLE, SignalKind
from hypecurve.domain.subscription import Subscription
from hypecurve.wording.texts import Texts, texts, to_say

KIND_TITLES = {
    SignalKind.NEW: to_say("Newly listed"),
    SignalKind.RISING: to_say("Fast-rising"),
    SignalKind.STALLED: to_say("Stalled"),
    SignalKind.AWAKE: to_say("Woke up"),
}
NEW = "new"
"""The value of the choice that adds a subscription."""
_NAMED = 2
"""Categories that name a subscription; of more only the first and their number."""


def kind_choices(locale: str) -> tuple[Choice, ...]:
    """Return the kinds a channel may subscribe to; values are the kinds'."""
    said = texts(locale)
    return tuple(Choice(said.say(KIND_TITLES[kind]), kind.value) for kind in SUBSCRIBABLE)


@lru_cache(32)
def day_choices(locale: str) -> tuple[Choice, ...]:
    """Return the days of the week, Monday first; values are `0` to `6`."""
    names = texts(locale).locale.days["stand-alone"]["wide"]
    return tuple(Choice(str(names[number]), str(number)) for number in range(7))


def subscription_choices(form: Form) -> tuple[Choice, ...]:
    """Return a channel's subscriptions by what they tell, and another one; values are ids."""
    said = texts(form.locale)
    titles = {choice.value: choice.label for _, layer in form.layers for choice in layer}
    had = tuple(
        Choice(_title(one, titles, said), str(one.id))
        for one in form.subscriptions
        if one.id is not None
    )
    return (*had, Choice(said.say("Another one"), NEW)) if had else ()


def clock(at: time) -> str:
    """Return a time of day as `09:00`."""
    return at.strftime("%H:%M")


def _title(one: Subscription, titles: dict[str, str], said: Texts) -> str:
    named = sorted(titles.get(slug, slug) for slug in one.wants.categories)
    what = said.listing(named) if named else said.say("Everything")
    if len(named) > _NAMED:
        more = len(named) - 1
        what = said.say_count("{first} and {n} more", "{first} and {n} more", more, first=named[0])
    # The time first: what is too long is cut at its end.
    return f"{clock(one.schedule.at)} · {what}"
